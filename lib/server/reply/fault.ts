import { seededRandom } from "../../base/random.ts";
import type { JsonObject } from "../../base/json.ts";
import type { Micros } from "../../base/time.ts";
import type { ProtocolName } from "../../protocols/protocol.ts";
import { errorReply } from "./error_reply.ts";
import { dataEvents, eventEnds } from "./events.ts";
import { bytesOf } from "./body_bytes.ts";
import { cutBody, type FaultPlace, takeBytes } from "./fault_place.ts";
import { withMalformedEvent } from "./malformed_event.ts";
import {
  isStream,
  jsonReply,
  type Reply,
  type ReplyEnd,
  type ReplySource,
  type TimedBytes,
} from "./reply.ts";
import { eventText } from "./writers/writer.ts";
import { writerOf } from "./writers/writers.ts";

export type { FaultPlace } from "./fault_place.ts";

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
  /** The body ends in the middle, and in order, as if that were all; a stream behind a whole event. */
  | { readonly kind: "early-end"; readonly after: FaultPlace }
  /** The connection is broken off: in the body, or with `null` in place of an answer. */
  | { readonly kind: "reset"; readonly after: FaultPlace | null }
  /** Silence; then the rest follows. */
  | { readonly kind: "stall"; readonly after: FaultPlace; readonly for: Micros }
  /** The head comes later, and so does all behind it. */
  | { readonly kind: "slow-head"; readonly for: Micros }
  /** An error in the stream, as its protocol has it, which ends there. A body that is no stream becomes the error. */
  | { readonly kind: "error-event"; readonly after: FaultPlace }
  /** The next event is half of one, and no JSON; the rest follows. A body that is no stream ends in the middle. */
  | { readonly kind: "malformed"; readonly after: FaultPlace }
  /** The stream ends without the event that says so: `[DONE]`, `response.completed`, `message_stop`. */
  | { readonly kind: "no-done" };

