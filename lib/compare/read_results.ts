import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readBounded } from "../base/bounded_file.ts";
import { parseJson } from "../base/json.ts";
import { UserError } from "../base/message.ts";
import { unlessAborted } from "../base/unless_aborted.ts";
import { fileUnreadable, isSystemError } from "../command/messages/files.ts";
import type { ScriptContext } from "../command/script.ts";
import { holdsRun, loadRun, RunFileError } from "../load/run_file.ts";
import type { Result } from "../report/run/result.ts";
import { RESULT_SCHEMA, resultOf, schemaOf } from "../report/run/result_form.ts";
import { benchJson } from "../report/run/run_json.ts";
import { warningsOf } from "../report/run/warnings.ts";
import {
  noResults,
  noRuns,
  resultCut,
  resultEmpty,
  resultIsTranscript,
  resultMalformed,
  resultOther,
  runFileMoved,
  runFileUnusable,
  streamsLost,
} from "./messages.ts";
import { type SideResult, sideResult } from "./side_result.ts";

const RUN_SCHEMA = "streamgauge.run/1";
const RUN_FILE = "run.json";

/** A run of 5,000,000 gaps has 40 MB; strings cannot be much longer than this. In bytes. */
const LARGEST_RESULT = 512 * 1024 * 1024;

/** A run, with the file or the folder that it was read from. */
export interface FoundRun extends SideResult {
  readonly source: string;
}

type ReadingContext = Pick<ScriptContext, "say" | "signal">;

/**
 * The runs of these files and folders, in their order: of a file that `bench --out` wrote, of a folder with `run.json`,
 * or of a folder that holds such files and folders.
 *
 * @throws {UserError} for the first that is none.
 */
export async function readResults(
  paths: readonly string[],
  context: ReadingContext,
): Promise<FoundRun[]> {
  const found: FoundRun[] = [];
  for (const path of paths) {
    try {
      const isFolder = statSync(path).isDirectory();
      found.push(...(await (isFolder ? readFolder(path, context) : readFile(path, context))));
    } catch (error) {
      if (!isSystemError(error)) throw error;
      throw new UserError(fileUnreadable(path, error));
    }
  }
  return found;
}

async function readFolder(path: string, context: ReadingContext): Promise<FoundRun[]> {
  if (holdsRun(path)) return recordedRun(path, context);
  const found: FoundRun[] = [];
  for (const entry of readdirSync(path, { withFileTypes: true }).toSorted(byName)) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) {
      if (holdsRun(inside)) found.push(...(await recordedRun(inside, context)));
    } else if (entry.name.endsWith(".json")) {
      const value = await readJson(inside, context);
      if (schemaOf(value) === RESULT_SCHEMA) found.push(...runsOf(value, inside));
    }
  }
  if (found.length === 0) throw new UserError(noResults(path));
  return found;
}

function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name < other.name ? -1 : 1;
}

async function readFile(path: string, context: ReadingContext): Promise<FoundRun[]> {
  const value = await readJson(path, context);
  if (schemaOf(value) !== RUN_SCHEMA) return runsOf(value, path);
  if (basename(path) !== RUN_FILE) throw new UserError(runFileMoved(path));
  return recordedRun(dirname(path), context);
}

async function readJson(path: string, { signal }: ReadingContext): Promise<unknown> {
  const bytes = await unlessAborted(readBounded(path, { largest: LARGEST_RESULT }), signal);
  const text = new TextDecoder().decode(bytes);
  if (text.trim() === "") throw new UserError(resultEmpty(path));
  const value = parseJson(text);
  if (value !== undefined) return value;
  if (/^(?:\s*(?:data|event|id|retry))?:/.test(text)) throw new UserError(resultIsTranscript(path));
  throw new UserError(/^\s*[[{]/.test(text) ? resultCut(path) : resultOther(path, null));
}

/** @throws {UserError} when it is no result, or holds no run. */
function runsOf(value: unknown, path: string): FoundRun[] {
  const schema = schemaOf(value);
  if (schema !== RESULT_SCHEMA) throw new UserError(resultOther(path, schema));
  const { result, problem } = resultOf(value);
  if (result === null) throw new UserError(resultMalformed(path, problem));
  if (result.runs.length === 0) throw new UserError(noRuns(path));
  return foundIn(result, path);
}

function foundIn({ runs }: Result, source: string): FoundRun[] {
  return runs.map((run) => Object.assign(sideResult(run), { source }));
}

/** A run from its streams, as `bench` would have written it. */
async function recordedRun(folder: string, { say, signal }: ReadingContext): Promise<FoundRun[]> {
  const loaded = await unlessAborted(loadRun(folder), signal).catch((error: unknown) => {
    if (!(error instanceof RunFileError)) throw error;
    throw new UserError(runFileUnusable(error.file, error.problem));
  });
  const { run, missing, unread } = loaded;
  if (missing + unread.length > 0) say(streamsLost(folder, missing + unread.length));
  return runsOf(benchJson({ run, warnings: warningsOf(run) }, "en"), folder);
}
