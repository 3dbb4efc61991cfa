import { loadRun } from "../load/run_file.ts";
import { benchJson } from "../report/bench_json.ts";
import { warningsOf } from "../report/bench_warnings.ts";
import { jsonText } from "../report/json_text.ts";
import { UserError } from "../report/message.ts";
import { TranscriptError } from "../transcript/format.ts";
import { showRun } from "./bench_display.ts";
import { benchExitCode } from "./bench_exit_code.ts";
import { EXIT } from "./exit_code.ts";
import { fileUnreadable, streamsMissing, transcriptMalformed } from "./messages/transcripts.ts";
import type { ScriptContext } from "./script.ts";

/**
 * Reports on a recorded run as `bench` did, from its streams: the same table, the same JSON, bit for bit. Gives the
 * exit code; with `strict` that of the run.
 *
 * @throws {UserError} when the run, or one of its streams, cannot be read.
 */
export async function reportRun(
  folder: string,
  {
    json,
    strict,
    context,
  }: { readonly json: boolean; readonly strict: boolean; readonly context: ScriptContext },
): Promise<number> {
  const { run, missing } = await loadRun(folder).catch((error: unknown) => {
    if (error instanceof TranscriptError) throw new UserError(transcriptMalformed(error));
    throw new UserError(fileUnreadable(folder, error));
  });
  if (missing > 0) context.say(streamsMissing(missing));
  if (json) {
    const value = benchJson({ run, warnings: warningsOf(run) }, context.language);
    const interrupted = run.interrupted ? { interrupted: true } : undefined;
    context.out.write(`${jsonText({ ...value, ...interrupted })}\n`);
  } else {
    showRun(run, context);
  }
  return strict
    ? benchExitCode({ runs: [run], interrupted: run.interrupted, strict: false, best: undefined })
    : EXIT.ok;
}
