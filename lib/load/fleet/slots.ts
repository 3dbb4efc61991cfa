import type { Part } from "../workers/workers.ts";
import type { WorkerCard } from "./orders.ts";

/** Where nobody knows how many requests there will be at a time, a worker has so many processes at most. */
const MOST_PROCESSES = 8;

/**
 * How many processes a worker is to have: as many as carry its part of `most` streams, and no more than it has cores. `most`
 * is `null` where nobody knows how many there will be: then all cores but one.
 *
 * @example
 * ```ts
 * processesOf({ cores: 8, streams: 64 }, { most: 1_000, workers: 4 }); // 4
 * processesOf({ cores: 8, streams: 64 }, { most: null, workers: 4 }); // 7
 * ```
 */
export function processesOf(
  { cores, streams }: Pick<WorkerCard, "cores" | "streams">,
  { most, workers }: { readonly most: number | null; readonly workers: number },
): number {
  if (most === null) return Math.max(1, Math.min(cores - 1, MOST_PROCESSES));
  return Math.max(1, Math.min(cores, Math.ceil(most / workers / streams)));
}

/**
 * Deals out a plan to workers with so many processes each: every process fills a slot. The first processes of all workers
 * come first, so that few requests are spread over all machines. There are no more slots than places: one without a place
 * could send nothing. Who has no slot has nothing to do.
 *
 * @example
 * ```ts
 * dealtSlots([2, 1], { places: null }); // [{ slots: [0, 2], of: 3 }, { slots: [1], of: 3 }]
 * ```
 */
export function dealtSlots(
  processes: readonly number[],
  { places }: { readonly places: number | null },
): Part[] {
  const all = processes.reduce((sum, count) => sum + count, 0);
  const of = Math.min(all, places ?? Infinity);
  const slots = processes.map((): number[] => []);
  let slot = 0;
  for (let round = 0; slot < of; round++) {
    for (const [worker, count] of processes.entries()) {
      if (round < count && slot < of) slots[worker]?.push(slot++);
    }
  }
  return slots.map((filled) => ({ slots: filled, of }));
}
