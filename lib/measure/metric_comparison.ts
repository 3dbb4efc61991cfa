import type { ComparedMetric } from "./compared_run.ts";
import {
  type Difference,
  mean,
  ofPairs,
  pValue,
  reach,
  runsNeeded,
  smallestShown,
  type Spread,
  spreadOf,
  welch,
} from "./difference.ts";

/** What is said of one metric. */
export type Verdict =
  /** One run a side: what is chance cannot be told. */
  | { readonly kind: "single" }
  /** Runs have no such value: `all` of them, as without usage, or `some`. */
  | { readonly kind: "absent"; readonly in: "all" | "some" }
  /** Shown beside, and not judged. */
  | { readonly kind: "unjudged" }
  /** The interval excludes 0, and this is B's value. `withinMargin`: all of the interval is too small to mind. */
  | { readonly kind: "higher" | "lower"; readonly withinMargin: boolean }
  /** The interval includes 0 and lies within the margin. */
  | { readonly kind: "same" }
  /** Neither. `runsNeeded`: so many runs a side of this spread would tell, whatever it is. */
  | { readonly kind: "unknown"; readonly runsNeeded: number };

/** An interval around a difference. Shares of A's value: 0.08 is 8 % more. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** Its level is 1 − alpha: Holm tests several metrics at several levels. */
  readonly alpha: number;
  /** Of this metric alone, not corrected for their number. */
  readonly p: number;
  /** The smallest difference that these runs would have shown in 4 of 5 comparisons. */
  readonly smallestShown: number;
}

/** One metric of both sides. */
export interface MetricComparison {
  readonly metric: ComparedMetric;
  /** Geometric means of the runs' values, so that B / A − 1 is the difference; `null` where a run has none. */
  readonly a: number | null;
  readonly b: number | null;
  /** B / A − 1; `null` where a value is. */
  readonly difference: number | null;
  /** `null` with one run a side, or without a difference. */
  readonly interval: Interval | null;
  readonly verdict: Verdict;
}

/** Logarithms of a statistic, one for each run. */
export interface Samples {
  readonly a: readonly number[];
  readonly b: readonly number[];
}

/** How sides are held against each other. */
export interface SampleOptions {
  /** `a[k]` and `b[k]` belong together. */
  readonly paired: boolean;
  /** As a share. */
  readonly margin: number;
  /** The level is 1 − alpha. */
  readonly alpha: number;
}

/** Both sides where there is nothing to tell chance by. */
export function withoutInterval({ a, b }: Samples): Omit<MetricComparison, "metric"> {
  const values = valuesOf({ a, b });
  return { ...values, interval: null, verdict: { kind: "single" } };
}

/**
 * Runs are not told apart by less than a millionth: so equal values do not become different ones by rounding. As a
 * variance of logarithms.
 */
const FINEST = { least: 1e-6 ** 2 };

/** The difference of logarithms, for two samples a side or more. */
export function differenceOf(
  samples: Samples,
  { paired }: Pick<SampleOptions, "paired">,
): Difference {
  return paired
    ? ofPairs(ofEachPair(samples))
    : welch(spreadOf(samples.a, FINEST), spreadOf(samples.b, FINEST));
}

/** Both sides, their difference with its interval, and what can be said of it. */
export function compareSamples(
  samples: Samples,
  options: SampleOptions & { readonly judged: boolean },
): Omit<MetricComparison, "metric"> {
  const { alpha, margin, judged } = options;
  const found = differenceOf(samples, options);
  const width = reach(found, alpha);
  const interval: Interval = {
    low: Math.expm1(found.estimate - width),
    high: Math.expm1(found.estimate + width),
    alpha,
    p: pValue(found),
    smallestShown: Math.expm1(smallestShown(found, alpha)),
  };
  const values = { ...valuesOf(samples), difference: Math.expm1(found.estimate), interval };
  if (!judged) return { ...values, verdict: { kind: "unjudged" } };
  const withinMargin = isWithin(interval, margin);
  if (Math.abs(found.estimate) > width) {
    const kind = found.estimate > 0 ? "higher" : "lower";
    return { ...values, verdict: { kind, withinMargin } };
  }
  if (withinMargin) return { ...values, verdict: { kind: "same" } };
  return {
    ...values,
    verdict: { kind: "unknown", runsNeeded: runsToTell(samples, options) },
  };
}

/**
 * Whether an interval of shares lies within a margin, which counts the same in both directions: B may be 5 % above A, or
 * A above B.
 */
export function isWithin({ low, high }: Pick<Interval, "low" | "high">, margin: number): boolean {
  return low >= 1 / (1 + margin) - 1 && high <= margin;
}

/**
 * An interval that is no wider than the margin tells in any case: if it includes 0, neither end can lie beyond the
 * margin. So many runs a side make it as narrow.
 */
function runsToTell(samples: Samples, { paired, margin, alpha }: SampleOptions): number {
  const variance = paired
    ? ofEachPair(samples).variance
    : spreadOf(samples.a).variance + spreadOf(samples.b).variance;
  const needed = runsNeeded(variance, { width: Math.log1p(margin), alpha, paired });
  return Math.max(needed, 1 + Math.min(samples.a.length, samples.b.length));
}

function ofEachPair({ a, b }: Samples): Spread {
  return spreadOf(
    a.map((value, index) => (b[index] ?? value) - value),
    FINEST,
  );
}

function valuesOf(samples: Samples): { a: number; b: number; difference: number } {
  const [a, b] = [mean(samples.a), mean(samples.b)];
  return { a: Math.exp(a), b: Math.exp(b), difference: Math.expm1(b - a) };
}
