import type { FinishedRun } from "../measure/finished_run.ts";
import type { SearchResult } from "../measure/search_result.ts";
import type { Calibration } from "../measure/calibration.ts";
import { ExactCounts } from "../measure/distribution.ts";
import { definitionsNamed } from "../measure/definitions/definitions.ts";
import type { DefinitionName } from "../measure/definitions/figures.ts";
import { sideBySide, type SideBySide } from "../measure/definitions/side_by_side.ts";
import { renderDefinitions } from "../report/definitions/definitions_report.ts";
import { depthOf, lengthWarning, prefixWarning, renderDepths } from "../report/run/depth_table.ts";
import { gapLabel } from "../report/gap_label.ts";
import type { LostStreams } from "../report/run/lost_streams.ts";
import { errorTexts, renderRun } from "../report/run/run_table.ts";
import { warningsOf } from "../report/run/warnings.ts";
import { renderCalibration } from "../report/run/calibration_report.ts";
import { renderHistogram } from "../report/run/histogram.ts";
import { renderLoadBars } from "../report/picture/load_bars.ts";
import { renderRunCurve } from "../report/picture/run_curve.ts";
import { renderRunStreams } from "../report/picture/run_streams.ts";
import type { ServiceLevel } from "../measure/summary.ts";
import { renderSearch } from "../report/run/search_steps.ts";
import { searchWarnings } from "../report/run/search_warnings.ts";
import type { ScriptContext } from "../command/script.ts";
import { renderComparison } from "../report/comparison/comparison_table.ts";
import { LABELS } from "../report/comparison/numbers.ts";
import type { ReportedComparison } from "../report/comparison/side.ts";
import { renderSides } from "../report/comparison/side_table.ts";
import { formatRate, formatTime } from "../text/units.ts";
import type { BenchFlags } from "./flags.ts";
import { wrapColumns } from "../text/wrap.ts";

type Display = Pick<ScriptContext, "out" | "language">;

/** Beyond this many columns, lines are hard to read. */
const WIDEST = 120;

/**
 * Shows a run: its table with the warnings, and how its TTFT and its gaps are distributed. `lost` are the streams of a
 * recorded run that it lacks; `definitions` are those of other tools that are asked for, by default none.
 */
export function showRun(
  run: FinishedRun,
  {
    out,
    language,
    lost,
    label = null,
    definitions = [],
  }: Display & {
    readonly lost?: LostStreams;
    /** What it is called, where there are several. */
    readonly label?: string | null;
    readonly definitions?: readonly DefinitionName[];
  },
): void {
  const width = Math.min(out.width ?? 100, WIDEST);
  const options = { language, width, styles: out.colors, lost };
  if (label !== null) {
    const heading = { en: `Run: ${label}`, zh: `运行：${label}` }[language];
    out.write(`\n${out.colors.bold(heading)}\n`);
  }
  out.write(`\n${renderRun(run, { ...options, warnings: warningsOf(run), wrap: wrapColumns })}\n`);
  const { ttft, itl } = countsOf(run);
  const gap = gapLabel(run.summary.tokensPerDelta).label;
  const drawn = { width: Math.min(width, 80), styles: out.colors, glyphs: out.glyphs };
  for (const [label, counts] of [
    [{ en: "first token (TTFT)", zh: "首 token (TTFT)" }, ttft],
    [gap, itl],
  ] as const) {
    const drawing = { ...drawn, title: label[language] };
    const histogram = renderHistogram(counts, drawing);
    if (histogram !== "") out.write(`\n${histogram}\n`);
  }
  const { stall_ms: stall } = run.config;
  const picture = { ...drawn, language, stall: typeof stall === "number" ? stall * 1000 : 500_000 };
  for (const text of [
    renderRunStreams(run.records, picture),
    renderRunCurve(run.records, picture),
  ]) {
    if (text !== "") out.write(`\n${text}\n`);
  }
  if (definitions.length > 0)
    showDefinitions(sideBySide(run.records, definitionsNamed(definitions)), { out, language });
}

/** Shows what several runs gave at their loads; nothing where they are all under one. */
export function showLoads(
  runs: readonly FinishedRun[],
  {
    out,
    language,
    unit,
    serviceLevel,
  }: Display & {
    readonly unit: "rate" | "concurrency";
    readonly serviceLevel: ServiceLevel | undefined;
  },
): void {
  const width = Math.min(out.width ?? 100, WIDEST);
  const drawn = { width, styles: out.colors, glyphs: out.glyphs };
  const bars = renderLoadBars(runs, { ...drawn, unit, serviceLevel, language });
  if (bars !== "") out.write(`\n${bars}\n`);
}

