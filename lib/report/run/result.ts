import type { JsonObject } from "../../base/json.ts";
import type { Outcome } from "../../measure/outcome.ts";
import type { EngineName } from "../../measure/server_side.ts";
import type { ToolCallSummary } from "../../measure/tool_calls.ts";

/** What a set of samples looks like in a result. `null` where there are too few samples. */
export interface ResultStatistics {
  readonly count: number;
  readonly min: number | null;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** The metrics of a run that are distributions, under their names in a result. */
export type ResultMetric =
  "ttft_ms" | "ttfa_ms" | "itl_ms" | "tpot_ms" | "e2e_ms" | "request_output_tokens_per_second";

/** One request of a result. Times are in ms, gaps in µs; `null`: it does not exist. */
export interface ResultRequest {
  readonly index: number;
  readonly scheduled_ms: number | null;
  readonly sent_ms: number;
  /** Absent in files of an earlier day. */
  readonly ended_ms?: number;
  readonly wait_ms: number | null;
  readonly outcome: Outcome;
  readonly ttft_ms: number | null;
  readonly ttfa_ms: number | null;
  readonly tpot_ms: number | null;
  readonly e2e_ms: number | null;
  readonly closed_ms: number | null;
  readonly output_tokens_per_second: number | null;
  readonly deltas: number;
  readonly tokens_per_delta: number | null;
  readonly stalls: {
    readonly count: number | null;
    readonly longest_ms: number | null;
    readonly total_ms: number | null;
  };
  /** Absent where the run had too many. */
  readonly itl_us?: readonly number[];
  readonly usage: {
    readonly prompt_tokens: number | null;
    readonly completion_tokens: number | null;
    readonly reasoning_tokens: number | null;
    readonly cached_tokens: number | null;
  } | null;
  readonly notes?: readonly string[];
  readonly resent?: boolean;
  /** Of conversations: counted from 1. */
  readonly turn?: number;
  /** Of several kinds of requests. */
  readonly kind?: string;
  /** Of prompts that were sent twice. */
  readonly pair?: "cold" | "warm";
  readonly error: {
    readonly kind: string;
    readonly status: number | null;
    readonly code: string | null;
    readonly message: string;
  } | null;
}

/** The same counted from when a request was due. Absent in files of an earlier day. */
export type ScheduledMetric = "wait_ms" | "ttft_scheduled_ms" | "e2e_scheduled_ms";

/** Values that the true percentiles do not exceed, in ms. */
export interface ResultBounds {
  readonly p90: number | null;
  readonly p99: number | null;
}

/** The figures of a whole run. */
export type ResultSummary = Readonly<Record<ResultMetric, ResultStatistics>> & {
  readonly [Metric in ScheduledMetric]?: ResultStatistics;
} & {
  /** What a closed loop did while it was full; its values are `null` where it never was. Absent in files of an earlier day. */
  readonly steady?: {
    readonly streams: number | null;
    readonly share: number | null;
    readonly output_tokens_per_second: number | null;
  };
  /** Absent in files of an earlier day. */
  readonly upper_bounds?: {
    readonly confidence: number;
    readonly ttft_ms: ResultBounds;
    readonly tpot_ms: ResultBounds;
    readonly e2e_ms: ResultBounds;
  };
  readonly output_tokens_per_second: number | null;
  readonly requests_per_second: number | null;
  readonly usage: {
    readonly prompt_tokens: number | null;
    readonly completion_tokens: number | null;
    /** Absent in files of an earlier day. */
    readonly cached_tokens?: number | null;
  };
  /** Each absent where the run had none of it. */
  readonly tool_calls?: ToolCallSummary;
  readonly turns?: readonly ResultTurn[];
  readonly kinds?: readonly ResultKind[];
  readonly pairs?: ResultPairs;
  readonly depth?: ResultDepth;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly errors: readonly {
    readonly kind: string;
    readonly message: string;
    readonly count: number;
  }[];
  readonly goodput: {
    readonly requests_per_second: number | null;
    readonly good_share: number | null;
  } | null;
  readonly cost: { readonly total: number; readonly per_request: number } | null;
};

/** The requests of one turn, over all conversations. */
export interface ResultTurn {
  readonly turn: number;
  readonly sent: number;
  readonly complete: number;
  readonly not_sent: number;
  readonly ttft_ms: ResultStatistics;
  readonly prompt_tokens: number | null;
  readonly cached_share: number | null;
}

/** Of fewer values than {@linkcode ResultStatistics}. */
export type ResultPercentiles = Pick<
  ResultStatistics,
  "count" | "mean" | "p50" | "p90" | "p99" | "max"
>;

/** The requests of one kind. */
export interface ResultKind {
  readonly kind: string;
  readonly sent: number;
  readonly complete: number;
  readonly ttft_ms: ResultPercentiles;
  readonly tpot_ms: ResultPercentiles;
  readonly e2e_ms: ResultPercentiles;
  readonly prompt_tokens: number | null;
  readonly completion_tokens: number | null;
}

/** Prompts that were sent twice. */
export interface ResultPairs {
  readonly count: number;
  readonly cold_ttft_ms: ResultStatistics;
  readonly warm_ttft_ms: ResultStatistics;
  readonly saved_share: number | null;
  readonly cached_share: number | null;
}

/** A run that asked at a depth of a context. */
export interface ResultDepth {
  readonly depth_tokens: number;
  readonly fresh_tokens: number | null;
  readonly prefix: "cached" | "read_again" | null;
  readonly prefix_assumed: boolean;
  readonly prefill_tokens_per_second: { readonly p50: number | null };
  readonly decode_tokens_per_second: { readonly p50: number | null };
  readonly tpot_ms: { readonly p50: number | null };
  readonly ttft_ms: { readonly p50: number | null };
}

/** The tokens of requests that were counted both times. */
export interface ResultReplayTokens {
  readonly requests: number;
  readonly sent: number;
  readonly recorded: number;
}

/** The recorded traffic that a run sent again. */
export interface ResultReplay {
  readonly requests: number;
  readonly sessions: number;
  readonly span_ms: number;
  readonly prompt_tokens: ResultReplayTokens | null;
  readonly output_tokens: ResultReplayTokens | null;
}

/** The readings of a gauge over a run. */
export interface ResultGauge {
  readonly mean: number;
  readonly max: number;
}

/** What a server said at one moment; the means and the share are of what came since the moment before. */
export interface ResultServerMoment {
  /** Since the run's start. */
  readonly at_ms: number;
  readonly running: number | null;
  readonly waiting: number | null;
  readonly kv_cache_usage: number | null;
  readonly queue_ms: number | null;
  readonly prefill_ms: number | null;
  readonly prefix_cache_hit_share: number | null;
}

/** What a server says of itself, by its metrics. */
export interface ResultServerMetrics {
  readonly engine: EngineName;
  readonly url: string;
  readonly reads: number;
  readonly failed_reads: number;
  readonly problem: "lost" | "restarted" | null;
  readonly requests: number | null;
  readonly queue_ms: number | null;
  readonly prefill_ms: number | null;
  readonly ttft_ms: number | null;
  readonly tpot_ms: number | null;
  readonly running: ResultGauge | null;
  readonly waiting: ResultGauge | null;
  readonly kv_cache_usage: ResultGauge | null;
  readonly prefix_cache_hit_share: number | null;
  /** Absent in files of an earlier day. */
  readonly over_time?: readonly ResultServerMoment[];
}

/** The server's side of a run. Its metrics are absent where only the streams told something. */
export type ResultServer = (
  ResultServerMetrics | { readonly [Name in keyof ResultServerMetrics]?: never }
) & {
  /** Means; below 0, what is left does not add up. */
  readonly ttft_parts: {
    readonly ttft_ms: number;
    readonly queue_ms: number | null;
    readonly prefill_ms: number | null;
    readonly rest_ms: number;
  } | null;
};

/** What a run's numbers are by the definitions of other tools, and ours. */
export interface ResultDefinitions {
  /** By the name of the tool; its metrics have `mean`, `p50` and `p99`, or are `null`. */
  readonly tools: Readonly<Record<string, JsonObject>>;
  readonly differences: readonly { readonly message: string }[];
}

/** What is to be known before numbers are trusted. */
export interface ResultWarning {
  readonly code: string;
  readonly message: string;
  /** What to do about it. Absent where there is nothing, and in files of an earlier day. */
  readonly step?: string;
}

/** One run of a result. */
export interface ResultRun {
  readonly config: JsonObject;
  readonly environment: JsonObject;
  readonly duration_ms: number | null;
  readonly requests: readonly ResultRequest[];
  readonly summary: ResultSummary;
  readonly instrument: {
    readonly loop_lag_p99_ms: number | null;
    readonly client_limited: boolean;
    readonly connections: string;
    readonly proxy: boolean;
  };
  readonly warnings: readonly ResultWarning[];
  /** Which of several targets that were measured in turn; absent: there was one. */
  readonly side?: string;
  /** The number of the round that it belongs to. */
  readonly pair?: number;
  /** Absent: it sent no recorded traffic. */
  readonly replay?: ResultReplay;
  /** Absent: nobody knows anything of it. */
  readonly server?: ResultServer;
  /** Absent: they were not asked for. */
  readonly definitions?: ResultDefinitions;
}

/** A search, as a result tells of it. */
export interface ResultSearch {
  readonly flag: "rate" | "concurrency";
  readonly best: number | null;
  readonly missed: number | null;
  readonly end: string;
  readonly steps: readonly { readonly value: number; readonly met: boolean }[];
  /** Absent in files of an earlier day. */
  readonly warnings?: readonly ResultWarning[];
}

/** A result file, read. */
export interface Result {
  readonly runs: readonly ResultRun[];
  readonly search: ResultSearch | null;
  /** The client's own error, where it was asked for. */
  readonly calibration: JsonObject | null;
  readonly interrupted: boolean;
  readonly incomplete: boolean;
}
