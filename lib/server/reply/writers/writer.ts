import type { JsonObject } from "../../../base/json.ts";
import type { ProtocolName } from "../../../protocols/protocol.ts";
import type { Asked, CompletionHead } from "../asked.ts";
import type { Said } from "../said.ts";

/** An event as it is sent. */
export interface WrittenEvent {
  /** What stands in its `event:` line; `null`: it has none. */
  readonly name: string | null;
  readonly data: string;
}

/** An error of this server. */
export interface WrittenError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** The field of the request that it is about. */
  readonly field?: string | undefined;
}

/** A completion that was streamed, as one value. */
export type WholeCompletion =
  | {
      readonly kind: "completion";
      readonly value: JsonObject;
      /** It had come to its end: chat completions say `[DONE]`, or a `finish_reason` for every choice. */
      readonly isFinished: boolean;
    }
  /** The stream held an error, and no completion is made of it. */
  | { readonly kind: "error"; readonly value: JsonObject; readonly status?: number | undefined }
  /** It held nothing of a completion. */
  | { readonly kind: "nothing" };

/** How completions are answered over one protocol: one file each, and a row in `writers.ts`. */
export interface ReplyWriter {
  readonly name: ProtocolName;
  /** @throws {FieldError} for a field that no endpoint does without, or that none can read */
  check(body: JsonObject): void;
  /**
   * What a body that was checked asks a simulated model for.
   *
   * @throws {FieldError} for what it cannot do
   */
  asked(body: JsonObject): Asked;
  /** Whether the stream is to end with the usage. A protocol whose streams always have it says so. */
  asksForUsage(body: JsonObject): boolean;
  /** Tells one completion: each call gives the events for what is said next, none where the protocol has none for it. */
  teller(head: CompletionHead): (said: Said) => readonly WrittenEvent[];
  /** Puts the data of a stream's events together to what the same request gives without streaming. */
  whole(events: Iterable<string>): WholeCompletion;
  /** Tells a whole completion as a stream. */
  streamed(whole: JsonObject, options: { readonly withUsage: boolean }): readonly WrittenEvent[];
  /** Whether the data is that of the event without which a stream has no end. */
  isEnd(data: string): boolean;
  /** An error as a body. */
  error(error: WrittenError): JsonObject;
  /** An error in a stream, behind events with this data. */
  errorEvents(error: WrittenError, before: readonly string[]): readonly WrittenEvent[];
  /** What is said of a model. */
  model(id: string): JsonObject;
  /** A list of models. */
  models(ids: readonly string[]): JsonObject;
}

/** An event as text. */
export function eventText({ name, data }: WrittenEvent): string {
  return name === null ? `data: ${data}\n\n` : `event: ${name}\ndata: ${data}\n\n`;
}

/** An event with its name in its `type`, as most protocols have it. */
export function typedEvent(type: string, fields: JsonObject): WrittenEvent {
  return { name: type, data: JSON.stringify({ type, ...fields }) };
}
