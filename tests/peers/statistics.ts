/** Of samples, in their unit; `null` without any. */
export interface Statistics {
  readonly count: number;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p99: number | null;
}

/** How a tool takes a percentile: between the two closest samples, or the least that so many do not exceed. */
export type Percentiles = "linear" | "nearest_rank";

/**
 * The statistics of the truth, with the kind of percentile that the tool has it is held against. Written apart from
 * those of the toolkit: what is under test must not be its own judge.
 */
export function statisticsOf(values: readonly number[], percentiles: Percentiles): Statistics {
  const sorted = values.toSorted((a, b) => a - b);
  const count = sorted.length;
  if (count === 0) return { count, mean: null, p50: null, p99: null };
  const at = (share: number): number => {
    if (percentiles === "nearest_rank")
      return sorted[Math.max(0, Math.ceil(share * count) - 1)] ?? NaN;
    const place = share * (count - 1);
    const below = sorted[Math.floor(place)] ?? NaN;
    return below + (place % 1) * ((sorted[Math.ceil(place)] ?? NaN) - below);
  };
  const mean = sorted.reduce((sum, value) => sum + value, 0) / count;
  return { count, mean, p50: at(0.5), p99: at(0.99) };
}

/** Median, lowest and highest, of rounds. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Of the rounds that have a value; `null` where none has. */
export function spreadOf(values: readonly (number | null | undefined)[]): Spread | null {
  const sorted = values.filter((value) => typeof value === "number").toSorted((a, b) => a - b);
  const [low, high] = [sorted[0], sorted.at(-1)];
  if (low === undefined || high === undefined) return null;
  return { median: statisticsOf(sorted, "linear").p50 ?? NaN, low, high };
}
