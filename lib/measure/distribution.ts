/** What a set of samples looks like, in the samples' unit. `null` where the samples cannot carry the value. */
export interface Distribution {
  readonly count: number;
  readonly min: number | null;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  /** Needs 100 samples. */
  readonly p99: number | null;
  /** Needs 1 000 samples. */
  readonly p99_9: number | null;
  readonly max: number | null;
}

/**
 * A percentile of sorted samples, by linear interpolation between closest ranks (type 7 of Hyndman and Fan, as in
 * NumPy). `null` when the samples cannot carry it: p99 needs 100 of them, p99.9 needs 1 000.
 *
 * @example
 * ```ts
 * percentile([10, 20, 30, 40], 50); // 25
 * percentile([10, 20, 30, 40], 99); // null
 * ```
 *
 * @see https://doi.org/10.2307/2684934
 */
export function percentile(sorted: ArrayLike<number>, percent: number): number | null {
  return interpolated(sorted.length, percent, (rank) => sorted[rank] as number);
}

/**
 * Whether a percentile of samples, in any order, is at most this limit: as {@linkcode percentile} has it, to the bit, and
 * without sorting them. `null` when the samples cannot carry it.
 *
 * @example
 * ```ts
 * percentileIsWithin([40, 10, 30, 20], 50, { limit: 25 }); // true
 * ```
 */
export function percentileIsWithin(
  samples: Iterable<number>,
  percent: number,
  { limit }: { readonly limit: number },
): boolean | null {
  let [count, within] = [0, 0];
  let [below, above] = [-Infinity, Infinity];
  for (const sample of samples) {
    count++;
    if (sample <= limit) {
      within++;
      if (sample > below) below = sample;
    } else if (sample < above) above = sample;
  }
  // The two samples that are interpolated between are within, or beyond, or the last one within and the first beyond.
  const value = interpolated(count, percent, (rank) => (rank < within ? below : above));
  return value === null ? null : value <= limit;
}

/**
 * The distribution of samples; `null` among them are left out, since they are no samples.
 *
 * @example
 * ```ts
 * distributionOf([30, null, 10]).p50; // 20
 * ```
 */
export function distributionOf(samples: Iterable<number | null>): Distribution {
  const sorted = inOrder([...samples].filter((sample) => sample !== null));
  const sum = sorted.reduce((a, b) => a + b, 0);
  return distribution(sorted.length, sum, (rank) => sorted[rank] as number);
}

/** The numbers in order, in a tenth of the time that a comparing function takes. */
export function inOrder(numbers: Iterable<number>): Float64Array {
  // oxlint-disable-next-line unicorn/no-array-sort -- a copy of a copy
  return Float64Array.from(numbers).sort();
}

/** One cell for each microsecond up to here: about a second. Longer gaps are rare, and kept in a list. */
const CELLS = 1 << 20;

/**
 * Counts samples of whole microseconds exactly, in memory that does not grow with their number: one cell for each
 * microsecond up to about a second, and a list beyond. Adding the counts of two workers loses nothing.
 *
 * @example
 * ```ts
 * const gaps = new ExactCounts();
 * gaps.add(12_345);
 * gaps.distribution().max; // 12345
 * ```
 */
export class ExactCounts {
  readonly #cells = new Uint32Array(CELLS);
  readonly #beyond: number[] = [];
  #count = 0;
  #sum = 0;

  get count(): number {
    return this.#count;
  }

  /** Adds one sample, `times` over. */
  add(sample: number, times = 1): void {
    this.#count += times;
    this.#sum += sample * times;
    if (sample < CELLS) this.#cells[sample] = (this.#cells[sample] ?? 0) + times;
    else for (let i = 0; i < times; i++) this.#beyond.push(sample);
  }

  /** Adds all samples of another. */
  merge(other: ExactCounts): void {
    for (const [sample, times] of other.entries()) this.add(sample, times);
  }

  /** The samples in order, each with how often it came. */
  *entries(): Generator<readonly [sample: number, times: number]> {
    for (let sample = 0; sample < CELLS; sample++) {
      const times = this.#cells[sample] ?? 0;
      if (times > 0) yield [sample, times];
    }
    for (const sample of this.#beyond.toSorted((a, b) => a - b)) yield [sample, 1];
  }

  distribution(): Distribution {
    const ends: number[] = [];
    const samples: number[] = [];
    let end = 0;
    for (const [sample, times] of this.entries()) {
      end += times;
      ends.push(end);
      samples.push(sample);
    }
    return distribution(
      this.#count,
      this.#sum,
      (rank) => samples[firstAbove(ends, rank)] as number,
    );
  }
}

/** The index of the first number above `value` in a sorted list. */
function firstAbove(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** `at` gives the sample of a rank, counted from 0. */
function distribution(count: number, sum: number, at: (rank: number) => number): Distribution {
  const value = (percent: number): number | null => interpolated(count, percent, at);
  return {
    count,
    min: count === 0 ? null : at(0),
    mean: count === 0 ? null : sum / count,
    p50: value(50),
    p90: value(90),
    p95: value(95),
    p99: value(99),
    p99_9: value(99.9),
    max: count === 0 ? null : at(count - 1),
  };
}

/**
 * A percentile of sorted samples as {@linkcode percentile} interpolates it, however few they are: what other tools print.
 * `NaN` without samples.
 */
export function interpolatedPercentile(sorted: readonly number[], percent: number): number {
  if (sorted.length === 0) return NaN;
  return between(sorted.length, percent, (rank) => sorted[rank] as number);
}

function interpolated(count: number, percent: number, at: (rank: number) => number): number | null {
  return count === 0 || count < samplesNeeded(percent) ? null : between(count, percent, at);
}

/** Type 7 of Hyndman and Fan. */
function between(count: number, percent: number, at: (rank: number) => number): number {
  const rank = (percent / 100) * (count - 1);
  const below = at(Math.floor(rank));
  const above = at(Math.ceil(rank));
  return below + (above - below) * (rank - Math.floor(rank));
}

function samplesNeeded(percent: number): number {
  if (percent > 99) return 1000;
  return percent >= 99 ? 100 : 1;
}
