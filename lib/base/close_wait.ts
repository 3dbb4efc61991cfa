import { setImmediate } from "node:timers";
import type { Micros } from "./time.ts";
import { waitUntil } from "./wait.ts";

/** So long behind its whole milliseconds a timer runs out. */
const TIMER_LATE: Micros = 100;

/**
 * Waits as {@linkcode waitUntil} does, and is not late by up to a millisecond, but by up to half of one. What timers leave,
 * since they count in whole milliseconds, is spent in turns of the event loop where it is less than a half, and else they get
 * one more: an eighth of a millisecond of a processor for the mean wait. For what is to be sent at its moment.
 *
 * @example
 * ```ts
 * await waitClosely(clock() + 20_300, { clock }); // 20.3 ms
 * ```
 */
export const waitClosely: typeof waitUntil = (moment, options) =>
  waitAndTurn(moment, options, { mostTurning: 500 });

/**
 * The same, to a fraction of a millisecond: turns take the whole rest, and with it half a millisecond of a processor for the
 * mean wait. For moments that were recorded.
 */
export const waitExactly: typeof waitUntil = (moment, options) =>
  waitAndTurn(moment, options, { mostTurning: 1000 });

async function waitAndTurn(
  moment: Micros,
  { clock, signal }: Parameters<typeof waitUntil>[1],
  { mostTurning }: { readonly mostTurning: Micros },
): Promise<void> {
  const rest = (moment - TIMER_LATE - clock()) % 1000;
  const whole = moment - TIMER_LATE - rest;
  await waitUntil(rest > mostTurning ? whole + 1000 : whole, { clock, signal });
  while (clock() < moment) {
    if (signal?.aborted) return;
    await turn();
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
