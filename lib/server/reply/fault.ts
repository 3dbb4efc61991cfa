import { Buffer } from "node:buffer";
import { seededRandom } from "../../base/random.ts";
import type { JsonObject } from "../../base/json.ts";
import type { Micros } from "../../base/time.ts";
import type { ProtocolName } from "../../protocols/protocol.ts";
import { errorReply } from "./error_reply.ts";
import { dataEvents, eventEnds } from "./events.ts";
import {
  jsonReply,
  type Reply,
  type ReplyEnd,
  type ReplySource,
  type TimedBytes,
} from "./reply.ts";
import { eventText } from "./writers/writer.ts";
import { writerOf } from "./writers/writers.ts";

/** A place in a body: behind so many events, or behind this share of its bytes (0.5 is the middle). */
export type FaultPlace = { readonly events: number } | { readonly share: number };

/** What goes wrong. Times are in µs, and real ones: no speed changes them. */
export type FaultKind =
  /** Another status, with an error in the body. */
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
    }
  /** The connection is closed in the middle of the body. */
  | { readonly kind: "cut"; readonly after: FaultPlace }
  /** The connection is broken off: in the body, or with `null` in place of an answer. */
  | { readonly kind: "reset"; readonly after: FaultPlace | null }
  /** Silence; then the rest follows. */
  | { readonly kind: "stall"; readonly after: FaultPlace; readonly for: Micros }
  /** The head comes later, and so does all behind it. */
  | { readonly kind: "slow-head"; readonly for: Micros }
  /** An error in the stream, as its protocol has it, which ends there. A body that is no stream becomes the error. */
  | { readonly kind: "error-event"; readonly after: FaultPlace }
  /** The stream ends without the event that says so: `[DONE]`, `response.completed`, `message_stop`. */
  | { readonly kind: "no-done" };

/** A fault, and how often it strikes. */
export type Fault = FaultKind & {
  /** The share of requests it strikes, from 0 to 1. Default 1: all of them. */
  readonly share?: number;
  /** The same seed strikes the same requests, counted as they come. Default 1. */
  readonly seed?: number;
};

/**
 * The same source with faults put in. Each fault draws for each request on its own, and those that strike are put in
 * in their order.
 *
 * @example
 * ```ts
 * withFaults(source, [{ kind: "cut", after: { share: 0.5 }, share: 0.1, seed: 7 }]);
 * ```
 */
export function withFaults(source: ReplySource, faults: readonly Fault[]): ReplySource {
  if (faults.length === 0) return source;
  const draws = faults.map(({ share = 1, seed = 1 }) => {
    const random = seededRandom(seed);
    return () => random() < share;
  });
  return {
    models: source.models,
    concurrency: source.concurrency,
    answer(body: JsonObject, api: ProtocolName = "chat"): Reply {
      // Every fault draws, so that one does not change whom another strikes.
      const striking = faults.filter((_, index) => draws[index]?.());
      return striking.reduce(
        (answer, fault) => withFault(answer, fault, { api }),
        source.answer(body, api),
      );
    },
  };
}

/** The answer with one fault in it, in the words of the protocol that it is in; by default chat completions. */
export function withFault(
  answer: Reply,
  fault: FaultKind,
  { api = "chat" }: { readonly api?: ProtocolName } = {},
): Reply {
  const from = `${answer.from} + ${fault.kind}`;
  switch (fault.kind) {
    case "status": {
      const { status, headers } = fault;
      const message = `this is the fault that was asked for: status ${status}`;
      return { ...errorReply({ status, code: "fault", message, headers }, api), from };
    }
    case "slow-head":
      return { ...later(answer, fault.for), from };
    case "reset":
      if (fault.after === null) {
        return { head: null, pieces: [], end: { kind: "reset", at: 0 }, from };
      }
      return { ...brokenOff(answer, fault.after, "reset"), from };
    case "cut":
      return { ...brokenOff(answer, fault.after, "cut"), from };
    case "stall": {
      const { before, rest } = cutBody(answer, fault.after);
      const shifted = rest.map(({ bytes, at }) => ({ bytes, at: at + fault.for }));
      const last = (rest.at(-1) ?? before.at(-1))?.at ?? 0;
      const end = { ...answer.end, at: Math.max(answer.end.at, last) + fault.for };
      return { ...answer, pieces: [...before, ...shifted], end, from };
    }
    case "error-event":
      return { ...withErrorEvent(answer, { after: fault.after, api }), from };
    case "no-done": {
      if (!isStream(answer)) return { ...answer, from };
      const pieces = withoutEnd([...answer.pieces], api);
      return { ...answer, pieces, from };
    }
  }
}

