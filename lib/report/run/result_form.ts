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
import type {
  Result,
  ResultBounds,
  ResultDepth,
  ResultKind,
  ResultPairs,
  ResultPercentiles,
  ResultReplay,
  ResultRequest,
  ResultRun,
  ResultSearch,
  ResultStatistics,
  ResultSummary,
  ResultTurn,
  ResultWarning,
} from "./result.ts";
import { serverForm } from "./result_form_server.ts";

/** The name and version of the form. A reader refuses what it does not know. */
export const RESULT_SCHEMA = "streamgauge.bench/1";

/** The schema that a value says it has; `null` when it says none. */
export function schemaOf(value: unknown): string | null {
  const schema = asObject(value)?.["schema"];
  return typeof schema === "string" ? schema : null;
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
  turn: optional(count),
  kind: optional(text),
  pair: optional(oneOf(["cold", "warm"])),
  error: orNull(object({ kind: text, status: maybe, code: orNull(text), message: text })),
});

const bounds = object<ResultBounds>({ p90: maybe, p99: maybe });

const turn = object<ResultTurn>({
  turn: count,
  sent: count,
  complete: count,
  not_sent: count,
  ttft_ms: statistics,
  prompt_tokens: maybe,
  cached_share: maybe,
});

const percentiles = object<ResultPercentiles>({
  count,
  mean: maybe,
  p50: maybe,
  p90: maybe,
  p99: maybe,
  max: maybe,
});

const kind = object<ResultKind>({
  kind: text,
  sent: count,
  complete: count,
  ttft_ms: percentiles,
  tpot_ms: percentiles,
  e2e_ms: percentiles,
  prompt_tokens: maybe,
  completion_tokens: maybe,
});

const pairs = object<ResultPairs>({
  count,
  cold_ttft_ms: statistics,
  warm_ttft_ms: statistics,
  saved_share: maybe,
  cached_share: maybe,
});

const median = object({ p50: maybe });

const depth = object<ResultDepth>({
  depth_tokens: count,
  fresh_tokens: maybe,
  prefix: orNull(oneOf(["cached", "read_again"])),
  prefix_assumed: boolean,
  prefill_tokens_per_second: median,
  decode_tokens_per_second: median,
  tpot_ms: median,
  ttft_ms: median,
});

const replayTokens = orNull(object({ requests: count, sent: number, recorded: number }));

const replay = object<ResultReplay>({
  requests: count,
  sessions: count,
  span_ms: number,
  prompt_tokens: replayTokens,
  output_tokens: replayTokens,
});

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
  usage: object({
    prompt_tokens: maybe,
    completion_tokens: maybe,
    cached_tokens: optional(maybe),
  }),
  tool_calls: optional(object({ answers: count, of: count, calls: count, broken: count })),
  turns: optional(listOf(turn)),
  kinds: optional(listOf(kind)),
  pairs: optional(pairs),
  depth: optional(depth),
  outcomes: object(Object.fromEntries(Object.keys(OUTCOMES).map((outcome) => [outcome, count]))),
  errors: listOf(object({ kind: text, message: text, count })),
  goodput: orNull(object({ requests_per_second: maybe, good_share: maybe })),
  cost: orNull(object({ total: number, per_request: number })),
});

const warnings = listOf(object<ResultWarning>({ code: text, message: text, step: optional(text) }));

const run = object<ResultRun>({
  config: anyObject,
  environment: anyObject,
  duration_ms: number,
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
  pair: optional(count),
  replay: optional(replay),
  server: optional(serverForm),
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
  if (given === null || given["schema"] !== RESULT_SCHEMA) {
    return {
      result: null,
      problem: { place: "", expected: { en: RESULT_SCHEMA, zh: RESULT_SCHEMA } },
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
