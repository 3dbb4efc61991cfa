import type { Language } from "../base/message.ts";
import { differing, originOf } from "../report/export/exported_run.ts";
import { formatCount, formatShare } from "../text/amounts.ts";
import { formatRate } from "../text/units.ts";
import { inTime } from "./cards.ts";
import { loadOf } from "./load_words.ts";
import { html, type Markup } from "./markup.ts";
import type { ReportedRun } from "./page_input.ts";
import { type Cell, renderTable } from "./tables.ts";

/** What several runs have side by side. */
export function renderOverview(runs: readonly ReportedRun[], language: Language): Markup {
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const origins = differing(runs);
  const rows = runs.map(({ label, result, kind }): Cell[] => {
    const { summary, requests, config, warnings } = result;
    const good = summary.goodput?.good_share ?? null;
    return [
      label,
      ...origins.map((name) => originOf(result, name) ?? "–"),
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
        ...origins.map((name) => (name === "model" ? t("model", "模型") : t("endpoint", "服务端"))),
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

/** A time in ms, or that there is none. */
export function timeCell(ms: number | null): Cell {
  return { value: ms, shown: inTime(ms) };
}
