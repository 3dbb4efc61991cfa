import type { Language } from "../../base/message.ts";
import type { RunSummary } from "../../measure/summary.ts";
import type { TurnSummary } from "../../measure/turns.ts";
import { formatCount, formatShare } from "../../text/amounts.ts";
import type { Styles } from "../../text/styles.ts";
import { formatTime } from "../../text/units.ts";
import { type Column, columnLines } from "./columns_table.ts";

/** More turns than this are shown as the first and the last of them. */
const MOST_TURNS = 12;

const CACHED: Column<TurnSummary> = {
  heading: { en: "cached", zh: "缓存" },
  value: ({ cachedShare }) => formatShare(cachedShare),
};

const COLUMNS: readonly Column<TurnSummary>[] = [
  { heading: { en: "turn", zh: "轮次" }, value: ({ turn }) => String(turn) },
  { heading: { en: "sent", zh: "已发送" }, value: ({ sent }) => formatCount(sent) },
  { heading: { en: "complete", zh: "完整" }, value: ({ complete }) => formatCount(complete) },
  { heading: { en: "not sent", zh: "未发送" }, value: ({ notSent }) => formatCount(notSent) },
  { heading: { en: "TTFT p50", zh: "TTFT p50" }, value: ({ ttft }) => formatTime(ttft.p50) },
  { heading: { en: "p90", zh: "p90" }, value: ({ ttft }) => formatTime(ttft.p90) },
  {
    heading: { en: "tokens in", zh: "输入 token" },
    value: ({ promptTokens: tokens }) => formatCount(tokens === null ? null : Math.round(tokens)),
  },
];

/** Conversations by turn; `""` of a run without any. No final newline. */
export function renderTurns(
  { turns }: Pick<RunSummary, "turns">,
  options: { readonly language: Language; readonly styles: Styles },
): string {
  if (turns === null) return "";
  const half = MOST_TURNS / 2;
  const isLong = turns.length > MOST_TURNS;
  const shown = isLong ? [...turns.slice(0, half), ...turns.slice(-half)] : turns;
  const isCounted = shown.some(({ cachedShare }) => cachedShare !== null);
  const columns = isCounted ? [...COLUMNS, CACHED] : COLUMNS;
  const lines = columnLines(shown, columns, options);
  // Behind the heading.
  return (isLong ? lines.toSpliced(half + 1, 0, "…") : lines).join("\n");
}
