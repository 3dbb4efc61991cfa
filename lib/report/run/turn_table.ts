import type { Bilingual, Language } from "../../base/message.ts";
import type { RunSummary } from "../../measure/summary.ts";
import type { TurnSummary } from "../../measure/turns.ts";
import { formatCount, formatShare } from "../../text/amounts.ts";
import { padColumns } from "../../text/columns.ts";
import type { Styles } from "../../text/styles.ts";
import { formatTime, NO_VALUE } from "../../text/units.ts";

/** More turns than this are shown as the first and the last of them. */
const MOST_TURNS = 12;

type Column = readonly [heading: Bilingual, value: (turn: TurnSummary) => string];

const COLUMNS: readonly Column[] = [
  [{ en: "turn", zh: "轮次" }, ({ turn }) => String(turn)],
  [{ en: "sent", zh: "已发送" }, ({ sent }) => formatCount(sent)],
  [{ en: "complete", zh: "完整" }, ({ complete }) => formatCount(complete)],
  [{ en: "not sent", zh: "未发送" }, ({ notSent }) => formatCount(notSent)],
  [{ en: "TTFT p50", zh: "TTFT p50" }, ({ ttft }) => formatTime(ttft.p50)],
  [{ en: "p90", zh: "p90" }, ({ ttft }) => formatTime(ttft.p90)],
  [
    { en: "tokens in", zh: "输入 token" },
    ({ promptTokens: tokens }) => formatCount(tokens === null ? null : Math.round(tokens)),
  ],
  [{ en: "cached", zh: "缓存" }, ({ cachedShare }) => formatShare(cachedShare)],
];

/** Conversations by turn; `""` of a run without any. No final newline. */
export function renderTurns(
  { turns }: Pick<RunSummary, "turns">,
  { language, styles }: { readonly language: Language; readonly styles: Styles },
): string {
  if (turns === null) return "";
  const half = MOST_TURNS / 2;
  const isLong = turns.length > MOST_TURNS;
  const shown = isLong ? [...turns.slice(0, half), ...turns.slice(-half)] : turns;
  const columns = COLUMNS.filter(
    ([{ en }]) => en !== "cached" || shown.some(({ cachedShare }) => cachedShare !== null),
  ).map(([heading, value]) => {
    const cells = [heading[language], ...shown.map(value)];
    const width = Math.max(...cells.map((cell) => Bun.stringWidth(cell)));
    return cells.map((cell) => padColumns(cell, width, { align: "end" }));
  });
  const lines = Array.from({ length: shown.length + 1 }, (_, line) =>
    columns.map((cells) => cells[line] ?? NO_VALUE).join("  "),
  );
  const [heading = "", ...body] = lines;
  if (isLong) body.splice(half, 0, "…");
  return [styles.dim(heading), ...body].join("\n");
}
