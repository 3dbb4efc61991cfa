import type { Bilingual, Language } from "../base/message.ts";
import { OUTCOME_WORDS } from "../report/outcome_words.ts";
import type { ResultRun } from "../report/run/result.ts";
import { levelFromDueText } from "../report/run/result_texts.ts";
import { formatCount } from "../text/amounts.ts";
import { formatRate, NO_VALUE } from "../text/units.ts";
import { inTime, renderCards } from "./cards.ts";
import { METRICS } from "./definitions.ts";
import { renderFacts } from "./facts.ts";
import { html, type Markup } from "./markup.ts";
import type { OverTime } from "../measure/over_time.ts";
import type { PageRun, Spread } from "./page_data.ts";
import { definitionsTable, renderPageTable } from "./page_table.ts";
import type { ReportedRun } from "./page_input.ts";
import { statisticsHeadings, statisticsRow } from "./statistics_rows.ts";
import { type Cell, renderNumbers, renderTable } from "./tables.ts";
import { renderWarningList } from "./warning_list.ts";
import type { WorkParts } from "./work/work_parts.ts";

/** Everything about one run, at its place on the page. What scripts draw stands in there as an empty `.chart`. */
export function renderRunSection(
  run: ReportedRun,
  options: {
    readonly at: number;
    readonly page: PageRun;
    /** What is not on the page. */
    readonly leftOut: readonly Bilingual[];
    readonly work: WorkParts;
    readonly isOnly: boolean;
    readonly language: Language;
  },
): Markup {
  const { at, page, leftOut, work, isOnly, language } = options;
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const id = `run-${at}`;
  const fromDue = levelFromDueText(run.result);
  return html`<section class="run" id="${id}" data-run="${at}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${isOnly ? t("The run", "本次运行") : run.label}</h2>
    ${renderFacts(run, language)} ${renderWarningList(run.result.warnings, language)}
    ${fromDue !== null && html`<p class="left-out">${fromDue[language]}</p>`}
    ${renderCards(run.result, language)}
    <section aria-labelledby="${id}-streams">
      <h3 id="${id}-streams">${t("The streams", "各个流")}</h3>
      <p>
        ${t("A row for each request, a mark for each delta. A click, a tap or Enter opens a request.", "每行一个请求，每个标记是一个增量。单击、轻触或按 Enter 打开一个请求。")}
      </p>
      ${leftOut.map((words) => html`<p class="left-out">${words[language]}</p>`)}
      <div class="streams" data-chart="streams"></div>
      <noscript
        ><p>
          ${t("Charts and requests need scripts, which are off here.", "图表和请求列表需要脚本，而此处脚本已禁用。")}
        </p></noscript
      >
    </section>
    <section aria-labelledby="${id}-spreads">
      <h3 id="${id}-spreads">${t("Distributions", "分布")}</h3>
      ${renderTable({
        caption: t("Of complete requests", "只含完整请求"),
        headings: statisticsHeadings(language),
        rows: statisticsRows(run.result, language),
      })}
      ${page.spreads.map((spread) => renderSpread(spread, language))}
    </section>
    ${work.before.map(({ markup }) => markup)}
    ${page.overTime !== null && renderOverTime(page.overTime, { id, language })}
    ${work.behind.map(({ markup }) => markup)}
    ${
      run.result.definitions !== undefined &&
      renderPageTable(definitionsTable(run.result.definitions, language), { language, level: 3 })
    }
    ${renderErrors(run.result, language)}
  </section>`;
}

function statisticsRows({ summary }: ResultRun, language: Language): Cell[][] {
  const times = Object.entries(METRICS).flatMap(([metric, { name }]): Cell[][] => {
    const statistics = summary[metric as keyof typeof METRICS];
    const isScheduled = metric === "wait_ms" || metric.includes("scheduled");
    if (statistics === undefined || (isScheduled && statistics.count === 0)) return [];
    return [statisticsRow(name[language], { statistics, shown: inTime })];
  });
  const rate = {
    en: "output tokens/s of a request",
    zh: "单个请求的输出 token/s",
  }[language];
  return [
    ...times,
    statisticsRow(rate, {
      statistics: summary.request_output_tokens_per_second,
      shown: formatRate,
    }),
  ];
}

