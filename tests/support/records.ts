import type { AskedOfRun, FinishedRun, Instrument } from "../../lib/measure/finished_run.ts";
import type { RequestMetrics } from "../../lib/measure/metrics.ts";
import type { ProcessDeath } from "../../lib/measure/process_death.ts";
import type { Failure, Outcome } from "../../lib/measure/outcome.ts";
import type { RequestRecord } from "../../lib/measure/request_record.ts";
import { summarize, type SummaryOptions } from "../../lib/measure/summary.ts";
import type { Usage } from "../../lib/wire/usage.ts";

/** What is special about a made-up request. Times are in ms, as a person writes them. */
export interface MadeUpRequest {
  readonly scheduled?: number | null;
  readonly sent?: number;
  readonly ttft?: number | null;
  /** Time of the first answer delta; by default that of the first delta. */
  readonly ttfa?: number;
  readonly gaps?: readonly number[];
  /** Tokens of each delta. */
  readonly tokensEach?: number;
  readonly usage?: Partial<Usage> | null;
  readonly outcome?: Outcome;
  readonly failure?: Failure | null;
  readonly burst?: boolean;
  readonly models?: readonly string[];
  readonly fingerprints?: readonly string[];
  readonly resent?: boolean;
  readonly oddities?: readonly string[];
  readonly server?: RequestRecord["server"];
}

const FAILURES: Readonly<Record<Exclude<Outcome, "complete">, Failure>> = {
  truncated: {
    kind: "truncated",
    status: 200,
    code: null,
    message: "the stream ended without [DONE] or a finish_reason",
  },
  failed: { kind: "busy", status: 429, code: "20001", message: "Too many requests" },
  timed_out: {
    kind: "timeout",
    status: null,
    code: "idle",
    message: "nothing arrived for 60 s",
  },
  interrupted: { kind: "interrupted", status: null, code: null, message: "interrupted" },
};

/** A request that took its time: 100 ms to the first token, then 3 gaps of 20 ms, closed 1 ms after the last. */
export function madeUpRecord(index: number, request: MadeUpRequest = {}): RequestRecord {
  const { outcome = "complete", sent = index * 200, gaps = [20, 20, 20], tokensEach = 1 } = request;
  const ttft = request.ttft === undefined ? 100 : request.ttft;
  const deltas = ttft === null ? 0 : gaps.length + 1;
  const decoding = gaps.reduce((a, b) => a + b, 0);
  const e2e = ttft === null ? null : ttft + decoding;
  const tokens = Math.round(deltas * tokensEach);
  const usage = request.usage === null ? null : { ...usageOf(30, tokens), ...request.usage };
  const output = usage?.completionTokens ?? null;
  const rest = output === null || deltas < 2 ? 0 : output - 1;
  const tpot = rest < 1 ? null : micros(decoding) / rest;
  const metrics: RequestMetrics = {
    ttfb: micros(ttft),
    accepted: null,
    ttft: micros(ttft),
    ttfa: micros(request.ttfa ?? ttft),
    itl: deltas === 0 ? [] : gaps.map((gap) => micros(gap)),
    tpot,
    e2e: micros(e2e),
    closed: micros(e2e === null ? 50 : e2e + 1),
    decodeRate: tpot === null ? null : 1e6 / tpot,
    outputRate: output === null || e2e === null ? null : (output * 1e3) / e2e,
    deltas,
    streamedTokens: output,
    tokensPerDelta: output === null || deltas === 0 ? null : output / deltas,
    tokensPerDeltaSource: output === null || deltas === 0 ? null : "average",
    stalls: { count: deltas === 0 ? null : 0, longest: null, total: deltas === 0 ? null : 0 },
  };
  return {
    index,
    scheduled: micros(request.scheduled ?? null),
    sent: micros(sent),
    ended: micros(sent + (e2e === null ? 50 : e2e + 1)),
    outcome,
    failure: request.failure ?? (outcome === "complete" ? null : FAILURES[outcome]),
    metrics,
    usage,
    burst: request.burst ?? false,
    models: request.models ?? ["m"],
    fingerprints: request.fingerprints ?? [],
    finishReason: outcome === "complete" ? "stop" : null,
    oddities: request.oddities ?? [],
    resent: request.resent ?? false,
    file: null,
    ...(request.server === undefined ? undefined : { server: request.server }),
  };
}

/** So many requests, each by a function of its index. */
export function madeUpRecords(
  count: number,
  request: (index: number) => MadeUpRequest = () => ({}),
): RequestRecord[] {
  return Array.from({ length: count }, (_, index) => madeUpRecord(index, request(index)));
}

/** A run of these requests: a closed loop with warm connections and a quick client, unless said otherwise. */
export function madeUpRun(
  records: readonly RequestRecord[],
  options: SummaryOptions & {
    readonly asked?: Partial<AskedOfRun>;
    readonly instrument?: Partial<Instrument>;
    readonly interrupted?: boolean;
    readonly unsent?: number;
    readonly deaths?: readonly ProcessDeath[];
    readonly replayed?: FinishedRun["replayed"];
    readonly server?: FinishedRun["server"];
  } = {},
): FinishedRun {
  return {
    config: { model: "m" },
    environment: { bun: "1.4.5" },
    asked: {
      rate: null,
      cap: null,
      promptTokens: null,
      outputTokens: null,
      cache: "unique",
      ...options.asked,
    },
    records,
    summary: summarize(records, options),
    instrument: {
      loopLagP99: 200,
      connections: "warm",
      proxy: false,
      clockOffset: 0,
      ...options.instrument,
    },
    interrupted: options.interrupted ?? false,
    unsent: options.unsent ?? 0,
    deaths: options.deaths ?? [],
    ...(options.replayed === undefined ? undefined : { replayed: options.replayed }),
    ...(options.server === undefined ? undefined : { server: options.server }),
  };
}

function usageOf(promptTokens: number, completionTokens: number): Usage {
  return {
    promptTokens,
    completionTokens,
    totalTokens: promptTokens + completionTokens,
    reasoningTokens: null,
    cachedTokens: null,
  };
}

function micros(ms: number): number;
function micros(ms: number | null): number | null;
function micros(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 1000);
}
