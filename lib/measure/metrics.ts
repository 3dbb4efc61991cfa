import type { Micros } from "../base/time.ts";
import type { Timeline } from "./timeline.ts";
import { zeros } from "./times.ts";

/** Where {@linkcode RequestMetrics.tokensPerDelta} comes from: counted on every delta, or `tokens / deltas`. */
export type TokensPerDeltaSource = "usage" | "average";

/** Gaps that were longer than the threshold. `null` throughout when the stream has no times. */
export interface Stalls {
  readonly count: number | null;
  /** `null` when there was none. */
  readonly longest: Micros | null;
  readonly total: Micros | null;
}

/**
 * The metrics of one request. Times are in microseconds; a value that does not exist is `null`, never 0.
 * The names follow the peers' where they agree; each function below says where they do not.
 */
export interface RequestMetrics {
  readonly ttfb: Micros | null;
  readonly accepted: Micros | null;
  readonly ttft: Micros | null;
  readonly ttfa: Micros | null;
  readonly itl: readonly Micros[];
  readonly tpot: number | null;
  readonly e2e: Micros | null;
  readonly closed: Micros | null;
  /** Tokens per second of decoding: `1 / tpot`. */
  readonly decodeRate: number | null;
  /** Tokens per second of the whole request: `output tokens / e2e`. */
  readonly outputRate: number | null;
  readonly deltas: number;
  readonly streamedTokens: number | null;
  readonly tokensPerDelta: number | null;
  readonly tokensPerDeltaSource: TokensPerDeltaSource | null;
  readonly stalls: Stalls;
}

/**
 * The metrics of one request.
 *
 * @example
 * ```ts
 * const metrics = requestMetrics(timeline, { stall: 500_000 });
 * metrics.ttft; // 183402, in µs
 * ```
 */
export function requestMetrics(
  timeline: Timeline,
  options: { readonly stall: Micros },
): RequestMetrics {
  const itl = interTokenLatencies(timeline);
  const tpot = timePerOutputToken(timeline);
  const e2e = endToEndLatency(timeline);
  const tokens = streamedTokens(timeline);
  const output = timeline.usage?.completionTokens ?? null;
  const deltas = timeline.deltasAt.length;
  const known = tokens !== null && deltas > 0;
  return {
    ttfb: timeline.firstPieceAt,
    accepted: timeToAcceptance(timeline),
    ttft: timeToFirstToken(timeline),
    ttfa: timeline.firstAnswerAt,
    itl,
    tpot,
    e2e,
    closed: timeline.closedAt,
    decodeRate: tpot === null || tpot === 0 ? null : 1e6 / tpot,
    outputRate: output === null || e2e === null || e2e === 0 ? null : (output * 1e6) / e2e,
    deltas,
    streamedTokens: tokens,
    tokensPerDelta: known ? tokens / deltas : null,
    tokensPerDeltaSource: known ? (timeline.countedPerDelta ? "usage" : "average") : null,
    stalls: stallsAmong(timeline, itl, options.stall),
  };
}

/**
 * TTFT, time to first token: first delta of any kind − sent, in µs. An empty delta, such as the role-only first
 * chunk, is none. `null` when no delta came.
 *
 * vLLM's `benchmark_serving` counts from the first chunk with choices, so a role-only chunk ends its TTFT;
 * AIPerf's TTFT is, as here, the first chunk with content.
 *
 * @see https://github.com/ai-dynamo/aiperf/blob/main/docs/metrics-reference.md
 */
export function timeToFirstToken(timeline: Timeline): Micros | null {
  return timeline.deltasAt[0] ?? null;
}

/** An endpoint that tells of its acceptance together with the first token tells nothing by it. */
const CLEARLY_BEFORE: Micros = 10_000;

/**
 * Accepted: the event by which the endpoint tells that it has begun to work at the request (`response.created`,
 * `message_start`) − sent, in µs. It is no token: what follows until the first one is queue and prefill. `null` where the
 * protocol has no such event, or it came less than 10 ms before the first token, as from servers that send it together
 * with that.
 */
export function timeToAcceptance(timeline: Timeline): Micros | null {
  const { acceptedAt } = timeline;
  const first = timeToFirstToken(timeline);
  if (acceptedAt === null || first === null) return acceptedAt;
  return first - acceptedAt >= CLEARLY_BEFORE ? acceptedAt : null;
}

/**
 * ITL, inter-token latencies: the gaps between consecutive deltas, in µs, gaps of zero kept. vLLM's ITL;
 * AIPerf calls it inter-chunk latency. It is a gap between *tokens* only where a delta holds one token.
 * Empty when fewer than two deltas have times.
 */
