import type { Micros } from "../base/time.ts";

/** What is printed where a value does not exist. */
export const NO_VALUE = "–";

/**
 * A time for people: `0.31 ms`, `12.4 ms`, `183 ms`, `1.893 s`, `2 min 05 s`. {@linkcode NO_VALUE} for `null`.
 *
 * @example
 * ```ts
 * formatTime(183_402); // "183 ms"
 * ```
 */
export function formatTime(micros: Micros | number | null): string {
  if (micros === null) return NO_VALUE;
  const ms = micros / 1000;
  if (ms < 9.995) return `${ms.toFixed(2)} ms`;
  if (ms < 99.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${ms.toFixed(0)} ms`;
  if (ms < 99_995) return `${(ms / 1000).toFixed(3)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/** A rate per second for people: `0.52`, `18.4`, `183`. {@linkcode NO_VALUE} for `null`. */
export function formatRate(perSecond: number | null): string {
  if (perSecond === null) return NO_VALUE;
  if (perSecond < 9.995) return perSecond.toFixed(2);
  return perSecond < 99.95 ? perSecond.toFixed(1) : perSecond.toFixed(0);
}

/** Milliseconds with at most three decimals, as in every file and JSON of ours; `null` stays `null`. */
export function toMilliseconds(micros: Micros | number | null): number | null {
  return micros === null ? null : Math.round(micros) / 1000;
}
