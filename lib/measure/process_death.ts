/** How a process came to its end. */
export type ProcessEnd =
  /** `SIGKILL` is what the system sends when memory runs out. */
  | { readonly kind: "signal"; readonly signal: string }
  | { readonly kind: "exit"; readonly code: number }
  /** It gave up by itself; the error's words. */
  | { readonly kind: "error"; readonly message: string }
  /** It closed its channel, or what it sent could not be read. */
  | { readonly kind: "unreadable" }
  /** It was told to stop and gave no answer, so it was ended. */
  | { readonly kind: "silent" }
  /**
   * A whole machine of a fleet. `dead`: it showed no sign of life; `silent`: it told nothing; `left`: it was told to end; `redis`:
   * Redis was away, and what it measured has not come.
   */
  | {
      readonly kind: "lost";
      readonly worker: string;
      readonly how: "dead" | "silent" | "left" | "redis";
    };

/** A process of ours that ended before its work did. Plain data. */
export interface ProcessDeath {
  /** `worker`: it sent requests. `simulated`: it was the simulated model that they went to. */
  readonly role: "worker" | "simulated";
  /** `warmup`: nothing of the measured part was lost. */
  readonly phase: "warmup" | "run";
  readonly end: ProcessEnd;
  /** The indexes of the requests that were under way in it, in order: what became of them is not known. */
  readonly unknown: readonly number[];
  /** Planned requests of its share that were never sent; `null` when the plan does not say how many there would be. */
  readonly left: number | null;
}

/**
 * Whether a run lacks requests because of these: then its percentiles are lower bounds.
 *
 * @example
 * ```ts
 * isIncomplete([{ role: "worker", phase: "warmup", end, unknown: [3], left: null }]); // false
 * ```
 */
export function isIncomplete(deaths: readonly ProcessDeath[]): boolean {
  return deaths.some(({ phase }) => phase === "run");
}

/** The requests of the measured part of which nothing is known, in order. */
export function unknownRequests(deaths: readonly ProcessDeath[]): number[] {
  return deaths
    .flatMap(({ phase, unknown }) => (phase === "run" ? unknown : []))
    .toSorted((a, b) => a - b);
}
