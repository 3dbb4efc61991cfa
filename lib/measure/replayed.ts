import type { Micros } from "../base/time.ts";
import type { RequestRecord } from "./request_record.ts";

/** The recorded traffic that a run sent again. Lists go by the indexes of its requests. Plain data. */
export interface Replayed {
  readonly requests: number;
  readonly sessions: number;
  /** From the first request to the last, as it was recorded, in µs. */
  readonly span: Micros;
  /** How many tokens there were then; `null`: nobody counted. */
  readonly promptTokens: readonly (number | null)[];
  readonly outputTokens: readonly (number | null)[];
}

/** Sums over the requests that were counted both times, and have ended whole. */
export interface ReplayedTokens {
  /** How many requests that is. */
  readonly requests: number;
  readonly sent: number;
  readonly recorded: number;
}

/**
 * The tokens of a replay beside those that were recorded: of prompts, or of answers. `null` where no request was counted
 * both times.
 *
 * @example
 * ```ts
 * const replayed = { requests: 1, sessions: 1, span: 0, promptTokens: [100], outputTokens: [null] };
 * replayedTokens([], { replayed, of: "promptTokens" }); // null
 * ```
 */
export function replayedTokens(
  records: readonly RequestRecord[],
  { replayed, of }: { readonly replayed: Replayed; readonly of: "promptTokens" | "outputTokens" },
): ReplayedTokens | null {
  let [requests, sent, recorded] = [0, 0, 0];
  for (const { index, outcome, usage } of records) {
    const now = of === "promptTokens" ? usage?.promptTokens : usage?.completionTokens;
    const then = replayed[of][index] ?? null;
    if (outcome !== "complete" || now === undefined || now === null || then === null) continue;
    requests++;
    sent += now;
    recorded += then;
  }
  return requests === 0 ? null : { requests, sent, recorded };
}

/** So far apart, as a share, the prompts are not those that were recorded. */
export const REPLAYED_APART = 0.05;

/** How far what was sent is from what was recorded, as a share of that: 0.5 is half as much again. */
export function apart({ sent, recorded }: ReplayedTokens): number {
  return recorded === 0 ? (sent === 0 ? 0 : Infinity) : sent / recorded - 1;
}
