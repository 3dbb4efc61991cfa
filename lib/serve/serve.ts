import type { ParsedArguments } from "../command/arguments.ts";
import type { ScriptContext } from "../command/script.ts";
import { monotonicClock } from "../base/clock.ts";
import { serveCommand } from "./command.ts";
import {
  answeringTo,
  cannotListen,
  reachableFromOutside,
  served,
  servingProcessDied,
} from "./messages.ts";
import { EXIT } from "../command/exit_code.ts";
import { openService } from "./service.ts";
import { unlessAborted } from "../base/unless_aborted.ts";
import { UserError } from "../base/message.ts";
import type { ServedRequest } from "../server/http/http_server.ts";
import { verdictExitCode } from "./verdict/counts.ts";
import { judgeTraffic } from "./verdict/judge_traffic.ts";
import { verdictNeedsFaults } from "./verdict/messages.ts";
import { Onlooker } from "./verdict/onlooker.ts";
import { verdictOnCommand } from "./verdict/verdict_on_command.ts";
import { patienceOf, VerdictOutput } from "./verdict/verdict_output.ts";

/**
 * Serves what the command line names until it is interrupted: its base URL is the first line on stdout. The exit code is 1
 * when something that was to be recorded is not on the disk, or one of several processes ended by itself. With `--verdict` the clients that came are judged at the end,
 * and 7 says that one did not notice a fault; a command behind `--` is run as the client, see
 * {@linkcode verdictOnCommand}.
 *
 * @throws {UserError} when there is nothing to serve, a file cannot be read, or it cannot listen there.
 */
export async function serve(
  { flags, positionals, command = [] }: ParsedArguments<typeof serveCommand.flags>,
  context: ScriptContext,
): Promise<number> {
  const { verdict = false } = flags;
  if (verdict && command.length > 0) {
    return verdictOnCommand(positionals, { command, flags }, context);
  }
  if (verdict && flags.fault === undefined) throw new UserError(verdictNeedsFaults());
  using output = verdict ? new VerdictOutput(flags, context) : null;
  const { out, say, signal } = context;
  const host = flags.host ?? "127.0.0.1";
  const address = {
    host,
    port: flags.port ?? 0,
    onServed: flags.verbose ? (request: ServedRequest) => say(served(request)) : undefined,
  };
  const watch = verdict ? new Onlooker({ clock: monotonicClock }) : undefined;
  // Without a verdict, what stands behind `--` is files, as everywhere.
  const service = openService([...positionals, ...command], flags, { say, watch });
  const { start, messages, isRecorded } = await unlessAborted(service, signal);
  const endpoint = await start(address).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(cannotListen(`${host}:${address.port}`, error.code ?? error.message));
  });
  out.write(`${endpoint.baseUrl}\n`);
  if (!endpoint.names.isLoopback) {
    say(reachableFromOutside(host));
    say(answeringTo(endpoint.names));
  }
  for (const message of messages) say(message);
  const death = await Promise.race([aborted(signal), ...(endpoint.died ? [endpoint.died] : [])]);
  if (death !== null) say(servingProcessDied(death));
  const [requests, now] = [watch?.seen() ?? [], monotonicClock()];
  await endpoint.close();
  if (output !== null) {
    const clients = judgeTraffic(requests, { now, patience: patienceOf(flags) });
    const written = await output.write(clients, { interrupted: false });
    return written === EXIT.ok ? verdictExitCode(clients) : written;
  }
  const isWhole = death === null && (isRecorded === undefined || isRecorded());
  return isWhole ? EXIT.ok : EXIT.fault;
}

async function aborted(signal: AbortSignal): Promise<null> {
  if (signal.aborted) return null;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  return null;
}
