import type { RequestMetrics } from "../measure/metrics.ts";
import type { ReportedResult } from "./json.ts";
import { padColumns } from "./columns.ts";
import { formatRate, formatTime, NO_VALUE } from "./units.ts";

/** One request in a table of several. */
export interface SummaryEntry {
  readonly name: string;
  readonly result: ReportedResult;
  readonly metrics: RequestMetrics;
}

const HEADINGS = ["", "outcome", "ttft", "tpot", "e2e", "closed", "tokens", "tokens/s"];

/**
 * A table with one line for each request: outcome, times, tokens out, and tokens per second overall. No final
 * newline.
 */
export function renderSummaryTable(entries: readonly SummaryEntry[]): string {
  const rows = entries.map(({ name, result, metrics }) => [
    name,
    result.verdict.outcome,
    formatTime(metrics.ttft),
    formatTime(metrics.tpot),
    formatTime(metrics.e2e),
    formatTime(metrics.closed),
    String(result.reading.timeline.usage?.completionTokens ?? NO_VALUE),
    formatRate(metrics.outputRate),
  ]);
  const table = [HEADINGS, ...rows];
  const widths = HEADINGS.map((_, column) =>
    Math.max(...table.map((row) => Bun.stringWidth(row[column] ?? ""))),
  );
  return table
    .map((row) =>
      row
        .map((cell, column) =>
          padColumns(cell, widths[column] ?? 0, { align: column < 2 ? "start" : "end" }),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** How many requests had each outcome: `3 complete, 1 truncated`. */
export function renderOutcomes(entries: readonly SummaryEntry[]): string {
  const counts = new Map<string, number>();
  for (const { result } of entries) {
    const { outcome } = result.verdict;
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  return [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(", ");
}
