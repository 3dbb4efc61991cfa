import type { FinishedRun } from "../../measure/finished_run.ts";
import type { SearchResult } from "../../measure/search_result.ts";
import { formatCount, formatShare } from "../../text/amounts.ts";
import { padColumns } from "../../text/columns.ts";
import type { Language } from "../../base/message.ts";
import { formatRate, formatTime } from "../../text/units.ts";
import { searchConclusion } from "./search_conclusion.ts";

/** What the steps of a search are shown with. */
export interface SearchView {
  /** The runs of the steps, in their order. A step that was cut short has a run, but is no step. */
  readonly runs: readonly FinishedRun[];
  readonly isRate: boolean;
  readonly language: Language;
}

/**
 * A search's steps, one a line in the order they were tried, with the requests that each rests on; and what it found.
 * p99 is `–` in a step with fewer than 100 samples. No final newline.
 */
export function renderSearch(found: SearchResult, { runs, isRate, language }: SearchView): string {
  const conclusion = searchConclusion(found, { isRate })[language];
  if (found.steps.length === 0) return conclusion;
  const rows = found.steps.map(({ value, met }, index) => {
    const { summary, records } = runs[index] ?? {};
    return [
      met ? "✓" : "✗",
      isRate ? `${formatRate(value)}/s` : String(value),
      formatCount(records?.length ?? null),
      formatShare(summary?.goodput?.goodShare ?? null),
      formatTime(summary?.ttft.p99 ?? null),
      formatTime(summary?.ttft.max ?? null),
      formatTime(summary?.tpot.p99 ?? null),
      formatTime(summary?.tpot.max ?? null),
      formatRate(summary?.outputRate ?? null),
    ];
  });
  const headings =
    language === "zh"
      ? [
          "",
          isRate ? "速率" : "并发",
          "请求",
          "合格",
          "TTFT p99",
          "最大",
          "TPOT p99",
          "最大",
          "token/s",
        ]
      : [
          "",
          isRate ? "rate" : "concurrency",
          "requests",
          "good",
          "TTFT p99",
          "max",
          "TPOT p99",
          "max",
          "tokens/s",
        ];
  const table = [headings, ...rows];
  const widths = headings.map((_, column) =>
    Math.max(...table.map((row) => Bun.stringWidth(row[column] ?? ""))),
  );
  const lines = table.map((row) =>
    row.map((cell, column) => padColumns(cell, widths[column] ?? 0, { align: "end" })).join("  "),
  );
  return [...lines, "", conclusion].join("\n");
}
