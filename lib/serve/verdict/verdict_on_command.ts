import { UserError } from "../../base/message.ts";
import { EXIT } from "../../command/exit_code.ts";
import type { ScriptContext } from "../../command/script.ts";
import { startLocalEndpoint } from "../../server/http/local_endpoint.ts";
import { readSimulation } from "../../server/values.ts";
import type { ServeFlags } from "../flags.ts";
import { cannotListen, reachableFromOutside } from "../messages.ts";
import { checkTogether, readFaults, readOrigins } from "../service.ts";
import { makeSource, openSources } from "../sources.ts";
import { verdictExitCode } from "./counts.ts";
import { oftenWithCommand, trying, tryingClient } from "./messages.ts";
import { tryClient } from "./try_client.ts";
import { patienceOf, VerdictOutput } from "./verdict_output.ts";

/** What answers where nothing is named: long enough to be cut, short enough for a dozen runs. */
const SIMULATED = "ttft=50ms,tps=200,tokens=40";

/**
 * Tries a client's command with faults, one after the other, and writes what it did. Exits with 0 when it noticed all that
 * could be judged, with 7 when not, and with 130 when it was interrupted.
 *
 * @throws {UserError} when flags do not go together, there is no such program, or it fails without a fault
 */
export async function verdictOnCommand(
  files: readonly string[],
  given: {
    readonly command: readonly string[];
    readonly flags: ServeFlags & { readonly verbose?: boolean };
  },
  context: ScriptContext,
): Promise<number> {
  const { command } = given;
  const isNamed = files.length > 0 || given.flags.simulate !== undefined;
  const simulate = readSimulation({ flag: "--simulate", text: SIMULATED });
  const flags = isNamed ? given.flags : { ...given.flags, simulate };
  checkTogether(flags, files);
  const faults = flags.fault === undefined ? null : readFaults(flags);
  const often = (flags.fault ?? []).find((_, index) => {
    const fault = faults?.[index];
    return fault?.share !== undefined || fault?.seed !== undefined;
  });
  if (often !== undefined) throw new UserError(oftenWithCommand(often));
  const { host = "127.0.0.1", port = 0, stamp, verbose = false } = flags;
  const address = { host, port, allowOrigins: readOrigins(flags), stamp };
  using output = new VerdictOutput(flags, context);
  const { plan } = await openSources(files, flags);
  const { say, err, signal } = context;
  const patience = patienceOf(flags);
  say(tryingClient(patience));
  let isWarned = false;
  const tried = await tryClient({
    command,
    faults,
    source: () => makeSource(plan),
    async start(source, { watch }) {
      const endpoint = await startLocalEndpoint({ source, watch, ...address }).catch(
        (error: NodeJS.ErrnoException) => {
          throw new UserError(cannotListen(`${host}:${port}`, error.code ?? error.message));
        },
      );
      if (!endpoint.names.isLoopback && !isWarned) say(reachableFromOutside(host));
      isWarned = true;
      return endpoint;
    },
    patience,
    environment: process.env,
    hear: verbose ? (text) => err.write(text) : null,
    signal,
    onTrial(fault, place) {
      if (verbose || err.isTerminal) say(trying(fault, place));
    },
  });
  if (tried === null) return EXIT.interrupted;
  const { client, interrupted } = tried;
  const written = await output.write([client], { interrupted });
  if (interrupted) return EXIT.interrupted;
  return written === EXIT.ok ? verdictExitCode([client]) : written;
}
