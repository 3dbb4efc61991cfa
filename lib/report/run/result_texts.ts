import type { Bilingual } from "../../base/message.ts";
import type { ResultBounds, ResultRun, ResultSummary } from "./result.ts";
import { steadyText } from "./steady_text.ts";
import { upperBoundsTexts } from "./upper_bounds_text.ts";

/**
 * What a run did while all its streams were in flight, as the terminal says it; `null` where there is nothing to say.
 *
 * @example
 * ```ts
 * resultSteadyText({}); // null
 * ```
 */
export function resultSteadyText({ steady }: Pick<ResultSummary, "steady">): Bilingual | null {
  const {
    streams = null,
    share = null,
    output_tokens_per_second: outputRate = null,
  } = steady ?? {};
  if (streams === null || share === null || outputRate === null) return null;
  return steadyText({ steady: { streams, share, outputRate } });
}

/**
 * What the true percentiles do not exceed, as the terminal says it; empty where there are too few samples.
 *
 * @example
 * ```ts
 * resultBoundsTexts({}); // []
 * ```
 */
export function resultBoundsTexts({
  upper_bounds: bounds,
}: Pick<ResultSummary, "upper_bounds">): Bilingual[] {
  if (bounds === undefined) return [];
  return upperBoundsTexts({
    upperBounds: {
      confidence: bounds.confidence,
      ttft: inMicros(bounds.ttft_ms),
      tpot: inMicros(bounds.tpot_ms),
      e2e: inMicros(bounds.e2e_ms),
    },
  });
}

/** Where requests had a time to be sent at and were held to limits: from when the limits count; `null` elsewhere. */
export function levelFromDueText({ config, summary }: ResultRun): Bilingual | null {
  const hasLevel = typeof config["slo_ms"] === "object" && config["slo_ms"] !== null;
  if (!hasLevel || (summary.wait_ms?.count ?? 0) === 0) return null;
  return {
    en: "The service level counts from when a request was due: its TTFT and E2E are those with the wait.",
    zh: "指标上限从请求的计划时刻算起：其中的 TTFT 和 E2E 都包含等待时间。",
  };
}

function inMicros({ p90, p99 }: ResultBounds): ResultBounds {
  return { p90: p90 === null ? null : p90 * 1000, p99: p99 === null ? null : p99 * 1000 };
}
