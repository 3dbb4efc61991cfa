import { parseJson } from "../base/json.ts";
import { fileUnwritable, fileWritten } from "../command/messages/files.ts";
import type { ScriptContext } from "../command/script.ts";
import { recordedStreams } from "../load/recorded_streams.ts";
import type { ResultFile } from "../load/result_file.ts";
import type { FinishedRun } from "../measure/finished_run.ts";
import type { ReportedRun } from "../page/page_input.ts";
import { resultOf } from "../report/run/result_form.ts";
import type { BenchFlags } from "./flags.ts";
import { outputFile } from "./output_file.ts";

/** What a page needs of a session. */
export interface PageSource {
  readonly runs: readonly FinishedRun[];
  /** All of it as JSON. */
  text(): string;
}

/** The page of `--html`, which is written when all has ended. */
export class PageFile implements Disposable {
  readonly #path: string;
  readonly #file: ResultFile | null;
  readonly #context: ScriptContext;
  readonly #folders: (string | null)[] = [];

  /** @throws {UserError} when the file cannot be written, or is there already. Nothing is left behind. */
  constructor({ html, force = false }: BenchFlags, context: ScriptContext) {
    this.#path = html ?? "";
    this.#file = html === undefined ? null : outputFile(html, { overwrite: force });
    this.#context = context;
  }

  [Symbol.dispose](): void {
    this.#file?.[Symbol.dispose]();
  }

  /** A run has ended, whose streams are in this folder. */
  ran(folder: string | null): void {
    this.#folders.push(folder);
  }

  /** Writes the page, if one is wanted and there is something to show. Gives whether nothing went wrong. */
  async write(results: PageSource): Promise<boolean> {
    if (this.#file === null || results.runs.length === 0) return true;
    const { language, masked, say, signal } = this.#context;
    const { result } = resultOf(parseJson(results.text()));
    // Loaded here: a run without a page does without.
    const [
      { runLabels },
      { renderPage },
      { pageBundle },
      { comparisonPageTable },
      { comparedSides },
    ] = await Promise.all([
      import("../page/labels.ts"),
      import("../page/page.ts"),
      import("../page/page_bundle.ts"),
      import("../page/comparison_page_table.ts"),
      import("./compared_sides.ts"),
    ]);
    const { runs = [], search = null, calibration = null } = result ?? {};
    const labels = runLabels([{ name: null, runs }], language);
    const reported: ReportedRun[] = [];
    for (const [at, run] of runs.entries()) {
      const streams = await this.#streams(at, results);
      const label = labels[at] ?? "";
      const isLast = at === runs.length - 1;
      reported.push({
        label,
        resultName: null,
        source: null,
        kind: "run",
        result: run,
        names: null,
        streams,
        calibration: isLast ? calibration : null,
      });
    }
    const tables = comparedSides(results.runs).map((one) => comparisonPageTable(one, language));
    const searches = search === null ? [] : [{ resultName: null, search }];
    const input = { runs: reported, searches, notes: [], tables, language };
    const page = masked(renderPage(input, await pageBundle()));
    try {
      await this.#file.ready(signal);
      this.#file.save(page);
    } catch (error) {
      if (error === signal.reason) throw error;
      say(fileUnwritable(this.#path, error));
      return false;
    }
    say(fileWritten(this.#path, Buffer.byteLength(page)));
    return true;
  }

  async #streams(at: number, { runs }: PageSource): Promise<ReportedRun["streams"]> {
    const folder = this.#folders[at] ?? null;
    if (folder === null) return null;
    const files = (runs[at]?.records ?? []).map(({ file }) => file);
    return recordedStreams(folder, { files, withText: true });
  }
}
