import type { Micros } from "../base/time.ts";
import { type Distribution, distributionOf } from "./distribution.ts";
import type { RequestRecord } from "./request_record.ts";

/** How deep in a context a run asked. */
export interface AskedDepth {
  /** So many tokens stood before each prompt. */
  readonly tokens: number;
  /** The TTFT, in µs, of the request that had them read for the first time; `null` where there was none. */
  readonly primed: Micros | null;
}

/** What becomes of a prompt at some depth of a context. Of complete requests. */
export interface DepthSummary {
  readonly depth: number;
  readonly requests: number;
  /** The mean of the prompt tokens that were read anew. */
  readonly freshTokens: number | null;
  /** Whether what stood before came out of the endpoint's cache. `null` at depth 0, and without a complete request. */
  readonly prefix: "cached" | "read_again" | null;
  /** The endpoint counts no cached tokens: `prefix` is by the times. */
  readonly assumed: boolean;
  /** The endpoint counts no prompt tokens: there are taken to be as many as were asked for. */
  readonly lengthAssumed: boolean;
  readonly ttft: Distribution;
  /** Tokens of the prompt that were read anew / TTFT, per second: `pp` of llama-bench, with the way over the network. */
  readonly prefillRate: Distribution;
  /** In µs. */
  readonly tpot: Distribution;
  /** 1 / TPOT, in tokens per second: `tg` of llama-bench. */
  readonly decodeRate: Distribution;
}

/** Where the endpoint counts none, a first token this much sooner than the first time shows that the prefix was cached. */
const CACHED_TTFT = 0.5;

/**
 * Sums up a run that asked at a depth. `promptTokens`: how long its prompts were to be, for an endpoint that counts none.
 *
 * @example
 * ```ts
 * depthSummary(run.records, { depth: { tokens: 4096, primed: 2_100_000 }, promptTokens: 4608 }).prefillRate.p50; // 1950
 * ```
 */
export function depthSummary(
  records: readonly RequestRecord[],
  {
    depth: { tokens: depth, primed },
    promptTokens: asked,
  }: { readonly depth: AskedDepth; readonly promptTokens: number | null },
): DepthSummary {
  const complete = records.filter(({ outcome }) => outcome === "complete");
  const ttft = distributionOf(complete.map(({ metrics }) => metrics.ttft));
  const isCounted = complete.some(({ usage }) => (usage?.cachedTokens ?? null) !== null);
  const isSooner = ttft.p50 !== null && primed !== null && ttft.p50 < primed * CACHED_TTFT;
  const cachedOf = ({ usage }: RequestRecord): number =>
    isCounted ? (usage?.cachedTokens ?? 0) : isSooner ? depth : 0;
  const freshOf = (record: RequestRecord): number | null => {
    const prompt = record.usage?.promptTokens ?? asked;
    return prompt === null ? null : Math.max(0, prompt - cachedOf(record));
  };
  const cached = distributionOf(complete.map(cachedOf)).p50 ?? 0;
  return {
    depth,
    requests: complete.length,
    freshTokens: distributionOf(complete.map(freshOf)).mean,
    prefix:
      depth === 0 || complete.length === 0 ? null : cached >= depth / 2 ? "cached" : "read_again",
    assumed: !isCounted && depth > 0,
    lengthAssumed: complete.some(({ usage }) => (usage?.promptTokens ?? null) === null),
    ttft,
    prefillRate: distributionOf(
      complete.map((record) => {
        const fresh = freshOf(record);
        const time = record.metrics.ttft;
        return fresh === null || time === null || time === 0 ? null : (fresh * 1e6) / time;
      }),
    ),
    tpot: distributionOf(complete.map(({ metrics }) => metrics.tpot)),
    decodeRate: distributionOf(complete.map(({ metrics }) => metrics.decodeRate)),
  };
}
