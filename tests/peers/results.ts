import type { Run } from "./measure.ts";
import { type Spread, spreadOf, type Statistics } from "./statistics.ts";
import { OTHER_TOOLS, type OtherTool, type ToolName } from "./tools/tool.ts";
import { type Figures, METRICS, type Metric } from "./truth.ts";

/** All that was measured, as it is kept. */
export interface Results {
  readonly schema: 1;
  /** The day, as 2026-11-28. */
  readonly date: string;
  readonly machine: string;
  /** How many processes wanted to run on average, in the minute before; 0 where the system does not say. */
  readonly busy: number;
  readonly cores: number;
  readonly rounds: number;
  readonly tools: readonly {
    readonly name: ToolName;
    readonly title: string;
    readonly version: string;
  }[];
  /** What could not be installed, and why. */
  readonly absent: readonly { readonly title: string; readonly why: string }[];
  /** Runs that came to nothing, as when one took too long: they are in no table. */
  readonly lost: readonly string[];
  readonly runs: readonly Run[];
  /** Those with faults. */
  readonly faults: readonly Run[];
}

/** Part of a metric that is compared. */
export type Part = "mean" | "p50" | "p99";

/** Of one metric, over the rounds. */
export interface Errors {
  readonly truth: Spread;
  readonly reported: Spread;
  /** What is reported − what is true, in each round. */
  readonly error: Spread;
}

/** How far a tool is from the truth at so many streams; `null` where it has no such metric. */
export function errorsOf(
  runs: readonly Run[],
  of: {
    readonly tool: ToolName;
    readonly streams: number;
    readonly metric: Metric;
    readonly part: Part;
  },
): Errors | null {
  const pairs = runsOf(runs, of).flatMap((run) => {
    const reported = valueOf(run.reported, of);
    const truth = valueOf(run.truth, of);
    return reported === null || truth === null ? [] : [{ reported, truth }];
  });
  const truth = spreadOf(pairs.map((pair) => pair.truth));
  const reported = spreadOf(pairs.map((pair) => pair.reported));
  const error = spreadOf(pairs.map((pair) => pair.reported - pair.truth));
  return truth === null || reported === null || error === null ? null : { truth, reported, error };
}

/** The runs of a tool at so many streams. */
export function runsOf(
  runs: readonly Run[],
  { tool, streams }: { readonly tool: ToolName; readonly streams: number },
): Run[] {
  return runs.filter((run) => run.tool === tool && run.streams === streams);
}

/** The numbers of streams, in their order. */
export function streamsOf(runs: readonly Run[]): number[] {
  return [...new Set(runs.map(({ streams }) => streams))].toSorted((a, b) => a - b);
}

/** What another tool says itself, and what `--as` has in its column; each beside what was true in its runs. */
export interface AsRow {
  readonly tool: OtherTool;
  readonly streams: number;
  readonly metric: Metric;
  readonly part: Part;
  readonly own: Spread;
  readonly ownTruth: Spread;
  readonly column: Spread;
  readonly columnTruth: Spread;
  /** How far the tool is from its truth − how far our column is from its own: the runs were not the same streams. */
  readonly difference: number;
  /** Within 3 ms, or 2 %. */
  readonly agrees: boolean;
}

/** Holds each figure of the other tools against our column of `--as`; medians over the rounds. */
export function asRows(runs: readonly Run[]): AsRow[] {
  return streamsOf(runs).flatMap((streams) =>
    OTHER_TOOLS.flatMap((tool) =>
      METRICS.flatMap((metric) =>
        partsOf(metric).flatMap((part) => asRow(runs, { tool, streams, metric, part })),
      ),
    ),
  );
}

function asRow(
  runs: readonly Run[],
  of: Pick<AsRow, "tool" | "streams" | "metric" | "part">,
): AsRow[] {
  const { tool, streams, metric } = of;
  const theirs = errorsOf(runs, of);
  const columns = runsOf(runs, { tool: "streamgauge", streams }).flatMap(
    ({ as }) => as?.[tool] ?? [],
  );
  const column = spreadOf(columns.map((one) => valueOf(one.column.figures, of)));
  const columnTruth = spreadOf(columns.map((one) => valueOf(one.truth, of)));
  if (theirs === null || column === null || columnTruth === null) return [];
  const { reported: own, truth: ownTruth } = theirs;
  const difference = own.median - ownTruth.median - (column.median - columnTruth.median);
  const allowed = Math.max(metric.endsWith("_ms") ? 3 : 0, 0.02 * Math.abs(column.median));
  const agrees = Math.abs(difference) <= allowed;
  return [{ ...of, own, ownTruth, column, columnTruth, difference, agrees }];
}

function partsOf(metric: Metric): Part[] {
  return metric === "run_output_tokens_per_second" ? ["mean"] : ["mean", "p50", "p99"];
}

function valueOf(
  figures: Figures,
  { metric, part }: { readonly metric: Metric; readonly part: Part },
): number | null {
  const statistics: Statistics | null | undefined = figures[metric];
  return statistics?.[part] ?? null;
}
