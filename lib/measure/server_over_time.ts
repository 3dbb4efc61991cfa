import type { Micros } from "../base/time.ts";
import type { ServerReading, Summed } from "./server_side.ts";

/** A reading with its time, in µs since the run's start. */
export interface TimedReading {
  readonly at: Micros;
  readonly reading: ServerReading;
}

/** What a server said at one moment of a run; `null`: it does not say it. Plain data. */
export interface ServerMoment {
  /** In µs since the run's start. */
  readonly at: Micros;
  /** Then. */
  readonly running: number | null;
  readonly waiting: number | null;
  readonly kvCache: number | null;
  /** The means of what it has counted since the moment before, in µs. */
  readonly queue: Micros | null;
  readonly prefill: Micros | null;
  /** Of the prompt tokens that it has looked up since then, the share that it found. */
  readonly prefixHits: number | null;
}

/** An hour, read once a second: of a longer run every second reading, or third … */
const MOST_MOMENTS = 3600;

/**
 * A run as its server tells of it, moment by moment. `before` is the reading that the first one grows from. Where a count
 * has shrunk the server has started anew, and of that step nothing is known.
 *
 * @example
 * ```ts
 * const load = { waiting: 0, kvCache: null, ttft: null, tpot: null, prefill: null, prefix: null };
 * const read = (sum: number, count: number) =>
 *   ({ engine: "vllm", requests: count, running: 1, queue: { sum, count }, ...load }) as const;
 * const [first] = serverOverTime(read(1, 10), [{ at: 1_000_000, reading: read(1.5, 15) }]);
 * first?.queue; // 100000
 * ```
 */
export function serverOverTime(
  before: ServerReading,
  readings: readonly TimedReading[],
): ServerMoment[] {
  const every = Math.ceil(readings.length / MOST_MOMENTS);
  const kept = readings.filter((_, index) => (readings.length - 1 - index) % every === 0);
  return kept.map(({ at, reading }, index) => {
    const last = kept[index - 1]?.reading ?? before;
    return {
      at,
      running: reading.running,
      waiting: reading.waiting,
      kvCache: reading.kvCache,
      queue: grownBy(last.queue, reading.queue),
      prefill: grownBy(last.prefill, reading.prefill),
      prefixHits: hitsSince(last.prefix, reading.prefix),
    };
  });
}

/** A sum that nobody counts the requests of has no mean here: how many there were since is not known. */
function grownBy(then: Summed | null, now: Summed | null): Micros | null {
  if (now === null || now.count === null) return null;
  const count = now.count - (then?.count ?? 0);
  const sum = now.sum - (then?.sum ?? 0);
  return count <= 0 || sum < 0 ? null : Math.round((sum / count) * 1e6);
}

function hitsSince(then: ServerReading["prefix"], now: ServerReading["prefix"]): number | null {
  if (now === null) return null;
  const lookups = now.lookups - (then?.lookups ?? 0);
  const hits = now.hits - (then?.hits ?? 0);
  return lookups <= 0 || hits < 0 ? null : hits / lookups;
}
