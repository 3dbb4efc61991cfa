import type { Micros } from "../base/time.ts";

/** A load that grows, or shrinks, evenly from one value to another, and stays there. */
export interface Ramp {
  readonly from: number;
  readonly to: number;
  /** How long it takes, in µs. */
  readonly over: Micros;
}

/**
 * When so many arrivals were due under a rate that ramps, in µs: the moment `t` at which the integral of the rate is
 * `arrivals`. With `a` and `b` a second over `T` seconds, that is `a t + (b − a) t² / 2T` up to `T`, and `b` a second after.
 *
 * @example
 * ```ts
 * // From 0 to 10 a second over 10 s: 50 arrivals by the end, a quarter of which in the first half.
 * rampedTime(12.5, { from: 0, to: 10, over: 10_000_000 }); // 5000000
 * ```
 */
export function rampedTime(arrivals: number, { from, to, over }: Ramp): Micros {
  const seconds = over / 1e6;
  const within = ((from + to) / 2) * seconds;
  if (arrivals >= within) return over + ((arrivals - within) * 1e6) / to;
  // The form of the solution that also holds where the rate hardly changes.
  const slope = (to - from) / seconds;
  return (2e6 * arrivals) / (from + Math.sqrt(from * from + 2 * slope * arrivals));
}

/** How many places one process has while a concurrency ramps. */
export interface Places {
  /** From the start on. */
  readonly first: number;
  /** When one is added, or taken away, in order. */
  readonly changes: readonly { readonly at: Micros; readonly by: 1 | -1 }[];
}

/**
 * The places of a worker while a concurrency ramps. The places of the whole run are numbered, and dealt out in turn, so that
 * all workers together follow the ramp; the n-th new one opens when the ramp is there, and one that closes lets its request end.
 *
 * @example
 * ```ts
 * rampedPlaces({ from: 1, to: 3, over: 1000 }, { worker: 0, workers: 1 });
 * // { first: 1, changes: [{ at: 500, by: 1 }, { at: 1000, by: 1 }] }
 * ```
 */
export function rampedPlaces(
  { from, to, over }: Ramp,
  { worker, workers }: { readonly worker: number; readonly workers: number },
): Places {
  const isMine = (place: number): boolean => place % workers === worker;
  const low = Math.min(from, to);
  const steps = Math.abs(to - from);
  const moved = Array.from({ length: steps }, (_, index) => low + index).filter(isMine);
  const changes = moved.map((place) =>
    to > from
      ? ({ at: Math.round((over * (place + 1 - from)) / steps), by: 1 } as const)
      : ({ at: Math.round((over * (from - place)) / steps), by: -1 } as const),
  );
  const first = Array.from({ length: from }, (_, place) => place).filter(isMine).length;
  return { first, changes: changes.toSorted((a, b) => a.at - b.at) };
}
