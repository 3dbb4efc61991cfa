import { listModels, modelsRequest } from "../chat/models.ts";
import { renderRequest } from "../report/request/dry_run.ts";
import { jsonText } from "../text/json_text.ts";
import { UserError } from "../base/message.ts";
import { makeHarmless } from "../text/terminal_text.ts";
import { modelsEndpoint } from "../target/asked.ts";
import { type endpointFlags, requestHeaders } from "../target/endpoint_flags.ts";
import { EXIT } from "../command/exit_code.ts";
import { exitCode } from "../target/failure_code.ts";
import type { FlagValues } from "../command/flag_types.ts";
import { modelsUnlisted } from "./messages/ask.ts";
import type { ScriptContext } from "../command/script.ts";
import { failureMessage } from "../target/failure.ts";
import { openTarget } from "../target/target.ts";

/**
 * Writes the names of the endpoint's models to stdout, in the endpoint's order: one a line, or as a JSON array. Returns
 * the exit code.
 *
 * @throws {UserError} when a setting is wrong or missing, or there is no list to be had.
 */
export async function writeModels(
  flags: FlagValues<typeof endpointFlags> & {
    readonly json?: boolean;
    readonly dryRun?: boolean;
    readonly verbose?: boolean;
  },
  context: ScriptContext,
): Promise<number> {
  const headers = requestHeaders(flags);
  // No model is asked, so none has to be found.
  await using target = await openTarget({ ...flags, model: flags.model ?? "" }, context);
  const endpoint = modelsEndpoint(target, headers);
  if (flags.dryRun) {
    context.out.write(`${renderRequest(modelsRequest(endpoint))}\n`);
    return EXIT.ok;
  }
  const { signal } = context;
  const listed = await listModels(endpoint, { signal, limits: target.limits });
  const { failure } = listed.verdict;
  if (failure !== null && failure.kind !== "interrupted") {
    const message = failureMessage(failure, { head: listed.head, target });
    if (failure.status === 401) for (const hint of target.hints) context.say(hint);
    throw new UserError(modelsUnlisted(message, { failure, host: new URL(target.baseUrl).host }), {
      exitCode: exitCode(listed.verdict),
    });
  }
  const names = (listed.names ?? []).map(oneLine);
  if (listed.names !== null) {
    const lines = names.map((name) => `${name}\n`).join("");
    context.out.write(flags.json ? `${jsonText(names, { indent: 2 })}\n` : lines);
  }
  return context.outIsClosed() ? EXIT.ok : exitCode(listed.verdict);
}

/** A name is a line for whoever reads this, a program or a terminal. */
function oneLine(name: string): string {
  return makeHarmless(name.replaceAll(/\s+/g, " "));
}