/** A fault, and how often it strikes. */
export type Fault = FaultKind & {
  /** The share of requests it strikes, from 0 to 1. Default 1: all of them. */
  readonly share?: number;
  /**
   * The same seed strikes the same requests, counted as they come. Default: its place among the faults, from 1 on, so that
   * two of them do not strike the same ones.
   */
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
  const draws = faults.map(({ share = 1, seed }, index) => {
    const random = seededRandom(seed ?? index + 1);
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

/** A fault in an answer, and behind how many bytes of its body it is. */
export interface PutFault {
  readonly fault: FaultKind;
  readonly behind: number;
}

/**
 * The answer with one fault in it, in the words of the protocol that it is in; by default chat completions. An answer
 * that has no place for it, such as one without a tool call for a cut in the arguments, stays as it is.
 */
export function withFault(
  answer: Reply,
  fault: FaultKind,
  { api = "chat" }: { readonly api?: ProtocolName } = {},
): Reply {
  const put = putIn(answer, { fault, api });
  if (put === null) return answer;
  const faults = [...(answer.faults ?? []), { fault, behind: put.behind }];
  return { ...put.answer, from: `${answer.from} + ${fault.kind}`, faults };
}

interface Put {
  readonly answer: Reply;
  readonly behind: number;
}

function putIn(
  answer: Reply,
  { fault, api }: { readonly fault: FaultKind; readonly api: ProtocolName },
): Put | null {
  switch (fault.kind) {
    case "status": {
      const { status, headers } = fault;
      const message = `this is the fault that was asked for: status ${status}`;
      return { answer: errorReply({ status, code: "fault", message, headers }, api), behind: 0 };
    }
    case "slow-head":
      return { answer: later(answer, fault.for), behind: 0 };
    case "reset":
      if (fault.after === null) {
        return { answer: { ...answer, head: null, pieces: [], end: RESET_AT_ONCE }, behind: 0 };
      }
      return brokenOff(answer, { after: fault.after, kind: "reset", api });
    case "cut":
      return brokenOff(answer, { after: fault.after, kind: "cut", api });
    case "early-end":
      return endedEarly(answer, { after: fault.after, api });
    case "stall": {
      const cut = cutBody(answer, { after: fault.after, api });
      if (cut === null) return null;
      const { before, rest } = cut;
      const shifted = rest.map(({ bytes, at }) => ({ bytes, at: at + fault.for }));
      const last = (rest.at(-1) ?? before.at(-1))?.at ?? 0;
      const end = { ...answer.end, at: Math.max(answer.end.at, last) + fault.for };
      return { answer: { ...answer, pieces: [...before, ...shifted], end }, behind: cut.place };
    }
    case "error-event":
      return withErrorEvent(answer, { after: fault.after, api });
    case "malformed":
      if (!isStream(answer)) return endedEarly(answer, { after: { share: 0.5 }, api });
      return withMalformedEvent(answer, { after: fault.after, api });
    case "no-done": {
      if (!isStream(answer)) return null;
      const pieces = withoutEnd([...answer.pieces], api);
      return { answer: { ...answer, pieces }, behind: bytesOf(pieces).length };
    }
  }
}

const RESET_AT_ONCE: ReplyEnd = { kind: "reset", at: 0 };

function later({ head, pieces, end, from }: Reply, time: Micros): Reply {
  return {
    head: head === null ? null : { ...head, at: head.at + time },
    pieces: Array.from(pieces, ({ bytes, at }) => ({ bytes, at: at + time })),
    end: { ...end, at: end.at + time },
    from,
  };
}

function brokenOff(
  answer: Reply,
  options: {
    readonly after: FaultPlace;
    readonly kind: ReplyEnd["kind"];
    readonly api: ProtocolName;
  },
): Put | null {
  const cut = cutBody(answer, options);
  if (cut === null) return null;
  const at = cut.before.at(-1)?.at ?? answer.head?.at ?? 0;
  const broken = { ...answer, pieces: cut.before, end: { kind: options.kind, at } };
  return { answer: broken, behind: cut.place };
}

/** A stream behind a whole event; a body without the length that its head gives, or a client would wait for the rest. */
function endedEarly(
  answer: Reply,
  options: { readonly after: FaultPlace; readonly api: ProtocolName },
): Put | null {
  const ended = brokenOff(answer, { ...options, kind: "end" });
  if (ended === null || answer.head === null) return ended;
  if (isStream(answer)) {
    // Half an event is seen by whoever reads JSON.
    const pieces = [...ended.answer.pieces];
    const whole = [...eventEnds(bytesOf(pieces))].at(-1)?.end ?? 0;
    return { answer: { ...ended.answer, pieces: takeBytes(pieces, whole) }, behind: whole };
  }
  const { "content-length": _, ...headers } = answer.head.headers;
  return { ...ended, answer: { ...ended.answer, head: { ...answer.head, headers } } };
}

const ERROR = {
  status: 500,
  code: "fault",
  message: "this is the fault that was asked for: an error in the stream",
};

function withErrorEvent(
  answer: Reply,
  { after, api }: { readonly after: FaultPlace; readonly api: ProtocolName },
): Put | null {
  const writer = writerOf(api);
  if (!isStream(answer)) {
    const { head, end } = answer;
    const at = Math.max(head?.at ?? 0, end.at);
    return { answer: jsonReply(writer.error(ERROR), { at }), behind: 0 };
  }
  const cut = cutBody(answer, { after, api });
  if (cut === null) return null;
  const { before } = cut;
  const body = bytesOf(before);
  // Behind half an event it would be lost.
  const whole = [...eventEnds(body)].at(-1)?.end ?? 0;
  const kept = takeBytes(before, whole);
  const told = Array.from(dataEvents(body.subarray(0, whole)), ({ data }) => data);
  const text = writer.errorEvents(ERROR, told).map(eventText).join("");
  const at = before.at(-1)?.at ?? answer.head?.at ?? 0;
  const pieces = [...kept, { bytes: new TextEncoder().encode(text), at }];
  return { answer: { ...answer, pieces, end: { kind: "end", at } }, behind: whole };
}

/** What comes behind the end, such as a `[DONE]` that a proxy added, goes with it. */
function withoutEnd(pieces: readonly TimedBytes[], api: ProtocolName): TimedBytes[] {
  const { isEnd } = writerOf(api);
  for (const { data, start } of dataEvents(bytesOf(pieces))) {
    if (isEnd(data)) return takeBytes(pieces, start);
  }
  return [...pieces];
}
