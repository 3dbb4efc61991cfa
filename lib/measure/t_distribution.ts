import { compiled, incbet, incbi } from "cephes";

await compiled;

/**
 * The two-sided quantile of Student's t: `|t|` is above it with probability `alpha`. `degrees` need not be whole, as
 * Welch's are not; with infinitely many it is the normal distribution's.
 *
 * @example
 * ```ts
 * tBeyond(0.05, 8).toFixed(4); // "2.3060"
 * ```
 *
 * @see https://dlmf.nist.gov/8.17 for the incomplete beta function that it is the inverse of
 */
export function tBeyond(alpha: number, degrees: number): number {
  const share = incbi(degrees / 2, 0.5, alpha);
  return Math.sqrt((degrees * (1 - share)) / share);
}

/**
 * The probability that `|t|` is as large as this or larger: the p-value of a two-sided test.
 *
 * @example
 * ```ts
 * probabilityBeyond(2.306004135, 8).toFixed(4); // "0.0500"
 * ```
 */
export function probabilityBeyond(t: number, degrees: number): number {
  return incbet(degrees / 2, 0.5, degrees / (degrees + t * t));
}
