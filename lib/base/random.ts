/** A number from 0 (included) to 1 (not included). */
export type Random = () => number;

/**
 * A seeded generator of random numbers: the same seed gives the same run, here and elsewhere. SplitMix32; good enough
 * for jitter, arrivals and cuts, and of no use for secrets.
 *
 * @example
 * ```ts
 * const random = seededRandom(1);
 * random() === seededRandom(1)(); // true
 * ```
 */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}
