import type { ResultRun } from "../run/result_form.ts";

/** A run as tables and dashboards get it. */
export interface ExportedRun {
  /** What it is called beside the others. */
  readonly label: string;
  readonly result: ResultRun;
  /** What each request is called; `null`: by its index. */
  readonly names: readonly string[] | null;
}
