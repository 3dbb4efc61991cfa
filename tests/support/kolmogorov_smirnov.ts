/** Of 100 samples of the distribution itself, one is farther from it than this, in units of `1 / √n`. */
const ONE_IN_A_HUNDRED = 1.628;

/** How far samples are from a distribution: the largest distance between its function and theirs. */
function distance(samples: readonly number[], cdf: (value: number) => number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted.reduce((most, value, index) => {
    const expected = cdf(value);
    const below = Math.abs(expected - index / sorted.length);
    return Math.max(most, below, Math.abs((index + 1) / sorted.length - expected));
  }, 0);
}

/**
 * The Kolmogorov–Smirnov test: how far samples are from a continuous distribution, as a share of what is allowed at the
 * 1 % level. Up to 1 they pass.
 */
export function kolmogorovSmirnov(
  samples: readonly number[],
  cdf: (value: number) => number,
): number {
  return (distance(samples, cdf) * Math.sqrt(samples.length)) / ONE_IN_A_HUNDRED;
}
