import type { ScriptContext } from "../command/script.ts";
import { Fleet } from "../load/fleet/fleet.ts";
import { envFileReader } from "../settings/env_file_reader.ts";
import { type FleetAddress, readFleetAddress } from "../settings/fleet_address.ts";
import { isLoopback } from "../settings/providers.ts";
import { systemEnvironment } from "../settings/system_environment.ts";
import type { BenchFlags } from "./flags.ts";
import * as messages from "./fleet_messages.ts";
import { mostAtOnceIn } from "./plan.ts";

/** In ms. */
const WAIT = 60_000;

/**
 * Gathers the workers of a fleet for the runs that are asked for.
 *
 * @throws {UserError} when Redis does not answer, or too few workers have joined.
 */
export async function openFleet(
  flags: BenchFlags,
  context: Pick<ScriptContext, "say" | "signal" | "hide"> & {
    readonly baseUrls: readonly string[];
  },
): Promise<Fleet> {
  const { say, signal, baseUrls } = context;
  const address = await fleetAddress(flags, context);
  const fleet = await Fleet.open({
    address,
    most: mostAtOnceIn(flags),
    atLeast: flags.workersMin ?? 1,
    wait: waitOf(flags),
    signal,
    onWaiting: (joined) => say(messages.waitingForWorkers(joined, { at: address.shown })),
    onAway: () => say(messages.redisAway(address.shown)),
    onBack: () => say(messages.redisBack()),
    onLost: say,
  });
  say(messages.fleetGathered(fleet));
  const loopback = baseUrls.map((text) => new URL(text)).find(isLoopback);
  if (loopback !== undefined) say(messages.fleetAsksLoopback(loopback.host));
  return fleet;
}

/** In ms. */
export function waitOf({ wait = WAIT }: BenchFlags): number {
  return wait;
}

/** Where the fleet is, with the password from the settings where the address has none. */
export async function fleetAddress(
  { fleet, envFile }: Pick<BenchFlags, "fleet" | "envFile">,
  { signal, hide }: Pick<ScriptContext, "signal" | "hide">,
): Promise<FleetAddress> {
  const readFile = await envFileReader({ envFile, signal });
  const address = readFleetAddress(fleet, systemEnvironment({ envFile, readFile }));
  hide(address.password);
  return address;
}
