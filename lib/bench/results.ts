import { ResultFile } from "../load/result_file.ts";
import type { FinishedRun } from "../measure/finished_run.ts";
import type { SearchResult } from "../measure/search_result.ts";
import type { Calibration } from "../measure/calibration.ts";
import { benchJson, benchRunsJson, endJson } from "../report/run/run_json.ts";
import { searchJson, type SearchFacts } from "../report/run/search_json.ts";
import { readDefinitions } from "../report/definitions/as_flag.ts";
import type { DefinitionName } from "../measure/definitions/figures.ts";
import { warningsOf } from "../report/run/warnings.ts";
import { calibrationJson } from "../report/run/calibration_report.ts";
import { jsonText } from "../text/json_text.ts";
import { type Language, UserError } from "../base/message.ts";
import { type BenchFlags } from "./flags.ts";
import { outputFile } from "./output_file.ts";
import { isSeries, plannedRuns } from "./plan.ts";
import { resultsUnsaved } from "./messages.ts";
import { fileUnwritable } from "../command/messages/files.ts";
import type { ScriptContext } from "../command/script.ts";

type ResultsContext = Pick<ScriptContext, "language" | "say" | "masked" | "signal">;

/** What a session has found so far, and the file that holds it. */
export class BenchResults implements Disposable {
  readonly #runs: FinishedRun[] = [];
  readonly #context: ResultsContext;
  readonly #isSeries: boolean;
  readonly #definitions: readonly DefinitionName[];
  readonly #path: string | undefined;
  readonly #file: ResultFile | null;
  readonly #planned: number | null;
  #search: { readonly flag: SearchFacts["flag"]; readonly found: SearchResult } | null = null;
  #calibration: Calibration | null = null;
  #comparisons: readonly unknown[] = [];
  #isSaved = true;

  /** @throws {UserError} when the file of `--out` cannot be written, or is there already. Nothing is left behind. */
  constructor(flags: BenchFlags, context: ResultsContext) {
    this.#context = context;
    this.#isSeries = isSeries(flags);
    // A search finds out as it goes how many there will be.
    this.#planned = this.#isSeries && !flags.findMax ? plannedRuns(flags).length : null;
    this.#definitions = readDefinitions(flags.as);
    this.#path = flags.out;
    this.#file =
      flags.out === undefined ? null : outputFile(flags.out, { overwrite: flags.force ?? false });
  }

  /** Waits until somebody reads the pipe, where the file is one. @throws the signal's reason, when it is aborted. */
  async ready(): Promise<void> {
    try {
      await this.#file?.ready(this.#context.signal);
    } catch (error) {
      if (error === this.#context.signal.reason) throw error;
      throw new UserError(fileUnwritable(this.#path ?? "", error));
    }
  }

  [Symbol.dispose](): void {
    this.#file?.[Symbol.dispose]();
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

  addSearch(flag: SearchFacts["flag"], found: SearchResult): void {
    this.#search = { flag, found };
    this.#save(this.#runs);
  }

  /** What the targets of an interleaved session say of each other, as JSON. */
  addComparisons(comparisons: readonly unknown[]): void {
    this.#comparisons = comparisons;
    this.#save(this.#runs);
  }

  addCalibration(calibration: Calibration): void {
    this.#calibration = calibration;
    this.#save(this.#runs);
  }

  /** All of it as JSON, with a final newline. */
  text(runs: readonly FinishedRun[] = this.#runs): string {
    const { language, masked, signal } = this.#context;
    const definitions = this.#definitions;
    const json = resultJson(runs, { isSeries: this.#isSeries, language, definitions });
    const search = this.#search;
    const planned = this.#planned;
    const lacksRuns = search?.found.end === "stopped" || runs.length < (planned ?? 0);
    const all = {
      ...json,
      ...(planned === null ? undefined : { planned_runs: planned }),
      ...endJson(runs, { interrupted: signal.aborted && lacksRuns }),
      ...(search === null
        ? undefined
        : { search: searchJson(search.found, { flag: search.flag, runs, language }) }),
      ...(this.#comparisons.length === 0 ? undefined : { comparisons: this.#comparisons }),
      ...(this.#calibration === null
        ? undefined
        : { calibration: calibrationJson(this.#calibration) }),
    };
    return masked(`${jsonText(all)}\n`);
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
  given: {
    readonly isSeries: boolean;
    readonly language: Language;
    readonly definitions: readonly DefinitionName[];
  },
): Record<string, unknown> {
  const { isSeries, language, definitions } = given;
  const reported = runs.map((run) => ({ run, warnings: warningsOf(run), definitions }));
  const [only] = reported;
  return isSeries || only === undefined
    ? benchRunsJson(reported, language)
    : benchJson(only, language);
}
