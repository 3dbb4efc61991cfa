import type { Micros } from "../base/time.ts";
import {
  type Distribution,
  distributionOf,
  ExactCounts,
  percentileIsWithin,
} from "./distribution.ts";
import { type CachePairs, cachePairs } from "./cache_pairs.ts";
import { cachedShare } from "./cached_share.ts";
import { type KindSummary, kindSummaries } from "./kinds.ts";
import type { Outcome } from "./outcome.ts";
import type { RequestRecord } from "./request_record.ts";
import { windowOf } from "./run_window.ts";
import { type SteadyWindow, steadyWindow } from "./steady_window.ts";
import { type TurnSummary, turnSummaries } from "./turns.ts";
import { CONFIDENCE, upperBound } from "./upper_bound.ts";

/** What a request must meet, in µs. What is absent is not asked for. */
export interface ServiceLevel {
  readonly ttft?: Micros;
  readonly tpot?: Micros;
  readonly e2e?: Micros;
  /** For the request's own p99 gap; its longest gap where it has fewer than 100. */
  readonly itl?: Micros;
}

/** Currency per million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
}

/** The sums of the endpoint's counts. `null` where no request gave that count. */
export interface UsageTotals {
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly totalTokens: number | null;
  readonly cachedTokens: number | null;
}

/** One kind of failure, and how often it came. */
export interface ErrorGroup {
  readonly kind: string;
  readonly message: string;
  readonly count: number;
}

/** Values that the true percentiles do not exceed, in µs; `null` where there are too few samples. */
export interface UpperBounds {
  readonly p90: number | null;
  readonly p99: number | null;
}

/** What a run says. Times are in µs. Distributions hold complete requests only. */
export interface RunSummary {
  /** From the first send to the last close. */
  readonly window: Micros;
  readonly ttft: Distribution;
  readonly ttfa: Distribution;
  readonly itl: Distribution;
  readonly tpot: Distribution;
  readonly e2e: Distribution;
  readonly wait: Distribution;
  readonly ttftScheduled: Distribution;
  readonly e2eScheduled: Distribution;
  /** Tokens per second of each request: output tokens / e2e. */
  readonly requestOutputRate: Distribution;
  /** Tokens per second of the run: output tokens of complete requests / window. */
  readonly outputRate: number | null;
  /** The same of the requests that are not complete, shown apart. */
  readonly incompleteOutputRate: number | null;
  /** What a closed loop did while it was full; `null` of other runs, and where it never was. */
  readonly steady: SteadyWindow | null;
  /**
   * Of the percentiles, with so much confidence (a share). Requests that are not complete count as slower than all others.
   */
  readonly upperBounds: {
    readonly confidence: number;
    readonly ttft: UpperBounds;
    readonly tpot: UpperBounds;
    readonly e2e: UpperBounds;
  };
  /** Complete requests per second. */
  readonly requestRate: number | null;
  readonly usage: UsageTotals;
  /** Cached prompt tokens / prompt tokens, of the requests that gave both. */
  readonly cachedShare: number | null;
  /** By turn; `null` of a run without conversations. */
  readonly turns: readonly TurnSummary[] | null;
  /** Of prompts that were sent twice; `null` of a run without any. */
  readonly pairs: CachePairs | null;
  /** By kind of request; `null` of a run without several. */
  readonly kinds: readonly KindSummary[] | null;
  readonly tokensPerDelta: number | null;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly errors: readonly ErrorGroup[];
  /** `null` without a service level. */
  readonly goodput: {
    readonly requestRate: number | null;
    readonly goodShare: number | null;
  } | null;
  /** `null` without a price, or without usage. In the price's currency. */
  readonly cost: { readonly total: number; readonly perRequest: number } | null;
}

/** What {@linkcode summarize} is asked for. */
export interface SummaryOptions {
  readonly serviceLevel?: ServiceLevel | undefined;
  readonly price?: Price | undefined;
  /** The streams at a time that a closed loop was asked for. Default: it was none. */
  readonly concurrency?: number | undefined;
}

/**
 * Sums up the requests of a run; warm-up requests do not belong to it. The gaps are counted exactly.
 *
 * @example
 * ```ts
 * summarize(records, { serviceLevel: { ttft: 500_000 } }).goodput?.goodShare; // 0.98
 * ```
 */
export function summarize(
  records: readonly RequestRecord[],
  options: SummaryOptions = {},
): RunSummary {
  const complete = records.filter((record) => record.outcome === "complete");
  const incomplete = records.filter((record) => record.outcome !== "complete");
  const window = windowOf(records);
  const perSecond = (amount: number | null): number | null =>
    amount === null || window === 0 ? null : (amount * 1e6) / window;
  const gaps = new ExactCounts();
  for (const { metrics } of complete) for (const gap of metrics.itl) gaps.add(gap);
  const good = options.serviceLevel;
  const bounds = (metric: "ttft" | "tpot" | "e2e"): UpperBounds => {
    const samples = complete.flatMap(({ metrics }) => metrics[metric] ?? []);
    const missing = incomplete.length;
    return {
      p90: upperBound(samples, 90, { missing }),
      p99: upperBound(samples, 99, { missing }),
    };
  };
  const { concurrency } = options;
  const goodCount = good && complete.filter((record) => meets(record, good)).length;
  return {
    window,
    ttft: distributionOf(complete.map(({ metrics }) => metrics.ttft)),
    ttfa: distributionOf(complete.map(({ metrics }) => metrics.ttfa)),
    itl: gaps.distribution(),
    tpot: distributionOf(complete.map(({ metrics }) => metrics.tpot)),
    e2e: distributionOf(complete.map(({ metrics }) => metrics.e2e)),
    wait: distributionOf(complete.map(waitOf)),
    ttftScheduled: distributionOf(
      complete.map((record) => sinceScheduled(record, record.metrics.ttft)),
    ),
    e2eScheduled: distributionOf(
      complete.map((record) => sinceScheduled(record, record.metrics.e2e)),
    ),
    requestOutputRate: distributionOf(complete.map(({ metrics }) => metrics.outputRate)),
    outputRate: perSecond(total(complete, outputTokens)),
    steady: concurrency === undefined ? null : steadyWindow(records, { concurrency }),
    upperBounds: {
      confidence: CONFIDENCE,
      ttft: bounds("ttft"),
      tpot: bounds("tpot"),
      e2e: bounds("e2e"),
    },
    incompleteOutputRate:
      incomplete.length === 0 ? null : perSecond(total(incomplete, outputTokens)),
    requestRate: perSecond(complete.length),
    usage: usageTotals(records),
    cachedShare: cachedShare(records),
    turns: turnSummaries(records),
    pairs: cachePairs(records),
    kinds: kindSummaries(records),
    tokensPerDelta: tokensPerDelta(complete),
    outcomes: outcomesOf(records),
    errors: errorsOf(records),
    goodput:
      goodCount === undefined
        ? null
        : {
            requestRate: perSecond(goodCount),
            goodShare: records.length === 0 ? null : goodCount / records.length,
          },
    cost: costOf(records, options.price),
  };
}

