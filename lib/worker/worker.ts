import { cpus, hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../base/message.ts";
import { needs } from "../command/messages/arguments.ts";
import type { ScriptContext } from "../command/script.ts";
import { EXIT } from "../command/exit_code.ts";
import type { FlagValues } from "../command/flag_types.ts";
import { streamsPerProcess } from "../load/fleet/capacity.ts";
import { FleetConnection } from "../load/fleet/connection.ts";
import { VERSION } from "../load/fleet/names.ts";
import { runWorker } from "../load/fleet/worker_node.ts";
import { envFileReader } from "../settings/env_file_reader.ts";
import { readFleetAddress } from "../settings/fleet_address.ts";
import { systemEnvironment } from "../settings/system_environment.ts";
import type { workerFlags } from "./flags.ts";
import * as messages from "./messages.ts";
import { ownKey } from "./own_key.ts";

/**
 * The whole of `worker`: joins a fleet and takes part in its benches, until Ctrl-C or SIGTERM. Then it sends no more, waits for
 * what is in flight, and hands it in.
 */
export async function worker(
  { flags }: { readonly flags: FlagValues<typeof workerFlags> },
  context: ScriptContext,
): Promise<number> {
  const { envFile, keyEnv, baseUrl } = flags;
  if (keyEnv !== undefined && baseUrl === undefined) {
    throw new UserError(needs("--key-env", "--base-url"));
  }
  const { signal, say } = context;
  const readFile = await envFileReader({ envFile, signal });
  const environment = systemEnvironment({ envFile, readFile });
  const address = readFleetAddress(flags.fleet, environment);
  context.hide(address.password);
  await using connection = await FleetConnection.open(address);
  const name = flags.name ?? `${hostname()}-${process.pid}`;
  const streams = flags.streams ?? (await streamsPerProcess());
  const card = { name, version: VERSION, cores: cpus().length, streams };
  const stopNow = new AbortController();
  context.onSecondInterrupt(() => stopNow.abort());
  signal.addEventListener("abort", () => say(messages.leaving()), { once: true });
  say(messages.joined(address.shown, card));
  const failures = new Set<string>();
  await runWorker({
    connection,
    card,
    folder: flags.keep ?? join(tmpdir(), "streamgauge-worker"),
    keyFor(spec) {
      const key = ownKey(spec, { flags, environment });
      context.hide(key);
      return key;
    },
    observer: {
      seated: (bench) => say(messages.seated(bench)),
      left: (bench, end) => say(messages.left(bench, end)),
      failed({ message }) {
        // BullMQ says the same again and again while Redis is away.
        if (!failures.has(message)) say(messages.troubled(message));
        failures.add(message);
      },
    },
    stopSending: signal,
    stopNow: stopNow.signal,
  });
  return EXIT.ok;
}