export function interTokenLatencies(timeline: Timeline): Micros[] {
  const { deltasAt } = timeline;
  const gaps: Micros[] = zeros(Math.max(0, deltasAt.length - 1));
  let count = 0;
  let before: Micros | null = null;
  for (const at of deltasAt) {
    if (before !== null && at !== null) gaps[count++] = at - before;
    before = at;
  }
  gaps.length = count;
  return gaps;
}

/**
 * E2E, end-to-end latency: last delta − sent, in µs. So `ttft + Σ itl = e2e`, exactly. `null` when no delta came
 * or one has no time. What comes after the last delta (usage, `[DONE]`) is in `closed`, not here.
 */
export function endToEndLatency(timeline: Timeline): Micros | null {
  if (timeline.deltasAt.includes(null)) return null;
  return timeline.deltasAt.at(-1) ?? null;
}

/**
 * Streamed tokens: `completion_tokens`, less `reasoning_tokens` when no reasoning delta came, since hidden
 * reasoning is billed but not streamed. `null` without usage, or without a stream.
 */
export function streamedTokens(timeline: Timeline): number | null {
  const all = timeline.usage?.completionTokens ?? null;
  if (all === null || !timeline.streamed) return null;
  return Math.max(0, all - hiddenTokens(timeline));
}

/**
 * TPOT, time per output token: (last delta − first delta) / (streamed tokens − tokens in the first delta), in µs,
 * not rounded. `null` when that many tokens are fewer than 1, or are not known.
 *
 * The tokens in the first delta are exact where usage is counted on its chunk, or it is the only one; else 1, as
 * in vLLM's `(latency − ttft) / (output_len − 1)`; genai-perf calls the same value inter-token latency.
 */
export function timePerOutputToken(timeline: Timeline): number | null {
  const tokens = streamedTokens(timeline);
  const first = timeToFirstToken(timeline);
  const last = endToEndLatency(timeline);
  if (tokens === null || first === null || last === null) return null;
  const rest = timeline.deltasAt.length === 1 ? 0 : tokens - tokensInFirstDelta(timeline);
  return rest < 1 ? null : (last - first) / rest;
}

/**
 * How much too low the TPOT may be, as a share: where usage does not tell the tokens of the first delta they count as 1,
 * also if a delta holds several. 0 where it tells, or where deltas hold one token or hardly more, as they do where an
 * end-of-text token is counted and not shown.
 */
export function timePerOutputTokenUncertainty(metrics: RequestMetrics): number {
  const { tpot, tokensPerDelta, tokensPerDeltaSource, streamedTokens: tokens } = metrics;
  if (tpot === null || tokens === null || tokensPerDelta === null) return 0;
  if (tokensPerDeltaSource !== "average" || tokensPerDelta < 1.5) return 0;
  return (tokensPerDelta - 1) / (tokens - 1);
}

function hiddenTokens(timeline: Timeline): number {
  return timeline.hasReasoningDelta ? 0 : (timeline.usage?.reasoningTokens ?? 0);
}

function tokensInFirstDelta(timeline: Timeline): number {
  if (timeline.tokensAtFirstDelta === null) return 1;
  const hidden = timeline.hasReasoningDelta
    ? 0
    : (timeline.reasoningTokensAtFirstDelta ?? hiddenTokens(timeline));
  // A delta holds at least one token, also where the endpoint's count lags behind its text.
  return Math.max(1, timeline.tokensAtFirstDelta - hidden);
}

function stallsAmong(timeline: Timeline, gaps: readonly Micros[], threshold: Micros): Stalls {
  if (timeline.deltasAt.length === 0 || timeline.deltasAt.includes(null)) {
    return { count: null, longest: null, total: null };
  }
  const long = gaps.filter((gap) => gap > threshold);
  return {
    count: long.length,
    longest: long.length === 0 ? null : long.reduce((a, b) => Math.max(a, b)),
    total: long.reduce((a, b) => a + b, 0),
  };
}

/**
 * Whether the endpoint did not really stream: five deltas or more that came within a fiftieth of the time to the
 * first one, and less than 1 ms apart on average. Some proxy or server held the answer back, and every metric
 * but E2E says nothing about the model.
 */
export function arrivedInOneBurst(timeline: Timeline): boolean {
  const first = timeToFirstToken(timeline);
  const last = endToEndLatency(timeline);
  const deltas = timeline.deltasAt.length;
  if (first === null || last === null || deltas < 5) return false;
  const span = last - first;
  return span * 50 < first && span < (deltas - 1) * 1000;
}
