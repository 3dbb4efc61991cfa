import { setImmediate } from "node:timers";
import type { Micros } from "./time.ts";
import { waitUntil } from "./wait.ts";

/** So long before the moment the timer is to run out: it counts in whole milliseconds, and is up to one late. */
const BEFORE: Micros = 1_200;

/**
 * Waits as {@linkcode waitUntil} does, to a fraction of a millisecond: the last one is spent in turns of the event loop, which
 * costs that much of a processor. For moments that were recorded, and are to be met.
 *
 * @example
 * ```ts
 * await waitExactly(clock() + 20_300, { clock }); // 20.3 ms
 * ```
 */
export const waitExactly: typeof waitUntil = async (moment, { clock, signal }) => {
  await waitUntil(moment - BEFORE, { clock, signal });
  for (;;) {
    if (clock() >= moment || signal?.aborted) return;
    await turn();
  }
};

function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
