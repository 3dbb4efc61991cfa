import type { Random } from "../base/random.ts";

/**
 * Draws from a gamma distribution of mean 1: of this shape, and of the scale `1 / shape`. Its standard deviation is
 * `1 / √shape`: 1 is the exponential distribution, below 1 it comes in bursts, far above it is nearly constant. After
 * Marsaglia and Tsang, for shapes below 1 with their power of another draw.
 *
 * @see https://dl.acm.org/doi/10.1145/358407.358414
 *
 * @example
 * ```ts
 * const draw = gammaDraws(0.5, seededRandom(1));
 * draw() >= 0; // true
 * ```
 */
export function gammaDraws(shape: number, random: Random): () => number {
  const isSmall = shape < 1;
  const d = (isSmall ? shape + 1 : shape) - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  return () => {
    const power = isSmall ? (1 - random()) ** (1 / shape) : 1;
    for (;;) {
      const x = normal(random);
      const v = (1 + c * x) ** 3;
      const isTaken = v > 0 && Math.log(1 - random()) < x ** 2 / 2 + d * (1 - v + Math.log(v));
      if (isTaken) return (d * v * power) / shape;
    }
  };
}

/** Of mean 0 and standard deviation 1, after Box and Muller. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
