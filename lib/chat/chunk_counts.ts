import type { ChunkCounts } from "./reading.ts";

/** The counts before any chunk. */
export const NO_CHUNKS: ChunkCounts = { total: 0, withText: 0, emptyFirst: 0, emptyLast: 0 };

/** The counts with one more chunk, which has text or none. */
export function countedWith(counts: ChunkCounts, hasText: boolean): ChunkCounts {
  const { total, withText, emptyFirst, emptyLast } = counts;
  if (hasText) return { total: total + 1, withText: withText + 1, emptyFirst, emptyLast: 0 };
  return withText === 0
    ? { total: total + 1, withText, emptyFirst: emptyFirst + 1, emptyLast }
    : { total: total + 1, withText, emptyFirst, emptyLast: emptyLast + 1 };
}
