import { percentile } from "../measure/distribution.ts";
import { type Bar, type Spread, WIDE } from "./page_data.ts";

const MOST_BARS = 40;
/** Few samples in many bars are a comb. */
const FEWEST_BARS = 8;
const POINTS = 200;

/**
 * How samples lie, for a histogram and a cumulative curve; `null` without samples. The axis is logarithmic where the samples
 * spread over more than 20 times.
 *
 * @example
 * ```ts
 * spreadOf("ttft_ms", [10, 20, 30])?.marks[0]; // { name: "p50", value: 20 }
 * ```
 */
export function spreadOf(metric: string, samples: Iterable<number>): Spread | null {
  const sorted = Float64Array.from(samples).toSorted();
  if (sorted.length === 0) return null;
  const highest = at(sorted, 1);
  const low = Math.max(at(sorted, 0.01), lowestPositive(sorted) ?? 0);
  const isLog = low > 0 && highest > low * WIDE;
  const most = Math.min(MOST_BARS, Math.max(FEWEST_BARS, Math.ceil(2 * Math.sqrt(sorted.length))));
  const range = { low: isLog ? low : at(sorted, 0), high: highest, most };
  const edges = isLog ? growing(range) : even(range);
  return {
    metric,
    isLog,
    bars: barsOf(sorted, edges),
    curve: curveOf(sorted),
    marks: marksOf(sorted),
  };
}

function marksOf(sorted: Float64Array): Spread["marks"] {
  return [50, 90, 99].flatMap((percent) => {
    const value = percentile(sorted as unknown as readonly number[], percent);
    return value === null ? [] : [{ name: `p${percent}`, value }];
  });
}

/** The sample at a share of the ranks. */
function at(sorted: Float64Array, share: number): number {
  return sorted[Math.round((sorted.length - 1) * share)] ?? 0;
}

function lowestPositive(sorted: Float64Array): number | undefined {
  return sorted.find((sample) => sample > 0);
}

function curveOf(sorted: Float64Array): Spread["curve"] {
  const count = Math.min(POINTS, sorted.length);
  const ranks = new Set(
    Array.from({ length: count }, (_, index) =>
      Math.round((index * (sorted.length - 1)) / Math.max(1, count - 1)),
    ),
  );
  // The tail is what is looked for.
  for (const share of [0.99, 0.995, 0.999]) ranks.add(Math.round(share * (sorted.length - 1)));
  const value: number[] = [];
  const share: number[] = [];
  for (const rank of [...ranks].toSorted((a, b) => a - b)) {
    const sample = sorted[rank] ?? 0;
    // Of equal samples, the last one tells how many there are up to it.
    if (value.at(-1) === sample) share.pop();
    else value.push(sample);
    share.push((rank + 1) / sorted.length);
  }
  return { value, share };
}

function barsOf(sorted: Float64Array, edges: readonly number[]): Bar[] {
  const counts = edges.slice(1).map(() => 0);
  let bar = 0;
  for (const sample of sorted) {
    // What lies below the first edge, as gaps of 0 on a logarithmic axis, is in the first bar.
    while (bar < counts.length - 1 && sample >= (edges[bar + 1] ?? Infinity)) bar++;
    counts[bar] = (counts[bar] ?? 0) + 1;
  }
  return counts.map((count, index) => ({
    from: edges[index] ?? 0,
    to: edges[index + 1] ?? 0,
    count,
  }));
}

interface Range {
  readonly low: number;
  readonly high: number;
  /** Bars at most. */
  readonly most: number;
}

/** Edges a round step apart. */
function even({ low, high, most }: Range): number[] {
  // Samples that are all but equal lie in a bar that can be seen.
  const least = 10 ** (Math.floor(Math.log10(Math.max(high, 0.1))) - 2);
  for (let power = least; ; power *= 10) {
    for (const factor of [1, 2, 5]) {
      const step = factor * power;
      const first = Math.floor(low / step);
      const last = Math.floor(high / step) + 1;
      if (last - first > most) continue;
      return Array.from({ length: last - first + 1 }, (_, index) =>
        Number(((first + index) * step).toPrecision(12)),
      );
    }
  }
}

/** Edges that grow by equal factors, ten or fewer to a power of ten. */
function growing({ low, high, most }: Range): number[] {
  const powers = Math.log10(high / low);
  const each = Math.max(1, Math.min(10, Math.floor(most / (powers + 1))));
  const first = Math.floor(Math.log10(low) * each);
  const last = Math.floor(Math.log10(high) * each + 1e-9) + 1;
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number((10 ** ((first + index) / each)).toPrecision(6)),
  );
}
