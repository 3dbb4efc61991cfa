import type { ResultKind, ResultRun } from "../../report/run/result.ts";
import { formatCount } from "../../text/amounts.ts";
import { makeHarmless } from "../../text/terminal_text.ts";
import { timeCell } from "../overview.ts";
import type { SplitChart } from "../page_data.ts";
import { chartsOf, type Part, type PartOptions, renderFigures, renderPart } from "../part.ts";
import { spreadsOf } from "../spreads.ts";
import { type Cell, renderTable } from "../tables.ts";

/** Of more kinds than this, the curves of the first ones are drawn. */
const MOST_CURVES = 12;

/** The kinds of requests of a run; `null` of a run with one only. */
export function kindsPart(run: ResultRun, { id, language }: PartOptions): Part | null {
  const { kinds } = run.summary;
  if (kinds === undefined || kinds.length === 0) return null;
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const parts = kinds.slice(0, MOST_CURVES).map(({ kind }) => ({
    label: makeHarmless(kind),
    spreads: spreadsOf({ requests: run.requests.filter((request) => request.kind === kind) }),
  }));
  const split = (name: string, metric: string): SplitChart | null => {
    const of = parts.map(({ label, spreads }) => ({
      label,
      spreads: spreads.filter((spread) => spread.metric === metric),
    }));
    return of.every(({ spreads }) => spreads.length === 0) ? null : { name, metric, parts: of };
  };
  const [ttft, tpot] = [split("kind-ttft", "ttft_ms"), split("kind-tpot", "tpot_ms")];
  const title = t("By kind of request", "按请求类别");
  const markup = renderPart({ id: `${id}-kinds`, title }, [
    renderTable({ ...kindsTable(language), rows: kinds.map(kindRow) }),
    renderFigures([
      [
        t("First token (TTFT), share of requests up to each time", "首 token (TTFT) 的累积分布"),
        ttft,
      ],
      [
        t("Per token (TPOT), share of requests up to each time", "每 token (TPOT) 的累积分布"),
        tpot,
      ],
    ]),
  ]);
  return { markup, charts: chartsOf({ splits: [ttft, tpot] }) };
}

/** The heading of a table of kinds. */
export function kindsTable(language: PartOptions["language"]): {
  readonly caption: string;
  readonly headings: readonly string[];
} {
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  return {
    caption: t("The kinds; times of complete requests", "各类别；时间只含完整请求"),
    headings: [
      t("kind", "类别"),
      t("sent", "已发送"),
      t("complete", "完整"),
      "TTFT p50",
      "TTFT p90",
      "TTFT p99",
      "TPOT p50",
      "TPOT p99",
      "E2E p50",
      "E2E p99",
      t("tokens in", "输入 token"),
      t("tokens out", "输出 token"),
    ],
  };
}

/** A kind, as a row below {@linkcode kindsTable}. */
export function kindRow(kind: ResultKind): Cell[] {
  const { ttft_ms: ttft, tpot_ms: tpot, e2e_ms: e2e } = kind;
  return [
    kind.kind,
    { value: kind.sent, shown: formatCount(kind.sent) },
    { value: kind.complete, shown: formatCount(kind.complete) },
    timeCell(ttft.p50),
    timeCell(ttft.p90),
    timeCell(ttft.p99),
    timeCell(tpot.p50),
    timeCell(tpot.p99),
    timeCell(e2e.p50),
    timeCell(e2e.p99),
    tokensCell(kind.prompt_tokens),
    tokensCell(kind.completion_tokens),
  ];
}

function tokensCell(tokens: number | null): Cell {
  return { value: tokens, shown: formatCount(tokens === null ? null : Math.round(tokens)) };
}
