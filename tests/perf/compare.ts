/** One contestant: does the work once, and returns something of it, so that nothing is optimized away. */
export interface Contestant {
  readonly name: string;
  readonly work: () => unknown;
}

/**
 * Compares two contestants in rounds, one after the other and in turn first: what else the machine does meets both, so
 * the ratio of a round says more than any time. Gives ours / theirs of each round: below 1, ours is faster.
 */
export function ratios(
  ours: Contestant,
  theirs: Contestant,
  { rounds = 15, warmup = 3 } = {},
): number[] {
  const found: number[] = [];
  for (let round = -warmup; round < rounds; round++) {
    const [first, second] = round % 2 === 0 ? [ours, theirs] : [theirs, ours];
    const a = timeOf(first);
    const b = timeOf(second);
    if (round >= 0) found.push(first === ours ? a / b : b / a);
  }
  return found;
}

function timeOf({ work }: Contestant): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}