/** Shows a run of several in one line: what it came to is told at the end, by all of them. */
export function showRunInLine(
  run: FinishedRun,
  { out, language, label }: Display & { readonly label: string },
): void {
  const { summary, records } = run;
  const { ttft, tpot, e2e, outputRate } = summary;
  const interrupted = records.filter(({ outcome }) => outcome === "interrupted").length;
  const failed = records.filter(({ outcome }) => outcome !== "complete").length - interrupted;
  const parts = [
    `TTFT p50 ${formatTime(ttft.p50)}`,
    `TPOT ${formatTime(tpot.mean)}`,
    `E2E p50 ${formatTime(e2e.p50)}`,
    `${formatRate(outputRate)} ${LABELS.output_rate[language]}`,
    ...(failed === 0 ? [] : [{ en: `${failed} failed`, zh: `${failed} 个失败` }[language]]),
    ...(interrupted === 0
      ? []
      : [{ en: `${interrupted} interrupted`, zh: `${interrupted} 个被中断` }[language]]),
  ];
  const [error] = errorTexts(run);
  const why = error === undefined ? "" : `  ${error[language]}\n`;
  out.write(`${label}: ${parts.join(", ")}\n${why}`);
}

/** Shows runs at several depths of a context in one table, and what to know of their prefixes. */
export function showDepths(
  runs: readonly FinishedRun[],
  {
    flags: { synthetic },
    context: { out, language, say },
  }: {
    readonly flags: Pick<BenchFlags, "synthetic">;
    readonly context: Display & Pick<ScriptContext, "say">;
  },
): void {
  const depths = runs.map(depthOf).filter((depth) => depth !== null);
  if (depths.length === 0 || synthetic === undefined) return;
  const options = { lengths: synthetic, language, styles: out.colors };
  out.write(`\n${renderDepths(depths, options)}\n`);
  const [first] = runs.flatMap((run) => lengthWarning(run) ?? []);
  if (first !== undefined) say(first);
  for (const run of runs) {
    const warning = prefixWarning(run);
    if (warning !== null) say(warning);
  }
}

/** Shows what the targets of an interleaved session say of each other. `asTable`: all of them in one. */
export function showSides(
  compared: readonly ReportedComparison[],
  { out, language, asTable }: Display & { readonly asTable: boolean },
): void {
  const options = { language, width: Math.min(out.width ?? 100, 100), styles: out.colors };
  const text = asTable
    ? renderSides(compared, options)
    : compared.map((one) => renderComparison(unnamed(one), options)).join("\n\n");
  out.write(`\n${text}\n`);
}

/** The report calls the sides A and B itself. */
function unnamed({ comparison, a, b }: ReportedComparison): ReportedComparison {
  return { comparison, a: { ...a, names: [] }, b: { ...b, names: [] } };
}

/** Shows the same streams as other tools would have them. */
export function showDefinitions(side: SideBySide, { out, language }: Display): void {
  const width = Math.min(out.width ?? 100, WIDEST);
  const options = { language, width, styles: out.colors, wrap: wrapColumns };
  out.write(`\n${renderDefinitions(side, options)}\n`);
}

/**
 * Shows the steps of a search, what it found, and what to know of that: too few requests, a client that was its limit. Of
 * a step that was cut short what it measured is shown, too.
 */
export function showSearch(
  found: SearchResult,
  {
    runs,
    isRate,
    serviceLevel,
    context,
  }: {
    readonly runs: readonly FinishedRun[];
    readonly isRate: boolean;
    readonly serviceLevel: ServiceLevel | undefined;
    readonly context: Display & Pick<ScriptContext, "say">;
  },
): void {
  const { out, language, say } = context;
  const steps = found.steps.length;
  for (const cutShort of runs.slice(steps)) showRun(cutShort, context);
  const unit = isRate ? "rate" : "concurrency";
  showLoads(runs.slice(0, steps), { out, language, unit, serviceLevel });
  out.write(`\n${renderSearch(found, { runs, isRate, language })}\n`);
  for (const warning of searchWarnings(found, runs)) say(warning);
  const limited = runs
    .slice(0, steps)
    .flatMap(warningsOf)
    .findLast(({ code }) => code === "client_limited");
  if (limited !== undefined) say(limited);
}

export function showCalibration(calibration: Calibration, { out, language }: Display): void {
  out.write(`\n${renderCalibration(calibration, language)}\n`);
}

function countsOf({ records }: FinishedRun): {
  readonly ttft: ExactCounts;
  readonly itl: ExactCounts;
} {
  const ttft = new ExactCounts();
  const itl = new ExactCounts();
  for (const { outcome, metrics } of records) {
    if (outcome !== "complete") continue;
    if (metrics.ttft !== null) ttft.add(metrics.ttft);
    for (const gap of metrics.itl) itl.add(gap);
  }
  return { ttft, itl };
}
