import { UserError } from "../base/message.ts";
import { Secret } from "../base/secret.ts";
import type { Environment } from "./environment.ts";
import { fleetHasParts, fleetIsNoUrl, fleetNotSet } from "./messages/fleet.ts";

/** The variable that holds the address of a fleet, with its user and password. */
export const FLEET_VARIABLE = "STREAMGAUGE_FLEET";

/** Where the Redis of a fleet is. */
export interface FleetAddress {
  readonly host: string;
  readonly port: number;
  readonly database: number;
  readonly isTls: boolean;
  readonly user: string | null;
  readonly password: Secret | null;
  /** For people: without user and password. */
  readonly shown: string;
}

/** Redis has this port where none is named. */
const PORT = 6379;

/**
 * The address of a fleet: that of `--fleet`, or that in `STREAMGAUGE_FLEET` where the flag is not given. A password need not
 * stand in an argument, which every program on the machine can read: an address without one takes user and password from
 * the variable, if that names the same host and port.
 *
 * @throws {UserError} for what is no address of a Redis. It is not repeated: it may hold a password.
 * @example
 * ```ts
 * readFleetAddress("redis://10.0.0.5", { get: () => null }).shown; // "redis://10.0.0.5:6379"
 * ```
 */
export function readFleetAddress(
  flag: string | undefined,
  environment: Pick<Environment, "get">,
): FleetAddress {
  const setting = environment.get(FLEET_VARIABLE)?.value.reveal();
  if (flag === undefined) {
    if (setting === undefined) throw new UserError(fleetNotSet(FLEET_VARIABLE));
    return parsed(setting, FLEET_VARIABLE);
  }
  const address = parsed(flag, "--fleet");
  if (address.password !== null || setting === undefined) return address;
  const kept = parsed(setting, FLEET_VARIABLE);
  return originOf(kept) === originOf(address)
    ? { ...address, user: kept.user, password: kept.password }
    : address;
}

function originOf({ host, port, isTls }: FleetAddress): string {
  return JSON.stringify([host, port, isTls]);
}

function parsed(text: string, from: string): FleetAddress {
  const trimmed = text.trim();
  const url = /^rediss?:\/\/[^/\s\\]+(?:\/\d*)?$/i.test(trimmed) ? URL.parse(trimmed) : null;
  if (url === null || url.hostname === "") {
    throw new UserError(/[?#]/.test(trimmed) ? fleetHasParts(from) : fleetIsNoUrl(from));
  }
  const isTls = url.protocol === "rediss:";
  const port = url.port === "" ? PORT : Number(url.port);
  const database = Number(url.pathname.slice(1));
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const [user, password] = [url.username, url.password].map(decoded);
  return {
    host,
    port,
    database,
    isTls,
    user: user || null,
    password: password ? new Secret(password) : null,
    shown: `${url.protocol}//${url.hostname}:${port}${database === 0 ? "" : `/${database}`}`,
  };
}

/** A `%` that nobody meant as an escape stays one. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
