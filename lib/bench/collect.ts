import { UserError } from "../base/message.ts";
import type { ScriptContext } from "../command/script.ts";
import { collectRuns } from "../load/fleet/collect.ts";
import { readDefinitions } from "../report/definitions/as_flag.ts";
import { showRun } from "./display.ts";
import { benchExitCode } from "./exit_code.ts";
import { finishedRun } from "./finished.ts";
import { fleetAddress, waitOf } from "./fleet.ts";
import * as messages from "./fleet_messages.ts";
import type { BenchFlags } from "./flags.ts";
import { checkOutputs, outputsOf } from "./output_paths.ts";
import { PageFile } from "./page_file.ts";
import { BenchResults } from "./results.ts";

/**
 * The whole of `bench --collect`: fetches what the workers of a fleet kept of a bench that was cut off, and shows and keeps it as
 * that bench would have done. Gives the exit code.
 *
 * @throws {UserError} when nothing is known of it.
 */
export async function collect(flags: BenchFlags, context: ScriptContext): Promise<number> {
  const bench = flags.collect ?? "";
  if (!/^[0-9a-z]{1,16}$/.test(bench)) throw new UserError(messages.noRunName());
  checkOutputs(outputsOf(flags), { inputs: [] });
  const { signal } = context;
  const address = await fleetAddress(flags, context);
  const found = await collectRuns({ address, bench, wait: waitOf(flags), signal });
  if (found.length === 0) throw new UserError(messages.nothingToCollect(bench));
  using results = new BenchResults(
    found.length > 1 ? { ...flags, repeat: found.length } : flags,
    context,
  );
  using page = new PageFile(flags, context);
  await results.ready();
  for (const [index, { frame, result, missing }] of found.entries()) {
    const records = result.records.toSorted((a, b) => a.index - b.index);
    const run = finishedRun(frame, { ...result, records }, { interrupted: false });
    results.add(run);
    page.ran(null);
    if (missing > 0) context.say(messages.partsMissing(missing));
    const label = found.length === 1 ? null : `${index + 1}/${found.length}`;
    const definitions = readDefinitions(flags.as);
    if (!flags.json) showRun(run, { ...context, label, definitions });
  }
  if (flags.json) context.out.write(results.text());
  const isKept = [results.isSaved, await page.write(results)].every(Boolean);
  const { runs } = results;
  const strict = flags.strict ?? false;
  return benchExitCode({ runs, interrupted: false, strict, best: undefined, hasFault: !isKept });
}
