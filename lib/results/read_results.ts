import { basename, resolve } from "node:path";
import { readBounded } from "../base/bounded_file.ts";
import { asObject, parseJson } from "../base/json.ts";
import { type Bilingual, type Message, UserError } from "../base/message.ts";
import { unlessAborted } from "../base/unless_aborted.ts";
import { recordedStreams } from "../load/recorded_streams.ts";
import { loadRun, RunFileError } from "../load/run_file.ts";
import { runLabels } from "../page/labels.ts";
import { COMPARISON_TITLE, comparisonPageTable } from "../page/comparison_page_table.ts";
import type { PageTable, ReportedRun, ReportInput } from "../page/page_input.ts";
import { runFileBroken } from "../replay/messages.ts";
import type { DefinitionName } from "../measure/definitions/figures.ts";
import { benchJson } from "../report/run/run_json.ts";
import type { Result } from "../report/run/result.ts";
import { resultOf } from "../report/run/result_form.ts";
import { warningsOf } from "../report/run/warnings.ts";
import { transcriptFiles } from "../transcript/transcript_file.ts";
import { fileUnreadable, isSystemError } from "../command/messages/files.ts";
import type { ScriptContext } from "../command/script.ts";
import { sideResult } from "../compare/side_result.ts";
import type { ReportedComparison } from "../report/comparison/side.ts";
import { compareResults } from "./comparison.ts";
import { type FolderContents, folderContents } from "./folder_contents.ts";
import { namesOf } from "./result_names.ts";
import {
  cutShort,
  definitionsNeedStreams,
  foldersLeftOut,
  notAResult,
  nothingInFolder,
  sameAsRecorded,
  streamsLost,
} from "./messages.ts";
import { transcriptsRun } from "./transcripts_run.ts";

/** A longer file is no result of ours. */
const LARGEST_RESULT = 1024 * 1024 * 1024;

/** How results are read. */
export interface ReadOptions {
  /** Whether the texts of recorded streams are wanted. */
  readonly withText: boolean;
  /** The threshold of stalls of transcripts that belong to no run, in µs. */
  readonly stall: number;
  /** Other tools whose numbers are wanted, of streams that were recorded. */
  readonly definitions: readonly DefinitionName[];
  readonly context: Pick<ScriptContext, "language" | "signal" | "say">;
}

/** What was read. */
export interface ReadReport {
  readonly input: ReportInput;
  /** Of two results, or of the targets of one. */
  readonly comparisons: readonly ReportedComparison[];
  /** Nothing is missing that should be there. */
  readonly isWhole: boolean;
}

/** What a path held: runs that belong together. */
interface ReadResult {
  readonly source: string;
  readonly result: Result;
  readonly streams: readonly ReportedRun["streams"][];
  readonly notes: readonly Bilingual[];
  readonly isWhole: boolean;
}

/**
 * Reads what a report is to be about: result files, folders of recorded runs, and transcripts.
 *
 * Transcripts that cannot be read are said, and left out while there are others.
 *
 * @throws {UserError} when something else cannot be read, or is none of these.
 */
export async function readResults(
  paths: readonly string[],
  options: ReadOptions,
): Promise<ReadReport> {
  const { language, signal, say } = options.context;
  const results: ReadResult[] = [];
  const transcripts: string[] = [];
  let isWhole = true;
  for (const path of paths) {
    signal.throwIfAborted();
    const contents = isResultFile(path) ? null : await folderContents(path);
    if (isResultFile(path)) results.push(await readResultFile(path));
    else if (contents === null) transcripts.push(...(await transcriptsIn(path)));
    else {
      const found = await readContents(path, { ...options, contents });
      results.push(...found.results);
      transcripts.push(...contents.transcripts);
      for (const message of found.leftOut) say(message);
      if (found.leftOut.length > 0) isWhole = false;
    }
  }
  const names = namesOf(
    results.map(({ source }) => source),
    { without: ".json" },
  );
  const isAlone = results.length === 1;
  const resultName = (at: number): string | null => (isAlone ? null : (names[at] ?? null));
  const labels = runLabels(
    results.map(({ result }, at) => ({ name: names[at] ?? null, runs: result.runs })),
    language,
  );
  const runs = results.flatMap(({ result, source, streams }, index) =>
    result.runs.map((run, at): ReportedRun => ({
      label: labels.shift() ?? "",
      resultName: resultName(index),
      source,
      kind: "run",
      result: run,
      names: null,
      streams: streams[at] ?? null,
      calibration: at === result.runs.length - 1 ? result.calibration : null,
    })),
  );
  if (results.some((result) => !result.isWhole)) isWhole = false;
  if (transcripts.length > 0) {
    const { run, unread } = await transcriptsRun(transcripts, options);
    runs.push(run);
    if (unread > 0) isWhole = false;
  }
  const bare = runs.filter(({ result }) => result.definitions === undefined);
  if (options.definitions.length > 0 && bare.length > 0) {
    say(definitionsNeedStreams(bare.map(({ label }) => label)));
  }
  const searches = results.flatMap(({ result: { search } }, index) =>
    search === null ? [] : [{ resultName: resultName(index), search }],
  );
  const notes = results.flatMap((result) => result.notes);
  const compared = compareResults(
    results.map(({ source, result }) => ({ source, runs: result.runs })),
  );
  const tables = compared.map(({ reported, reason }): PageTable =>
    reported === null
      ? { title: COMPARISON_TITLE, headings: [], rows: [], notes: [reason] }
      : comparisonPageTable(reported, language),
  );
  const comparisons = compared.flatMap(({ reported }) => reported ?? []);
  return { input: { runs, searches, notes, tables, language }, comparisons, isWhole };
}

