import type { FinishedRun } from "../../measure/finished_run.ts";
import type { Distribution } from "../../measure/distribution.ts";
import type { Failure } from "../../measure/outcome.ts";
import { toolCallSummary } from "../../measure/tool_calls.ts";
import { isIncomplete } from "../../measure/process_death.ts";
import type { RequestRecord } from "../../measure/request_record.ts";
import { definitionsNamed } from "../../measure/definitions/definitions.ts";
import type { DefinitionName } from "../../measure/definitions/figures.ts";
import { type Replayed, replayedTokens } from "../../measure/replayed.ts";
import { sideBySide } from "../../measure/definitions/side_by_side.ts";
import { type RunSummary, type UpperBounds, waitOf } from "../../measure/summary.ts";
import type { CachePairs } from "../../measure/cache_pairs.ts";
import type { TurnSummary } from "../../measure/turns.ts";
import { kindJson } from "./kind_table.ts";
import { depthJson } from "./depth_json.ts";
import { depthOf } from "./depth_table.ts";
import { definitionsJson } from "../definitions/definitions_json.ts";
import { holdsGaps, isClientLimited, type Warning, warningsJson } from "./warnings.ts";
import { RESULT_SCHEMA } from "./result_form.ts";
import { serverJson, timingsJson } from "./server_json.ts";
import { metricsJson, usageJson } from "../request/result_json.ts";
import type { Language } from "../../base/message.ts";
import { toMilliseconds } from "../../text/units.ts";

/** A run with what is to be said about it. */
export interface ReportedRun {
  readonly run: FinishedRun;
  readonly warnings: readonly Warning[];
  /** Other tools' definitions that are asked for. Default: none. */
  readonly definitions?: readonly DefinitionName[] | undefined;
}

/**
 * The value that `bench --json` prints for one run. Times are in milliseconds with three decimals, the gaps `itl_us`
 * in whole microseconds; what does not exist is `null`. Past {@linkcode MOST_GAPS} gaps `itl_us` is left out of every
 * request, and a warning says so.
 *
 * @example
 * ```ts
 * JSON.stringify(benchJson({ run, warnings: warningsOf(run) }, "en"));
 * ```
 */
export function benchJson(reported: ReportedRun, language: Language): Record<string, unknown> {
  return { schema: RESULT_SCHEMA, ...runJson(reported, language) };
}

/** The value for several runs of one command: a sweep, a search, repetitions. */
export function benchRunsJson(
  runs: readonly ReportedRun[],
  language: Language,
): Record<string, unknown> {
  return { schema: RESULT_SCHEMA, runs: runs.map((reported) => runJson(reported, language)) };
}

/** What stands beside a run, or beside all of them, when they are not what was asked for. */
export function endJson(
  runs: readonly Pick<FinishedRun, "interrupted" | "deaths">[],
  end: {
    /** Runs are missing, because of the user. */
    readonly interrupted?: boolean;
  } = {},
): Record<string, unknown> {
  const interrupted = end.interrupted || runs.some((run) => run.interrupted);
  return {
    ...(interrupted ? { interrupted } : undefined),
    ...(runs.some(({ deaths }) => isIncomplete(deaths)) ? { incomplete: true } : undefined),
  };
}

function runJson(
  { run, warnings, definitions = [] }: ReportedRun,
  language: Language,
): Record<string, unknown> {
  const { instrument, records, summary } = run;
  const withGaps = holdsGaps(records);
  const depth = depthOf(run);
  const server = serverJson(run);
  return {
    config: run.config,
    environment: run.environment,
    ...(run.side === undefined ? undefined : { side: run.side, pair: run.pair }),
    duration_ms: toMilliseconds(summary.window),
    requests: records.map((record) => requestJson(record, { withGaps })),
    summary: {
      ...(run.asked.tools === undefined ? undefined : { tool_calls: toolCallSummary(records) }),
      ...summaryJson(summary),
      ...(depth === null ? undefined : { depth: depthJson(depth) }),
    },
    ...(run.replayed === undefined ? undefined : { replay: replayJson(run, run.replayed) }),
    ...(server === undefined ? undefined : { server }),
    instrument: {
      loop_lag_p99_ms: toMilliseconds(instrument.loopLagP99),
      client_limited: isClientLimited(warnings),
      connections: instrument.connections,
      proxy: instrument.proxy,
    },
    warnings: warningsJson(warnings, language),
    ...(definitions.length === 0
      ? undefined
      : {
          definitions: definitionsJson(
            sideBySide(records, definitionsNamed(definitions)),
            language,
          ),
        }),
  };
}

/** The tokens of the requests that were counted both times; `null` where none was. */
function replayJson({ records }: FinishedRun, replayed: Replayed): Record<string, unknown> {
  const { requests, sessions, span } = replayed;
  return {
    requests,
    sessions,
    span_ms: toMilliseconds(span),
    prompt_tokens: replayedTokens(records, { replayed, of: "promptTokens" }),
    output_tokens: replayedTokens(records, { replayed, of: "outputTokens" }),
  };
}

