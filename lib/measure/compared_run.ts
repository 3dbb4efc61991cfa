import type { Distribution } from "./distribution.ts";

/** What is compared, by the name that JSON has for it. Times are in µs, `output_rate` is tokens per second. */
export type ComparedMetric = PrimaryMetric | FurtherMetric;

/** What a verdict is given on: one statistic for each thing that a user feels. */
export const PRIMARY = ["ttft_p50", "tpot_mean", "e2e_p50", "output_rate"] as const;
export type PrimaryMetric = (typeof PRIMARY)[number];

/** What is shown beside, where the runs carry it. */
export const FURTHER = [
  "ttft_p90",
  "ttft_p99",
  "tpot_p90",
  "tpot_p99",
  "e2e_p90",
  "e2e_p99",
] as const;
export type FurtherMetric = (typeof FURTHER)[number];

/** One run, as far as a comparison needs it. */
export interface ComparedRun {
  /** The run's statistics; `null` where it has none, or too few requests for it. */
  readonly statistics: Readonly<Record<ComparedMetric, number | null>>;
  /** Requests that ended by themselves: those that the user interrupted do not count. */
  readonly requests: number;
  /** Those of them that are not complete. */
  readonly failed: number;
  /** Only in interleaved runs: which pair it belongs to. Runs with one number, one on each side, ran side by side. */
  readonly pair: number | null;
}

/** The distributions of a run that statistics are taken from, in µs. */
export interface RunDistributions {
  readonly ttft: Distribution;
  readonly tpot: Distribution;
  readonly e2e: Distribution;
  readonly outputRate: number | null;
}

/**
 * So many samples in a run carry its p90 and its p99: in 99 of 100 runs, two of them at least lie beyond. Below that
 * the run's percentile is mostly its slowest request, and the runs of one side tell nothing of each other.
 */
export const SAMPLES_FOR = { p90: 64, p99: 662 } as const;

/** The statistics of a run that are compared. */
export function statisticsOf(run: RunDistributions): ComparedRun["statistics"] {
  const { ttft, tpot, e2e, outputRate } = run;
  return {
    ttft_p50: positive(ttft.p50),
    tpot_mean: positive(tpot.mean),
    e2e_p50: positive(e2e.p50),
    output_rate: positive(outputRate),
    ttft_p90: high(ttft, "p90"),
    ttft_p99: high(ttft, "p99"),
    tpot_p90: high(tpot, "p90"),
    tpot_p99: high(tpot, "p99"),
    e2e_p90: high(e2e, "p90"),
    e2e_p99: high(e2e, "p99"),
  };
}

function high(distribution: Distribution, percentile: "p90" | "p99"): number | null {
  const { count } = distribution;
  return count < SAMPLES_FOR[percentile] ? null : positive(distribution[percentile]);
}

/** Differences are shares: of nothing there is none. */
function positive(value: number | null): number | null {
  return value !== null && value > 0 ? value : null;
}