/** How long a request waited for its place: sent − intended start, in µs. `null` when nothing was scheduled. */
export function waitOf({ scheduled, sent }: RequestRecord): Micros | null {
  return scheduled === null ? null : sent - scheduled;
}

/**
 * A time of a request counted from its intended start: a client that falls behind must not hide its queue.
 * `null` when nothing was scheduled, or the time does not exist.
 */
function sinceScheduled(record: RequestRecord, time: Micros | null): Micros | null {
  const wait = waitOf(record);
  return wait === null || time === null ? null : wait + time;
}

/**
 * Whether a complete request meets the service level. `ttft` and `e2e` count from the intended start where there is
 * one. A value that does not exist does not meet a limit, except `tpot` and `itl` of an answer too short to have any.
 */
export function meets(record: RequestRecord, level: ServiceLevel): boolean {
  const { metrics } = record;
  const isShort = metrics.deltas === 1;
  return (
    within(sinceScheduled(record, metrics.ttft) ?? metrics.ttft, level.ttft) &&
    within(sinceScheduled(record, metrics.e2e) ?? metrics.e2e, level.e2e) &&
    within(metrics.tpot, level.tpot, { absent: isShort }) &&
    gapsWithin(metrics.itl, level.itl, { absent: isShort })
  );
}

/** `absent`: what a value that does not exist counts for. */
function within(
  value: number | null,
  limit: Micros | undefined,
  { absent = false }: { readonly absent?: boolean } = {},
): boolean {
  if (limit === undefined) return true;
  return value === null ? absent : value <= limit;
}

/** The p99 gap, or the longest where there are few. */
function gapsWithin(
  gaps: readonly Micros[],
  limit: Micros | undefined,
  { absent }: { readonly absent: boolean },
): boolean {
  if (limit === undefined) return true;
  if (gaps.length === 0) return absent;
  return percentileIsWithin(gaps, 99, { limit }) ?? gaps.every((gap) => gap <= limit);
}

function outputTokens({ usage }: RequestRecord): number | null {
  return usage?.completionTokens ?? null;
}

/** The sum of the values that exist; `null` when none does. */
function total(
  records: readonly RequestRecord[],
  value: (record: RequestRecord) => number | null,
): number | null {
  const values = records.map(value).filter((amount) => amount !== null);
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0);
}

function usageTotals(records: readonly RequestRecord[]): UsageTotals {
  return {
    promptTokens: total(records, ({ usage }) => usage?.promptTokens ?? null),
    completionTokens: total(records, outputTokens),
    totalTokens: total(records, ({ usage }) => usage?.totalTokens ?? null),
    cachedTokens: total(records, ({ usage }) => usage?.cachedTokens ?? null),
  };
}

function tokensPerDelta(records: readonly RequestRecord[]): number | null {
  const counted = records.filter(({ metrics }) => metrics.streamedTokens !== null);
  const tokens = total(counted, ({ metrics }) => metrics.streamedTokens);
  const deltas = total(counted, ({ metrics }) => metrics.deltas);
  return tokens === null || deltas === null || deltas === 0 ? null : tokens / deltas;
}

function outcomesOf(records: readonly RequestRecord[]): Record<Outcome, number> {
  const outcomes = { complete: 0, truncated: 0, failed: 0, timed_out: 0, interrupted: 0 };
  for (const { outcome } of records) outcomes[outcome]++;
  return outcomes;
}

function errorsOf(records: readonly RequestRecord[]): ErrorGroup[] {
  const groups = new Map<string, ErrorGroup>();
  for (const { failure } of records) {
    if (failure === null) continue;
    const status = failure.status === null ? "" : `${failure.status} `;
    const message = `${status}${failure.message}${failure.code === null ? "" : ` (${failure.code})`}`;
    const key = `${failure.kind} ${message}`;
    const count = (groups.get(key)?.count ?? 0) + 1;
    groups.set(key, { kind: failure.kind, message, count });
  }
  return [...groups.values()].toSorted((a, b) => b.count - a.count);
}

function costOf(records: readonly RequestRecord[], price: Price | undefined): RunSummary["cost"] {
  const { promptTokens, completionTokens } = usageTotals(records);
  if (price === undefined || promptTokens === null || completionTokens === null) return null;
  const sum = (promptTokens * price.input + completionTokens * price.output) / 1e6;
  return { total: sum, perRequest: sum / records.length };
}