function later({ head, pieces, end, from }: Reply, time: Micros): Reply {
  return {
    head: head === null ? null : { ...head, at: head.at + time },
    pieces: Array.from(pieces, ({ bytes, at }) => ({ bytes, at: at + time })),
    end: { ...end, at: end.at + time },
    from,
  };
}

function brokenOff(answer: Reply, after: FaultPlace, kind: ReplyEnd["kind"]): Reply {
  const { before } = cutBody(answer, after);
  const at = before.at(-1)?.at ?? answer.head?.at ?? 0;
  return { ...answer, pieces: before, end: { kind, at } };
}

const ERROR = {
  status: 500,
  code: "fault",
  message: "this is the fault that was asked for: an error in the stream",
};

function withErrorEvent(
  answer: Reply,
  { after, api }: { readonly after: FaultPlace; readonly api: ProtocolName },
): Reply {
  const writer = writerOf(api);
  if (!isStream(answer)) {
    const { head, end } = answer;
    return jsonReply(writer.error(ERROR), { at: Math.max(head?.at ?? 0, end.at) });
  }
  const { before } = cutBody(answer, after);
  const body = Buffer.concat(before.map(({ bytes }) => bytes));
  // Behind half an event it would be lost.
  const whole = [...eventEnds(body)].at(-1)?.end ?? 0;
  const kept = takeBytes(before, whole);
  const told = Array.from(dataEvents(body.subarray(0, whole)), ({ data }) => data);
  const text = writer.errorEvents(ERROR, told).map(eventText).join("");
  const at = before.at(-1)?.at ?? answer.head?.at ?? 0;
  const pieces = [...kept, { bytes: new TextEncoder().encode(text), at }];
  return { ...answer, pieces, end: { kind: "end", at } };
}

/** What comes behind the end, such as a `[DONE]` that a proxy added, goes with it. */
function withoutEnd(pieces: readonly TimedBytes[], api: ProtocolName): TimedBytes[] {
  const { isEnd } = writerOf(api);
  for (const { data, start } of dataEvents(Buffer.concat(pieces.map(({ bytes }) => bytes)))) {
    if (isEnd(data)) return takeBytes(pieces, start);
  }
  return [...pieces];
}

function isStream({ head }: Reply): boolean {
  return head?.headers["content-type"]?.startsWith("text/event-stream") ?? false;
}

function cutBody(
  answer: Reply,
  after: FaultPlace,
): { readonly before: TimedBytes[]; readonly rest: TimedBytes[] } {
  const pieces = [...answer.pieces];
  const place = placeIn(Buffer.concat(pieces.map(({ bytes }) => bytes)), after);
  const before = takeBytes(pieces, place);
  const rest: TimedBytes[] = [];
  let start = 0;
  for (const { bytes, at } of pieces) {
    const left = bytes.subarray(Math.min(bytes.length, Math.max(0, place - start)));
    start += bytes.length;
    if (left.length > 0) rest.push({ bytes: left, at });
  }
  return { before, rest };
}

function takeBytes(pieces: readonly TimedBytes[], length: number): TimedBytes[] {
  const taken: TimedBytes[] = [];
  let missing = length;
  for (const { bytes, at } of pieces) {
    if (missing <= 0) break;
    taken.push({ bytes: bytes.subarray(0, missing), at });
    missing -= bytes.length;
  }
  return taken;
}

/** A place behind the last event is the end. */
function placeIn(body: Buffer, place: FaultPlace): number {
  if ("share" in place) return Math.floor(body.length * place.share);
  if (place.events === 0) return 0;
  return [...eventEnds(body)][place.events - 1]?.end ?? body.length;
}
