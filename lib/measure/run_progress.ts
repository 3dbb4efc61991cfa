import type { Micros } from "../base/time.ts";
import { percentile } from "./distribution.ts";
import type { RequestRecord } from "./request_record.ts";

/** How far a run has come, as seen at one moment. */
export interface ProgressState {
  /** Since the run's start, in µs. */
  readonly elapsed: Micros;
  /** How long it may still take, in µs: what is left of the duration, or an estimate from the pace so far. */
  readonly left: Micros | null;
  /** What ends the sending. */
  readonly until: RunLimit;
  readonly sent: number;
  readonly inFlight: number;
  readonly complete: number;
  /** Ended with any other outcome. */
  readonly incomplete: number;
  /** Deltas per second: since about a second, and since the start. `null` before any time has passed. */
  readonly recentDeltaRate: number | null;
  readonly deltaRate: number | null;
  /** Of the requests that have ended; `null` as long as none of them brought usage. */
  readonly tokensPerDelta: number | null;
  /** The median TTFT of the last complete requests, a thousand at most, in µs. */
  readonly ttft: number | null;
  /** No more requests are sent: those in flight are waited for. */
  readonly isStopping: boolean;
  /** The machines of a fleet. Absent: there is one only. */
  readonly workers?: readonly WorkerProgress[] | undefined;
}

/** How a machine of a fleet stands at one moment. */
export interface WorkerProgress {
  readonly name: string;
  readonly inFlight: number;
  /** Tokens per second since about a second; as long as no request has told its tokens, deltas. `null` before any time has passed. */
  readonly tokenRate: number | null;
  /** How late its event loop was at most, lately, in µs. */
  readonly lag: Micros;
  readonly isLost: boolean;
}

/** What ends the sending: so many requests, or so many µs. */
export type RunLimit = { readonly requests: number } | { readonly duration: Micros };

/** The live median is of so many requests at most. */
const RECENT_REQUESTS = 1000;

/** The recent rate looks back so far, or to the look before, whichever is longer ago. */
const RECENT_TIME = 1_000_000;

interface Look {
  readonly elapsed: Micros;
  readonly deltas: number;
}

/**
 * Counts what a run does while it goes on. It is told of every event, so it only counts; what a look costs does not
 * grow with the run. What several processes did is added by telling it of all.
 *
 * @example
 * ```ts
 * const progress = new RunProgress({ requests: 200 });
 * progress.sent();
 * progress.look(1_000_000).inFlight; // 1
 * ```
 */
export class RunProgress {
  readonly #until: RunLimit;
  #sent = 0;
  #complete = 0;
  #incomplete = 0;
  #lost = 0;
  #deltas = 0;
  #countedDeltas = 0;
  #countedTokens = 0;
  readonly #ttfts: number[] = [];
  #looks: Look[] = [{ elapsed: 0, deltas: 0 }];
  #isStopping = false;

  constructor(until: RunLimit) {
    this.#until = until;
  }

  sent(): void {
    this.#sent++;
  }

  deltas(count: number): void {
    this.#deltas += count;
  }

  ended({ outcome, metrics }: Pick<RequestRecord, "outcome" | "metrics">): void {
    if (metrics.streamedTokens !== null) {
      this.#countedTokens += metrics.streamedTokens;
      this.#countedDeltas += metrics.deltas;
    }
    if (outcome !== "complete") {
      this.#incomplete++;
      return;
    }
    if (metrics.ttft !== null) this.#ttfts[this.#complete % RECENT_REQUESTS] = metrics.ttft;
    this.#complete++;
  }

  /** So many that were sent will never be heard of again. */
  lost(count: number): void {
    this.#lost += count;
  }

  /** Sending has stopped before its time. */
  stopping(): void {
    this.#isStopping = true;
  }

  /** The state now. */
  look(elapsed: Micros): ProgressState {
    const ended = this.#complete + this.#incomplete;
    return {
      elapsed,
      left: this.#left(elapsed, ended),
      until: this.#until,
      sent: this.#sent,
      inFlight: this.#sent - ended - this.#lost,
      complete: this.#complete,
      incomplete: this.#incomplete,
      recentDeltaRate: this.#recentRate(elapsed),
      deltaRate: rate({ elapsed: 0, deltas: 0 }, { elapsed, deltas: this.#deltas }),
      tokensPerDelta: this.#countedDeltas === 0 ? null : this.#countedTokens / this.#countedDeltas,
      ttft: percentile(
        Object.values(this.#ttfts).toSorted((a, b) => a - b),
        50,
      ),
      isStopping: this.#isStopping,
    };
  }

  #left(elapsed: Micros, ended: number): Micros | null {
    if (this.#isStopping) return null;
    if ("duration" in this.#until) return Math.max(0, this.#until.duration - elapsed);
    if (ended === 0) return null;
    return Math.max(0, Math.round((elapsed / ended) * (this.#until.requests - ended)));
  }

  #recentRate(elapsed: Micros): number | null {
    const now = { elapsed, deltas: this.#deltas };
    const recent = this.#looks.findLastIndex((look) => look.elapsed <= elapsed - RECENT_TIME);
    this.#looks = this.#looks.slice(Math.max(0, recent));
    const [before = now] = this.#looks;
    this.#looks.push(now);
    return rate(before, now);
  }
}

function rate(before: Look, now: Look): number | null {
  const time = now.elapsed - before.elapsed;
  return time <= 0 ? null : ((now.deltas - before.deltas) * 1e6) / time;
}
