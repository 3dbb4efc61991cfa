import type { Micros } from "./text.ts";

/** A monotonic clock in whole microseconds. Only differences mean something. */
export type Clock = () => Micros;

/**
 * The process's monotonic clock.
 *
 * Whole microseconds, because sums of float milliseconds do not come out even: `ttft + Σ itl = e2e` must hold
 * exactly.
 */
export const monotonicClock: Clock = () => Math.round(performance.now() * 1000);
