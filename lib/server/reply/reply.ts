import type { JsonObject } from "../../base/json.ts";
import type { Micros } from "../../base/time.ts";
import type { ProtocolName } from "../../protocols/protocol.ts";
import type { PutFault } from "./fault.ts";

/** Bytes of a body, and when they are sent: µs since the request. */
export interface TimedBytes {
  readonly bytes: Uint8Array;
  readonly at: Micros;
}

/** The head of an answer, and when it is sent. Header names are in lower case. */
export interface ReplyHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly at: Micros;
}

/**
 * How an answer ends, and not before when: in order; `cut`, the connection closed in the middle of the body; or
 * `reset`, the connection broken off.
 */
export interface ReplyEnd {
  readonly kind: "end" | "cut" | "reset";
  readonly at: Micros;
}

/**
 * What is answered to one request: a plan that is made before anything is sent, so that a server and a `fetch` without
 * one play the same. Its times are real ones: whatever a speed does to them is done.
 */
export interface Reply {
  /** `null`: the connection ends without one. */
  readonly head: ReplyHead | null;
  readonly pieces: Iterable<TimedBytes>;
  readonly end: ReplyEnd;
  /** Where it comes from, for people: a transcript's name, and the faults that were put in. */
  readonly from: string;
  /** The faults that were put in, in their order. Absent: none. */
  readonly faults?: readonly PutFault[] | undefined;
}

/** Whether an answer is an event stream. */
export function isStream({ head }: Pick<Reply, "head">): boolean {
  return head?.headers["content-type"]?.startsWith("text/event-stream") ?? false;
}

/** Who answers requests for completions. */
export interface ReplySource {
  /** The names of the models it has. */
  readonly models: readonly string[];
  /**
   * The answer to the body of a request over a protocol, by default chat completions. Asking twice may give different
   * ones: transcripts take turns.
   */
  answer(body: JsonObject, api?: ProtocolName): Reply;
  /** How many answers go out at once; further requests wait in line. Absent: as many as come. */
  readonly concurrency?: number | undefined;
}

/** An answer that is one JSON value. It goes out at `at`, at once by default. */
export function jsonReply(
  value: unknown,
  options: {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly at?: Micros;
    readonly from?: string;
  } = {},
): Reply {
  const { status = 200, at = 0, from = "" } = options;
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const headers = {
    ...options.headers,
    "content-type": "application/json",
    "content-length": String(bytes.length),
  };
  return {
    head: { status, headers, at },
    pieces: [{ bytes, at }],
    end: { kind: "end", at },
    from,
  };
}
