import type { ChunkCounts } from "./reading.ts";

/** The counts before any chunk. */
export const NO_CHUNKS: ChunkCounts = { total: 0, withText: 0, emptyFirst: 0, emptyLast: 0 };

/** The counts with one more chunk: it has text, or only media such as sound, or nothing. */
export function countedWith(counts: ChunkCounts, has: "text" | "media" | "nothing"): ChunkCounts {
  const { emptyFirst, emptyLast, withText, withMedia = 0 } = counts;
  const total = counts.total + 1;
  if (has === "text") return { ...counts, total, withText: withText + 1, emptyLast: 0 };
  if (has === "media") return { ...counts, total, withMedia: withMedia + 1, emptyLast: 0 };
  return withText + withMedia === 0
    ? { ...counts, total, emptyFirst: emptyFirst + 1 }
    : { ...counts, total, emptyLast: emptyLast + 1 };
}
