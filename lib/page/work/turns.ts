import type { Language } from "../../base/message.ts";
import type { ResultRun, ResultTurn } from "../../report/run/result.ts";
import { formatCount, formatShare } from "../../text/amounts.ts";
import { timeCell } from "../overview.ts";
import type { LineChart } from "../page_data.ts";
import { chartsOf, type Part, type PartOptions, renderFigures, renderPart } from "../part.ts";
import { type Cell, renderTable } from "../tables.ts";
import { html } from "../markup.ts";

/** The conversations of a run, turn by turn; `null` of a run without any. */
export function turnsPart({ summary }: ResultRun, { id, language }: PartOptions): Part | null {
  const { turns } = summary;
  if (turns === undefined || turns.length === 0) return null;
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const [ttft, cached, tokens] = [
    ttftByTurn(turns, { name: "turn-ttft" }),
    cachedByTurn(turns, { name: "turn-cached", language }),
    tokensByTurn(turns, { name: "turn-tokens", language }),
  ];
  const title = t("By turn", "按轮次");
  const markup = renderPart({ id: `${id}-turns`, title }, [
    html`<p>
      ${t("Each request holds all that was said before it in its conversation.", "每个请求都包含该对话此前的全部内容。")}
      ${cached === null && t("The endpoint counts no cached tokens.", "服务端没有返回缓存的 token 数。")}
    </p>`,
    renderFigures([
      [t("First token (TTFT) by turn", "各轮次的首 token (TTFT)"), ttft],
      [t("Prompt tokens out of the cache, by turn", "各轮次来自缓存的输入 token 占比"), cached],
      [t("Prompt tokens by turn, mean", "各轮次的平均输入 token"), cached === null ? tokens : null],
    ]),
    renderTable({
      caption: t("The turns, of all conversations", "全部对话的各轮次"),
      headings: [
        t("turn", "轮次"),
        t("sent", "已发送"),
        t("complete", "完整"),
        t("not sent", "未发送"),
        "TTFT p50",
        "TTFT p90",
        "TTFT p99",
        t("tokens in", "输入 token"),
        t("cached", "缓存"),
      ],
      rows: turns.map(turnRow),
    }),
  ]);
  return { markup, charts: chartsOf({ lines: [ttft, cached, cached === null ? tokens : null] }) };
}

function turnRow(turn: ResultTurn): Cell[] {
  const { ttft_ms: ttft, prompt_tokens: tokens, cached_share: cached } = turn;
  return [
    { value: turn.turn, shown: formatCount(turn.turn) },
    { value: turn.sent, shown: formatCount(turn.sent) },
    { value: turn.complete, shown: formatCount(turn.complete) },
    { value: turn.not_sent, shown: formatCount(turn.not_sent) },
    timeCell(ttft.p50),
    timeCell(ttft.p90),
    timeCell(ttft.p99),
    { value: tokens, shown: formatCount(tokens === null ? null : Math.round(tokens)) },
    { value: cached, shown: formatShare(cached) },
  ];
}

/** The median, and p99, or p90 where a turn has too few requests for that; `null` where no turn has a complete one. */
function ttftByTurn(
  turns: readonly ResultTurn[],
  { name }: { readonly name: string },
): LineChart | null {
  if (turns.every(({ ttft_ms: ttft }) => ttft.p50 === null)) return null;
  const high = turns.every(({ ttft_ms: ttft }) => ttft.p99 !== null) ? "p99" : "p90";
  const at = turns.map(({ turn }) => turn);
  return {
    name,
    across: "turn",
    up: "time",
    level: null,
    lines: [
      { name: "p50", at, values: turns.map(({ ttft_ms: ttft }) => ttft.p50), color: 0 },
      {
        name: high,
        at,
        values: turns.map(({ ttft_ms: ttft }) => ttft[high]),
        color: 1,
        isDashed: true,
      },
    ],
  };
}

interface NamedChart {
  readonly name: string;
  readonly language: Language;
}

function cachedByTurn(
  turns: readonly ResultTurn[],
  { name, language }: NamedChart,
): LineChart | null {
  const values = turns.map(({ cached_share: share }) => share);
  if (values.every((share) => share === null)) return null;
  const line = { en: "cached", zh: "缓存" }[language];
  const at = turns.map(({ turn }) => turn);
  return {
    name,
    across: "turn",
    up: "share",
    level: null,
    lines: [{ name: line, at, values, color: 0 }],
  };
}

function tokensByTurn(
  turns: readonly ResultTurn[],
  { name, language }: NamedChart,
): LineChart | null {
  const values = turns.map(({ prompt_tokens: tokens }) => tokens);
  if (values.every((tokens) => tokens === null)) return null;
  const line = { en: "tokens in", zh: "输入 token" }[language];
  const at = turns.map(({ turn }) => turn);
  return {
    name,
    across: "turn",
    up: "count",
    level: null,
    lines: [{ name: line, at, values, color: 0 }],
  };
}
