import {
  type ComparedMetric,
  type ComparedRun,
  FURTHER,
  PRIMARY,
  type PrimaryMetric,
} from "./compared_run.ts";
import { holmLevels, pValue } from "./difference.ts";
import { compareErrors, type ErrorComparison } from "./error_share.ts";
import {
  compareSamples,
  differenceOf,
  isWithin,
  type MetricComparison,
  type Samples,
  withoutInterval,
} from "./metric_comparison.ts";

/** In so many of 100 comparisons of equals, something is called different. */
const ALPHA = 0.05;

/** A difference that nobody would mind, unless said otherwise, as a share. */
export const DEFAULT_MARGIN = 0.05;

/** What two sets of runs say of each other. Differences are B's, seen from A. */
export interface Comparison {
  /** `single`: one run a side, so there are no intervals and no verdicts. */
  readonly method: "welch" | "paired" | "single";
  readonly runs: { readonly a: number; readonly b: number };
  readonly margin: number;
  /** The four primary ones, and behind them those that all runs carry. */
  readonly metrics: readonly MetricComparison[];
  readonly errors: ErrorComparison;
}

/** How {@linkcode compareRuns} compares. */
export interface CompareOptions {
  /** `a[k]` and `b[k]` ran side by side. Default: the runs are independent of each other. */
  readonly paired?: boolean | undefined;
  /** A difference that nobody would mind, as a share. Default {@linkcode DEFAULT_MARGIN}. */
  readonly margin?: number | undefined;
}

/**
 * Compares two sets of runs. The unit is the run: what is compared is the logarithm of each run's statistic, with
 * Welch's t, or with that of pairs. The reasons are in docs/comparing.md. With one run a side there are values and
 * differences, and no verdicts.
 *
 * @throws {RangeError} when a side has no run, one side has a single run and the other several, or pairs lack a partner.
 *
 * @example
 * ```ts
 * const { metrics } = compareRuns(before, after, { margin: 0.05 });
 * metrics[0]?.verdict; // { kind: "higher", withinMargin: false }
 * ```
 */
export function compareRuns(
  a: readonly ComparedRun[],
  b: readonly ComparedRun[],
  { paired = false, margin = DEFAULT_MARGIN }: CompareOptions = {},
): Comparison {
  const runs = { a: a.length, b: b.length };
  const fewest = Math.min(runs.a, runs.b);
  const isUneven = fewest === 1 && runs.a !== runs.b;
  if (fewest === 0 || isUneven || (paired && runs.a !== runs.b)) {
    throw new RangeError(`Cannot compare ${runs.a} runs with ${runs.b}`);
  }
  const isSingle = fewest === 1;
  const samples = (metric: ComparedMetric): Samples | null => samplesOf(metric, { a, b });
  const levels = isSingle ? new Map() : levelsOf(samples, { paired });
  const compare = (metric: ComparedMetric): MetricComparison => {
    const given = samples(metric);
    if (given === null) return absent(metric, [...a, ...b]);
    if (isSingle) return { metric, ...withoutInterval(given) };
    const judged = isPrimary(metric);
    const alpha = levels.get(metric) ?? ALPHA;
    return { metric, ...compareSamples(given, { paired, margin, alpha, judged }) };
  };
  const carried = FURTHER.filter((metric) => samples(metric) !== null);
  return {
    method: isSingle ? "single" : paired ? "paired" : "welch",
    runs,
    margin,
    metrics: [...PRIMARY, ...carried].map(compare),
    errors: compareErrors(a, b, { paired, margin, alpha: ALPHA }),
  };
}

function absent(metric: ComparedMetric, runs: readonly ComparedRun[]): MetricComparison {
  const isInNone = runs.every(({ statistics }) => statistics[metric] === null);
  return {
    metric,
    a: null,
    b: null,
    difference: null,
    interval: null,
    verdict: { kind: "absent", in: isInNone ? "all" : "some" },
  };
}

/** Whether a verdict is given on this metric. */
export function isPrimary(metric: ComparedMetric): metric is PrimaryMetric {
  return (PRIMARY as readonly ComparedMetric[]).includes(metric);
}

/** The level at which each of the primary metrics is tested: four chances of a false alarm must not add up. */
function levelsOf(
  samples: (metric: ComparedMetric) => Samples | null,
  { paired }: { readonly paired: boolean },
): Map<ComparedMetric, number> {
  const tested = PRIMARY.flatMap((metric) => {
    const given = samples(metric);
    return given === null ? [] : [{ metric, p: pValue(differenceOf(given, { paired })) }];
  });
  const levels = holmLevels(
    tested.map(({ p }) => p),
    ALPHA,
  );
  return new Map(tested.map(({ metric }, index) => [metric, levels[index] ?? ALPHA]));
}

function samplesOf(
  metric: ComparedMetric,
  { a, b }: { readonly a: readonly ComparedRun[]; readonly b: readonly ComparedRun[] },
): Samples | null {
  const logarithms = (runs: readonly ComparedRun[]): number[] =>
    runs.flatMap(({ statistics }) => {
      const value = statistics[metric];
      return value === null ? [] : [Math.log(value)];
    });
  const samples = { a: logarithms(a), b: logarithms(b) };
  const isWhole = samples.a.length === a.length && samples.b.length === b.length;
  return isWhole ? samples : null;
}

/** How much worse B is in this metric than A, as a share of A's value; negative: it is better. */
export interface Worsening {
  readonly estimate: number;
  readonly low: number;
}

/** `null` without an interval. Of times more is worse, of tokens a second less. */
export function worseningOf({ metric, difference, interval }: MetricComparison): Worsening | null {
  if (difference === null || interval === null) return null;
  return metric === "output_rate"
    ? { estimate: -difference, low: -interval.high }
    : { estimate: difference, low: interval.low };
}

/** What a gate found: the metrics that do not keep it. */
export type GateFindings = readonly (PrimaryMetric | "errors")[];

/**
 * The primary metrics in which B is certainly worse than A (the interval excludes 0), and by more than `limit`, a share.
 * The share of failed requests counts in points.
 */
export function worseThan({ metrics, errors }: Comparison, limit: number): GateFindings {
  const found = metrics.flatMap((compared) => {
    const worsening = worseningOf(compared);
    const isWorse = worsening !== null && worsening.low > 0 && worsening.estimate > limit;
    return isWorse && isPrimary(compared.metric) ? [compared.metric] : [];
  });
  const { difference } = errors;
  const failMore = difference !== null && difference.low > 0 && difference.estimate > limit;
  return [...found, ...(failMore ? ["errors" as const] : [])];
}

/**
 * The primary metrics whose interval does not lie within `limit`, a share; those without a value among them, unless no
 * run has one. The share of failed requests counts in points, where any failed.
 */
export function notWithin({ metrics, errors }: Comparison, limit: number): GateFindings {
  const found = metrics.flatMap(({ metric, interval, verdict }) => {
    if (!isPrimary(metric) || (verdict.kind === "absent" && verdict.in === "all")) return [];
    return interval !== null && isWithin(interval, limit) ? [] : [metric];
  });
  const { difference, verdict } = errors;
  const isFar = difference === null || difference.low < -limit || difference.high > limit;
  return [...found, ...(verdict !== "none" && isFar ? ["errors" as const] : [])];
}
