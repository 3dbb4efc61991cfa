import type { ResultRun, ResultSearch } from "../run/result.ts";

/** A run as tables and dashboards get it. */
export interface ExportedRun {
  /** What it is called beside the others. */
  readonly label: string;
  /** What the result is called that it belongs to; `null`: there is no other. */
  readonly resultName: string | null;
  readonly result: ResultRun;
  /** What each request is called; `null`: by its index. */
  readonly names: readonly string[] | null;
}

/** What a search found, in which of the results. */
export interface ExportedSearch {
  /** As {@linkcode ExportedRun.resultName}. */
  readonly resultName: string | null;
  readonly search: ResultSearch;
}

/** Whether a search took the load of a run for good enough; `null`: the run is no step of one. */
export function metBySearch<Run extends Pick<ExportedRun, "resultName">>(
  run: Run,
  {
    runs,
    searches,
  }: { readonly runs: readonly Run[]; readonly searches: readonly ExportedSearch[] },
): boolean | null {
  const found = searches.find(({ resultName }) => resultName === run.resultName);
  if (found === undefined) return null;
  const step = runs.filter(({ resultName }) => resultName === run.resultName).indexOf(run);
  return found.search.steps[step]?.met ?? null;
}

/** Where a run's numbers are from. */
export type Origin = "model" | "base_url";

/** What a run was asked of; `null`: not known. */
export function originOf({ config }: ResultRun, name: Origin): string | null {
  const value = config[name];
  return typeof value === "string" ? value : null;
}

/** In what of {@linkcode Origin} runs differ, so that each has to say it. */
export function differing(runs: readonly Pick<ExportedRun, "result">[]): readonly Origin[] {
  return (["model", "base_url"] as const).filter(
    (name) => new Set(runs.map(({ result }) => originOf(result, name))).size > 1,
  );
}
