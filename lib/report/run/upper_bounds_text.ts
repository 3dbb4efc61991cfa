import type { Bilingual } from "../../base/message.ts";
import type { RunSummary } from "../../measure/summary.ts";
import { formatShare } from "../../text/amounts.ts";
import { formatTime } from "../../text/units.ts";

/**
 * What the true percentiles do not exceed, as far as there are samples enough: a line, or one for each metric where p99 is
 * among them. Empty where there are none.
 */
export function upperBoundsTexts({ upperBounds }: Pick<RunSummary, "upperBounds">): Bilingual[] {
  const { confidence, ttft, tpot, e2e } = upperBounds;
  const metrics = [
    ["TTFT", ttft],
    ["TPOT", tpot],
    ["E2E", e2e],
  ] as const;
  const bounds = metrics.flatMap(([name, { p90, p99 }]) => {
    if (p90 === null) return [];
    const first = `${name} p90 ≤ ${formatTime(p90)}`;
    return [p99 === null ? [first] : [first, `p99 ≤ ${formatTime(p99)}`]];
  });
  if (bounds.length === 0) return [];
  const texts = bounds.map((parts) => ({ en: parts.join(", "), zh: parts.join("，") }));
  const sure = `（${formatShare(confidence)} 置信）`;
  if (bounds.some((parts) => parts.length > 1)) {
    return texts.map(({ en, zh }, index) => ({ en, zh: index === 0 ? zh + sure : zh }));
  }
  const en = texts.map((text) => text.en).join("; ");
  return [{ en, zh: texts.map((text) => text.zh).join("；") + sure }];
}
