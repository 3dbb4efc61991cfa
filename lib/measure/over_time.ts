import type { Micros } from "../base/time.ts";
import { mostAtOnce } from "./most_at_once.ts";
import type { Outcome } from "./outcome.ts";

/** What is needed of a request to draw it over time. Times are in µs; `ttft` and gaps count from `sent`. */
export interface TimedRequest {
  readonly sent: Micros;
  readonly ended: Micros;
  readonly scheduled: Micros | null;
  readonly outcome: Outcome;
  readonly ttft: Micros | null;
  readonly e2e: Micros | null;
  readonly deltas: number;
  /** `undefined`: they are not known, and the deltas are taken to lie evenly. */
  readonly gaps: readonly Micros[] | undefined;
  readonly tokens: number | null;
}

/** A run over time, in steps: one number for each. */
export interface OverTime {
  /** In s. */
  readonly step: number;
  /** Output a second. */
  readonly tokens: readonly number[];
  /** `tokens`, or deltas where the endpoint counts no tokens. */
  readonly unit: "tokens" | "deltas";
  /** The most requests at once. */
  readonly inFlight: readonly number[];
  readonly complete: readonly number[];
  readonly notComplete: readonly number[];
  /** Requests that were due, and that were sent, until the end of each step; `null` where nothing was scheduled. */
  readonly due: readonly number[] | null;
  readonly sent: readonly number[] | null;
}

/** How {@linkcode overTime} cuts a run. */
export interface OverTimeOptions {
  readonly mostSteps: number;
  /** In s: a shorter step holds no more than chance. Default 0.1. */
  readonly shortest?: number;
}

/**
 * What a run did over time: output a second, requests in flight, and how they ended; in an open loop, how many were due and
 * sent. The tokens of a request lie evenly over its deltas. `null` where nothing took any time.
 *
 * @example
 * ```ts
 * overTime([], { mostSteps: 120 }); // null
 * ```
 */
export function overTime(
  requests: readonly TimedRequest[],
  { mostSteps, shortest = 0.1 }: OverTimeOptions,
): OverTime | null {
  const first = requests.reduce((least, { sent }) => Math.min(least, sent), Infinity);
  const last = requests.reduce((most, { ended }) => Math.max(most, ended), 0);
  const length = (last - first) / 1e6;
  if (!(length > 0)) return null;
  const step = roundStep(length, { mostSteps, shortest });
  const count = Math.floor(length / step) + 1;
  const steps = new Steps({ first, step: step * 1e6, count });
  const unit = requests.some(({ tokens }) => tokens) ? "tokens" : "deltas";
  const [tokens, complete, notComplete] = [steps.zeros(), steps.zeros(), steps.zeros()];
  for (const request of requests) {
    steps.add(request.outcome === "complete" ? complete : notComplete, request.ended, 1);
    for (const [at, amount] of outputOf(request, unit)) {
      steps.add(tokens, request.sent + at, amount);
    }
  }
  const due = requests.flatMap(({ scheduled }) => scheduled ?? []);
  return {
    step,
    tokens: tokens.map((amount) => amount / step),
    unit,
    inFlight: steps.mostWithin(requests),
    complete,
    notComplete,
    due: due.length === 0 ? null : steps.until(due),
    sent: due.length === 0 ? null : steps.until(requests.map(({ sent }) => sent)),
  };
}

/** The steps of a run. Times are in µs. */
class Steps {
  readonly #first: Micros;
  readonly #step: Micros;
  readonly #count: number;

  constructor({ first, step, count }: { first: Micros; step: Micros; count: number }) {
    this.#first = first;
    this.#step = step;
    this.#count = count;
  }

  zeros(): number[] {
    return Array.from({ length: this.#count }, () => 0);
  }

  add(series: number[], time: Micros, amount: number): void {
    const at = this.#at(time);
    series[at] = (series[at] ?? 0) + amount;
  }

  /** How many of these times lie in a step or before it. */
  until(times: readonly Micros[]): number[] {
    const series = this.zeros();
    for (const time of times) this.add(series, time, 1);
    let sum = 0;
    return series.map((number) => (sum += number));
  }

  /** The most requests at once in each step. */
  mostWithin(requests: readonly TimedRequest[]): number[] {
    const within: TimedRequest[][] = Array.from({ length: this.#count }, () => []);
    for (const request of requests) {
      const last = this.#at(request.ended);
      for (let at = this.#at(request.sent); at <= last; at++) within[at]?.push(request);
    }
    return within.map((places, at) => {
      const from = this.#first + at * this.#step;
      const to = from + this.#step;
      return mostAtOnce(
        places.map(({ sent, ended }) => ({
          sent: Math.max(from, sent),
          ended: Math.min(to, ended),
        })),
      );
    });
  }

  #at(time: Micros): number {
    const at = Math.floor((time - this.#first) / this.#step);
    return Math.max(0, Math.min(this.#count - 1, at));
  }
}

/** What came of a request when, in µs since it was sent. */
function* outputOf(
  { ttft, e2e, deltas, gaps, tokens }: TimedRequest,
  unit: OverTime["unit"],
): Generator<readonly [at: Micros, amount: number]> {
  if (ttft === null || deltas === 0) return;
  const each = (unit === "tokens" ? (tokens ?? 0) : deltas) / deltas;
  const even = deltas > 1 ? ((e2e ?? ttft) - ttft) / (deltas - 1) : 0;
  let at = ttft;
  yield [at, each];
  for (let delta = 1; delta < deltas; delta++) {
    at += gaps === undefined ? even : (gaps[delta - 1] ?? 0);
    yield [at, each];
  }
}

function roundStep(
  length: number,
  { mostSteps, shortest }: { readonly mostSteps: number; readonly shortest: number },
): number {
  for (let power = shortest; ; power *= 10) {
    for (const factor of [1, 2, 5]) {
      if (length / (factor * power) < mostSteps) return Number((factor * power).toPrecision(6));
    }
  }
}
