import type { ParsedArguments } from "../command/arguments.ts";
import type { ScriptContext } from "../command/script.ts";
import { serveCommand } from "./command.ts";
import { answeringTo, cannotListen, reachableFromOutside, served } from "./messages.ts";
import { EXIT } from "../command/exit_code.ts";
import { openService } from "./service.ts";
import { unlessAborted } from "../base/unless_aborted.ts";
import { UserError } from "../base/message.ts";
import type { ServedRequest } from "../server/http/http_server.ts";

/**
 * Serves what the command line names until it is interrupted: its base URL is the one line on stdout. The exit code is 1
 * when something that was to be recorded is not on the disk.
 *
 * @throws {UserError} when there is nothing to serve, a file cannot be read, or it cannot listen there.
 */
export async function serve(
  { flags, positionals }: ParsedArguments<typeof serveCommand.flags>,
  context: ScriptContext,
): Promise<number> {
  const { out, say, signal } = context;
  const host = flags.host ?? "127.0.0.1";
  const address = {
    host,
    port: flags.port ?? 0,
    onServed: flags.verbose ? (request: ServedRequest) => say(served(request)) : undefined,
  };
  const service = openService(positionals, flags, context);
  const { start, message, isRecorded } = await unlessAborted(service, signal);
  const endpoint = await start(address).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(cannotListen(`${host}:${address.port}`, error.code ?? error.message));
  });
  out.write(`${endpoint.baseUrl}\n`);
  if (!endpoint.names.isLoopback) {
    say(reachableFromOutside(host));
    say(answeringTo(endpoint.names));
  }
  say(message);
  await aborted(signal);
  await endpoint.close();
  return isRecorded === undefined || isRecorded() ? EXIT.ok : EXIT.fault;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}
