import type { Distribution } from "../measure/distribution.ts";
import { type SideRun, sideRun } from "../report/comparison/side.ts";
import type { ResultRun, ResultStatistics } from "../report/run/result.ts";

/** What a run was cut short by, as the warnings of its report say. */
const CUT_SHORT = new Set(["interrupted", "worker_died", "simulated_died"]);

/** A run of a result as one of a side, with what tells it from all others. */
export interface SideResult {
  readonly run: SideRun;
  /** The same for one run, whether it is read from a result file or from its recording. */
  readonly identity: string;
  /** Of several targets that were asked in turn, the name of its own; `null` where there was one only. */
  readonly side: string | null;
}

/**
 * A run of a result as it is compared.
 *
 * @example
 * ```ts
 * const { result } = resultOf(await Bun.file("result.json").json());
 * result?.runs.map((run) => sideResult(run).identity);
 * ```
 */
export function sideResult(result: ResultRun): SideResult {
  const { config, environment, side = null, pair = null, summary, instrument, warnings } = result;
  const { prompt_tokens: prompt, cached_tokens: cached = null } = summary.usage;
  const window = Math.round((result.duration_ms ?? 0) * 1000);
  return {
    run: sideRun({
      config,
      environment,
      distributions: {
        ttft: inMicros(summary.ttft_ms),
        tpot: inMicros(summary.tpot_ms),
        e2e: inMicros(summary.e2e_ms),
        outputRate: summary.output_tokens_per_second,
      },
      outcomes: summary.outcomes,
      window,
      cachedShare: cached === null || !prompt ? null : cached / prompt,
      isClientLimited: instrument.client_limited,
      isCutShort: warnings.some(({ code }) => CUT_SHORT.has(code)),
      pair,
    }),
    identity: JSON.stringify([
      side,
      config["plan_seed"],
      window,
      summary.outcomes,
      summary.ttft_ms.p50,
    ]),
    side,
  };
}

function inMicros(statistics: ResultStatistics): Distribution {
  const entries = Object.entries(statistics).map(([name, value]: [string, number | null]) => [
    name,
    value === null || name === "count" ? value : value * 1000,
  ]);
  return Object.fromEntries(entries) as unknown as Distribution;
}
