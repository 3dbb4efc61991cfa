import { mostAtOnce } from "../measure/most_at_once.ts";
import type { ResultRequest, ResultRun } from "../report/run/result_form.ts";
import type { OverTime } from "./page_data.ts";

const MOST_STEPS = 120;
/** Shorter than this a step holds no more than chance, in s. */
const SHORTEST_STEP = 0.1;

/**
 * What a run did over time: output a second, requests in flight, and how they ended; in an open loop, how many were due and
 * sent. `null` where nothing took any time.
 */
export function overTime({ requests }: ResultRun): OverTime | null {
  const first = requests.reduce((least, { sent_ms }) => Math.min(least, sent_ms), Infinity);
  const last = requests.reduce((most, request) => Math.max(most, endOf(request)), 0);
  const length = (last - first) / 1000;
  if (!(length > 0)) return null;
  const step = roundStep(length);
  const count = Math.floor(length / step) + 1;
  const zeros = (): number[] => Array.from({ length: count }, () => 0);
  const stepAt = (ms: number): number =>
    Math.max(0, Math.min(count - 1, Math.floor((ms - first) / 1000 / step)));
  const add = (series: number[], ms: number, amount: number): void => {
    const at = stepAt(ms);
    series[at] = (series[at] ?? 0) + amount;
  };
  const unit = requests.some(({ usage }) => usage?.completion_tokens) ? "tokens" : "deltas";
  const [tokens, complete, notComplete] = [zeros(), zeros(), zeros()];
  for (const request of requests) {
    add(request.outcome === "complete" ? complete : notComplete, endOf(request), 1);
    for (const [at, amount] of outputOf(request, unit)) add(tokens, request.sent_ms + at, amount);
  }
  const due = requests.flatMap(({ scheduled_ms }) => scheduled_ms ?? []);
  const until = (times: readonly number[]): number[] => {
    const series = zeros();
    for (const time of times) add(series, time, 1);
    let sum = 0;
    return series.map((number) => (sum += number));
  };
  return {
    step,
    tokens: tokens.map((amount) => amount / step),
    unit,
    inFlight: inFlight(requests, { first, step, count }),
    complete,
    notComplete,
    due: due.length === 0 ? null : until(due),
    sent: due.length === 0 ? null : until(requests.map(({ sent_ms }) => sent_ms)),
  };
}

/** When a request was over, in ms since the run's start. */
export function endOf(request: ResultRequest): number {
  const { sent_ms: sent, ended_ms: ended, closed_ms: closed, e2e_ms: e2e, ttft_ms: ttft } = request;
  return ended ?? sent + (closed ?? e2e ?? ttft ?? 0);
}

/** What came of a request when, in ms since it was sent: its tokens, spread evenly over its deltas. */
function* outputOf(
  request: ResultRequest,
  unit: OverTime["unit"],
): Generator<readonly [at: number, amount: number]> {
  const { ttft_ms: ttft, e2e_ms: e2e, deltas, itl_us: gaps, usage } = request;
  if (ttft === null || deltas === 0) return;
  const all = unit === "tokens" ? (usage?.completion_tokens ?? 0) : deltas;
  let at = ttft;
  yield [at, all / deltas];
  for (let delta = 1; delta < deltas; delta++) {
    const gap =
      gaps === undefined ? ((e2e ?? ttft) - ttft) / (deltas - 1) : (gaps[delta - 1] ?? 0) / 1000;
    yield [(at += gap), all / deltas];
  }
}

function inFlight(
  requests: readonly ResultRequest[],
  { first, step, count }: { readonly first: number; readonly step: number; readonly count: number },
): number[] {
  const within: { sent: number; ended: number }[][] = Array.from({ length: count }, () => []);
  const stepAt = (ms: number): number =>
    Math.max(0, Math.min(count - 1, Math.floor((ms - first) / 1000 / step)));
  for (const request of requests) {
    const place = { sent: request.sent_ms, ended: endOf(request) };
    for (let at = stepAt(place.sent); at <= stepAt(place.ended); at++) within[at]?.push(place);
  }
  return within.map((places, index) => {
    const from = first + index * step * 1000;
    const to = from + step * 1000;
    return mostAtOnce(
      places.map(({ sent, ended }) => ({ sent: Math.max(from, sent), ended: Math.min(to, ended) })),
    );
  });
}

function roundStep(length: number): number {
  for (let power = SHORTEST_STEP; ; power *= 10) {
    for (const factor of [1, 2, 5]) {
      if (length / (factor * power) < MOST_STEPS) return Number((factor * power).toPrecision(6));
    }
  }
}
