import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { readBounded } from "../base/bounded_file.ts";
import { parseJson } from "../base/json.ts";
import { type Bilingual, UserError } from "../base/message.ts";
import { unlessAborted } from "../base/unless_aborted.ts";
import { recordedStreams } from "../load/recorded_streams.ts";
import { holdsRun, loadRun, RunFileError } from "../load/run_file.ts";
import { runLabels } from "../page/labels.ts";
import type { ReportedRun, ReportInput } from "../page/page_input.ts";
import { runFileBroken } from "../replay/messages.ts";
import type { DefinitionName } from "../measure/definitions/figures.ts";
import { benchJson } from "../report/run/run_json.ts";
import { type Result, resultOf } from "../report/run/result_form.ts";
import { warningsOf } from "../report/run/warnings.ts";
import { transcriptFiles } from "../transcript/transcript_file.ts";
import { fileUnreadable, isSystemError } from "../command/messages/files.ts";
import type { ScriptContext } from "../command/script.ts";
import { comparisonTable } from "./comparison.ts";
import {
  cutShort,
  definitionsNeedStreams,
  notAResult,
  nothingInFolder,
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
  /** Nothing is missing that should be there. */
  readonly isWhole: boolean;
}

/** What a path held: runs that belong together. */
interface ReadResult {
  readonly name: string;
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
  const { language, signal } = options.context;
  const results: ReadResult[] = [];
  const transcripts: string[] = [];
  for (const path of paths) {
    signal.throwIfAborted();
    if (isResultFile(path)) results.push(await readResultFile(path));
    else {
      const folders = await runFolders(path);
      if (folders.length > 0) results.push(await readFolders(path, { ...options, folders }));
      else transcripts.push(...(await transcriptsIn(path)));
    }
  }
  const labels = runLabels(
    results.map(({ name, result }) => ({ name, runs: result.runs })),
    language,
  );
  const runs = results.flatMap(({ result, source, streams }) =>
    result.runs.map((run, at): ReportedRun => ({
      label: labels.shift() ?? "",
      source,
      kind: "run",
      result: run,
      names: null,
      streams: streams[at] ?? null,
      calibration: at === result.runs.length - 1 ? result.calibration : null,
    })),
  );
  let isWhole = results.every((result) => result.isWhole);
  if (transcripts.length > 0) {
    const { run, unread } = await transcriptsRun(transcripts, options);
    runs.push(run);
    if (unread > 0) isWhole = false;
  }
  const bare = runs.filter(({ result }) => result.definitions === undefined);
  if (options.definitions.length > 0 && bare.length > 0) {
    options.context.say(definitionsNeedStreams(bare.map(({ label }) => label)));
  }
  const searches = results.flatMap(({ result }) => result.search ?? []);
  const search = searches.length === 1 ? (searches[0] ?? null) : null;
  const notes = results.flatMap((result) => result.notes);
  const table = comparisonTable(
    results.map(({ source, result }) => ({ source, runs: result.runs })),
    language,
  );
  const tables = table === null ? [] : [table];
  return { input: { runs, search, notes, tables, language }, isWhole };
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
  return { name, source: path, result, streams: [], notes, isWhole: true };
}

/** The folders of recorded runs that a path stands for: itself, or those in it, as a sweep leaves them. */
async function runFolders(path: string): Promise<string[]> {
  if (holdsRun(path)) return [path];
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return folders
    .toSorted()
    .map((name) => join(path, name))
    .filter(holdsRun);
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
    if (lost > 0) notes.push(streamsLost(basename(folder), lost));
    if (lost > 0) isWhole = false;
    if (run.interrupted) notes.push(cutShort(basename(folder), "interrupted"));
  }
  const result = { runs, search: null, calibration: null, interrupted: false, incomplete: false };
  return { name: basename(path), source: path, result, streams, notes, isWhole };
}

async function transcriptsIn(path: string): Promise<string[]> {
  const files = await transcriptFiles(path).catch((error: unknown) => {
    throw new UserError(fileUnreadable(path, error));
  });
  if (files.length === 0) throw new UserError(nothingInFolder(path));
  return files;
}
