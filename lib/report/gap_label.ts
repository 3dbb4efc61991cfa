import type { Bilingual } from "../base/message.ts";

/** What the gaps between deltas are called. */
export interface GapLabel {
  readonly label: Bilingual;
  /** How many tokens a delta holds, where it is known to hold more than one. */
  readonly remark?: Bilingual;
}

/** Only where a delta holds one token are the gaps between deltas inter-token latencies. `null`: not known. */
export function gapLabel(tokensPerDelta: number | null): GapLabel {
  const label = { en: "gap between chunks", zh: "数据块间隔" };
  if (tokensPerDelta === null) return { label };
  if (tokensPerDelta <= 1.05) return { label: { en: "gap between tokens", zh: "token 间隔" } };
  const each = tokensPerDelta.toFixed(1);
  return { label, remark: { en: `(${each} tokens each)`, zh: `（每块 ${each} token）` } };
}
