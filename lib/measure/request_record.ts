import type { Micros } from "../base/time.ts";
import type { Usage } from "../wire/usage.ts";
import type { PairHalf } from "./cache_pairs.ts";
import type { EventTrace } from "./definitions/event_trace.ts";
import type { RequestMetrics } from "./metrics.ts";
import type { AnswerCalls } from "./tool_calls.ts";
import type { ServerTimings } from "./server_side.ts";
import type { Failure, Outcome } from "./outcome.ts";

/** Where in a conversation a request stands. */
export interface TurnPlace {
  /** The number of the conversation in its run, from 0 on. */
  readonly conversation: number;
  /** Counted from 1. */
  readonly number: number;
  /** How many turns the conversation was to have. */
  readonly of: number;
}

/**
 * One request of a run. `scheduled`, `sent` and `ended` are µs since the run's start; the metrics count from `sent`.
 * Plain data: it goes from worker processes to the run as it is.
 */
export interface RequestRecord {
  readonly index: number;
  /** `null` in a closed loop without a cap: nothing was scheduled, a place became free. */
  readonly scheduled: Micros | null;
  readonly sent: Micros;
  readonly ended: Micros;
  readonly outcome: Outcome;
  readonly failure: Failure | null;
  readonly metrics: RequestMetrics;
  readonly usage: Usage | null;
  /** The whole answer came at once, or without a stream. */
  readonly burst: boolean;
  readonly models: readonly string[];
  readonly fingerprints: readonly string[];
  readonly finishReason: string | null;
  /** It was sent once more, over a connection of its own, after an open one that the endpoint had closed. */
  readonly resent: boolean;
  /** Its endpoint closes each connection behind a stream, so that it had one of its own. Absent: nobody says so. */
  readonly connectionClosed?: true | undefined;
  /** What was odd about its stream, by the codes of notes: `not_a_field`, `error_after_done`, … Mostly nothing. */
  readonly oddities: readonly string[];
  /** The file that holds the stream, if it was recorded. */
  readonly file: string | null;
  /** The tools that it called. Absent: none. */
  readonly calls?: AnswerCalls | undefined;
  /** Of conversations. Absent: it stands by itself. */
  readonly turn?: TurnPlace | undefined;
  /** Of several kinds of requests in a run. Absent: there is one only. */
  readonly kind?: string | undefined;
  /** Of prompts that are sent twice. Absent: it was sent once. */
  readonly pair?: PairHalf | undefined;
  /** What the server told of it, in its stream. Absent: nothing. */
  readonly server?: ServerTimings | undefined;
  /** Its events, where other tools' definitions are asked for, and it streamed. */
  readonly trace?: EventTrace | undefined;
}
