import { basename } from "node:path";
import type { RequestMetrics } from "../../measure/metrics.ts";
import type { Timeline } from "../../measure/timeline.ts";
import type { Outcome } from "../../measure/outcome.ts";
import { padColumns } from "../../text/columns.ts";
import type { ReportedResult } from "./result_json.ts";
import type { Language } from "../../base/message.ts";
import { OUTCOME_WORDS } from "../outcome_words.ts";
import { makeHarmless } from "../../text/terminal_text.ts";
import { formatRate, formatTime, NO_VALUE } from "../../text/units.ts";

/** One transcript in a table of several. */
export interface SummaryEntry {
  readonly path: string;
  readonly result: Pick<ReportedResult, "verdict"> & {
    readonly reading: { readonly timeline: Pick<Timeline, "usage"> };
  };
  readonly metrics: Omit<RequestMetrics, "itl">;
}

/** How {@linkcode renderSummaryTable} and {@linkcode renderOutcomes} write. */
export interface SummaryOptions {
  readonly language: Language;
}

const HEADINGS: Readonly<Record<Language, readonly string[]>> = {
  en: ["file", "outcome", "TTFT", "TPOT", "E2E", "closed", "tokens out", "tokens/s"],
  zh: ["文件", "结果", "TTFT", "TPOT", "E2E", "结束", "输出 token", "token/s"],
};

/** Texts, which begin their column; the others are numbers. */
const TEXT_COLUMNS = 2;

/**
 * A table with one line for each transcript: outcome, times, tokens out, and tokens per second of the whole request.
 * Files go by their name, or by their path where two have the same name. No final newline.
 */
export function renderSummaryTable(
  entries: readonly SummaryEntry[],
  { language }: SummaryOptions,
): string {
  const names = namesOf(entries.map(({ path }) => path));
  const rows = entries.map(({ result, metrics }, index) => [
    makeHarmless(names[index] ?? ""),
    OUTCOME_WORDS[result.verdict.outcome][language],
    formatTime(metrics.ttft),
    formatTime(metrics.tpot),
    formatTime(metrics.e2e),
    formatTime(metrics.closed),
    String(result.reading.timeline.usage?.completionTokens ?? NO_VALUE),
    formatRate(metrics.outputRate),
  ]);
  const table = [HEADINGS[language], ...rows];
  const widths = HEADINGS[language].map((_, column) =>
    table.reduce((width, row) => Math.max(width, Bun.stringWidth(row[column] ?? "")), 0),
  );
  return table
    .map((row) =>
      row
        .map((cell, column) =>
          padColumns(cell, widths[column] ?? 0, { align: column < TEXT_COLUMNS ? "start" : "end" }),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** How many transcripts have each outcome, in the order in which they come: `3 complete, 1 truncated`. */
export function renderOutcomes(
  entries: readonly SummaryEntry[],
  { language }: SummaryOptions,
): string {
  const counts = new Map<Outcome, number>();
  for (const { result } of entries) {
    const { outcome } = result.verdict;
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  const parts = [...counts].map(([outcome, count]) =>
    language === "zh"
      ? `${OUTCOME_WORDS[outcome].zh} ${count} 个`
      : `${count} ${OUTCOME_WORDS[outcome].en}`,
  );
  return parts.join(language === "zh" ? "，" : ", ");
}

function namesOf(paths: readonly string[]): readonly string[] {
  const names = paths.map((path) => basename(path));
  return new Set(names).size < new Set(paths).size ? paths : names;
}
