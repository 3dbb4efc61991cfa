import type { FinishedRun } from "../measure/finished_run.ts";
import type { SearchResult } from "../measure/search_result.ts";
import type { Calibration } from "../measure/calibration.ts";
import { ExactCounts } from "../measure/distribution.ts";
import { definitionsNamed } from "../measure/definitions/definitions.ts";
import type { DefinitionName } from "../measure/definitions/figures.ts";
import { sideBySide, type SideBySide } from "../measure/definitions/side_by_side.ts";
import { renderDefinitions } from "../report/definitions/definitions_report.ts";
import { gapLabel } from "../report/gap_label.ts";
import type { LostStreams } from "../report/run/lost_streams.ts";
import { renderRun } from "../report/run/run_table.ts";
import { warningsOf } from "../report/run/warnings.ts";
import { renderCalibration } from "../report/run/calibration_report.ts";
import { renderHistogram } from "../report/run/histogram.ts";
import { renderSearch } from "../report/run/search_steps.ts";
import { searchWarnings } from "../report/run/search_warnings.ts";
import type { ScriptContext } from "../command/script.ts";
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
    definitions = [],
  }: Display & {
    readonly lost?: LostStreams;
    readonly definitions?: readonly DefinitionName[];
  },
): void {
  const width = Math.min(out.width ?? 100, WIDEST);
  const options = { language, width, styles: out.colors, lost };
  out.write(`\n${renderRun(run, { ...options, warnings: warningsOf(run), wrap: wrapColumns })}\n`);
  const { ttft, itl } = countsOf(run);
  const gap = gapLabel(run.summary.tokensPerDelta).label;
  for (const [label, counts] of [
    [{ en: "first token (TTFT)", zh: "首 token (TTFT)" }, ttft],
    [gap, itl],
  ] as const) {
    const drawing = { title: label[language], width: Math.min(width, 80), styles: out.colors };
    const histogram = renderHistogram(counts, drawing);
    if (histogram !== "") out.write(`\n${histogram}\n`);
  }
  if (definitions.length > 0)
    showDefinitions(sideBySide(run.records, definitionsNamed(definitions)), { out, language });
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
    context,
  }: {
    readonly runs: readonly FinishedRun[];
    readonly isRate: boolean;
    readonly context: Display & Pick<ScriptContext, "say">;
  },
): void {
  const { out, language, say } = context;
  const steps = found.steps.length;
  for (const cutShort of runs.slice(steps)) showRun(cutShort, context);
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
