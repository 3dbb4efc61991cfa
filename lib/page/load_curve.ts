import { asObject, type JsonObject } from "../base/json.ts";
import type { LoadCurve, LoadLine, LoadStep } from "./page_data.ts";
import type { ExportedSearch } from "../report/export/exported_run.ts";
import type { ReportedRun } from "./page_input.ts";

/** A run with its place among all. */
interface PlacedRun {
  readonly run: ReportedRun;
  readonly index: number;
}

/**
 * The curves that people size servers by: what each sweep or search gave at each load, in the order of the loads. A result
 * with a single load has its point beside them. `null` where there was no search and no
 * result tried two loads.
 *
 * @example
 * ```ts
 * loadCurve([]); // null
 * ```
 */
export function loadCurve(
  runs: readonly ReportedRun[],
  searches: readonly ExportedSearch[] = [],
): LoadCurve | null {
  const placed = runs.map((run, index) => ({ run, index }));
  const measured = placed.filter(({ run }) => run.kind === "run");
  const results = Map.groupBy(measured, ({ run }) => lineName(run));
  const lines = [...results].flatMap(([name, group]) => {
    const search = searches.find(({ resultName }) => resultName === group[0]?.run.resultName);
    return lineOf(group, { name, search });
  });
  if (lines.length === 0) return null;
  return searches.length > 0 || lines.some(({ isSeries }) => isSeries) ? { lines } : null;
}

/** The line that a run belongs to: its result, and of several targets of one its own. `null`: there is one line only. */
export function lineName({ resultName, result: { side } }: ReportedRun): string | null {
  if (side === undefined) return resultName;
  return resultName === null ? side : `${resultName}: ${side}`;
}

function isRate({ rate }: JsonObject): boolean {
  return typeof rate === "number";
}

function lineOf(
  group: readonly PlacedRun[],
  { name, search }: { readonly name: string | null; readonly search: ExportedSearch | undefined },
): LoadLine[] {
  const configs = group.map(({ run }) => run.result.config);
  const unit = configs.every(isRate) ? "rate" : "concurrency";
  // A rate and a concurrency have no order.
  if (unit === "concurrency" && configs.some(isRate)) return [];
  const steps = group.flatMap(({ run, index }, at): LoadStep[] => {
    const { config, summary } = run.result;
    const load = config[unit];
    if (typeof load !== "number") return [];
    const { ttft_ms: ttft, tpot_ms: tpot, output_tokens_per_second: tokensPerSecond } = summary;
    return [
      {
        run: index,
        load,
        tokensPerSecond,
        ttft: { p50: ttft.p50, p90: ttft.p90, p99: ttft.p99 },
        tpot: { p50: tpot.p50, p90: tpot.p90, p99: tpot.p99 },
        good: summary.goodput?.good_share ?? null,
        met: search?.search.steps[at]?.met ?? null,
      },
    ];
  });
  if (steps.length === 0) return [];
  const level = asObject(configs[0]?.["slo_ms"]) ?? {};
  const limit = (metric: string): number | null => {
    const value = level[metric];
    return typeof value === "number" ? value : null;
  };
  return [
    {
      name,
      isSeries: new Set(steps.map(({ load }) => load)).size > 1,
      unit,
      steps: steps.toSorted((a, b) => a.load - b.load),
      limits: { ttft: limit("ttft"), tpot: limit("tpot") },
    },
  ];
}
