import type { Micros } from "./time.ts";

/** A monotonic clock in whole microseconds. Only differences mean something. */
export type Clock = () => Micros;

/**
 * The process's monotonic clock.
 *
 * Whole microseconds, because sums of float milliseconds do not come out even: `ttft + Σ itl = e2e` must hold
 * exactly.
 */
export const monotonicClock: Clock = () => Math.round(performance.now() * 1000);

/**
 * A clock that agrees between processes: microseconds since 1970, carried on by the monotonic clock, so that it does
 * not jump within a process.
 */
export const epochClock: Clock = () =>
  Math.round((performance.timeOrigin + performance.now()) * 1000);
