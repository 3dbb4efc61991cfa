import type { ParsedArguments } from "../command/arguments.ts";
import { EXIT } from "../command/exit_code.ts";
import { fileUnwritable, fileWritten } from "../command/messages/files.ts";
import type { ScriptContext } from "../command/script.ts";
import { UserError } from "../base/message.ts";
import { outputFile } from "../bench/output_file.ts";
import { renderPage } from "../page/page.ts";
import { pageBundle } from "../page/page_bundle.ts";
import { readDefinitions } from "../report/definitions/as_flag.ts";
import type { reportCommand } from "./command.ts";
import { noOutput } from "./messages.ts";
import { readResults } from "./read_results.ts";

/**
 * Makes a report of results and transcripts; gives the exit code: 2 when something of them is missing.
 *
 * @throws {UserError} when something cannot be read or written, or no output is asked for.
 */
export async function report(
  { flags, positionals }: ParsedArguments<typeof reportCommand.flags>,
  context: ScriptContext,
): Promise<number> {
  const { html, force = false, text = true, stall = 500 } = flags;
  if (html === undefined) throw new UserError(noOutput());
  using file = outputFile(html, { overwrite: force });
  const definitions = readDefinitions(flags.as);
  const options = { withText: text, stall: stall * 1000, definitions, context };
  const { input, isWhole } = await readResults(positionals, options);
  const page = context.masked(renderPage(input, await pageBundle()));
  await file.ready(context.signal);
  try {
    file.save(page);
  } catch (error) {
    throw new UserError(fileUnwritable(html, error), { exitCode: EXIT.fault });
  }
  context.say(fileWritten(html, Buffer.byteLength(page)));
  return isWhole ? EXIT.ok : EXIT.usage;
}
