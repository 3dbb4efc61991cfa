import { cachedShare } from "./cached_share.ts";
import { type Distribution, distributionOf } from "./distribution.ts";
import type { RequestRecord } from "./request_record.ts";

/** What the requests of one turn say, over all conversations. */
export interface TurnSummary {
  /** Counted from 1. */
  readonly turn: number;
  readonly sent: number;
  readonly complete: number;
  /** Turns that were not sent, since one before them had failed. */
  readonly notSent: number;
  /** Of complete requests, in µs. */
  readonly ttft: Distribution;
  /** The mean of prompt tokens of complete requests; `null` without usage. */
  readonly promptTokens: number | null;
  /** Cached prompt tokens / prompt tokens, of the requests that gave both. */
  readonly cachedShare: number | null;
}

/**
 * Sums up conversations by turn; `null` of a run without any.
 *
 * @example
 * ```ts
 * turnSummaries(run.records)?.map(({ ttft }) => ttft.p50); // [182000, 93000, 97000], in µs
 * ```
 */
export function turnSummaries(records: readonly RequestRecord[]): TurnSummary[] | null {
  const placed = records.flatMap((record) =>
    record.turn === undefined ? [] : [{ record, turn: record.turn }],
  );
  if (placed.length === 0) return null;
  const most = placed.reduce((most, { turn }) => Math.max(most, turn.of), 0);
  const failed = placed.filter(({ record }) => isFailed(record));
  return Array.from({ length: most }, (_, index) => {
    const number = index + 1;
    const ofTurn = placed.filter(({ turn }) => turn.number === number).map(({ record }) => record);
    const complete = ofTurn.filter(({ outcome }) => outcome === "complete");
    const counts = complete.flatMap(({ usage }) => usage?.promptTokens ?? []);
    return {
      turn: number,
      sent: ofTurn.length,
      complete: complete.length,
      notSent: failed.filter(({ turn }) => turn.number < number && number <= turn.of).length,
      ttft: distributionOf(complete.map(({ metrics }) => metrics.ttft)),
      promptTokens: counts.length === 0 ? null : counts.reduce((a, b) => a + b, 0) / counts.length,
      cachedShare: cachedShare(ofTurn),
    };
  });
}

/** Where the user stopped the run, or its time was up, nothing failed. */
function isFailed({ outcome }: RequestRecord): boolean {
  return outcome !== "complete" && outcome !== "interrupted";
}

/** Whether a request stands at the beginning: it has a prompt of its own, and no answers before it. */
export function isFirstTurn({ turn }: Pick<RequestRecord, "turn">): boolean {
  return turn === undefined || turn.number === 1;
}
