import type { DepthSummary } from "../../measure/depth.ts";
import { toMilliseconds } from "../../text/units.ts";

/** What a run at a depth of a context says of it, as `summary.depth` in JSON. */
export function depthJson(depth: DepthSummary): Record<string, unknown> {
  return {
    depth_tokens: depth.depth,
    fresh_tokens: depth.freshTokens,
    prefix: depth.prefix,
    prefix_assumed: depth.assumed,
    prefill_tokens_per_second: { p50: depth.prefillRate.p50, mean: depth.prefillRate.mean },
    decode_tokens_per_second: { p50: depth.decodeRate.p50, mean: depth.decodeRate.mean },
    tpot_ms: { p50: toMilliseconds(depth.tpot.p50) },
    ttft_ms: { p50: toMilliseconds(depth.ttft.p50) },
  };
}