function isResultFile(path: string): boolean {
  return path.endsWith(".json") && basename(path) !== "run.json";
}

async function readResultFile(path: string): Promise<ReadResult> {
  const bytes = await readBounded(path, { largest: LARGEST_RESULT }).catch((error: unknown) => {
    throw isSystemError(error) ? new UserError(fileUnreadable(path, error)) : error;
  });
  const { result, problem } = resultOf(parseJson(new TextDecoder().decode(bytes)));
  if (result === null) throw new UserError(notAResult(path, problem));
  const name = basename(path, ".json");
  const notes = (["interrupted", "incomplete"] as const)
    .filter((why) => result[why])
    .map((why) => cutShort(name, why));
  return { source: path, result, streams: [], notes, isWhole: true };
}

/** What a folder holds beside transcripts, and what of it cannot be in a report. */
async function readContents(
  path: string,
  { contents, ...options }: ReadOptions & { readonly contents: FolderContents },
): Promise<{ readonly results: ReadResult[]; readonly leftOut: Message[] }> {
  const results: ReadResult[] = [];
  const broken: Message[] = [];
  for (const { path: source, folders } of contents.recorded) {
    results.push(await readFolders(source, { ...options, folders }));
  }
  const recorded = new Set(results.flatMap(({ result }) => result.runs.map(identityOf)));
  const twice: string[] = [];
  for (const file of contents.json) {
    options.context.signal.throwIfAborted();
    if (!(await claimsToBeResult(file))) continue;
    try {
      const read = await readResultFile(file);
      if (read.result.runs.every((run) => recorded.has(identityOf(run)))) twice.push(file);
      else results.push(read);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      broken.push(error.userMessage);
    }
  }
  const { leftOut, transcripts } = contents;
  if (results.length === 0 && transcripts.length === 0) {
    const [first = leftOut.length > 0 ? foldersLeftOut(leftOut) : nothingInFolder(path)] = broken;
    throw new UserError(first);
  }
  for (const file of twice) options.context.say(sameAsRecorded(file));
  return {
    results,
    leftOut: leftOut.length > 0 ? [...broken, foldersLeftOut(leftOut)] : broken,
  };
}

/** What tells a run from all others, whether it is read from a result or from its recording. */
function identityOf(run: Result["runs"][number]): string {
  return sideResult(run).identity;
}

/** Whether a file says that it is a result, so that it is missed when it cannot be read. */
async function claimsToBeResult(path: string): Promise<boolean> {
  const bytes = await readBounded(path, { largest: LARGEST_RESULT }).catch(() => null);
  if (bytes === null) return true;
  const schema = asObject(parseJson(new TextDecoder().decode(bytes)))?.["schema"];
  return typeof schema === "string" && schema.startsWith("streamgauge.bench/");
}

async function readFolders(
  path: string,
  {
    folders,
    withText,
    definitions,
    context,
  }: ReadOptions & { readonly folders: readonly string[] },
): Promise<ReadResult> {
  const { language, signal } = context;
  const runs: Result["runs"][number][] = [];
  const streams: ReportedRun["streams"][] = [];
  const notes: Bilingual[] = [];
  let isWhole = true;
  for (const folder of folders) {
    const { run, missing, unread } = await unlessAborted(
      loadRun(folder, { traced: definitions.length > 0 }),
      signal,
    ).catch((error: unknown) => {
      if (error instanceof RunFileError) throw new UserError(runFileBroken(error));
      throw isSystemError(error) ? new UserError(fileUnreadable(folder, error)) : error;
    });
    const reported = { run, warnings: warningsOf(run), definitions };
    const { result } = resultOf(benchJson(reported, language));
    runs.push(...(result?.runs ?? []));
    const files = run.records.map(({ file }) => file);
    streams.push(await recordedStreams(folder, { files, withText, signal }));
    const lost = missing + unread.length;
    if (lost > 0) notes.push(streamsLost(basename(resolve(folder)), lost));
    if (lost > 0) isWhole = false;
    if (run.interrupted) notes.push(cutShort(basename(resolve(folder)), "interrupted"));
  }
  const result = { runs, search: null, calibration: null, interrupted: false, incomplete: false };
  return { source: path, result, streams, notes, isWhole };
}

async function transcriptsIn(path: string): Promise<string[]> {
  return transcriptFiles(path).catch((error: unknown) => {
    throw new UserError(fileUnreadable(path, error));
  });
}
