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
  const { offset, uncertainty } = measuredOffset(samples);
  return Math.abs(offset) <= 2 * uncertainty + TOLERATED ? 0 : offset;
}

/**
 * How far another process's clock is ahead of ours, as measured, in µs: of the sample with the shortest round trip, and half of
 * that trip, by which it is wrong at most. Both are 0 without samples.
 *
 * @example
 * ```ts
 * measuredOffset([{ asked: 1_000, theirs: 1_500, answered: 1_200 }]); // { offset: 400, uncertainty: 100 }
 * ```
 */
export function measuredOffset(samples: readonly ClockSample[]): {
  readonly offset: Micros;
  readonly uncertainty: Micros;
} {
  const [best] = samples.toSorted((a, b) => roundTrip(a) - roundTrip(b));
  if (best === undefined) return { offset: 0, uncertainty: 0 };
  return {
    offset: Math.round(best.theirs - (best.asked + best.answered) / 2),
    uncertainty: roundTrip(best) / 2,
  };
}

/** The offset that is farthest from 0; 0 of none. */
export function largestOffset(offsets: readonly Micros[]): Micros {
  return offsets.reduce((far, offset) => (Math.abs(offset) > Math.abs(far) ? offset : far), 0);
}

function roundTrip({ asked, answered }: ClockSample): Micros {
  return answered - asked;
}
