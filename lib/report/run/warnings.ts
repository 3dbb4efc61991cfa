import type { FinishedRun } from "../../measure/finished_run.ts";
import { distributionOf, percentile } from "../../measure/distribution.ts";
import { isFirstTurn } from "../../measure/turns.ts";
import { timePerOutputTokenUncertainty } from "../../measure/metrics.ts";
import type { RequestRecord } from "../../measure/request_record.ts";
import { waitOf } from "../../measure/summary.ts";
import { CONNECTION_REUSED } from "../../wire/exchange_ending.ts";
import type { Micros } from "../../base/time.ts";
import type { Language, Message } from "../../base/message.ts";
import { cacheHits, cacheShareMissed } from "./cache_warnings.ts";
import { lengthWarning, prefixWarning } from "./depth_table.ts";
import type { ResultWarning } from "./result.ts";
import { toolsNotCalled } from "./tool_texts.ts";
import * as client from "./client_texts.ts";
import * as says from "./warning_texts.ts";
import { replayedApart } from "./replayed_texts.ts";
import { serverCountsOthers, serverMetricsLost } from "./server_texts.ts";
import { clockCorrected, simulatedDied, workersDied } from "./process_death_texts.ts";

/** What a reader must know before trusting the numbers of a run. The codes are for programs and do not change. */
export interface Warning extends Message {
  readonly code: WarningCode;
}

export type WarningCode =
  | "replayed_apart"
  | "client_limited"
  | "connection_reused"
  | "worker_died"
  | "simulated_died"
  | "interrupted"
  | "incomplete"
  | "turns_not_sent"
  | "left_out"
  | "no_times"
  | "not_streamed"
  | "no_usage"
  | "shared_arrivals"
  | "tpot_estimated"
  | "few_samples"
  | "first_request_outlier"
  | "odd_streams"
  | "several_models"
  | "several_fingerprints"
  | "cache_hits"
  | "cache_share"
  | "depth_length"
  | "depth_prefix"
  | "tools_not_called"
  | "short_answers"
  | "prompt_length"
  | "rate_capped"
  | "unsent"
  | "itl_left_out"
  | "clock_offset"
  | "server_counts_others"
  | "server_metrics_lost";

/** So many complete requests carry a p99. */
const SAMPLES_FOR_P99 = 100;
/** Up to this share of the requests, a peculiarity is not worth a warning. */
const FEW = 0.05;
/** Above this share of gaps of zero, gaps are about packing. */
const MOST_ZERO_GAPS = 0.2;
/** A client may be so late, compared with what it measures, and not less than this. */
const TOLERATED = { share: 0.1, lag: 1_000, dispatch: 5_000 };
/** Below this share of the asked rate, the rate was not reached. */
const REACHED = 0.98;
/** Fewer arrivals than this do not tell a rate. */
const ARRIVALS_FOR_RATE = 10;
/** Fewer requests than this do not tell which one is an outlier. */
const OTHERS_FOR_OUTLIER = 5;

/** Up to so many gaps, a run's JSON holds every one of them: past it, the file would be hundreds of megabytes. */
export const MOST_GAPS = 5_000_000;

