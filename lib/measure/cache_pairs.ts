import { cachedShare } from "./cached_share.ts";
import { type Distribution, distributionOf } from "./distribution.ts";
import type { RequestRecord } from "./request_record.ts";

/** Which of the two times that a prompt was sent. */
export type PairHalf = "cold" | "warm";

/** What prompts that were sent twice say. Times are in µs, of pairs both of whose requests are complete. */
export interface CachePairs {
  readonly count: number;
  readonly cold: Distribution;
  readonly warm: Distribution;
  /** The median over the pairs of the share by which the second TTFT is shorter: 1 − warm / cold. */
  readonly saved: number | null;
  /** Cached prompt tokens / prompt tokens of the second ones; `null` where the endpoint does not count them. */
  readonly cachedShare: number | null;
}

/** Which pair a request belongs to: two that follow each other are one. */
export function pairOf(index: number): number {
  return Math.floor(index / 2);
}

/**
 * Sums up the pairs of a run; `null` of a run without any.
 *
 * @example
 * ```ts
 * cachePairs(run.records)?.saved; // 0.83
 * ```
 */
export function cachePairs(records: readonly RequestRecord[]): CachePairs | null {
  const halves = records.filter(({ pair }) => pair !== undefined);
  if (halves.length === 0) return null;
  const complete = halves.filter(({ outcome }) => outcome === "complete");
  const again = new Map(
    complete.flatMap((record) =>
      record.pair === "warm" ? [[pairOf(record.index), record] as const] : [],
    ),
  );
  const pairs = complete.flatMap((cold) => {
    const warm = cold.pair === "cold" ? again.get(pairOf(cold.index)) : undefined;
    return warm === undefined ? [] : [{ cold, warm }];
  });
  const saved = pairs.map(({ cold, warm }) => {
    const [before, after] = [cold.metrics.ttft, warm.metrics.ttft];
    return before === null || after === null || before === 0 ? null : 1 - after / before;
  });
  return {
    count: pairs.length,
    cold: distributionOf(pairs.map(({ cold }) => cold.metrics.ttft)),
    warm: distributionOf(pairs.map(({ warm }) => warm.metrics.ttft)),
    saved: distributionOf(saved).p50,
    cachedShare: cachedShare(pairs.map(({ warm }) => warm)),
  };
}
