import type { Bilingual } from "../../base/message.ts";
import type { RunSummary } from "../../measure/summary.ts";
import { formatCount, formatShare } from "../../text/amounts.ts";
import { formatRate } from "../../text/units.ts";

/** What a closed loop of several streams did while it was full; `null` where there is nothing to say. */
export function steadyText({
  steady,
}: {
  readonly steady: Pick<
    NonNullable<RunSummary["steady"]>,
    "streams" | "share" | "outputRate"
  > | null;
}): Bilingual | null {
  if (steady === null || steady.streams < 2) return null;
  const rate = formatRate(steady.outputRate);
  const share = formatShare(steady.share);
  const streams = formatCount(steady.streams);
  return {
    en: `${rate} tokens/s, while at least ${streams} streams ran: ${share} of the time`,
    zh: `${rate} token/s，至少 ${streams} 个请求同时进行：占 ${share} 的时间`,
  };
}
