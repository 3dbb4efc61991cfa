/** One of those that are measured side by side. What its work resolves to must be the same for all. */
export interface Runner {
  readonly name: string;
  readonly work: () => Promise<unknown>;
}

/** How {@linkcode cpuRounds} goes round. */
export interface RoundsOptions {
  readonly rounds: number;
  /** Rounds before those that count, in which code is compiled. Default 1. */
  readonly warmup?: number;
}

/**
 * The processor time that each runner took of this process, in ms, by round. All of them run in each round, in another
 * order each time, so that what else the machine does meets all, and so does the rubbish of those before.
 *
 * @throws {Error} when two of them come to another result: then they did not do the same work.
 */
export async function cpuRounds(
  runners: readonly Runner[],
  { rounds, warmup = 1 }: RoundsOptions,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const times = new Map<string, number[]>(runners.map(({ name }) => [name, []]));
  let wanted: unknown;
  for (let round = -warmup; round < rounds; round++) {
    for (const { name, work } of rotated(runners, round + warmup)) {
      const before = process.cpuUsage();
      const found = await work();
      const { user, system } = process.cpuUsage(before);
      wanted ??= found;
      if (found !== wanted) throw new Error(`${name} came to ${found}, and not to ${wanted}`);
      if (round >= 0) times.get(name)?.push((user + system) / 1000);
    }
  }
  return times;
}

/** The value of each round in relation to that of another in the same round. */
export function ratios(values: readonly number[], to: readonly number[]): number[] {
  return values.map((value, round) => value / (to[round] ?? Number.NaN));
}

function rotated<T>(values: readonly T[], by: number): T[] {
  const start = by % values.length;
  return [...values.slice(start), ...values.slice(0, start)];
}
