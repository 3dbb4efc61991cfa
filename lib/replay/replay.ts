import type { ParsedArguments } from "../command/arguments.ts";
import type { ScriptContext } from "../command/script.ts";
import { replayCommand } from "./command.ts";
import { replayChat, type ReplayOptions, type ReplayResult } from "../chat/replay_chat.ts";
import { AnswerOutput } from "./answer_output.ts";
import { type CommandFlags } from "../command/declaration.ts";
import { EXIT } from "../command/exit_code.ts";
import { exitCode } from "../target/failure_code.ts";
import { fileUnreadable, isSystemError } from "../command/messages/files.ts";
import {
  notATranscript,
  noTranscripts,
  recordedFailure,
  severalFilesArePlayed,
  transcriptMalformed,
  untimed,
  writtenAs,
} from "./messages.ts";
import { reportRun } from "./run_report.ts";
import { holdsRun } from "../load/run_file.ts";
import { requestMetrics } from "../measure/metrics.ts";
import { resultJson } from "../report/request/result_json.ts";
import { jsonText } from "../text/json_text.ts";
import { UserError } from "../base/message.ts";
import {
  renderOutcomes,
  renderSummaryTable,
  type SummaryEntry,
} from "../report/request/summary_table.ts";
import { TranscriptError } from "../transcript/format.ts";
import { TranscriptFile, transcriptFiles } from "../transcript/transcript_file.ts";
import { monotonicClock } from "../base/clock.ts";

/**
 * Plays a transcript, or reports on several without playing them; gives the exit code.
 *
 * @throws {UserError} when a file cannot be read, or several are to be played.
 */
export async function replay(
  { flags, positionals }: ParsedArguments<typeof replayCommand.flags>,
  context: ScriptContext,
): Promise<number> {
  const [folder = ""] = positionals;
  const { report = false, json = false, strict = false, usageCache } = flags;
  if ((report || json) && positionals.length === 1 && holdsRun(folder)) {
    const code = await reportRun(folder, { json, strict, usageCache, context });
    if (code !== null) return code;
    return Math.max(EXIT.usage, await summarize(await filesIn(positionals), { flags, context }));
  }
  const paths = await filesIn(positionals);
  const [path = "", ...others] = paths;
  if (path === positionals[0] && others.length === 0) return replayOne(path, { flags, context });
  if (report || json) return summarize(paths, { flags, context });
  if (others.length > 0) throw new UserError(severalFilesArePlayed());
  return replayOne(path, { flags, context });
}

interface Given {
  readonly flags: CommandFlags<typeof replayCommand>;
  readonly context: ScriptContext;
}

/** Plays a file, or reports on it, and returns the exit code. */
async function replayOne(path: string, { flags, context }: Given): Promise<number> {
  const { say, signal } = context;
  const { report = false, json = false, speed = 1 } = flags;
  const output = new AnswerOutput(flags, context);
  const { file, result } = await read(path, {
    speed: report || json ? Infinity : speed,
    signal,
    keepText: json,
    usageCache: flags.usageCache,
    ...(report ? undefined : { onArrivals: (arrivals) => output.show(arrivals) }),
  });
  output.endAnswer();
  if (context.outIsClosed()) return EXIT.ok;
  if (result.reading.timeline.deltasAt[0] === null) say(untimed(file.traits));
  else if (file.traits.length > 0) say(writtenAs(file.traits));
  const { verdict } = result;
  if (verdict.failure !== null && !signal.aborted) say(recordedFailure(verdict));
  output.report(result, { stats: report ? "out" : json ? null : "err" });
  return flags.strict || signal.aborted ? exitCode(verdict) : EXIT.ok;
}

/** Sums up several files, and returns the exit code. What cannot be read is said, and the rest is shown. */
async function summarize(paths: readonly string[], { flags, context }: Given): Promise<number> {
  const { out, say, signal, language } = context;
  const { json = false, stall = 500 } = flags;
  const entries: SummaryEntry[] = [];
  let code: number = EXIT.ok;
  for (const path of paths) {
    try {
      const { usageCache } = flags;
      const options = { speed: Infinity, signal, keepText: json, usageCache };
      const { result } = await read(path, options);
      signal.throwIfAborted();
      const metrics = requestMetrics(result.reading.timeline, { stall: stall * 1000 });
      entries.push({ path, result, metrics });
      if (flags.strict) code = Math.max(code, exitCode(result.verdict));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      say(error.userMessage);
      code = Math.max(code, error.exitCode);
    }
  }
  if (json) {
    const files = entries.map(({ path, result, metrics }) => ({
      file: path,
      ...resultJson(result, { metrics, language }),
    }));
    out.write(`${jsonText({ files }, { indent: 2 })}\n`);
  } else if (entries.length > 0) {
    const table = renderSummaryTable(entries, { language });
    out.write(`${table}\n\n${renderOutcomes(entries, { language })}\n`);
  }
  return code;
}

async function filesIn(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const found = await transcriptFiles(path).catch((error: unknown) => {
      throw new UserError(fileUnreadable(path, error));
    });
    if (found.length === 0) throw new UserError(noTranscripts(path));
    files.push(...found);
  }
  return files;
}

/** @throws {UserError} when the file cannot be read, or holds no stream. */
async function read(
  path: string,
  options: Omit<ReplayOptions, "clock">,
): Promise<{ file: TranscriptFile; result: ReplayResult }> {
  const file = new TranscriptFile(path);
  const result = await replayChat(file, { ...options, clock: monotonicClock }).catch(
    (error: unknown) => {
      if (error instanceof TranscriptError) throw new UserError(transcriptMalformed(error));
      throw isSystemError(error) ? new UserError(fileUnreadable(path, error)) : error;
    },
  );
  const { isCompletion, error } = result.reading.facts;
  const isHeadless = file.header === null && file.response === null;
  if (isHeadless && !isCompletion && error === null && !options.signal?.aborted) {
    throw new UserError(notATranscript(path));
  }
  return { file, result };
}