function requestJson(
  record: RequestRecord,
  { withGaps }: { readonly withGaps: boolean },
): Record<string, unknown> {
  return {
    index: record.index,
    scheduled_ms: toMilliseconds(record.scheduled),
    sent_ms: toMilliseconds(record.sent),
    ended_ms: toMilliseconds(record.ended),
    wait_ms: toMilliseconds(waitOf(record)),
    outcome: record.outcome,
    ...metricsJson(record.metrics),
    ...(withGaps ? { itl_us: record.metrics.itl } : undefined),
    ...(record.turn === undefined
      ? undefined
      : { conversation: record.turn.conversation, turn: record.turn.number }),
    ...(record.calls === undefined ? undefined : { tool_calls: record.calls }),
    ...(record.kind === undefined ? undefined : { kind: record.kind }),
    ...(record.pair === undefined ? undefined : { pair: record.pair }),
    usage: usageJson(record.usage),
    ...(record.server === undefined ? undefined : { server: timingsJson(record.server) }),
    ...(record.resent ? { resent: true } : undefined),
    ...(record.oddities.length > 0 ? { notes: record.oddities } : undefined),
    error: failureJson(record.failure),
  };
}

function failureJson(failure: Failure | null): Record<string, unknown> | null {
  if (failure === null) return null;
  const { kind, status, code, message } = failure;
  return { kind, status, code, message };
}

function summaryJson(summary: RunSummary): Record<string, unknown> {
  const { usage, goodput, cost } = summary;
  return {
    ttft_ms: timesJson(summary.ttft),
    ttfa_ms: timesJson(summary.ttfa),
    itl_ms: timesJson(summary.itl),
    tpot_ms: timesJson(summary.tpot),
    e2e_ms: timesJson(summary.e2e),
    wait_ms: timesJson(summary.wait),
    ttft_scheduled_ms: timesJson(summary.ttftScheduled),
    e2e_scheduled_ms: timesJson(summary.e2eScheduled),
    request_output_tokens_per_second: distributionJson(summary.requestOutputRate, (rate) => rate),
    output_tokens_per_second: summary.outputRate,
    steady: steadyJson(summary),
    upper_bounds: upperBoundsJson(summary),
    requests_per_second: summary.requestRate,
    usage: {
      prompt_tokens: usage.promptTokens,
      completion_tokens: usage.completionTokens,
      total_tokens: usage.totalTokens,
      cached_tokens: usage.cachedTokens,
    },
    ...(summary.turns === null ? undefined : { turns: summary.turns.map(turnJson) }),
    ...(summary.kinds === null ? undefined : { kinds: summary.kinds.map(kindJson) }),
    ...(summary.pairs === null ? undefined : { pairs: pairsJson(summary.pairs) }),
    outcomes: summary.outcomes,
    errors: summary.errors,
    goodput:
      goodput === null
        ? null
        : { requests_per_second: goodput.requestRate, good_share: goodput.goodShare },
    cost: cost === null ? null : { total: cost.total, per_request: cost.perRequest },
  };
}

function turnJson(turn: TurnSummary): Record<string, unknown> {
  return {
    turn: turn.turn,
    sent: turn.sent,
    complete: turn.complete,
    not_sent: turn.notSent,
    ttft_ms: timesJson(turn.ttft),
    prompt_tokens: turn.promptTokens,
    cached_share: turn.cachedShare,
  };
}

function pairsJson(pairs: CachePairs): Record<string, unknown> {
  return {
    count: pairs.count,
    cold_ttft_ms: timesJson(pairs.cold),
    warm_ttft_ms: timesJson(pairs.warm),
    saved_share: pairs.saved,
    cached_share: pairs.cachedShare,
  };
}

/** The part of a closed loop in which at least `streams` were in flight; all `null` where there is none. */
function steadyJson({ steady }: RunSummary): Record<string, number | null> {
  return {
    streams: steady?.streams ?? null,
    duration_ms: toMilliseconds(steady?.duration ?? null),
    share: steady?.share ?? null,
    output_tokens_per_second: steady?.outputRate ?? null,
  };
}

function upperBoundsJson({ upperBounds }: RunSummary): Record<string, unknown> {
  const { confidence, ttft, tpot, e2e } = upperBounds;
  return {
    confidence,
    ttft_ms: boundsJson(ttft),
    tpot_ms: boundsJson(tpot),
    e2e_ms: boundsJson(e2e),
  };
}

function boundsJson({ p90, p99 }: UpperBounds): Record<string, number | null> {
  return { p90: toMilliseconds(p90), p99: toMilliseconds(p99) };
}

function timesJson(distribution: Distribution): Record<string, number | null> {
  return distributionJson(distribution, toMilliseconds);
}

function distributionJson(
  { count, min, mean, p50, p90, p95, p99, p99_9, max }: Distribution,
  unit: (value: number | null) => number | null,
): Record<string, number | null> {
  return {
    count,
    min: unit(min),
    mean: unit(mean),
    p50: unit(p50),
    p90: unit(p90),
    p95: unit(p95),
    p99: unit(p99),
    p99_9: unit(p99_9),
    max: unit(max),
  };
}