/** Everything that is to be said about the numbers of a run, the most important first. */
export function warningsOf(run: FinishedRun): Warning[] {
  const { records, summary, asked } = run;
  const complete = records.filter(({ outcome }) => outcome === "complete");
  const warnings: Warning[] = [];
  const add = (code: WarningCode, message: Message | null): void => {
    if (message !== null) warnings.push({ code, ...message });
  };
  add("replayed_apart", replayedApart(run));
  add("client_limited", clientLimited(run));
  add("connection_reused", connectionReused(records));
  add("worker_died", workersDied(run.deaths));
  add("simulated_died", simulatedDied(run.deaths));
  add("interrupted", run.interrupted ? says.interrupted(records.length) : null);
  add("incomplete", incomplete(records, complete));
  const notSent = (summary.turns ?? []).reduce((sum, turn) => sum + turn.notSent, 0);
  add("turns_not_sent", notSent === 0 ? null : says.turnsNotSent(notSent));
  add("left_out", leftOut(complete));
  add("no_times", noTimes(complete));
  add("not_streamed", notStreamed(complete));
  add("no_usage", noUsage(complete));
  add("shared_arrivals", sharedArrivals(complete));
  add("tpot_estimated", tpotEstimated(complete));
  add("few_samples", fewSamples(records, complete));
  add("first_request_outlier", firstRequestOutlier(records));
  const models = severalOf(complete, (record) => record.models);
  add("odd_streams", oddStreams(complete));
  add("several_models", models.length > 1 ? says.severalModels(models) : null);
  const fingerprints = severalOf(complete, (record) => record.fingerprints);
  add(
    "several_fingerprints",
    fingerprints.length > 1 ? says.severalFingerprints(fingerprints.length) : null,
  );
  add("cache_hits", cacheHits(run));
  add("cache_share", cacheShareMissed(run));
  add("depth_length", lengthWarning(run));
  add("depth_prefix", prefixWarning(run));
  add("tools_not_called", toolsNotCalled(run));
  add("short_answers", shortAnswers(complete, asked.outputTokens));
  add("prompt_length", promptLength(complete.filter(isFirstTurn), asked.promptTokens));
  add("rate_capped", rateCapped(run));
  add("unsent", run.unsent > 0 ? says.unsent(run.unsent) : null);
  add(
    "itl_left_out",
    holdsGaps(records) ? null : says.gapsLeftOut(gapsIn(records), { most: MOST_GAPS }),
  );
  const { clockOffset } = run.instrument;
  add("clock_offset", clockOffset === 0 ? null : clockCorrected(clockOffset));
  add("server_counts_others", serverCountsOthers(run));
  add("server_metrics_lost", serverMetricsLost(run));
  return warnings;
}

/**
 * Warnings in JSON: `step`, what to do, is absent where there is nothing to do.
 *
 * @example
 * ```ts
 * warningsJson([], "en"); // []
 * ```
 */
export function warningsJson(
  warnings: readonly (Message & { readonly code: string })[],
  language: Language,
): ResultWarning[] {
  return warnings.map(({ code, cause, step }) => ({
    code,
    message: cause[language],
    ...(step === undefined ? undefined : { step: step[language] }),
  }));
}

/** Whether the numbers are about the client as well: then everything else is to be read with that in mind. */
export function isClientLimited(warnings: readonly Warning[]): boolean {
  return warnings.some(({ code }) => code === "client_limited");
}

/** Whether the run has few enough gaps for its JSON to hold each of them. */
export function holdsGaps(records: readonly RequestRecord[]): boolean {
  return gapsIn(records) <= MOST_GAPS;
}

function gapsIn(records: readonly RequestRecord[]): number {
  return records.reduce((sum, { metrics }) => sum + metrics.itl.length, 0);
}

/**
 * The client was the limit when requests failed on this machine, when its event loop was late by more than a tenth of a
 * typical gap, or it sent later than planned: more than 2 % slower, or by more than 5 ms and a tenth of a typical TTFT. Under a cap, requests wait for
 * their place by design, so their lateness says nothing about the client.
 */
function clientLimited(run: FinishedRun): Message | null {
  const { summary, asked, instrument, records } = run;
  const reasons: Message["cause"][] = failedHere(run);
  const gap = summary.itl.p50 || summary.tpot.p50;
  const lag = instrument.loopLagP99;
  if (lag !== null && gap !== null && lag > Math.max(TOLERATED.lag, gap * TOLERATED.share)) {
    reasons.push(client.lateLoop(lag, { gap }));
  }
  if (asked.rate !== null && asked.cap === null) {
    const reached = reachedShare(records);
    if (reached !== null && reached < REACHED) {
      reasons.push(client.slowRate(asked.rate * reached, { asked: asked.rate }));
    }
  }
  if ((asked.rate !== null || run.replayed !== undefined) && asked.cap === null) {
    const late = highest(records.map(waitOf));
    const tolerated = Math.max(TOLERATED.dispatch, (summary.ttft.p50 ?? 0) * TOLERATED.share);
    if (late !== null && late > tolerated) reasons.push(client.lateDispatch(late));
  }
  return reasons.length === 0 ? null : client.clientLimited(reasons);
}

