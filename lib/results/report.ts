import type { ParsedArguments } from "../command/arguments.ts";
import { EXIT } from "../command/exit_code.ts";
import { fileUnwritable, fileWritten } from "../command/messages/files.ts";
import type { ScriptContext } from "../command/script.ts";
import { UserError } from "../base/message.ts";
import { outputFile } from "../bench/output_file.ts";
import { checkOutputs, STDOUT } from "../bench/output_paths.ts";
import { renderPage } from "../page/page.ts";
import { definitionsTable } from "../page/page_table.ts";
import type { ReportInput } from "../page/page_input.ts";
import { requestsCsv } from "../report/export/csv.ts";
import { comparisonMarkdown } from "../report/comparison/comparison_markdown.ts";
import { runsMarkdown } from "../report/export/markdown.ts";
import { openMetrics } from "../report/export/openmetrics.ts";
import { pageBundle } from "../page/page_bundle.ts";
import { readDefinitions } from "../report/definitions/as_flag.ts";
import type { reportCommand } from "./command.ts";
import { asNeedsPage, noOutput, notProm } from "./messages.ts";
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
  const { force = false, text = true, stall = 500, markdown = false } = flags;
  const definitions = readDefinitions(flags.as);
  const asked = Object.entries(MADE).flatMap(([flag, make]) => {
    const path = flags[flag as keyof typeof MADE];
    return path === undefined ? [] : [{ flag: `--${flag}`, path, make }];
  });
  if (asked.length === 0 && !markdown) throw new UserError(noOutput());
  const outputs = asked.map(({ flag, path }) => ({ flag, path }));
  checkOutputs(markdown ? [...outputs, { flag: "--markdown", path: STDOUT }] : outputs, {
    inputs: positionals,
  });
  using opened = new DisposableStack();
  const files = asked.map(({ path, make }) => {
    const file = path === STDOUT ? null : opened.use(outputFile(path, { overwrite: force }));
    return { path, make, file };
  });
  const options = { withText: text, stall: stall * 1000, definitions, context };
  const { input, comparisons, isWhole } = await readResults(positionals, options);
  const { language, out, say, masked } = context;
  if (definitions.length > 0 && flags.html === undefined && !markdown) say(asNeedsPage());
  if (markdown) {
    const parts = [
      runsMarkdown(input.runs, {
        language,
        searches: input.searches,
        notes: input.notes,
        tablesOf: ({ result }) =>
          result.definitions === undefined ? [] : [definitionsTable(result.definitions, language)],
      }),
      ...comparisons.map((reported) => comparisonMarkdown(reported, { language })),
    ];
    out.write(`${parts.join("\n\n")}\n`);
  }
  for (const { path, make, file } of files) {
    const made = masked(await make(input));
    if (file === null) {
      out.write(made);
      continue;
    }
    await file.ready(context.signal);
    try {
      file.save(made);
    } catch (error) {
      throw new UserError(fileUnwritable(path, error), { exitCode: EXIT.fault });
    }
    say(fileWritten(path, Buffer.byteLength(made)));
  }
  const { openmetrics = STDOUT } = flags;
  if (openmetrics !== STDOUT && !openmetrics.endsWith(".prom")) say(notProm(openmetrics));
  return isWhole ? EXIT.ok : EXIT.usage;
}

/** What goes into the file of each flag. */
const MADE = {
  html: async (input: ReportInput) => renderPage(input, await pageBundle()),
  csv: async ({ runs }: ReportInput) => requestsCsv(runs),
  openmetrics: async ({ runs }: ReportInput) => openMetrics(runs),
} as const;
