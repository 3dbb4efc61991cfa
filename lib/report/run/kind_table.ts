import type { Language } from "../../base/message.ts";
import type { KindSummary } from "../../measure/kinds.ts";
import type { RunSummary } from "../../measure/summary.ts";
import { formatCount } from "../../text/amounts.ts";
import type { Styles } from "../../text/styles.ts";
import { makeHarmless } from "../../text/terminal_text.ts";
import { formatTime, toMilliseconds } from "../../text/units.ts";
import { type Column, columnLines } from "./columns_table.ts";

const rounded = (count: number | null): string =>
  formatCount(count === null ? null : Math.round(count));

const COLUMNS: readonly Column<KindSummary>[] = [
  { heading: { en: "kind", zh: "类别" }, value: ({ kind }) => makeHarmless(kind), align: "start" },
  { heading: { en: "sent", zh: "已发送" }, value: ({ sent }) => formatCount(sent) },
  { heading: { en: "complete", zh: "完整" }, value: ({ complete }) => formatCount(complete) },
  { heading: { en: "TTFT p50", zh: "TTFT p50" }, value: ({ ttft }) => formatTime(ttft.p50) },
  { heading: { en: "p90", zh: "p90" }, value: ({ ttft }) => formatTime(ttft.p90) },
  { heading: { en: "TPOT p50", zh: "TPOT p50" }, value: ({ tpot }) => formatTime(tpot.p50) },
  { heading: { en: "E2E p50", zh: "E2E p50" }, value: ({ e2e }) => formatTime(e2e.p50) },
  { heading: { en: "in", zh: "输入" }, value: ({ promptTokens }) => rounded(promptTokens) },
  {
    heading: { en: "out", zh: "输出" },
    value: ({ completionTokens }) => rounded(completionTokens),
  },
];

/** The kinds of requests of a run, a line each; `""` of a run without any. No final newline. */
export function renderKinds(
  { kinds }: Pick<RunSummary, "kinds">,
  options: { readonly language: Language; readonly styles: Styles },
): string {
  return kinds === null ? "" : columnLines(kinds, COLUMNS, options).join("\n");
}

/** The same as JSON, a value each. */
export function kindJson(kind: KindSummary): Record<string, unknown> {
  return {
    kind: kind.kind,
    sent: kind.sent,
    complete: kind.complete,
    ttft_ms: times(kind.ttft),
    tpot_ms: times(kind.tpot),
    e2e_ms: times(kind.e2e),
    prompt_tokens: kind.promptTokens,
    completion_tokens: kind.completionTokens,
  };
}

function times({ count, mean, p50, p90, p99, max }: KindSummary["ttft"]): Record<string, unknown> {
  const inMs = { mean, p50, p90, p99, max };
  return {
    count,
    ...Object.fromEntries(
      Object.entries(inMs).map(([name, value]) => [name, toMilliseconds(value)]),
    ),
  };
}
