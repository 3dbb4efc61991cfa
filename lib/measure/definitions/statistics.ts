import { interpolatedPercentile } from "../distribution.ts";

/** A value, and what it weighs. */
export interface Sample {
  readonly value: number;
  readonly weight: number;
}

/** Of samples, in their unit. Other tools give a p99 of however few samples; ours is `null` below 100. */
export interface Statistics {
  readonly count: number;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p99: number | null;
}

/**
 * The statistics of samples as other tools take them, also of a few: the mean by weight; percentiles interpolated between
 * closest ranks (`linear`, NumPy's default; weights do not count), or the least sample that so large a share of the weight
 * does not exceed (`nearest_rank`). `null` without samples that weigh something.
 *
 * @example
 * ```ts
 * statisticsOf([{ value: 10, weight: 1 }, { value: 30, weight: 1 }], "linear").p50; // 20
 * ```
 */
export function statisticsOf(
  samples: readonly Sample[],
  percentiles: "linear" | "nearest_rank",
): Statistics {
  const sorted = samples.filter(({ weight }) => weight > 0).toSorted((a, b) => a.value - b.value);
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0);
  const count = sorted.length;
  if (count === 0) return { count, mean: null, p50: null, p99: null };
  const values = sorted.map(({ value }) => value);
  const at = (percent: number): number =>
    percentiles === "linear"
      ? interpolatedPercentile(values, percent)
      : nearestRank(sorted, (percent / 100) * total);
  const mean = sorted.reduce((sum, { value, weight }) => sum + value * weight, 0) / total;
  return { count, mean, p50: at(50), p99: at(99) };
}

function nearestRank(sorted: readonly Sample[], share: number): number {
  let weight = 0;
  for (const sample of sorted) {
    weight += sample.weight;
    if (weight >= share) return sample.value;
  }
  return sorted.at(-1)?.value ?? NaN;
}
