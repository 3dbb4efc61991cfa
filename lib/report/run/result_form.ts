import type { JsonObject } from "../../base/json.ts";
import {
  anyObject,
  boolean,
  type Check,
  count,
  type FormProblem,
  is,
  isNumber,
  listOf,
  number,
  object,
  oneOf,
  optional,
  orNull,
  text,
} from "../../base/form.ts";
import { asObject } from "../../base/json.ts";
import type { Outcome } from "../../measure/outcome.ts";

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
  };
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
  /** Absent: they were not asked for. */
  readonly definitions?: ResultDefinitions;
}

const OUTCOMES: Readonly<Record<Outcome, true>> = {
  complete: true,
  truncated: true,
  failed: true,
  timed_out: true,
  interrupted: true,
};

const maybe = orNull(number);
const statistics = object<ResultStatistics>({
  count,
  min: maybe,
  mean: maybe,
  p50: maybe,
  p90: maybe,
  p95: maybe,
  p99: maybe,
  max: maybe,
});

/** By hand, since a file may hold millions. */
const gaps: Check = is(
  { en: "a list of gaps in µs", zh: "以微秒为单位的间隔列表" },
  (value) => Array.isArray(value) && value.every((gap) => isNumber(gap) && gap >= 0),
);

const request = object<ResultRequest>({
  index: count,
  scheduled_ms: maybe,
  sent_ms: number,
  ended_ms: optional(number),
  wait_ms: maybe,
  outcome: oneOf(Object.keys(OUTCOMES)),
  ttft_ms: maybe,
  ttfa_ms: maybe,
  tpot_ms: maybe,
  e2e_ms: maybe,
  closed_ms: maybe,
  output_tokens_per_second: maybe,
  deltas: count,
  tokens_per_delta: maybe,
  stalls: object({ count: maybe, longest_ms: maybe, total_ms: maybe }),
  itl_us: optional(gaps),
  usage: orNull(
    object({
      prompt_tokens: maybe,
      completion_tokens: maybe,
      reasoning_tokens: maybe,
      cached_tokens: maybe,
    }),
  ),
  notes: optional(listOf(text)),
  resent: optional(boolean),
  error: orNull(object({ kind: text, status: maybe, code: orNull(text), message: text })),
});

const bounds = object<ResultBounds>({ p90: maybe, p99: maybe });

const summary = object<ResultSummary>({
  ttft_ms: statistics,
  ttfa_ms: statistics,
  itl_ms: statistics,
  tpot_ms: statistics,
  e2e_ms: statistics,
  request_output_tokens_per_second: statistics,
  wait_ms: optional(statistics),
  ttft_scheduled_ms: optional(statistics),
  e2e_scheduled_ms: optional(statistics),
  steady: optional(object({ streams: maybe, share: maybe, output_tokens_per_second: maybe })),
  upper_bounds: optional(
    object({ confidence: number, ttft_ms: bounds, tpot_ms: bounds, e2e_ms: bounds }),
  ),
  output_tokens_per_second: maybe,
  requests_per_second: maybe,
  usage: object({ prompt_tokens: maybe, completion_tokens: maybe }),
  outcomes: object(Object.fromEntries(Object.keys(OUTCOMES).map((outcome) => [outcome, count]))),
  errors: listOf(object({ kind: text, message: text, count })),
  goodput: orNull(object({ requests_per_second: maybe, good_share: maybe })),
  cost: orNull(object({ total: number, per_request: number })),
});

const warnings = listOf(object<ResultWarning>({ code: text, message: text, step: optional(text) }));

const run = object<ResultRun>({
  config: anyObject,
  environment: anyObject,
  duration_ms: maybe,
  requests: listOf(request),
  summary,
  instrument: object({
    loop_lag_p99_ms: maybe,
    client_limited: boolean,
    connections: text,
    proxy: boolean,
  }),
  warnings,
  side: optional(text),
  definitions: optional(
    object({
      tools: is({ en: "an object for each tool", zh: "每个工具一个对象" }, (value) =>
        Object.values(asObject(value) ?? { none: null }).every((tool) => asObject(tool) !== null),
      ),
      differences: listOf(object({ message: text })),
    }),
  ),
});

const step = object({ value: number, met: boolean });

const several = object({
  runs: listOf(run),
  search: optional(
    object({
      flag: oneOf(["rate", "concurrency"]),
      best: maybe,
      missed: maybe,
      end: text,
      steps: listOf(step),
      warnings: optional(warnings),
    }),
  ),
});

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

/**
 * What the JSON of `bench` says: of one run, or of several.
 *
 * @returns where it is of another form, if it is
 *
 * @example
 * ```ts
 * resultOf({ schema: "streamgauge.bench/1", runs: [] });
 * // { result: { runs: [], search: null, calibration: null, interrupted: false, incomplete: false }, problem: null }
 * ```
 */
export function resultOf(
  value: unknown,
):
  | { readonly result: Result; readonly problem: null }
  | { readonly result: null; readonly problem: FormProblem } {
  const given = asObject(value);
  if (given === null || given["schema"] !== "streamgauge.bench/1") {
    return {
      result: null,
      problem: { place: "", expected: { en: "streamgauge.bench/1", zh: "streamgauge.bench/1" } },
    };
  }
  const isSeveral = Object.hasOwn(given, "runs");
  const problem = isSeveral ? several(given, "") : run(given, "");
  if (problem !== null) return { result: null, problem };
  return {
    result: {
      runs: (isSeveral ? given["runs"] : [given]) as unknown as readonly ResultRun[],
      search: (given["search"] ?? null) as ResultSearch | null,
      calibration: asObject(given["calibration"]),
      interrupted: given["interrupted"] === true,
      incomplete: given["incomplete"] === true,
    },
    problem: null,
  };
}
