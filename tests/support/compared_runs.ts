import {
  type ComparedMetric,
  type ComparedRun,
  FURTHER,
  PRIMARY,
} from "../../lib/measure/compared_run.ts";

/** What is special about a made-up run. Times are in ms. */
export interface MadeUpRun {
  readonly ttft?: number | null;
  readonly tpot?: number | null;
  readonly e2e?: number | null;
  readonly rate?: number | null;
  readonly ttftP90?: number;
  readonly requests?: number;
  readonly failed?: number;
  readonly pair?: number;
}

/** A run of 50 requests with TTFT 100 ms, TPOT 10 ms, E2E 1 s and 100 tokens/s, unless said otherwise. */
export function comparedRun(run: MadeUpRun = {}): ComparedRun {
  const { ttft = 100, tpot = 10, e2e = 1000, rate = 100, requests = 50, failed = 0 } = run;
  return {
    statistics: {
      ...(Object.fromEntries([...PRIMARY, ...FURTHER].map((metric) => [metric, null])) as Record<
        ComparedMetric,
        null
      >),
      ttft_p50: micros(ttft),
      tpot_mean: micros(tpot),
      e2e_p50: micros(e2e),
      output_rate: rate,
      ttft_p90: micros(run.ttftP90 ?? null),
    },
    requests,
    failed,
    pair: run.pair ?? null,
  };
}

function micros(ms: number | null): number | null {
  return ms === null ? null : ms * 1000;
}

/** Runs with these values of TTFT, and their other times and rates in proportion. */
export function runsOf(...ttfts: readonly number[]): ComparedRun[] {
  return ttfts.map((ttft) =>
    comparedRun({ ttft, tpot: ttft / 10, e2e: ttft * 10, rate: 10_000 / ttft }),
  );
}
