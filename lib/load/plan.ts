import { seededRandom } from "../base/random.ts";
import type { Micros } from "../base/time.ts";
import type { PairHalf } from "../measure/cache_pairs.ts";
import type { TurnPlace } from "../measure/request_record.ts";
import { gammaDraws } from "./gamma_draws.ts";
import { type Ramp, rampedTime } from "./ramp.ts";
import type { Follows } from "./traffic/traffic.ts";

/** Who is sent when. */
export interface LoadPlan {
  readonly arrivals: Arrivals;
  /** When sending stops: after so many requests, or so many µs. */
  readonly until: { readonly requests: number } | { readonly duration: Micros };
  /** Requests that are sent before, and not counted. */
  readonly warmup: number;
  /** How long requests in flight may go on after sending has stopped, in µs. */
  readonly drain: Micros;
}

/** How requests come. */
export type Arrivals =
  /** Closed loop: so many at any time; the next one is sent when one has ended. */
  | {
      readonly kind: "closed";
      /** The highest, where it ramps. */
      readonly concurrency: number;
      /** The concurrency over time. Absent: it is the same all the time. */
      readonly ramp?: Ramp | undefined;
    }
  /** Open loop: at `rate` a second whatever earlier ones do; at most `cap` at a time, the others wait. */
  | {
      readonly kind: "open";
      /** The mean, where it ramps. */
      readonly rate: number;
      readonly process: "constant" | "poisson" | "gamma";
      /** The shape of the gamma distribution that the gaps are of: vLLM's burstiness. Default 1, which is Poisson. */
      readonly burstiness?: number | undefined;
      /** The rate over time. Absent: it is the same all the time. */
      readonly ramp?: Ramp | undefined;
      readonly cap: number | null;
      readonly seed: number;
    }
  /** As traffic came that was recorded: each at its time, or behind the request that it follows; at most `cap` at a time. */
  | {
      readonly kind: "recorded";
      readonly requests: readonly RecordedArrival[];
      readonly cap: number | null;
    };

/** When a request of recorded traffic is sent: `at`, in µs since the run's start, unless it follows another. */
export interface RecordedArrival {
  readonly at: Micros;
  /** One process carries the whole of a conversation. */
  readonly session: number;
  readonly follows: Follows | null;
}

/**
 * The intended starts of an open loop, in µs since the run's start, each on absolute time, so that no error adds up:
 * the k-th constant arrival is at `k / rate`; a Poisson process has exponential gaps, a gamma process gaps of a gamma
 * distribution of the same mean, here conditioned on nothing. Under a ramp the same process goes by a time that runs with
 * the rate: a Poisson process stays one, with the rate of each moment.
 *
 * Endless: the plan's end decides how many are taken.
 *
 * @example
 * ```ts
 * arrivalTimes({ rate: 10, process: "constant", seed: 1 }).take(3).toArray(); // [0, 100000, 200000]
 * ```
 */
export function* arrivalTimes(
  arrivals: Pick<
    Extract<Arrivals, { kind: "open" }>,
    "rate" | "process" | "burstiness" | "ramp" | "seed"
  >,
): Generator<Micros, never> {
  const { rate, ramp } = arrivals;
  const next = gapsOf(arrivals);
  const gap = 1e6 / rate;
  // In gaps of mean 1.
  for (let due = 0; ; due += next()) {
    yield Math.round(ramp === undefined ? due * gap : rampedTime(due, ramp));
  }
}

/** The gaps of the process, of mean 1. */
function gapsOf({
  process,
  burstiness = 1,
  seed,
}: Pick<Extract<Arrivals, { kind: "open" }>, "process" | "burstiness" | "seed">): () => number {
  const random = seededRandom(seed);
  if (process === "constant") return () => 1;
  return process === "gamma" ? gammaDraws(burstiness, random) : () => -Math.log(1 - random());
}

/** One planned request. `scheduled` is `null` in a closed loop. */
export interface PlannedRequest {
  readonly index: number;
  readonly scheduled: Micros | null;
  /** Of conversations. */
  readonly turn?: TurnPlace | undefined;
  /** Of several kinds. */
  readonly kind?: string | undefined;
  /** Of prompts that are sent twice. */
  readonly pair?: PairHalf | undefined;
}

/** The requests of a plan, in order; endless for a closed loop with a duration. */
export function* plannedRequests({ arrivals, until }: LoadPlan): Generator<PlannedRequest> {
  const count = "requests" in until ? until.requests : Infinity;
  const end = "duration" in until ? until.duration : Infinity;
  if (arrivals.kind === "closed") {
    for (let index = 0; index < count; index++) yield { index, scheduled: null };
    return;
  }
  if (arrivals.kind === "recorded") {
    for (const [index, { at }] of arrivals.requests.entries()) {
      if (index < count && at < end) yield { index, scheduled: at };
    }
    return;
  }
  let index = 0;
  for (const scheduled of arrivalTimes(arrivals)) {
    if (index >= count || scheduled >= end) return;
    yield { index: index++, scheduled };
  }
}

/** How many requests can be under way at once; `null`: as many as come. */
export function mostInFlight({ arrivals }: Pick<LoadPlan, "arrivals">): number | null {
  return arrivals.kind === "closed" ? arrivals.concurrency : arrivals.cap;
}
