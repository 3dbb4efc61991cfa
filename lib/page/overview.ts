import type { Language } from "../base/message.ts";
import type { ResultSearch } from "../report/run/result_form.ts";
import { searchConclusion } from "../report/run/search_conclusion.ts";
import { formatCount, formatShare } from "../text/amounts.ts";
import { formatRate } from "../text/units.ts";
import { inTime } from "./cards.ts";
import { loadOf } from "./facts.ts";
import { html, type Markup } from "./markup.ts";
import type { LoadCurve } from "./page_data.ts";
import type { ReportedRun } from "./page_input.ts";
import { type Cell, renderTable } from "./tables.ts";

/** What several runs have side by side. */
export function renderOverview(runs: readonly ReportedRun[], language: Language): Markup {
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const rows = runs.map(({ label, result, kind }): Cell[] => {
    const { summary, requests, config, warnings } = result;
    const good = summary.goodput?.good_share ?? null;
    return [
      label,
      kind === "run" ? loadOf(config)[language] : "–",
      { value: requests.length, shown: formatCount(requests.length) },
      { value: summary.outcomes.complete, shown: formatCount(summary.outcomes.complete) },
      { value: good, shown: formatShare(good) },
      timeCell(summary.ttft_ms.p50),
      timeCell(summary.ttft_ms.p99),
      timeCell(summary.tpot_ms.p50),
      timeCell(summary.tpot_ms.p99),
      timeCell(summary.e2e_ms.p50),
      {
        value: summary.output_tokens_per_second,
        shown: formatRate(summary.output_tokens_per_second),
      },
      { value: warnings.length, shown: formatCount(warnings.length) },
    ];
  });
  return html`<section id="overview" aria-labelledby="overview-title">
    <h2 id="overview-title">${t("Side by side", "并排对比")}</h2>
    ${renderTable({
      caption: t("The runs", "各次运行"),
      headings: [
        t("run", "运行"),
        t("load", "负载"),
        t("requests", "请求"),
        t("complete", "完整"),
        t("good", "合格"),
        "TTFT p50",
        "TTFT p99",
        "TPOT p50",
        "TPOT p99",
        "E2E p50",
        t("output tokens/s", "输出 token/s"),
        t("warnings", "注意"),
      ],
      rows,
    })}
    <div class="pair">
      <figure>
        <figcaption>
          ${t("First token (TTFT), share of requests up to each time", "首 token (TTFT) 的累积分布")}
        </figcaption>
        <div class="chart" data-chart="overlay" data-metric="ttft_ms"></div>
      </figure>
      <figure>
        <figcaption>
          ${t("Per token (TPOT), share of requests up to each time", "每 token (TPOT) 的累积分布")}
        </figcaption>
        <div class="chart" data-chart="overlay" data-metric="tpot_ms"></div>
      </figure>
    </div>
  </section>`;
}

/** The curve of a sweep or a search. Its numbers are those of the table above it. */
export function renderLoadCurve(
  curve: LoadCurve,
  { search, language }: { readonly search: ResultSearch | null; readonly language: Language },
): Markup {
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const each =
    curve.unit === "rate" ? t("rate (requests/s)", "速率（请求/s）") : t("concurrency", "并发");
  const rows = curve.steps.map((step): Cell[] => [
    { value: step.load, shown: formatRate(step.load).replace(/\.0*$/, "") },
    { value: step.tokensPerSecond, shown: formatRate(step.tokensPerSecond) },
    timeCell(step.ttft.p50),
    timeCell(step.ttft.p90),
    timeCell(step.ttft.p99),
    timeCell(step.tpot.p50),
    timeCell(step.tpot.p90),
    timeCell(step.tpot.p99),
  ]);
  return html`<section id="load" aria-labelledby="load-title">
    <h2 id="load-title">${t("Throughput against latency", "吞吐与延迟")}</h2>
    <p>
      ${t(`Each point is a run; the number beside it is its ${each}. Right is more output, up is slower.`, `每个点是一次运行，旁边的数字是${each}。越靠右输出越多，越靠上越慢。`)}
    </p>
    ${search !== null && html`<p class="verdict">${conclusionOf(search, language)}</p>`}
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
    ${renderTable({
      caption: t("The steps", "各个负载"),
      headings: [
        each,
        t("output tokens/s", "输出 token/s"),
        "TTFT p50",
        "TTFT p90",
        "TTFT p99",
        "TPOT p50",
        "TPOT p90",
        "TPOT p99",
      ],
      rows,
    })}
  </section>`;
}

function conclusionOf(search: ResultSearch, language: Language): string {
  const ends = ["closed_in", "lowest", "highest", "most_steps", "stopped"] as const;
  const end = ends.find((known) => known === search.end) ?? "stopped";
  return searchConclusion({ ...search, end }, { isRate: search.flag === "rate" })[language];
}

function timeCell(ms: number | null): Cell {
  return { value: ms, shown: inTime(ms) };
}