/** Failures that are this machine's, by what it had no more of. */
function failedHere({ records, environment }: FinishedRun): Message["cause"][] {
  const own = records.flatMap(({ failure }) => (failure?.kind === "client" ? [failure] : []));
  const openFiles = environment["open_files"];
  return distinct(own.map(({ message }) => message)).map((message) => {
    const failures = own.filter((failure) => failure.message === message);
    const isFiles = failures[0]?.code === "EMFILE" && typeof openFiles === "number";
    return client.failedHere(failures.length, {
      of: records.length,
      message,
      openFiles: isFiles ? openFiles : null,
    });
  });
}

function connectionReused(records: readonly RequestRecord[]): Message | null {
  const failed = records.filter(({ failure }) => failure?.code === CONNECTION_REUSED).length;
  const resent = records.filter((record) => record.resent).length;
  return failed + resent === 0 ? null : client.connectionReused({ failed, resent });
}

/** Below this share, what is not known of a TPOT is not worth a warning. */
const UNCERTAIN = 0.02;

function tpotEstimated(complete: readonly RequestRecord[]): Message | null {
  const shares = complete.map(({ metrics }) => timePerOutputTokenUncertainty(metrics));
  const median = distributionOf(shares).p50 ?? 0;
  return median < UNCERTAIN ? null : says.tpotEstimated(median);
}

function rateCapped({ asked: { rate, cap }, records }: FinishedRun): Message | null {
  const reached = reachedShare(records);
  if (rate === null || cap === null || reached === null || reached >= REACHED) return null;
  const sent = records.filter(({ scheduled }) => scheduled !== null).map(({ sent }) => sent);
  return says.rateCapped(((sent.length - 1) * 1e6) / span(sent), { asked: rate, cap });
}

/**
 * The share of the planned rate that was reached: planned time from the first to the last arrival / the time it took.
 * Held against this plan and not the mean rate, because a Poisson plan is never quite at its mean.
 */
function reachedShare(records: readonly RequestRecord[]): number | null {
  const planned = records.filter(({ scheduled }) => scheduled !== null);
  if (planned.length < ARRIVALS_FOR_RATE) return null;
  const asked = span(planned.map(({ scheduled }) => scheduled ?? 0));
  const taken = span(planned.map(({ sent }) => sent));
  return taken === 0 ? null : asked / taken;
}

function span(times: readonly Micros[]): Micros {
  const { first, last } = times.reduce(
    ({ first, last }, time) => ({ first: Math.min(first, time), last: Math.max(last, time) }),
    { first: Infinity, last: 0 },
  );
  return last - first;
}

/** The p99, or the maximum where there are too few for it. */
function highest(values: readonly (number | null)[]): number | null {
  const sorted = ascending(values);
  return percentile(sorted, 99) ?? sorted.at(-1) ?? null;
}

function incomplete(
  records: readonly RequestRecord[],
  complete: readonly RequestRecord[],
): Message | null {
  const left = records.length - complete.length;
  if (left > 0 && complete.length === 0) return says.noneComplete();
  return left === 0 ? null : says.incomplete(left, { of: records.length });
}

/** Complete requests whose streams were odd, by what was odd, the most frequent first. */
function oddStreams(complete: readonly RequestRecord[]): Message | null {
  const odd = complete.filter(({ oddities }) => oddities.length > 0);
  const counts = distinct(odd.flatMap(({ oddities }) => oddities)).map(
    (code) => [code, odd.filter(({ oddities }) => oddities.includes(code)).length] as const,
  );
  const sorted = counts.toSorted(([, one], [, other]) => other - one);
  return odd.length === 0
    ? null
    : says.oddStreams(odd.length, { of: complete.length, counts: sorted });
}

function leftOut(complete: readonly RequestRecord[]): Message | null {
  const without = complete.filter(
    ({ metrics, burst }) => metrics.ttft === null && metrics.deltas === 0 && !burst,
  ).length;
  return without === 0 ? null : says.leftOut(without);
}

