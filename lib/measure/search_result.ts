/** One step of a search: what was tried, and whether it met the goal. */
export interface SearchStep {
  readonly value: number;
  readonly met: boolean;
}

/**
 * Why a search ended: `closed_in`, so that the highest is known; `lowest`, as nothing met, down to the least value that
 * may be tried; `highest`, as everything met, up to the most that may be; `most_steps`, before it had closed in;
 * `stopped`, by whoever carried it out.
 */
export type SearchEnd = "closed_in" | "lowest" | "highest" | "most_steps" | "stopped";

/** What a search found. */
export interface SearchResult {
  /** The highest value that met the goal; `null` when none did. Only with `closed_in` it is the highest there is. */
  readonly best: number | null;
  /** The lowest value that missed the goal; `null` when none did. */
  readonly missed: number | null;
  readonly end: SearchEnd;
  readonly steps: readonly SearchStep[];
}
