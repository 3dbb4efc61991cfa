import type { ComparedRun } from "./compared_run.ts";
import { type Difference, mean, ofPairs, pValue, reach, spreadOf, welch } from "./difference.ts";

/** How many requests of one side failed. */
export interface SideErrors {
  readonly failed: number;
  readonly requests: number;
  /** The mean of the runs' shares; `null` when no request ended. */
  readonly share: number | null;
}

/** What can be said of the failures of both sides. Shares from 0 to 1; differences are B's share − A's. */
export interface ErrorComparison {
  readonly a: SideErrors;
  readonly b: SideErrors;
  /** `null` with one run a side, or where a run has no requests. */
  readonly difference: {
    readonly estimate: number;
    readonly low: number;
    readonly high: number;
    readonly p: number;
  } | null;
  /**
   * `none`: nothing failed on either side. `single`: one run a side gets no verdict. `absent`: a run has no requests.
   * `same`: the interval lies within the margin, which counts in points here.
   */
  readonly verdict: "none" | "single" | "absent" | "more" | "fewer" | "same" | "unknown";
}

/** How {@linkcode compareErrors} compares. */
export interface ErrorOptions {
  readonly paired: boolean;
  readonly margin: number;
  readonly alpha: number;
}

/**
 * Compares how often requests fail, on the shares of the runs: a run in which the endpoint was down for a while is one
 * event, not as many as it has failed requests. It is Welch's test again, or that of pairs, on the shares as they are,
 * so that the difference is in points.
 *
 * The variance of a side counts at least what chance alone gives at its share, p (1 − p) / n, with one failure and one
 * success added as in Agresti and Caffo: without that, a side without failures would be sure of having none.
 *
 * @see https://doi.org/10.1080/00031305.2000.10474560
 */
export function compareErrors(
  a: readonly ComparedRun[],
  b: readonly ComparedRun[],
  options: ErrorOptions,
): ErrorComparison {
  const sides = { a: errorsOf(a), b: errorsOf(b) };
  if ([...a, ...b].some(({ requests }) => requests === 0)) {
    return { ...sides, difference: null, verdict: "absent" };
  }
  const isSingle = a.length < 2 || b.length < 2;
  const difference = isSingle ? null : differenceOf(a, b, options);
  if (sides.a.failed + sides.b.failed === 0) return { ...sides, difference, verdict: "none" };
  if (difference === null) return { ...sides, difference, verdict: "single" };
  return { ...sides, difference, verdict: verdictOf(difference, options.margin) };
}

function verdictOf(
  { low, high }: NonNullable<ErrorComparison["difference"]>,
  margin: number,
): ErrorComparison["verdict"] {
  if (low > 0) return "more";
  if (high < 0) return "fewer";
  return low >= -margin && high <= margin ? "same" : "unknown";
}

function differenceOf(
  a: readonly ComparedRun[],
  b: readonly ComparedRun[],
  { paired, alpha }: ErrorOptions,
): ErrorComparison["difference"] {
  const [chanceA, chanceB] = [chanceVariance(a), chanceVariance(b)];
  const difference: Difference = paired
    ? ofPairs(
        spreadOf(
          a.map((run, index) => share(b[index] ?? run) - share(run)),
          { least: chanceA + chanceB },
        ),
      )
    : welch(spreadOf(a.map(share), { least: chanceA }), spreadOf(b.map(share), { least: chanceB }));
  const { estimate } = difference;
  const width = reach(difference, alpha);
  return {
    estimate,
    low: Math.max(-1, estimate - width),
    high: Math.min(1, estimate + width),
    p: pValue(difference),
  };
}

/** The variance of one run's share by chance alone. */
function chanceVariance(runs: readonly ComparedRun[]): number {
  const { failed, requests } = errorsOf(runs);
  const p = (failed + 1) / (requests + 2);
  return (p * (1 - p) * runs.length) / requests;
}

function errorsOf(runs: readonly ComparedRun[]): SideErrors {
  const ended = runs.filter(({ requests }) => requests > 0);
  return {
    failed: runs.reduce((sum, { failed }) => sum + failed, 0),
    requests: runs.reduce((sum, { requests }) => sum + requests, 0),
    share: ended.length === 0 ? null : mean(ended.map(share)),
  };
}

function share({ failed, requests }: ComparedRun): number {
  return failed / requests;
}
