import { ExactCounts } from "../measure/distribution.ts";
import { type Clock, monotonicClock } from "../base/clock.ts";

const INTERVAL = 10;

/**
 * Samples how late the event loop is, through a whole run: a timer of 10 ms, and how much longer it took, in µs. A
 * client whose loop is late stamps arrivals late, and its numbers are about itself.
 */
export class LoopLag {
  readonly counts = new ExactCounts();
  readonly #clock: Clock;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(clock: Clock = monotonicClock) {
    this.#clock = clock;
  }

  start(): void {
    const began = this.#clock();
    this.#timer = setTimeout(() => {
      this.counts.add(Math.max(0, this.#clock() - began - INTERVAL * 1000));
      this.start();
    }, INTERVAL);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
