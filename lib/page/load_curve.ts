import { asObject } from "../base/json.ts";
import type { LoadCurve, LoadStep } from "./page_data.ts";
import type { ReportedRun } from "./page_input.ts";

/**
 * The curve that people size servers by: what a sweep or a search gave at each load, in the order of the loads. `null` where
 * fewer than two loads were tried, or some runs have a rate and others none.
 */
export function loadCurve(runs: readonly ReportedRun[]): LoadCurve | null {
  const measured = runs.filter(({ kind }) => kind === "run");
  const unit = measured.every(({ result }) => typeof result.config["rate"] === "number")
    ? "rate"
    : "concurrency";
  const steps = runs.flatMap((run, index): LoadStep[] => {
    const { config, summary } = run.result;
    const load = config[unit];
    const isMixed = unit === "concurrency" && typeof config["rate"] === "number";
    if (run.kind !== "run" || typeof load !== "number" || isMixed) return [];
    const { ttft_ms: ttft, tpot_ms: tpot, output_tokens_per_second: tokensPerSecond } = summary;
    return [
      {
        run: index,
        load,
        tokensPerSecond,
        ttft: { p50: ttft.p50, p90: ttft.p90, p99: ttft.p99 },
        tpot: { p50: tpot.p50, p90: tpot.p90, p99: tpot.p99 },
      },
    ];
  });
  if (new Set(steps.map(({ load }) => load)).size < 2) return null;
  const level = asObject(measured[0]?.result.config["slo_ms"]) ?? {};
  const limit = (name: string): number | null => {
    const value = level[name];
    return typeof value === "number" ? value : null;
  };
  return {
    unit,
    steps: steps.toSorted((a, b) => a.load - b.load),
    limits: { ttft: limit("ttft"), tpot: limit("tpot") },
  };
}