/** Tokens came, and nobody wrote down when. */
function noTimes(complete: readonly RequestRecord[]): Message | null {
  const untimed = complete.filter(({ metrics }) => metrics.ttft === null && metrics.deltas > 0);
  return untimed.length === 0 ? null : says.noTimes(untimed.length);
}

function notStreamed(complete: readonly RequestRecord[]): Message | null {
  const bursts = complete.filter(({ burst }) => burst).length;
  return bursts > complete.length * FEW ? says.notStreamed(bursts, { of: complete.length }) : null;
}

function noUsage(complete: readonly RequestRecord[]): Message | null {
  const without = complete.filter(({ usage }) => (usage?.completionTokens ?? null) === null).length;
  return without === 0 ? null : says.noUsage(without, { of: complete.length });
}

function sharedArrivals(complete: readonly RequestRecord[]): Message | null {
  const streamed = complete.filter(({ burst }) => !burst);
  const gaps = gapsIn(streamed);
  const zero = streamed.reduce((sum, { metrics }) => sum + zerosAmong(metrics.itl), 0);
  return zero > gaps * MOST_ZERO_GAPS ? says.sharedArrivals(zero / gaps) : null;
}

function zerosAmong(gaps: readonly Micros[]): number {
  return gaps.reduce((zeros, gap) => zeros + (gap === 0 ? 1 : 0), 0);
}

function fewSamples(
  records: readonly RequestRecord[],
  complete: readonly RequestRecord[],
): Message | null {
  const have = complete.length;
  if (have === 0 || have >= SAMPLES_FOR_P99) return null;
  const send = Math.ceil((SAMPLES_FOR_P99 * records.length) / have);
  return says.fewSamples(have, { needed: SAMPLES_FOR_P99, send });
}

/**
 * The first request is an outlier when its TTFT is more than twice the median of the others, and farther above it than
 * 15 times their median absolute deviation: ten standard deviations of a normal distribution, as hyperfine has it.
 */
function firstRequestOutlier(records: readonly RequestRecord[]): Message | null {
  const [first, ...others] = records.toSorted((a, b) => a.sent - b.sent);
  const value = first?.outcome === "complete" ? first.metrics.ttft : null;
  const sorted = ascending(
    others.map(({ outcome, metrics }) => (outcome === "complete" ? metrics.ttft : null)),
  );
  const median = percentile(sorted, 50);
  if (value === null || median === null || sorted.length < OTHERS_FOR_OUTLIER) return null;
  const deviation = percentile(ascending(sorted.map((other) => Math.abs(other - median))), 50) ?? 0;
  const isOutlier = value > 2 * median && value - median > 15 * deviation;
  return isOutlier ? says.firstRequestOutlier(value, { median }) : null;
}

function shortAnswers(complete: readonly RequestRecord[], asked: number | null): Message | null {
  const lengths = ascending(complete.map(({ usage }) => usage?.completionTokens ?? null));
  if (asked === null) return null;
  const short = lengths.filter((length) => length < asked).length;
  if (short <= lengths.length * FEW) return null;
  return says.shortAnswers(short, {
    of: lengths.length,
    asked,
    median: percentile(lengths, 50) ?? 0,
  });
}

function promptLength(complete: readonly RequestRecord[], asked: number | null): Message | null {
  const lengths = ascending(complete.map(({ usage }) => usage?.promptTokens ?? null));
  const median = percentile(lengths, 50);
  if (asked === null || median === null) return null;
  return Math.abs(median - asked) > asked * FEW ? says.promptLength(median, { asked }) : null;
}

/** The names of the first kind of requests that has several: another kind may ask another model. */
function severalOf(
  records: readonly RequestRecord[],
  names: (record: RequestRecord) => readonly string[],
): string[] {
  const kinds = distinct(records.map(({ kind = "" }) => kind));
  const found = kinds.map((name) =>
    distinct(records.filter(({ kind = "" }) => kind === name).flatMap(names)),
  );
  return found.find(({ length }) => length > 1) ?? [];
}

function ascending(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null).toSorted((a, b) => a - b);
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)];
}
