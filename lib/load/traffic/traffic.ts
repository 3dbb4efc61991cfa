import type { JsonObject } from "../../base/json.ts";
import type { Micros } from "../../base/time.ts";
import type { ProtocolName } from "../../protocols/protocol.ts";
import type { Arrivals } from "../plan.ts";

/** The forms of traces. */
export type TraceForm = "mooncake" | "azure" | "burstgpt";

/** Whether the lengths of a conversation's requests hold what was said before. */
export type TraceLengths = "cumulative" | "delta";

/** The request that another one follows, in the same conversation. */
export interface Follows {
  /** Its place among the requests. */
  readonly index: number;
  /** How long after it, in µs. */
  readonly pause: Micros;
  /** What `pause` counts from: its end, or its start where no end is known. It is waited for in either case. */
  readonly from: "end" | "start";
}

/** What is asked: the body that was sent, and the protocol it is of. */
export interface BodyContent {
  readonly kind: "body";
  readonly api: ProtocolName;
  readonly body: JsonObject;
}

/** What is asked where only lengths are known: texts are made up for them. */
export interface LengthsContent {
  readonly kind: "lengths";
  readonly messages: readonly SyntheticMessage[];
  /** The tokens of the answer. */
  readonly output: number;
}

/** A message that is made up. */
export interface SyntheticMessage {
  readonly role: "user" | "assistant";
  /** Its text in parts: the same seed gives the same words. */
  readonly parts: readonly { readonly seed: number; readonly tokens: number }[];
}

export type TrafficContent = BodyContent | LengthsContent;

/** One request of traffic. Times are µs since the first one. */
export interface TrafficRequest {
  readonly at: Micros;
  /** Conversations are numbered from 0 on. */
  readonly session: number;
  /** `null`: it begins its conversation. */
  readonly follows: Follows | null;
  readonly content: TrafficContent;
  /** As they were counted then; `null`: nobody did. */
  readonly promptTokens: number | null;
  readonly outputTokens: number | null;
}

/** Why something that was found is not sent. */
export type LeftOutReason =
  "unreadable" | "no_request" | "warmup" | "several_choices" | "stored_answer" | "no_answer";

/** Requests as they came once, to be sent again, in the order in which they came. Plain data. */
export interface Traffic {
  readonly form: "recordings" | TraceForm;
  readonly requests: readonly TrafficRequest[];
  /** How many were found and are not sent, by the reason. */
  readonly leftOut: Readonly<Partial<Record<LeftOutReason, number>>>;
  /** Of a trace with conversations: how its lengths are meant. `null`: it has none, or is no trace. */
  readonly lengths: TraceLengths | null;
}

/** How many conversations there are; a request without others is one, too. */
export function sessionsIn({ requests }: Pick<Traffic, "requests">): number {
  return new Set(requests.map(({ session }) => session)).size;
}

/** From the first request to the last, in µs. */
export function spanOf({ requests }: Pick<Traffic, "requests">): Micros {
  return requests.at(-1)?.at ?? 0;
}

/** The planned arrivals of traffic: `{ kind: "recorded" }`. */
export type RecordedArrivals = Extract<Arrivals, { kind: "recorded" }>;

/**
 * When traffic is sent: as it came, `speed` times as fast, or with the `starts` of another process, which its conversations
 * take in turn. Within a conversation the pauses stay those that were recorded, as much shorter as the speed is higher.
 *
 * @example
 * ```ts
 * const content = { kind: "body", api: "chat", body: {} } as const;
 * const one = { session: 0, content, promptTokens: null, outputTokens: null };
 * const follows = { index: 0, pause: 500, from: "end" } as const;
 * const requests = [{ ...one, at: 0, follows: null }, { ...one, at: 900, follows }];
 * arrivalsOf({ requests }, { speed: 2 }).map(({ at }) => at); // [0, 450]
 * ```
 */
export function arrivalsOf(
  { requests }: Pick<Traffic, "requests">,
  { speed = 1, starts }: { readonly speed?: number; readonly starts?: Iterator<Micros> },
): RecordedArrivals["requests"] {
  return requests.map(({ at, session, follows }) => ({
    at: starts !== undefined && follows === null ? starts.next().value : Math.round(at / speed),
    session,
    follows: follows === null ? null : { ...follows, pause: Math.round(follows.pause / speed) },
  }));
}
