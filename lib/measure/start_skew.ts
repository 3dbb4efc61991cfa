import type { Micros } from "../base/time.ts";
import type { FleetWorker } from "./finished_run.ts";

/**
 * How far apart the starts of the machines of a fleet can have been, in µs, at most: what is not known of the clocks of the two
 * that are known worst, and how late each began. All were to begin at one moment on the clock of Redis. `null` where fewer
 * than two told of it.
 *
 * @example
 * ```ts
 * startSkew([
 *   { clockUncertainty: 40, late: 0 },
 *   { clockUncertainty: 60, late: 10 },
 * ]); // 110
 * ```
 */
export function startSkew(
  workers: readonly Pick<FleetWorker, "clockUncertainty" | "late">[],
): Micros | null {
  const apart = workers.flatMap(({ clockUncertainty, late }) =>
    clockUncertainty === null ? [] : [clockUncertainty + (late ?? 0)],
  );
  const [first, second] = apart.toSorted((a, b) => b - a);
  return first === undefined || second === undefined ? null : first + second;
}
