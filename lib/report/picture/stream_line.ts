import type { Micros } from "../../base/time.ts";
import type { Glyphs } from "../../text/glyphs.ts";

/** What is drawn of a stream. Times are in µs since it was sent. */
export interface DrawnStream {
  readonly ttft: Micros | null;
  readonly gaps: readonly Micros[];
  /** When it was over. */
  readonly end: Micros;
  /** It was complete: nothing cut it. */
  readonly isWhole: boolean;
}

/** How {@linkcode streamLine} draws. */
export interface StreamLineOptions {
  /** Columns for all of `span`. */
  readonly columns: number;
  /** The time that all columns stand for: longer than the stream where several are to be compared. */
  readonly span: Micros;
  /** A longer gap is a stall. */
  readonly stall: Micros;
  /** The gap of the highest level: see {@linkcode highestGap}. */
  readonly highest: Micros;
  readonly glyphs: Glyphs;
}

/**
 * A stream as one line over time: what waits for the first token, then in each column the longest gap that reaches into it,
 * as a level; stalls, and the mark of what was cut.
 *
 * @example
 * ```ts
 * const stream = { ttft: 40, gaps: [10, 30], end: 80, isWhole: false };
 * streamLine(stream, { columns: 8, span: 80, stall: 100, highest: 30, glyphs: ASCII }); // "....-##x"
 * ```
 */
export function streamLine(
  { ttft, gaps, end, isWhole }: DrawnStream,
  { columns, span, stall, highest, glyphs }: StreamLineOptions,
): string {
  const width = span / columns;
  const last = Math.max(1, Math.min(columns, Math.ceil(end / width)));
  const reaching = new Float64Array(last).fill(-1);
  const note = (from: Micros, to: Micros): void => {
    const until = Math.min(last - 1, Math.max(Math.floor(from / width), Math.ceil(to / width) - 1));
    for (let at = Math.floor(from / width); at <= until; at++) {
      reaching[at] = Math.max(reaching[at] ?? -1, to - from);
    }
  };
  let before = ttft ?? end;
  for (const gap of gaps) note(before, (before += gap));
  if (end - before > stall) note(before, end);
  const cells = Array.from(reaching, (gap, at) => {
    if ((at + 1) * width <= (ttft ?? end)) return glyphs.waiting;
    if (gap > stall) return glyphs.stall;
    const level = Math.ceil((Math.max(0, gap) / Math.max(1, highest)) * glyphs.levels.length) - 1;
    return glyphs.levels[Math.max(0, Math.min(glyphs.levels.length - 1, level))];
  });
  if (!isWhole) cells[last - 1] = glyphs.cut;
  return cells.join("");
}

/** The longest gap of these streams that is no stall; 0 without any. */
export function highestGap(
  streams: readonly Pick<DrawnStream, "gaps">[],
  { stall }: { readonly stall: Micros },
): Micros {
  let highest = 0;
  for (const { gaps } of streams) {
    for (const gap of gaps) if (gap <= stall && gap > highest) highest = gap;
  }
  return highest;
}
