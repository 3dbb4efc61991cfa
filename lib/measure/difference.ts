import { probabilityBeyond, tBeyond } from "./t_distribution.ts";

/** How far the mean of B is from that of A, in the scale of the samples, and how sure that is. */
export interface Difference {
  readonly estimate: number;
  /** The standard error of the estimate. */
  readonly error: number;
  /** Degrees of freedom: what the samples carry. */
  readonly degrees: number;
}

/** A mean with what is known of it. */
export interface Spread {
  readonly mean: number;
  /** Of one sample, with n − 1. */
  readonly variance: number;
  readonly count: number;
}

/** The mean of samples, at least one. */
export function mean(samples: readonly number[]): number {
  return samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
}

/** Mean and variance of at least two samples. `least`: what the variance counts at least. */
export function spreadOf(samples: readonly number[], { least = 0 } = {}): Spread {
  const count = samples.length;
  const middle = mean(samples);
  const squares = samples.reduce((sum, sample) => sum + (sample - middle) ** 2, 0);
  return { mean: middle, variance: Math.max(squares / (count - 1), least), count };
}

/**
 * Welch's difference of two independent sets of samples: variances may differ, and so may counts. The degrees of
 * freedom are Satterthwaite's.
 *
 * @see https://doi.org/10.1093/biomet/34.1-2.28
 */
export function welch(a: Spread, b: Spread): Difference {
  const [ofA, ofB] = [a.variance / a.count, b.variance / b.count];
  const square = ofA + ofB;
  const degrees =
    square === 0
      ? a.count + b.count - 2
      : square ** 2 / (ofA ** 2 / (a.count - 1) + ofB ** 2 / (b.count - 1));
  return { estimate: b.mean - a.mean, error: Math.sqrt(square), degrees };
}

/** The difference of samples that belong together two by two: what both of a pair share drops out. */
export function ofPairs(differences: Spread): Difference {
  const { mean: estimate, variance, count } = differences;
  return { estimate, error: Math.sqrt(variance / count), degrees: count - 1 };
}

/** How far the interval of level 1 − `alpha` reaches to each side of the estimate. */
export function reach({ error, degrees }: Difference, alpha: number): number {
  return error === 0 ? 0 : error * tBeyond(alpha, degrees);
}

/** The probability of a difference at least so large where there is none. */
export function pValue({ estimate, error, degrees }: Difference): number {
  if (error === 0) return estimate === 0 ? 1 : 0;
  return probabilityBeyond(estimate / error, degrees);
}

/** A difference that is there is to be found in so many of 100 comparisons. */
const POWER = 0.8;

/**
 * The smallest difference that samples of this spread would have shown, in 4 of 5 such comparisons:
 * (t(1 − α/2) + t(0.8)) · standard error.
 */
export function smallestShown(difference: Difference, alpha: number): number {
  const { error, degrees } = difference;
  return error === 0 ? 0 : reach(difference, alpha) + error * tBeyond(2 * (1 - POWER), degrees);
}

/**
 * The level at which Holm's procedure tests each of several p-values, so that all of them together raise a false alarm
 * with probability `alpha` at most: the smallest at α / m, the next at α / (m − 1), …, and those behind the first that
 * is not significant at the level of that one. An interval of this level excludes 0 exactly where Holm rejects.
 *
 * @see https://www.jstor.org/stable/4615733
 *
 * @example
 * ```ts
 * holmLevels([0.04, 0.001], 0.05); // [0.05, 0.025]
 * holmLevels([0.04, 0.03], 0.05); // [0.025, 0.025]
 * ```
 */
export function holmLevels(pValues: readonly number[], alpha: number): number[] {
  const order = pValues
    .map((_, index) => index)
    .toSorted((i, j) => at(pValues, i) - at(pValues, j));
  const levels = Array.from(pValues, () => alpha);
  let rank = 0;
  for (const [place, index] of order.entries()) {
    levels[index] = alpha / (pValues.length - rank);
    if (rank === place && at(pValues, index) <= at(levels, index)) rank++;
  }
  return levels;
}

function at(values: readonly number[], index: number): number {
  return values[index] as number;
}

/** More runs a side than this are not worth counting. */
export const MOST_RUNS = 10_000;

/**
 * How many runs a side of this spread bring the interval down to `width` from end to end; {@linkcode MOST_RUNS} where
 * it takes as many or more.
 *
 * @param variance of one run's sample, of both sides together; for pairs, of one pair's difference
 */
export function runsNeeded(
  variance: number,
  options: { readonly width: number; readonly alpha: number; readonly paired: boolean },
): number {
  const { width, alpha, paired } = options;
  const isEnough = (runs: number): boolean => {
    const degrees = paired ? runs - 1 : 2 * runs - 2;
    return 2 * tBeyond(alpha, degrees) * Math.sqrt(variance / runs) <= width;
  };
  let [low, high] = [1, MOST_RUNS];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return high;
}
