import type { Language } from "../../base/message.ts";
import type { FinishedRun } from "../../measure/finished_run.ts";
import type { SearchResult } from "../../measure/search_result.ts";
import { searchWarnings } from "./search_warnings.ts";
import { warningsJson } from "./warnings.ts";

/** What a search is told with. */
export interface SearchFacts {
  /** What was searched for: a flag of `bench`. */
  readonly flag: "rate" | "concurrency";
  /** The runs of the steps, in their order. */
  readonly runs: readonly FinishedRun[];
  readonly language: Language;
}

/**
 * A search in the JSON of `bench`. `best` is the highest that met the service level, and the highest there is only where
 * `end` is `closed_in`. The numbers of a step are in the run at its place in `runs`.
 */
export function searchJson(
  found: SearchResult,
  { flag, runs, language }: SearchFacts,
): Record<string, unknown> {
  const { best, missed, end, steps } = found;
  const warnings = searchWarnings(found, runs);
  return {
    flag,
    best,
    missed,
    finished: end !== "stopped" && end !== "most_steps",
    end,
    steps: steps.map(({ value, met }, index) => ({
      value,
      met,
      requests: runs[index]?.records.length ?? null,
    })),
    warnings: warningsJson(warnings, language),
  };
}