function renderSpread({ metric, bars, isLog }: Spread, language: Language): Markup {
  const name = METRICS[metric as keyof typeof METRICS].name[language];
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const axis = isLog ? t(", logarithmic", "，对数坐标") : "";
  const caption = `${name}${axis}`;
  return html`<figure data-metric="${metric}">
    <figcaption>${caption}</figcaption>
    <div class="pair">
      <div class="chart" data-chart="histogram" data-metric="${metric}"></div>
      <div class="chart" data-chart="curve" data-metric="${metric}"></div>
    </div>
    ${renderNumbers(
      {
        caption,
        headings: [t("from", "从"), t("to", "到"), t("samples", "样本")],
        rows: bars
          .filter(({ count }) => count > 0)
          .map(({ from, to, count }) => [inTime(from), inTime(to), count]),
      },
      language,
    )}
  </figure>`;
}

function renderOverTime(
  over: OverTime,
  { id, language }: { readonly id: string; readonly language: Language },
): Markup {
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const output =
    over.unit === "tokens"
      ? t("output tokens/s", "输出 token/s")
      : t("deltas/s (the endpoint counts no tokens)", "增量/s（服务端没有返回 token 数）");
  const figures: readonly (readonly [chart: string, caption: string])[] = [
    ["output", output],
    ["in-flight", t("requests in flight, at most", "进行中的请求数（最多）")],
    ["outcomes", t("requests that ended", "结束的请求数")],
    ...(over.due === null
      ? []
      : [["scheduled", t("requests: scheduled and sent", "请求数：计划与实际发送")] as const]),
  ];
  const rows = over.tokens.map((tokens, at): Cell[] => [
    `${formatSeconds(at * over.step)} s`,
    { value: tokens, shown: formatRate(tokens) },
    over.inFlight[at] ?? 0,
    over.complete[at] ?? 0,
    over.notComplete[at] ?? 0,
    ...(over.due === null ? [] : [over.due[at] ?? 0, over.sent?.[at] ?? 0]),
  ]);
  return html`<section aria-labelledby="${id}-time">
    <h3 id="${id}-time">${t("Over the run", "运行过程")}</h3>
    <div class="pair">
      ${figures.map(
        ([chart, caption]) =>
          html`<figure>
            <figcaption>${caption}</figcaption>
            <div class="chart" data-chart="${chart}"></div>
          </figure>`,
      )}
    </div>
    ${renderNumbers(
      {
        caption: t(`The run in steps of ${over.step} s`, `以 ${over.step} s 为步长的运行过程`),
        headings: [
          t("from", "从"),
          output,
          t("in flight", "进行中"),
          OUTCOME_WORDS.complete[language],
          t("not complete", "不完整"),
          ...(over.due === null ? [] : [t("due", "计划"), t("sent", "已发送")]),
        ],
        rows,
      },
      language,
    )}
  </section>`;
}

function renderErrors({ summary, requests }: ResultRun, language: Language): Markup | false {
  const { errors } = summary;
  if (errors.length === 0) return false;
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  return html`<section>
    <h3>${t("Errors", "错误")}</h3>
    ${renderTable({
      caption: t(
        `Of ${formatCount(requests.length)} requests`,
        `共 ${formatCount(requests.length)} 个请求`,
      ),
      headings: [t("what", "内容"), t("kind", "类别"), t("count", "次数")],
      rows: errors.map(({ message, kind, count }) => [
        html`<bdi>${message}</bdi>`,
        kind === "" ? NO_VALUE : kind,
        count,
      ]),
    })}
  </section>`;
}

function formatSeconds(seconds: number): string {
  return Number(seconds.toFixed(3)).toString();
}
