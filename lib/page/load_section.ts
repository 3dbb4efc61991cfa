import type { Bilingual, Language } from "../base/message.ts";
import type { ResultSearch } from "../report/run/result.ts";
import { searchConclusion } from "../report/run/search_conclusion.ts";
import { formatShare } from "../text/amounts.ts";
import { formatRate } from "../text/units.ts";
import { html, type Markup } from "./markup.ts";
import { timeCell } from "./overview.ts";
import type { LoadCurve, LoadLine, LoadStep } from "./page_data.ts";
import type { ExportedSearch } from "../report/export/exported_run.ts";
import type { ReportedRun } from "./page_input.ts";
import { type Cell, renderTable } from "./tables.ts";
import { renderWarningList } from "./warning_list.ts";

/** The curves of sweeps and searches, with what the searches found, and the numbers of each step. */
export function renderLoadCurve(
  { lines }: LoadCurve,
  given: {
    readonly runs: readonly ReportedRun[];
    readonly searches: readonly ExportedSearch[];
    readonly language: Language;
  },
): Markup {
  const { runs, searches, language } = given;
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const each = loadWords(lines)[language];
  const isSeveral = lines.length > 1;
  return html`<section id="load" aria-labelledby="load-title">
    <h2 id="load-title">${t("Throughput against latency", "吞吐与延迟")}</h2>
    <p>
      ${t(`Each point is a run; the number beside it is its ${each}. Right is more output, up is slower.`, `每个点是一次运行，旁边的数字是${each}。越靠右输出越多，越靠上越慢。`)}
      ${isSeveral && t("Each result has a colour; a line joins the loads of one sweep or search.", "每份结果一种颜色；连线只连接同一次扫描或搜索的各个负载。")}
    </p>
    ${searches.map(
      ({ resultName, search }) =>
        html`<p class="verdict">
            ${named(resultName, conclusionOf(search, language), { language })}
          </p>
          ${renderWarningList(search.warnings ?? [], language)}`,
    )}
    <div class="pair">
      <figure>
        <figcaption>
          ${t("First token (TTFT) against output tokens/s", "首 token (TTFT) 与输出 token/s")}
        </figcaption>
        <div class="chart" data-chart="load" data-metric="ttft"></div>
      </figure>
      <figure>
        <figcaption>
          ${t("Per token (TPOT) against output tokens/s", "每 token (TPOT) 与输出 token/s")}
        </figcaption>
        <div class="chart" data-chart="load" data-metric="tpot"></div>
      </figure>
    </div>
    ${renderTable(stepsTable(lines, { each, runs, language }))}
  </section>`;
}

function stepsTable(
  lines: readonly LoadLine[],
  given: {
    readonly each: string;
    readonly runs: readonly ReportedRun[];
    readonly language: Language;
  },
): Parameters<typeof renderTable>[0] {
  const { each, runs, language } = given;
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const steps = lines.flatMap((line) => line.steps.map((step) => ({ line, step })));
  const isSeveral = lines.length > 1;
  const isJudged = steps.some(({ step }) => step.good !== null);
  const isSearch = steps.some(({ step }) => step.met !== null);
  const units = new Set(lines.map(({ unit }) => unit));
  const rows = steps.map(({ line, step }): Cell[] => {
    const unit = units.size > 1 && line.unit === "rate" ? "/s" : "";
    const cells: Cell[] = isSeveral ? [runs[step.run]?.label ?? line.name ?? ""] : [];
    cells.push({ value: step.load, shown: `${loadShown(step)}${unit}` });
    if (isSearch) cells.push(step.met === null ? "" : step.met ? "✓" : "✗");
    if (isJudged) cells.push({ value: step.good, shown: formatShare(step.good) });
    cells.push(
      { value: step.tokensPerSecond, shown: formatRate(step.tokensPerSecond) },
      timeCell(step.ttft.p50),
      timeCell(step.ttft.p90),
      timeCell(step.ttft.p99),
      timeCell(step.tpot.p50),
      timeCell(step.tpot.p90),
      timeCell(step.tpot.p99),
    );
    return cells;
  });
  return {
    caption: t("The steps", "各个负载"),
    headings: [
      ...(isSeveral ? [t("run", "运行")] : []),
      each,
      ...(isSearch ? [t("met", "满足")] : []),
      ...(isJudged ? [t("good", "合格")] : []),
      t("output tokens/s", "输出 token/s"),
      "TTFT p50",
      "TTFT p90",
      "TTFT p99",
      "TPOT p50",
      "TPOT p90",
      "TPOT p99",
    ],
    rows,
  };
}

function loadShown({ load }: LoadStep): string {
  return formatRate(load).replace(/\.0*$/, "");
}

/** What the number beside a point is. */
function loadWords(lines: readonly LoadLine[]): Bilingual {
  const [unit, ...others] = new Set(lines.map((line) => line.unit));
  if (others.length > 0) return { en: "load", zh: "负载" };
  return unit === "rate"
    ? { en: "rate (requests/s)", zh: "速率（请求/s）" }
    : { en: "concurrency", zh: "并发" };
}

/** What a search found, in a sentence. */
export function conclusionOf(search: ResultSearch, language: Language): string {
  const ends = ["closed_in", "lowest", "highest", "most_steps", "stopped"] as const;
  const end = ends.find((known) => known === search.end) ?? "stopped";
  return searchConclusion({ ...search, end }, { isRate: search.flag === "rate" })[language];
}

function named(
  name: string | null,
  text: string,
  { language }: { readonly language: Language },
): string {
  return name === null ? text : `${name}${{ en: ": ", zh: "：" }[language]}${text}`;
}
