import type { SearchEnd, SearchResult, SearchStep } from "../measure/search_result.ts";

/** A search ends when the highest that met and the lowest that missed are this close, as a share. */
const TOLERANCE = 0.03;

/** How {@linkcode findHighest} searches. */
export interface SearchOptions {
  /** The first value. */
  readonly start: number;
  /** Only whole numbers make sense, as for a concurrency. */
  readonly integer: boolean;
  /** It does not go below and beyond these. Default 1 for whole numbers, else 0; and no end. */
  readonly min?: number;
  readonly max?: number;
  /** The most steps. Default 20. */
  readonly maxSteps?: number;
}

/**
 * Finds the highest value that meets a goal, where higher is harder: doubles (or halves) until one value met and one
 * missed, then halves the space between them on a logarithmic scale. `meets` gives `null` to end the search; that step
 * does not count.
 *
 * @example
 * ```ts
 * await findHighest({ start: 1, integer: true }, async (rate) => rate <= 13);
 * // { best: 13, missed: 14, end: "closed_in", steps: [{ value: 1, met: true }, { value: 2, met: true }, …] }
 * ```
 */
export async function findHighest(
  options: SearchOptions,
  meets: (value: number) => Promise<boolean | null>,
): Promise<SearchResult> {
  const { integer, maxSteps = 20 } = options;
  const { min = integer ? 1 : 0, max = Infinity } = options;
  const steps: SearchStep[] = [];
  let met: number | null = null;
  let missed: number | null = null;
  let value = options.start;
  const ended = (end: SearchEnd): SearchResult => ({ best: met, missed, end, steps });
  while (steps.length < maxSteps) {
    const isMet = await meets(value);
    if (isMet === null) return ended("stopped");
    steps.push({ value, met: isMet });
    if (isMet) met = value;
    else missed = value;
    if (met !== null && missed !== null && missed - met <= TOLERANCE * met) {
      return ended("closed_in");
    }
    const next = Math.min(max, Math.max(min, nextValue(met, missed)));
    value = integer ? Math.round(next) : next;
    if (steps.some((step) => step.value === value)) {
      return ended(missed === null ? "highest" : met === null ? "lowest" : "closed_in");
    }
  }
  return ended("most_steps");
}

function nextValue(met: number | null, missed: number | null): number {
  if (missed === null) return (met ?? 1) * 2;
  return met === null ? missed / 2 : Math.sqrt(met * missed);
}
