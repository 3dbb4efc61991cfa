import type { FinishedRun } from "../../lib/measure/finished_run.ts";
import type { ExportedRun } from "../../lib/report/export/exported_run.ts";
import { benchJson } from "../../lib/report/run/run_json.ts";
import type { Result } from "../../lib/report/run/result.ts";
import { resultOf } from "../../lib/report/run/result_form.ts";
import { warningsOf } from "../../lib/report/run/warnings.ts";

/** A run as its result file has it. */
export function exportedRun(run: FinishedRun, rest: Partial<ExportedRun> = {}): ExportedRun {
  const json = benchJson({ run, warnings: warningsOf(run) }, "en");
  const { runs } = resultOf(JSON.parse(JSON.stringify(json))).result as Result;
  const result = runs[0] as ExportedRun["result"];
  return { label: "run", resultName: null, result, names: null, ...rest };
}
