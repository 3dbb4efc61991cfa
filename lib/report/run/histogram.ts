import type { ExactCounts } from "../../measure/distribution.ts";
import type { Micros } from "../../base/time.ts";
import { formatCount } from "../../text/amounts.ts";
import { padColumns } from "../../text/columns.ts";
import { barOf, BLOCKS, type Glyphs } from "../../text/glyphs.ts";
import type { Styles } from "../../text/styles.ts";
import { formatTime } from "../../text/units.ts";

/** How {@linkcode renderHistogram} writes. */
export interface HistogramOptions {
  /** Stands above the bars. */
  readonly title: string;
  readonly width: number;
  readonly styles: Styles;
  /** Default: block elements. */
  readonly glyphs?: Glyphs;
}

/** One bar: samples from `from` up to, not including, `to`; a `null` end is open. */
export interface Bin {
  readonly from: Micros | null;
  readonly to: Micros | null;
  readonly count: number;
}

/** With the two open ends, ten lines. */
const MOST_CLOSED_BINS = 8;

/** So many times its first hundredth, the last hundredth of the samples is on another scale. */
const WIDE = 20;

/**
 * A histogram of times in at most ten lines, each with its range, its count and its bar. The empty text without
 * samples. No final newline.
 *
 * ```text
 * first token (TTFT)
 *  100 ms – 150 ms   57  ██████████████▌
 *  150 ms – 200 ms  102  ██████████████████████████
 *  200 ms – 312 ms    1  ▎
 * ```
 */
export function renderHistogram(
  counts: ExactCounts,
  { title, width, styles, glyphs = BLOCKS }: HistogramOptions,
): string {
  const { min, max } = counts.distribution();
  if (min === null || max === null) return "";
  const bins = binsOf(counts);
  const highest = bins.reduce((most, { count }) => Math.max(most, count), 0);
  const from = aligned(
    bins.map((bin) => (bin.from === null ? formatTime(min) : edgeText(bin.from))),
  );
  const to = aligned(bins.map((bin) => (bin.to === null ? formatTime(max) : edgeText(bin.to))));
  const number = aligned(bins.map((bin) => formatCount(bin.count)));
  const lines = bins.map(({ count }, index) => {
    const range = min === max ? from[index] : `${from[index]} – ${to[index]}`;
    const label = `  ${range}  ${number[index]}  `;
    const room = Math.max(1, width - Bun.stringWidth(label));
    return styles.dim(label) + barOf((count / highest) * room, glyphs);
  });
  return [styles.bold(title), ...lines.map((line) => line.trimEnd())].join("\n");
}

/**
 * Bins with round edges that show the body of the samples: linear ones, or, where the samples spread over more than
 * {@linkcode WIDE} times, ones that grow. The hundredths at both ends have no say in it, and share an open bin each:
 * a single stall must not press everything else into one bar.
 */
export function binsOf(counts: ExactCounts): Bin[] {
  const entries = [...counts.entries()];
  const low = sampleAt(entries, Math.floor((counts.count - 1) * 0.01));
  const high = sampleAt(entries, Math.ceil((counts.count - 1) * 0.99));
  // Gaps of zero are common and have no scale.
  const lowest = low > 0 ? low : (entries.find(([sample]) => sample > 0)?.[0] ?? low);
  const edges = high > lowest * WIDE ? growing(lowest, high) : linear(low, high);
  const first = edges[0] ?? low;
  const inside = edges.map((from, index) => ({ from, to: edges[index + 1] ?? null }));
  return [{ from: null, to: first }, ...inside]
    .map(({ from, to }) => ({ from, to, count: countWithin(entries, { from, to }) }))
    .filter(({ from, to, count }) => count > 0 || (from !== null && to !== null));
}

type Entries = readonly (readonly [sample: Micros, times: number])[];

/** The sample of a rank, counted from 0. */
function sampleAt(entries: Entries, rank: number): Micros {
  let passed = 0;
  for (const [sample, times] of entries) {
    passed += times;
    if (passed > rank) return sample;
  }
  return 0;
}

function countWithin(entries: Entries, { from, to }: Omit<Bin, "count">): number {
  return entries.reduce(
    (sum, [sample, times]) =>
      sample >= (from ?? 0) && sample < (to ?? Infinity) ? sum + times : sum,
    0,
  );
}

/** Edges a round step apart, from below `low` to above `high`. */
function linear(low: Micros, high: Micros): Micros[] {
  for (let power = 1; ; power *= 10) {
    for (const factor of [1, 2, 5]) {
      const step = factor * power;
      const first = Math.floor(low / step);
      const last = Math.floor(high / step) + 1;
      if (last - first > MOST_CLOSED_BINS) continue;
      return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
    }
  }
}

/** Edges that grow by round factors, from below `low` to above `high`. */
function growing(low: Micros, high: Micros): Micros[] {
  for (const factors of [[1, 2, 5], [1, 3], [1]]) {
    const edges: Micros[] = [];
    for (let power = 1; power <= 1e12; power *= 10) {
      edges.push(...factors.map((factor) => factor * power));
    }
    const first = Math.max(
      0,
      edges.findLastIndex((edge) => edge <= low),
    );
    const last = edges.findIndex((edge) => edge > high);
    if (last - first <= MOST_CLOSED_BINS) return edges.slice(first, last + 1);
  }
  return growing(high / 10 ** (MOST_CLOSED_BINS - 1), high);
}

/** A round time, exactly, without the decimals it does not need: `0.02 ms`, `250 ms`, `1.5 s`. */
function edgeText(micros: Micros): string {
  return micros < 1e6 ? `${micros / 1e3} ms` : `${micros / 1e6} s`;
}

/** The texts as wide as the widest of them. */
function aligned(texts: readonly string[]): string[] {
  const widest = texts.reduce((most, text) => Math.max(most, text.length), 0);
  return texts.map((text) => padColumns(text, widest, { align: "end" }));
}
