import type { ParsedArguments } from "../command/arguments.ts";
import type { ScriptContext } from "../command/script.ts";
import { doctorCommand } from "./command.ts";
import { interrupted as interruptedByUser } from "../command/messages/script.ts";
import { requestHeaders, timeLimits } from "../target/endpoint_flags.ts";
import { EXIT } from "../command/exit_code.ts";
import { blockerIn, type Check, exitCodeOf } from "./check.ts";
import { examine } from "./examine.ts";
import { examineOnline, skipOnline } from "./examine_online.ts";
import { gatherFacts } from "./gather_facts.ts";
import { hookText, installHook } from "./hook.ts";
import { installWithoutHook } from "./messages/hook.ts";
import { needs } from "../command/messages/arguments.ts";
import { openOnlineTarget, otherProtocols } from "./online_target.ts";
import { checksJson, renderCheck, renderSummary } from "./report.ts";
import { jsonText } from "../text/json_text.ts";
import { UserError } from "../base/message.ts";

/**
 * Checks this machine and, where that is asked for, the endpoint; or installs the git hook. Gives the exit code of the
 * first problem.
 *
 * @throws {UserError} when flags do not fit together, or the hook cannot be installed.
 */
export async function doctor(
  { flags: given }: ParsedArguments<typeof doctorCommand.flags>,
  { language, out, say, hide, signal, outIsClosed }: ScriptContext,
): Promise<number> {
  const { api: asked, ...rest } = given;
  const api = asked === "all" ? undefined : asked;
  const flags = { ...rest, ...(api === undefined ? undefined : { api }) };
  if (asked === "all" && !flags.online) throw new UserError(needs("--api all", "--online"));
  if (!flags.hook && (flags.install || flags.force)) throw new UserError(installWithoutHook());
  if (flags.install) {
    say(await installHook({ folder: process.cwd(), force: flags.force ?? false }));
    return EXIT.ok;
  }
  if (flags.hook) {
    out.write(hookText());
    return EXIT.ok;
  }
  const headers = requestHeaders(flags);
  const limits = timeLimits({ firstByteTimeout: 30_000, idleTimeout: 30_000, ...flags });
  const style = { language, ascii: process.env["TERM"] === "dumb", colors: out.colors };
  const found: Check[] = [];
  const report = (check: Check): void => {
    found.push(check);
    if (!flags.json) out.write(`${renderCheck(check, style)}\n`);
  };
  const facts = await gatherFacts(flags, { signal });
  const { checks, endpoint } = examine(facts);
  for (const file of facts.files) if (file.state === "read") file.secrets.forEach(hide);
  if (endpoint !== null && endpoint !== "demo") hide(endpoint.key);
  if (!signal.aborted) checks.forEach(report);
  if (flags.online && !signal.aborted) {
    if (endpoint === null) skipOnline().forEach(report);
    else {
      const blocker = blockerIn(checks);
      const { proxies } = facts;
      const { model } = flags;
      const options = { endpoint, proxies, headers, limits, blocker, api, model };
      await using target = await openOnlineTarget(options);
      const others = asked === "all" ? otherProtocols(target, { ...facts, flags }) : undefined;
      for await (const check of examineOnline(target, { signal, others })) report(check);
    }
  }
  // Whoever reads has enough, as `head` does; what was found holds all the same.
  if (outIsClosed()) return exitCodeOf(found);
  const interrupted = signal.aborted;
  if (flags.json) {
    const json = checksJson(found, { language, interrupted });
    out.write(`${jsonText(json, { indent: 2 })}\n`);
  } else if (!interrupted) {
    out.write(`\n${renderSummary(found, { language, online: flags.online ?? false })}\n`);
  }
  if (interrupted) say(interruptedByUser());
  return interrupted ? EXIT.interrupted : exitCodeOf(found);
}
