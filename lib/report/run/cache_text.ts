import type { Bilingual } from "../../base/message.ts";
import type { CachePairs } from "../../measure/cache_pairs.ts";
import type { FinishedRun } from "../../measure/finished_run.ts";
import { formatCount, formatShare } from "../../text/amounts.ts";

/** What the cache was asked for, and what came of it; `null` where it was not asked for. */
export function cacheText({
  asked,
  summary,
}: Pick<FinishedRun, "asked" | "summary">): Bilingual | null {
  if (summary.pairs !== null) return pairsText(summary.pairs);
  const { cachedShare: wanted } = asked;
  return wanted === undefined ? null : cachedShareText({ wanted, reported: summary.cachedShare });
}

/** The share of prompt tokens that was to come out of the cache, and the one that the endpoint reports. */
export function cachedShareText({
  wanted,
  reported: cachedShare,
}: {
  readonly wanted: number;
  readonly reported: number | null;
}): Bilingual {
  const share = formatShare(wanted);
  if (cachedShare === null) {
    return {
      en: `${share} of the prompt tokens wanted; the endpoint reports none`,
      zh: `要求 ${share} 的输入 token；服务端没有返回`,
    };
  }
  const reported = formatShare(cachedShare);
  return {
    en: `${share} of the prompt tokens wanted, ${reported} reported`,
    zh: `要求 ${share} 的输入 token，返回 ${reported}`,
  };
}

/** How much sooner prompts were answered that were sent again. */
export function pairsText({
  count,
  saved,
  cachedShare,
}: Pick<CachePairs, "count" | "saved" | "cachedShare">): Bilingual {
  if (saved === null) return { en: "no pair is complete", zh: "没有完整的一对" };
  const pairs = formatCount(count);
  const by = formatShare(Math.abs(saved));
  const counted = cachedShare === null ? null : formatShare(cachedShare);
  const isSooner = saved >= 0;
  return {
    en: `sent again, prompts were answered ${by} ${isSooner ? "sooner" : "later"} (median of ${pairs} ${count === 1 ? "pair" : "pairs"})${counted === null ? "" : `; ${counted} of their tokens were cached`}`,
    zh: `再次发送时，首 token ${isSooner ? "提前" : "推迟"} ${by}（${pairs} 对的中位数）${counted === null ? "" : `；其 token 有 ${counted} 来自缓存`}`,
  };
}
