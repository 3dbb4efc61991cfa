import type { FinishedRun } from "../../measure/finished_run.ts";
import { formatShare } from "../../text/amounts.ts";
import { padColumns } from "../../text/columns.ts";
import type { Language } from "../../base/message.ts";
import { formatRate, formatTime, NO_VALUE } from "../../text/units.ts";

/** What a search tried and found. */
export interface Search {
  readonly best: number | null;
  readonly steps: readonly { readonly value: number; readonly met: boolean }[];
}

/** A search's steps, one a line in the order they were tried, and what it found. No final newline. */
export function renderSearch(
  { best, steps }: Search,
  options: {
    readonly runs: readonly FinishedRun[];
    readonly isRate: boolean;
    readonly language: Language;
  },
): string {
  const { runs, isRate, language } = options;
  const rows = steps.map(({ value, met }, index) => {
    const summary = runs[index]?.summary;
    const output = summary?.outputRate ?? null;
    return [
      met ? "✓" : "✗",
      isRate ? `${formatRate(value)}/s` : String(value),
      formatShare(summary?.goodput?.goodShare ?? null),
      formatTime(summary?.ttft.p99 ?? summary?.ttft.max ?? null),
      formatTime(summary?.tpot.p99 ?? summary?.tpot.max ?? null),
      output === null ? NO_VALUE : `${formatRate(output)} tokens/s`,
    ];
  });
  const headings =
    language === "zh"
      ? ["", isRate ? "速率" : "并发", "合格", "TTFT p99", "TPOT p99", "输出"]
      : ["", isRate ? "rate" : "concurrency", "good", "TTFT p99", "TPOT p99", "output"];
  const table = [headings, ...rows];
  const widths = headings.map((_, column) =>
    Math.max(...table.map((row) => Bun.stringWidth(row[column] ?? ""))),
  );
  const lines = table.map((row) =>
    row.map((cell, column) => padColumns(cell, widths[column] ?? 0, { align: "end" })).join("  "),
  );
  return [...lines, "", conclusion(best, { isRate, language })].join("\n");
}

function conclusion(
  best: number | null,
  { isRate, language }: { readonly isRate: boolean; readonly language: Language },
): string {
  if (best === null) {
    return language === "zh"
      ? "没有任何一步满足要求：请放宽 --slo，或从更低处开始"
      : "No step met the service level: loosen --slo, or start lower";
  }
  const value = isRate
    ? `${formatRate(best)} ${language === "zh" ? "请求/秒" : "requests/s"}`
    : String(best);
  if (language === "zh") return `满足要求的最高${isRate ? "速率" : "并发数"}：${value}`;
  return `The highest ${isRate ? "rate" : "concurrency"} that met the service level: ${value}`;
}
