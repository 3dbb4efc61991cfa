import type { ParsedArguments } from "../command/arguments.ts";
import type { ScriptContext } from "../command/script.ts";
import { replayCommand } from "./command.ts";
import { AnswerOutput } from "./answer_output.ts";
import { reportAnswer } from "./answer_report.ts";
import { type CommandFlags } from "../command/declaration.ts";
import { showDefinitions } from "../bench/display.ts";
import { needs } from "../command/messages/arguments.ts";
import { EXIT } from "../command/exit_code.ts";
import { exitCode } from "../target/failure_code.ts";
import { fileUnreadable } from "../command/messages/files.ts";
import {
  noTranscripts,
  recordedFailure,
  severalFilesArePlayed,
  untimed,
  writtenAs,
} from "./messages.ts";
import { reportRun } from "./run_report.ts";
import { holdsRun, runsIn } from "../load/run_file.ts";
import { definitionsNamed } from "../measure/definitions/definitions.ts";
import type { DefinitionName } from "../measure/definitions/figures.ts";
import { type DefinedRequest, sideBySide } from "../measure/definitions/side_by_side.ts";
import { requestMetrics } from "../measure/metrics.ts";
import { readDefinitions } from "../report/definitions/as_flag.ts";
import { definitionsJson } from "../report/definitions/definitions_json.ts";
import { jsonText } from "../text/json_text.ts";
import { UserError } from "../base/message.ts";
import {
  renderOutcomes,
  renderSummaryTable,
  type SummaryEntry,
} from "../report/request/summary_table.ts";
import { transcriptFiles } from "../transcript/transcript_file.ts";
import { definedRequest, readFile } from "./read_file.ts";
import { summariesOf } from "./summary_threads.ts";

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
  const { report = false, json = false, strict = false, usageCache, think } = flags;
  const definitions = readDefinitions(flags.as);
  if (definitions.length > 0 && !report && !json)
    throw new UserError(needs("--as", "--report / --json"));
  if ((report || json) && positionals.length === 1 && holdsRun(folder)) {
    const code = await reportRun(folder, {
      json,
      strict,
      definitions,
      said: { usageCache, think },
      context,
    });
    if (code !== null) return code;
    return Math.max(
      EXIT.usage,
      await summarize(await filesIn(positionals), { flags, definitions, context }),
    );
  }
  const given = { flags, definitions, context };
  const paths = await filesIn(positionals);
  const [path = "", ...others] = paths;
  if (path === positionals[0] && others.length === 0) return replayOne(path, given);
  if (report || json) return summarize(paths, given);
  if (others.length > 0) throw new UserError(severalFilesArePlayed());
  return replayOne(path, given);
}

interface Given {
  readonly flags: CommandFlags<typeof replayCommand>;
  /** Those of other tools that are asked for. */
  readonly definitions: readonly DefinitionName[];
  readonly context: ScriptContext;
}

/** Plays a file, or reports on it, and returns the exit code. */
async function replayOne(path: string, { flags, definitions, context }: Given): Promise<number> {
  const { say, signal } = context;
  const { report = false, json = false, speed = 1 } = flags;
  const output = new AnswerOutput(flags, context);
  const { file, result, tracer } = await readFile(path, {
    speed: report || json ? Infinity : speed,
    signal,
    keepText: json,
    usageCache: flags.usageCache,
    think: flags.think,
    traced: definitions.length > 0,
    ...(report ? undefined : { onArrivals: (arrivals) => output.show(arrivals) }),
  });
  output.endAnswer();
  if (context.outIsClosed()) return EXIT.ok;
  if (result.reading.timeline.deltasAt[0] === null) say(untimed(file.traits));
  else if (file.traits.length > 0) say(writtenAs(file.traits));
  const { verdict } = result;
  if (verdict.failure !== null && !signal.aborted) say(recordedFailure(verdict));
  const stats = report ? "out" : json ? null : "err";
  if (definitions.length === 0) reportAnswer(result, { flags, context, stats });
  else {
    const metrics = requestMetrics(result.reading.timeline, { stall: (flags.stall ?? 500) * 1000 });
    const requests = [definedRequest({ file, result, tracer }, metrics)];
    const side = sideBySide(requests, definitionsNamed(definitions));
    reportAnswer(result, {
      flags,
      context,
      stats,
      beside: { definitions: definitionsJson(side, context.language) },
    });
    if (report) showDefinitions(side, context);
  }
  return flags.strict || signal.aborted ? exitCode(verdict) : EXIT.ok;
}

/** Sums up several files, and returns the exit code. What cannot be read is said, and the rest is shown. */
async function summarize(
  paths: readonly string[],
  { flags, definitions, context }: Given,
): Promise<number> {
  const { out, say, signal, language } = context;
  const { json = false, stall = 500, usageCache, think } = flags;
  const traced = definitions.length > 0;
  const reading = { language, json, stall: stall * 1000, traced, said: { usageCache, think } };
  const entries: SummaryEntry[] = [];
  const values: Record<string, unknown>[] = [];
  const requests: DefinedRequest[] = [];
  let code: number = EXIT.ok;
  for await (const summary of summariesOf(paths, reading, { signal })) {
    if (summary.kind === "unread") say(summary.message);
    else {
      entries.push(summary.entry);
      if (summary.json !== null) values.push(summary.json);
      if (summary.defined !== null) requests.push(summary.defined);
    }
    if (summary.kind === "unread" || flags.strict) code = Math.max(code, summary.code);
  }
  const side =
    definitions.length === 0 ? null : sideBySide(requests, definitionsNamed(definitions));
  if (json) {
    const beside = side === null ? undefined : { definitions: definitionsJson(side, language) };
    out.write(`${jsonText({ files: values, ...beside }, { indent: 2 })}\n`);
  } else if (entries.length > 0) {
    const table = renderSummaryTable(entries, { language });
    out.write(`${table}\n\n${renderOutcomes(entries, { language })}\n`);
    if (side !== null) showDefinitions(side, context);
  }
  return code;
}

async function filesIn(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const found = await transcriptFiles(path).catch((error: unknown) => {
      throw new UserError(fileUnreadable(path, error));
    });
    if (found.length === 0) throw new UserError(noTranscripts(path, runsIn(path)));
    files.push(...found);
  }
  return files;
}
