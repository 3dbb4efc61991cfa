import type { ResultRun } from "../report/run/result.ts";
import type { Language } from "../base/message.ts";
import { loadOf } from "./load_words.ts";

/** The runs of one result, with the name of its file; `null`: there is none, or no other. */
export interface LabelledRuns {
  readonly name: string | null;
  readonly runs: readonly ResultRun[];
}

/**
 * What each run is called beside the others: by its file where there are several, by its side and its load where a file has
 * several, and by a number where that leaves two alike.
 */
export function runLabels(results: readonly LabelledRuns[], language: Language): string[] {
  const isSeveral = results.length > 1;
  const labels = results.flatMap(({ name, runs }) =>
    runs.map(({ config, side }) => {
      const words = loadOf(config)[language];
      const load = side === undefined ? words : `${side}, ${words}`;
      if (!isSeveral || name === null) return load;
      return runs.length === 1 ? name : `${name}: ${load}`;
    }),
  );
  const seen = new Map<string, number>();
  return labels.map((label) => {
    const before = seen.get(label) ?? 0;
    seen.set(label, before + 1);
    const isAlone = labels.indexOf(label) === labels.lastIndexOf(label);
    return isAlone ? label : `${label} #${before + 1}`;
  });
}
