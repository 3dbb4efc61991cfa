import type { Clock } from "./clock.ts";
import type { Micros } from "./time.ts";

/** In milliseconds: a longer timer runs out at once. */
const LONGEST_TIMER = 0x7fffffff;

/**
 * Waits until a moment on the given clock; returns at once when it has passed or the signal is aborted.
 *
 * Timers are cut to whole milliseconds, so waits that follow each other are counted from one fixed moment: relative
 * ones would add up to a drift of several percent.
 *
 * @example
 * ```ts
 * await waitUntil(clock() + 20_000, { clock }); // 20 ms
 * ```
 */
export async function waitUntil(
  moment: Micros,
  { clock, signal }: { readonly clock: Clock; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  for (;;) {
    const remaining = moment - clock();
    if (!(remaining > 0) || signal?.aborted) return;
    await pause(Math.min(Math.ceil(remaining / 1000), LONGEST_TIMER), signal);
    if (remaining <= LONGEST_TIMER * 1000) return;
  }
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    signal?.addEventListener("abort", wake);
  });
}
