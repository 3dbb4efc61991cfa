import type { Language } from "../../base/message.ts";
import { formatCount, formatShare } from "../../text/amounts.ts";
import { makeHarmless } from "../../text/terminal_text.ts";
import { formatRate, formatTime, NO_VALUE } from "../../text/units.ts";
import type { ResultStatistics } from "../run/result_form.ts";
import type { ExportedRun } from "./exported_run.ts";

/**
 * Runs as Markdown, for a pull request or notes: the figures of each, how they are distributed, and the warnings. Where there
 * are several, a table of all comes first. No final newline.
 */
export function runsMarkdown(runs: readonly ExportedRun[], language: Language): string {
  const overview = runs.length > 1 ? [overviewOf(runs, language)] : [];
  return [...overview, ...runs.map((run) => runMarkdown(run, language))].join("\n\n");
}

function overviewOf(runs: readonly ExportedRun[], language: Language): string {
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  return table(
    [
      t("run", "运行"),
      t("complete", "完整"),
      "TTFT p50",
      "TTFT p99",
      "TPOT p50",
      "E2E p50",
      t("output tokens/s", "输出 token/s"),
    ],
    runs.map(({ label, result: { summary, requests } }) => [
      label,
      `${formatCount(summary.outcomes.complete)}/${formatCount(requests.length)}`,
      time(summary.ttft_ms.p50),
      time(summary.ttft_ms.p99),
      time(summary.tpot_ms.p50),
      time(summary.e2e_ms.p50),
      formatRate(summary.output_tokens_per_second),
    ]),
  );
}

function runMarkdown({ label, result }: ExportedRun, language: Language): string {
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const { summary, requests, config, environment, warnings } = result;
  const { goodput, outcomes } = summary;
  const started = environment["started_at"];
  const facts = [
    [t("model", "模型"), config["model"]],
    [t("endpoint", "服务端"), config["base_url"]],
    [t("begun", "开始"), started],
  ].flatMap(([name, value]) => (typeof value === "string" ? [`${name}: ${value}`] : []));
  const complete = `${formatCount(outcomes.complete)}/${formatCount(requests.length)}`;
  const figures = [
    `${t("complete", "完整")}: ${complete}`,
    `${t("output tokens/s", "输出 token/s")}: ${formatRate(summary.output_tokens_per_second)}`,
    `${t("requests/s", "请求/s")}: ${formatRate(summary.requests_per_second)}`,
    ...(goodput === null ? [] : [`${t("good", "合格")}: ${formatShare(goodput.good_share)}`]),
  ];
  const lines = [...facts, ...figures].map((text) => `- ${escaped(text)}`);
  const statistics = table(
    ["", t("samples", "样本"), t("mean", "平均"), "p50", "p90", "p99", t("max", "最大")],
    [
      row("TTFT", summary.ttft_ms),
      row(t("gap (ITL)", "间隔 (ITL)"), summary.itl_ms),
      row("TPOT", summary.tpot_ms),
      row("E2E", summary.e2e_ms),
    ],
  );
  const warned = warnings.map(
    ({ message }) => `- **${t("warning", "注意")}**: ${escaped(message)}`,
  );
  return [`### ${escaped(label)}`, lines.join("\n"), statistics, warned.join("\n")]
    .filter((block) => block !== "")
    .join("\n\n");
}

function row(name: string, { count, mean, p50, p90, p99, max }: ResultStatistics): string[] {
  return [name, formatCount(count), ...[mean, p50, p90, p99, max].map(time)];
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = `| ${headings.map((_, at) => (at === 0 ? "---" : "---:")).join(" | ")} |`;
  return [line(headings), rule, ...rows.map(line)].join("\n");
}

function line(cells: readonly string[]): string {
  return `| ${cells.map(escaped).join(" | ")} |`;
}

function time(ms: number | null): string {
  return ms === null ? NO_VALUE : formatTime(ms * 1000);
}

/** What files say is text, no markup, and no link to anybody. */
function escaped(text: string): string {
  return makeHarmless(text)
    .replaceAll(/[\\`*_{}[\]<>#|~]/g, "\\$&")
    .replaceAll("@", "@\u200b")
    .replaceAll(/\s*\n\s*/g, " ");
}
