/** One contestant: does the work once, and returns something of it, so that nothing is optimized away. */
export interface Contestant {
  readonly name: string;
  readonly work: () => unknown;
}

/** The median times of two contestants, in ms, and how they compare. */
export interface Comparison {
  readonly ours: number;
  readonly theirs: number;
  /** ours / theirs of each round: below 1, ours is faster. Median, lowest and highest. */
  readonly ratio: { readonly median: number; readonly low: number; readonly high: number };
}

/**
 * Compares two contestants in rounds, one after the other and in turn first: what else the machine does meets both, so
 * the ratio of a round says more than any time.
 */
export function compare(
  ours: Contestant,
  theirs: Contestant,
  { rounds = 15, warmup = 3 } = {},
): Comparison {
  const times: { ours: number; theirs: number }[] = [];
  for (let round = -warmup; round < rounds; round++) {
    const [first, second] = round % 2 === 0 ? [ours, theirs] : [theirs, ours];
    const a = timeOf(first);
    const b = timeOf(second);
    if (round >= 0) times.push(first === ours ? { ours: a, theirs: b } : { ours: b, theirs: a });
  }
  const ratios = times.map((time) => time.ours / time.theirs).toSorted((a, b) => a - b);
  return {
    ours: median(times.map((time) => time.ours)),
    theirs: median(times.map((time) => time.theirs)),
    ratio: {
      median: median(ratios),
      low: ratios[0] ?? Number.NaN,
      high: ratios.at(-1) ?? Number.NaN,
    },
  };
}

function timeOf({ work }: Contestant): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
