import { ResultFile } from "../load/result_file.ts";
import type { SearchResult } from "../load/search.ts";
import type { FinishedRun } from "../measure/finished_run.ts";
import type { Calibration } from "../measure/calibration.ts";
import { benchJson, benchRunsJson, endJson } from "../report/run/run_json.ts";
import { warningsOf } from "../report/run/warnings.ts";
import { calibrationJson } from "../report/run/calibration_report.ts";
import { jsonText } from "../text/json_text.ts";
import { type Language, UserError } from "../base/message.ts";
import { type BenchFlags } from "./flags.ts";
import { isSeries } from "./plan.ts";
import { resultsUnsaved } from "./messages.ts";
import { fileExists, fileUnwritable } from "../command/messages/files.ts";
import type { ScriptContext } from "../command/script.ts";

/** What a session has found so far, and the file that holds it. */
export class BenchResults {
  readonly #runs: FinishedRun[] = [];
  readonly #context: Pick<ScriptContext, "language" | "say" | "masked">;
  readonly #isSeries: boolean;
  readonly #path: string | undefined;
  readonly #file: ResultFile | null;
  #search: { readonly flag: string; readonly found: SearchResult } | null = null;
  #calibration: Calibration | null = null;
  #isSaved = true;

  /** @throws {UserError} when the file of `--out` cannot be written, or is there already. Nothing is left behind. */
  constructor(flags: BenchFlags, context: Pick<ScriptContext, "language" | "say" | "masked">) {
    this.#context = context;
    this.#isSeries = isSeries(flags);
    this.#path = flags.out;
    this.#file = flags.out === undefined ? null : openFile(flags.out, flags.force ?? false);
  }

  get runs(): readonly FinishedRun[] {
    return this.#runs;
  }

  /** Whether everything that was to be saved is saved. */
  get isSaved(): boolean {
    return this.#isSaved;
  }

  /** Told of a run that is under way; `undefined` when nothing is kept of it. */
  get onPartial(): ((run: FinishedRun) => void) | undefined {
    return this.#file === null ? undefined : (run) => this.#save([...this.#runs, run]);
  }

  add(run: FinishedRun): void {
    this.#runs.push(run);
    this.#save(this.#runs);
  }

  /** `flag` is what was searched: `rate` or `concurrency`. */
  addSearch(flag: string, found: SearchResult): void {
    this.#search = { flag, found };
    this.#save(this.#runs);
  }

  addCalibration(calibration: Calibration): void {
    this.#calibration = calibration;
    this.#save(this.#runs);
  }

  /** All of it as JSON, with a final newline. */
  text(runs: readonly FinishedRun[] = this.#runs): string {
    const json = resultJson(runs, { isSeries: this.#isSeries, language: this.#context.language });
    const search = this.#search;
    const all = {
      ...json,
      ...endJson(runs),
      ...(search === null ? undefined : { search: { flag: search.flag, ...search.found } }),
      ...(this.#calibration === null
        ? undefined
        : { calibration: calibrationJson(this.#calibration) }),
    };
    return this.#context.masked(`${jsonText(all)}\n`);
  }

  /** A disk that is full does not end the run: what it still finds is shown. */
  #save(runs: readonly FinishedRun[]): void {
    try {
      this.#file?.save(this.text(runs));
      this.#isSaved = true;
    } catch (error) {
      if (this.#isSaved) this.#context.say(resultsUnsaved(this.#path ?? "", error));
      this.#isSaved = false;
    }
  }
}

function resultJson(
  runs: readonly FinishedRun[],
  { isSeries, language }: { readonly isSeries: boolean; readonly language: Language },
): Record<string, unknown> {
  const reported = runs.map((run) => ({ run, warnings: warningsOf(run) }));
  const [only] = reported;
  return isSeries || only === undefined
    ? benchRunsJson(reported, language)
    : benchJson(only, language);
}

function openFile(path: string, overwrite: boolean): ResultFile {
  try {
    return new ResultFile(path, { overwrite });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(code === "EEXIST" ? fileExists(path) : fileUnwritable(path, error));
  }
}
