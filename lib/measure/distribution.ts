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
export function percentile(sorted: readonly number[], percent: number): number | null {
  if (sorted.length === 0 || sorted.length < samplesNeeded(percent)) return null;
  const rank = (percent / 100) * (sorted.length - 1);
  const below = sorted[Math.floor(rank)] as number;
  const above = sorted[Math.ceil(rank)] as number;
  return below + (above - below) * (rank - Math.floor(rank));
}

function samplesNeeded(percent: number): number {
  if (percent > 99) return 1000;
  return percent >= 99 ? 100 : 1;
}
