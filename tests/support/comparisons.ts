import { compareRuns } from "../../lib/measure/comparison.ts";
import type { ReportedComparison, SideRun } from "../../lib/report/comparison/side.ts";
import { comparedRun, type MadeUpRun } from "./compared_runs.ts";

/** What is special about a made-up run of a side. */
export interface MadeUpSideRun extends MadeUpRun {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, unknown>>;
  readonly outputTokens?: number | null;
  readonly cachedShare?: number | null;
  readonly isClientLimited?: boolean;
  readonly isCutShort?: boolean;
}

/** A run of the model `m` on this machine. */
export function sideRun(run: MadeUpSideRun = {}): SideRun {
  return {
    ...comparedRun(run),
    config: { base_url: "http://127.0.0.1:8000/v1", model: "m", concurrency: 4, ...run.config },
    environment: { streamgauge: "0.1.0", ...run.environment },
    outputTokens: run.outputTokens ?? 100,
    cachedShare: run.cachedShare ?? null,
    isClientLimited: run.isClientLimited ?? false,
    isCutShort: run.isCutShort ?? false,
  };
}

/** The comparison of two lists of made-up runs, with what its report needs. */
export function madeUpComparison(
  a: readonly MadeUpSideRun[],
  b: readonly MadeUpSideRun[],
  options: Parameters<typeof compareRuns>[2] = {},
): ReportedComparison {
  const [runsA, runsB] = [a.map(sideRun), b.map(sideRun)];
  return {
    comparison: compareRuns(runsA, runsB, options),
    a: { names: ["before.json"], runs: runsA },
    b: { names: ["after.json"], runs: runsB },
  };
}

/** Five runs: B is a fifth slower to its first token, and gives as many tokens a second as A, or nearly. */
export function slowerFirstToken(): ReportedComparison {
  const noise = [0, 1, -1, 0.5, -0.5];
  return madeUpComparison(
    noise.map((n, k) => ({ ttft: 100 + n, e2e: 1000 + 40 * n, rate: 100 + n, failed: k % 2 })),
    noise.map((n) => ({
      ttft: 120 + n,
      tpot: 10.2,
      e2e: 1020 - 50 * n,
      rate: 100 - n,
      failed: 12 + n * 2,
    })),
  );
}
