import { BlockList, isIP } from "node:net";
import { hostname } from "node:os";

/** The names under which a server may be asked, in the `Host` of a request. */
export interface HostNames {
  /** Only this machine reaches it. */
  readonly isLoopback: boolean;
  /** Names it answers to besides `localhost`, `*.localhost` and the addresses of loopback. In lower case. */
  readonly names: readonly string[];
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8);
LOOPBACK.addAddress("::1", "ipv6");

/**
 * The names of a server that was told to listen on `host` and does so on the address `bound`.
 *
 * @example
 * ```ts
 * hostNamesOf("127.0.0.1", { bound: "127.0.0.1" }); // { isLoopback: true, names: [] }
 * hostNamesOf("0.0.0.0", { bound: "0.0.0.0", machine: "this-machine" }); // { isLoopback: false, names: ["this-machine"] }
 * ```
 */
export function hostNamesOf(
  host: string,
  { bound, machine = hostname() }: { readonly bound: string; readonly machine?: string },
): HostNames {
  const isLoopback = isLoopbackAddress(bound);
  const given = isIP(withoutZone(host)) === 0 ? [host] : [];
  const names = isLoopback ? given : [...given, machine];
  const known = new Set(names.map(comparable).filter((name) => !isLocalhost(name)));
  return { isLoopback, names: [...known] };
}

/**
 * Whether a server of these names answers a request with this `Host`. It keeps a web page from reading what is served
 * by giving its own name this machine's address: such a request holds the page's name. An address in its place cannot
 * have been given to anybody else, so past loopback any is right. A request without `Host` comes from no page.
 *
 * @see https://en.wikipedia.org/wiki/DNS_rebinding
 */
export function answersTo(header: string | undefined, { isLoopback, names }: HostNames): boolean {
  if (header === undefined || header === "") return true;
  const name = nameIn(header);
  if (name === null) return false;
  if (isLocalhost(name) || names.includes(name)) return true;
  const address = withoutZone(name);
  return isIP(address) !== 0 && (!isLoopback || isLoopbackAddress(address));
}

/** The host of a `Host` header without its port, an address without brackets; `null` for what is none. */
export function nameIn(header: string): string | null {
  const found = /^(?:\[([^[\]\s]+)\]|([^\s:/?#@\\[\]]+))(?::\d*)?$/.exec(header);
  const name = found?.[1] ?? found?.[2];
  return name === undefined ? null : comparable(name);
}

/** In lower case, without the final dot, and an address in its usual form: `127.1` is `127.0.0.1`. */
function comparable(name: string): string {
  const lower = name.toLowerCase().replace(/\.$/, "");
  if (isIP(withoutZone(lower)) === 6) return lower;
  return URL.parse(`http://${lower}`)?.hostname ?? lower;
}

function isLocalhost(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost");
}

function isLoopbackAddress(address: string): boolean {
  const version = isIP(address);
  return version !== 0 && LOOPBACK.check(address, version === 6 ? "ipv6" : "ipv4");
}

/** `fe80::1%eth0` is the address `fe80::1`. */
function withoutZone(name: string): string {
  return name.replace(/%.*$/, "");
}
