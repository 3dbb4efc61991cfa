import { basename } from "node:path";
import { DamagedStreamError } from "../load/damaged_stream.ts";
import { type LoadedRun, loadRun, RunFileError, type UnreadStream } from "../load/run_file.ts";
import { benchJson, endJson } from "../report/run/run_json.ts";
import type { DefinitionName } from "../measure/definitions/figures.ts";
import { warningsOf } from "../report/run/warnings.ts";
import { jsonText } from "../text/json_text.ts";
import type { SaidOfAnswer } from "../chat/asked.ts";
import type { Message } from "../base/message.ts";
import { unlessAborted } from "../base/unless_aborted.ts";
import { TranscriptError } from "../transcript/format.ts";
import { showRun } from "../bench/display.ts";
import { benchExitCode } from "../bench/exit_code.ts";
import { EXIT } from "../command/exit_code.ts";
import { isSystemError, fileUnreadable } from "../command/messages/files.ts";
import {
  moreStreamsUnreadable,
  runFileBroken,
  streamDamaged,
  streamsMissing,
  transcriptMalformed,
} from "./messages.ts";
import type { ScriptContext } from "../command/script.ts";

/** So many streams that cannot be read are named one by one. */
const MOST_NAMED = 5;

/** How a recorded run is reported on. */
export interface RunReportOptions {
  readonly json: boolean;
  readonly strict: boolean;
  /** How the answers are read. Default: as the streams say, or as is known of their host. */
  readonly said: SaidOfAnswer;
  /** Those of other tools that are asked for. */
  readonly definitions: readonly DefinitionName[];
  readonly context: ScriptContext;
}

/**
 * Reports on a recorded run as `bench` did, from its streams: the same table, the same JSON, bit for bit. Streams that
 * were not kept are counted, those that cannot be read are named, and the report is about the others.
 *
 * @returns the exit code: 2 when a stream is missing or cannot be read, with `strict` that of the run. `null` when `run.json` is none,
 * which is said: its streams may still be reported on as files.
 */
export async function reportRun(folder: string, options: RunReportOptions): Promise<number | null> {
  const { json, strict, definitions, said, context } = options;
  const loading = loadRun(folder, { ...said, traced: definitions.length > 0 });
  const loaded = await unlessAborted(loading, context.signal).catch((error: unknown) => {
    if (error instanceof RunFileError) context.say(runFileBroken(error));
    else if (isSystemError(error)) context.say(fileUnreadable(`${folder}/run.json`, error));
    else throw error;
    return null;
  });
  if (loaded === null) return null;
  const { run, missing, unread } = loaded;
  const lost = missing + unread.length;
  if (missing > 0) context.say(streamsMissing(missing));
  for (const message of unread.slice(0, MOST_NAMED).map(whyUnread)) context.say(message);
  if (unread.length > MOST_NAMED) context.say(moreStreamsUnreadable(unread.length - MOST_NAMED));
  if (json) {
    const value = benchJson({ run, warnings: warningsOf(run), definitions }, context.language);
    const streams = lost === 0 ? undefined : { incomplete: true, streams: lostJson(loaded) };
    context.out.write(`${jsonText({ ...value, ...endJson([run]), ...streams })}\n`);
  } else {
    showRun(run, { ...context, definitions, lost: { notKept: missing, unread: unread.length } });
  }
  if (lost > 0) return EXIT.usage;
  if (!strict) return EXIT.ok;
  const { interrupted } = run;
  return benchExitCode({
    runs: [run],
    interrupted,
    strict: false,
    best: undefined,
    hasFault: false,
  });
}

function lostJson({ missing, unread }: LoadedRun): Record<string, unknown> {
  return { not_kept: missing, unread: unread.map(({ path }) => basename(path)) };
}

function whyUnread({ path, error }: UnreadStream): Message {
  if (error instanceof DamagedStreamError) return streamDamaged(path, error.damage);
  return error instanceof TranscriptError
    ? transcriptMalformed(error)
    : fileUnreadable(path, error);
}
