import type { Micros } from "../base/time.ts";

/** One question to another process for the time on its clock, in µs: asked and answered on ours, `theirs` on its own. */
export interface ClockSample {
  readonly asked: Micros;
  readonly theirs: Micros;
  readonly answered: Micros;
}

/** So far, in µs, two clocks may be apart beside what the way between them explains. */
const TOLERATED: Micros = 1_000;

/**
 * How far another process's clock is ahead of ours, in µs: theirs − (asked + answered) / 2 of the sample with the shortest
 * round trip, which is wrong by half of that at most. 0 when it is within that round trip and 1 ms, where nothing but the
 * way was measured; 0 also without samples.
 *
 * Two clocks that count on from the wall clock at the start of their processes are apart by a constant: the wall clock may
 * have been set between the two starts.
 *
 * @see NTP's clock filter, https://www.rfc-editor.org/rfc/rfc5905#section-10
 * @example
 * ```ts
 * clockOffset([{ asked: 1_000, theirs: 61_001_100, answered: 1_200 }]); // 61_000_000
 * ```
 */
export function clockOffset(samples: readonly ClockSample[]): Micros {
  const [best] = samples.toSorted((a, b) => roundTrip(a) - roundTrip(b));
  if (best === undefined) return 0;
  const offset = Math.round(best.theirs - (best.asked + best.answered) / 2);
  return Math.abs(offset) <= roundTrip(best) + TOLERATED ? 0 : offset;
}

/** The offset that is farthest from 0; 0 of none. */
export function largestOffset(offsets: readonly Micros[]): Micros {
  return offsets.reduce((far, offset) => (Math.abs(offset) > Math.abs(far) ? offset : far), 0);
}

function roundTrip({ asked, answered }: ClockSample): Micros {
  return answered - asked;
}
