/**
 * What `bun run perf` finds out, in one form: a line of its table and of PERFORMANCE.md.
 *
 * @module
 */

/** One line: what was measured, in each round, and what is wanted of it. */
export interface Line {
  /** What is measured, in a few words: `bench, one event per read`. */
  readonly what: string;
  /** What the values are: `x floor`, `ms`, `MB/s`, `MiB`, `us CPU`. */
  readonly unit: string;
  /** One value a round, in the order of the rounds. Rounds are interleaved with those of the lines beside it. */
  readonly values: readonly number[];
  /** What is wanted of the median. Absent for a peer, a floor, or a figure that is only kept in sight. */
  readonly goal?: { readonly atMost: number } | { readonly atLeast: number };
  /** What holds it where the goal is missed after real work, in one sentence. */
  readonly heldBy?: string;
}

/** Lines that belong together, and are measured together. */
export interface Part {
  /** The word that picks it: `bun run perf parsing`. */
  readonly name: string;
  /** One sentence: what is done, with what, against what. */
  readonly about: string;
  /** Measures. `quick` is for trying it: few rounds, small sizes, figures that say little. */
  readonly measure: (options: { readonly quick: boolean }) => Promise<readonly Line[]>;
}
