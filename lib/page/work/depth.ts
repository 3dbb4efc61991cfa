import { PREFIX } from "../../report/run/depth_table.ts";
import type { ResultDepth } from "../../report/run/result.ts";
import { formatCount } from "../../text/amounts.ts";
import { formatRate, NO_VALUE } from "../../text/units.ts";
import { lineName } from "../load_curve.ts";
import { html } from "../markup.ts";
import { timeCell } from "../overview.ts";
import type { LineChart } from "../page_data.ts";
import type { ReportedRun } from "../page_input.ts";
import { chartsOf, type Part, type PartOptions, renderFigures, renderPart } from "../part.ts";
import { type Cell, renderTable } from "../tables.ts";

/** A run at a depth, with the result or the target that it is of. */
interface DepthRun {
  readonly line: string | null;
  readonly depth: ResultDepth;
  readonly requests: number;
}

/** What becomes of prompts the deeper in a context they stand; `null` where no run asked at a depth. */
export function depthPart(
  runs: readonly ReportedRun[],
  { language }: Pick<PartOptions, "language">,
): Part | null {
  const found = runs.flatMap((run): DepthRun[] => {
    const { depth, outcomes } = run.result.summary;
    return depth === undefined ? [] : [{ line: lineName(run), depth, requests: outcomes.complete }];
  });
  if (found.length === 0) return null;
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const lines = [...Map.groupBy(found, ({ line }) => line)].map(([line, of]) => ({
    line,
    of: of.toSorted((a, b) => a.depth.depth_tokens - b.depth.depth_tokens),
  }));
  // One depth is no curve.
  const isCurve = lines.some(({ of }) => new Set(of.map(depthTokens)).size > 1);
  const chart = (
    name: string,
    up: LineChart["up"],
    valueOf: (depth: ResultDepth) => number | null,
  ): LineChart | null => {
    const known = lines.map(({ line, of }, color) => ({
      name: line ?? "p50",
      at: of.map(depthTokens),
      values: of.map(({ depth }) => valueOf(depth)),
      color,
    }));
    const isEmpty = known.every(({ values }) => values.every((value) => value === null));
    if (isEmpty || !isCurve) return null;
    return { name, across: "tokens", up, level: null, lines: known };
  };
  const charts = [
    chart("depth-ttft", "time", (depth) => depth.ttft_ms.p50),
    chart("depth-prefill", "rate", (depth) => depth.prefill_tokens_per_second.p50),
    chart("depth-tpot", "time", (depth) => depth.tpot_ms.p50),
  ] as const;
  const isSeveral = lines.length > 1;
  const rows = lines.flatMap(({ line, of }) =>
    of.map((run): Cell[] =>
      isSeveral ? [line ?? "", ...depthRow(run, language)] : depthRow(run, language),
    ),
  );
  const markup = renderPart(
    { id: "depth", title: t("By depth of context", "按上下文深度"), level: 2 },
    [
      html`<p>
        ${t("So many tokens stood before each prompt. Prefill is the tokens that were read anew / TTFT, over the network: pp of llama-bench; 1 / TPOT is its tg.", "每个提示词之前有这么多 token。预填充速率 = 重新读入的 token / TTFT，含网络时间，对应 llama-bench 的 pp；1 / TPOT 对应其 tg。")}
        ${isSeveral && t("Each result has a colour.", "每份结果一种颜色。")}
      </p>`,
      renderFigures([
        [t("First token (TTFT) by depth, median", "各深度的首 token (TTFT)，中位数"), charts[0]],
        [t("Prefill tokens/s by depth, median", "各深度的预填充 token/s，中位数"), charts[1]],
        [t("Per token (TPOT) by depth, median", "各深度的每 token (TPOT)，中位数"), charts[2]],
      ]),
      renderTable({
        caption: t("The depths, medians", "各深度（中位数）"),
        headings: [
          ...(isSeveral ? [t("run", "运行")] : []),
          t("depth, tokens", "深度 (token)"),
          t("requests", "请求"),
          t("read anew", "重新读入"),
          "TTFT",
          t("prefill tokens/s", "预填充 token/s"),
          "TPOT",
          t("decoding tokens/s", "输出 token/s"),
          t("prefix", "前缀"),
        ],
        rows,
      }),
    ],
  );
  return { markup, charts: chartsOf({ lines: charts }) };
}

function depthTokens({ depth }: DepthRun): number {
  return depth.depth_tokens;
}

function depthRow({ depth, requests }: DepthRun, language: PartOptions["language"]): Cell[] {
  const { prefix, prefix_assumed: assumed, fresh_tokens: fresh } = depth;
  const words = prefix === null ? NO_VALUE : PREFIX[prefix][language];
  const [prefill, decoding] = [
    depth.prefill_tokens_per_second.p50,
    depth.decode_tokens_per_second.p50,
  ];
  return [
    { value: depth.depth_tokens, shown: formatCount(depth.depth_tokens) },
    { value: requests, shown: formatCount(requests) },
    { value: fresh, shown: formatCount(fresh === null ? null : Math.round(fresh)) },
    timeCell(depth.ttft_ms.p50),
    { value: prefill, shown: formatRate(prefill) },
    timeCell(depth.tpot_ms.p50),
    { value: decoding, shown: formatRate(decoding) },
    assumed ? `${words}${{ en: " (by its times)", zh: "（据时间推断）" }[language]}` : words,
  ];
}
