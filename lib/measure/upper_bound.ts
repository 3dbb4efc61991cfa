/** How sure {@linkcode upperBound} is, unless it is told otherwise: as sure as MLPerf. */
export const CONFIDENCE = 0.99;

/** What {@linkcode upperBound} is asked for. */
export interface UpperBoundOptions {
  /** Default {@linkcode CONFIDENCE}. */
  readonly confidence?: number | undefined;
  /** Samples that would have been the highest, had they come to an end: requests that are not complete. Default 0. */
  readonly missing?: number | undefined;
}

/**
 * A value that the true percentile of whatever the samples were drawn from does not exceed, with this confidence; in the
 * samples' unit. It says nothing about how they are distributed, but takes them for independent, which requests that wait
 * in one queue are not quite.
 *
 * Of n samples t are allowed to lie above: the greatest t for which P(B ≤ t) < 1 − confidence, where B is binomial over n
 * draws with the share 1 − percent/100. So few would lie above the true percentile by chance in fewer cases than that.
 * The bound is the t-th highest sample, as MLPerf's LoadGen takes it; t − 1 lie above it, one fewer than are allowed.
 *
 * `null` where not even t = 1 holds, and where that sample is one of the missing. With 99 % confidence p90 needs 64 samples
 * (0.9⁶⁴ + 64 · 0.1 · 0.9⁶³ = 0.0096 < 0.01, and 0.0105 with 63) and p99 needs 662 (0.99⁶⁶² + 662 · 0.01 · 0.99⁶⁶¹ = 0.0099).
 *
 * @see https://github.com/mlcommons/inference/blob/master/loadgen/early_stopping.cc, and `EarlyStopping` in `results.cc`
 * @example
 * ```ts
 * const samples = Array.from({ length: 100 }, (_, index) => index + 1);
 * upperBound(samples, 90); // 98
 * upperBound(samples, 99); // null
 * ```
 */
export function upperBound(
  samples: Iterable<number>,
  percent: number,
  { confidence = CONFIDENCE, missing = 0 }: UpperBoundOptions = {},
): number | null {
  const sorted = [...samples].toSorted((a, b) => a - b);
  const count = sorted.length + missing;
  const above = mostAbove(count, { share: 1 - percent / 100, risk: 1 - confidence });
  return above < 1 ? null : (sorted[count - above] ?? null);
}

/** The greatest t with P(B ≤ t) < risk, B binomial over `count` draws; −1 when there is none. */
function mostAbove(
  count: number,
  { share, risk }: { readonly share: number; readonly risk: number },
): number {
  if (count === 0) return -1;
  // In logarithms: 0.9 to the power of 10,000 is 0 in doubles.
  let log = count * Math.log1p(-share);
  let sum = log;
  const odds = share / (1 - share);
  for (let above = 0; above <= count; above++) {
    // Rounding must not let a sum pass that is equal.
    if (sum >= Math.log(risk) - 1e-12) return above - 1;
    log += Math.log(((count - above) / (above + 1)) * odds);
    sum = logOfSum(sum, log);
  }
  return count;
}

/** log(eᵃ + eᵇ), without leaving the logarithms. */
function logOfSum(a: number, b: number): number {
  const [high, low] = a > b ? [a, b] : [b, a];
  return high + Math.log1p(Math.exp(low - high));
}
