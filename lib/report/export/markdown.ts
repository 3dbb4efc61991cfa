import type { Bilingual, Language } from "../../base/message.ts";
import { formatCount, formatShare } from "../../text/amounts.ts";
import { makeHarmless } from "../../text/terminal_text.ts";
import { formatRate, formatTime, NO_VALUE } from "../../text/units.ts";
import type { ResultStatistics, ResultWarning } from "../run/result.ts";
import { levelFromDueText, resultBoundsTexts, resultSteadyText } from "../run/result_texts.ts";
import { searchConclusion } from "../run/search_conclusion.ts";
import {
  differing,
  type ExportedRun,
  type ExportedSearch,
  metBySearch,
  originOf,
} from "./exported_run.ts";

/** A table that stands below a run. */
export interface MarkdownTable {
  readonly title: Bilingual;
  readonly headings: readonly Bilingual[];
  readonly rows: readonly (readonly (string | number | null)[])[];
  readonly notes: readonly Bilingual[];
}

/** How {@linkcode runsMarkdown} writes. */
export interface RunsMarkdownOptions {
  readonly language: Language;
  /** Of which results there were searches. Default: none. */
  readonly searches?: readonly ExportedSearch[];
  /** What is to be said about all of it; comes first. Default: nothing. */
  readonly notes?: readonly Bilingual[];
  /** What else is to be said of a run. Default: nothing. */
  readonly tablesOf?: (run: ExportedRun) => readonly MarkdownTable[];
}

/**
 * Runs as Markdown, for a pull request or notes: the figures of each, how they are distributed, and the warnings. Where there
 * are several, a table of all comes first, and what a search found. No final newline.
 */
export function runsMarkdown(
  runs: readonly ExportedRun[],
  { language, searches = [], notes = [], tablesOf = () => [] }: RunsMarkdownOptions,
): string {
  const overview = runs.length > 1 ? [overviewOf(runs, { language, searches })] : [];
  const found = searches.map((one) => searchMarkdown(one, language));
  const each = runs.map((run) =>
    [runMarkdown(run, language), ...tablesOf(run).map((one) => tableMarkdown(one, language))].join(
      "\n\n",
    ),
  );
  const said = notes.map((note) => `- ${escaped(note[language])}`).join("\n");
  return [said, ...overview, ...found, ...each].filter((block) => block !== "").join("\n\n");
}

/** What a search found, and what is to be known of that. */
function searchMarkdown({ resultName, search }: ExportedSearch, language: Language): string {
  const ends = ["closed_in", "lowest", "highest", "most_steps", "stopped"] as const;
  const end = ends.find((known) => known === search.end) ?? "stopped";
  const isRate = search.flag === "rate";
  const text = searchConclusion({ ...search, end }, { isRate })[language];
  const name = resultName === null ? "" : `${resultName}${{ en: ": ", zh: "：" }[language]}`;
  return [`**${escaped(name + text)}**`, warningLines(search.warnings ?? [], language)]
    .filter((block) => block !== "")
    .join("\n\n");
}

function tableMarkdown(
  { title, headings, rows, notes }: MarkdownTable,
  language: Language,
): string {
  const cells = rows.map((row) => row.map((cell) => String(cell ?? NO_VALUE)));
  const said = notes.map((note) => `- ${escaped(note[language])}`);
  return [
    `#### ${title[language]}`,
    table(
      headings.map((heading) => heading[language]),
      cells,
    ),
    said.join("\n"),
  ]
    .filter((block) => block !== "")
    .join("\n\n");
}

function warningLines(warnings: readonly ResultWarning[], language: Language): string {
  const prefix = { en: "warning", zh: "注意" }[language];
  return warnings
    .flatMap(({ message, step }) => [
      `- **${prefix}**: ${escaped(message)}`,
      ...(step === undefined ? [] : [`  ${escaped(step)}`]),
    ])
    .join("\n");
}

function overviewOf(
  runs: readonly ExportedRun[],
  {
    language,
    searches,
  }: { readonly language: Language; readonly searches: readonly ExportedSearch[] },
): string {
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const origins = differing(runs);
  const met = runs.map((run) => metBySearch(run, { runs, searches }));
  const isSearch = met.some((one) => one !== null);
  const isJudged = runs.some(({ result }) => result.summary.goodput !== null);
  return table(
    [
      t("run", "运行"),
      ...origins.map((name) => (name === "model" ? t("model", "模型") : t("endpoint", "服务端"))),
      ...(isSearch ? [t("met", "满足")] : []),
      t("complete", "完整"),
      ...(isJudged ? [t("good", "合格")] : []),
      "TTFT p50",
      "TTFT p99",
      "TPOT p50",
      "E2E p50",
      t("output tokens/s", "输出 token/s"),
    ],
    runs.map(({ label, result }, at) => {
      const { summary, requests } = result;
      const judged = met[at] ?? null;
      return [
        label,
        ...origins.map((name) => originOf(result, name) ?? NO_VALUE),
        ...(isSearch ? [judged === null ? "" : judged ? "✓" : "✗"] : []),
        `${formatCount(summary.outcomes.complete)}/${formatCount(requests.length)}`,
        ...(isJudged ? [formatShare(summary.goodput?.good_share ?? null)] : []),
        time(summary.ttft_ms.p50),
        time(summary.ttft_ms.p99),
        time(summary.tpot_ms.p50),
        time(summary.e2e_ms.p50),
        formatRate(summary.output_tokens_per_second),
      ];
    }),
  );
}

function runMarkdown({ label, result }: ExportedRun, language: Language): string {
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const { summary, requests, config, environment, warnings } = result;
  const { goodput, outcomes } = summary;
  const started = environment["started_at"];
  const full = resultSteadyText(summary);
  const fromDue = levelFromDueText(result);
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
    ...(full === null ? [] : [`${t("when full", "满载")}: ${full[language]}`]),
    ...resultBoundsTexts(summary).map((text) => `${t("99% sure", "上界")}: ${text[language]}`),
    ...(fromDue === null ? [] : [fromDue[language]]),
  ];
  const lines = [...facts, ...figures].map((text) => `- ${escaped(text)}`);
  const statistics = table(
    ["", t("samples", "样本"), t("mean", "平均"), "p50", "p90", "p99", t("max", "最大")],
    [
      row("TTFT", summary.ttft_ms),
      row(t("gap (ITL)", "间隔 (ITL)"), summary.itl_ms),
      row("TPOT", summary.tpot_ms),
      row("E2E", summary.e2e_ms),
      ...scheduledRow(t("wait to be sent", "等待发送"), summary.wait_ms),
      ...scheduledRow(t("wait + TTFT", "等待 + TTFT"), summary.ttft_scheduled_ms),
      ...scheduledRow(t("wait + E2E", "等待 + E2E"), summary.e2e_scheduled_ms),
    ],
  );
  return [`### ${escaped(label)}`, lines.join("\n"), statistics, warningLines(warnings, language)]
    .filter((block) => block !== "")
    .join("\n\n");
}

function row(name: string, { count, mean, p50, p90, p99, max }: ResultStatistics): string[] {
  return [name, formatCount(count), ...[mean, p50, p90, p99, max].map(time)];
}

/** Of an open loop alone. */
function scheduledRow(name: string, statistics?: ResultStatistics): string[][] {
  return statistics === undefined || statistics.count === 0 ? [] : [row(name, statistics)];
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
