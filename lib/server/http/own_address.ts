import { isIP } from "node:net";
import { hostname, networkInterfaces } from "node:os";
import { answersTo, hostNamesOf, nameIn } from "./host_names.ts";

/** Addresses that stand for every one of this machine. */
const EVERY = new Set(["0.0.0.0", "::"]);

/**
 * Whether a base URL leads to the server that is about to listen on `host` and `port`: what it passed on would come back
 * to it. A `port` of 0, any free one, is nobody's yet.
 *
 * @example
 * ```ts
 * isOwnAddress("http://localhost:8000/v1", { host: "127.0.0.1", port: 8000 }); // true
 * isOwnAddress("http://localhost:8001/v1", { host: "127.0.0.1", port: 8000 }); // false
 * ```
 */
export function isOwnAddress(
  baseUrl: string,
  { host, port }: { readonly host: string; readonly port: number },
): boolean {
  const url = URL.parse(baseUrl);
  // It speaks no TLS.
  if (url?.protocol !== "http:" || port === 0 || Number(url.port || 80) !== port) return false;
  const name = nameIn(url.host);
  const own = nameIn(host.includes(":") ? `[${host}]` : host);
  if (name === null || own === null) return false;
  if (name === own || EVERY.has(name)) return true;
  if (EVERY.has(own)) {
    const loopback = hostNamesOf("localhost", { bound: "127.0.0.1" });
    return answersTo(url.host, loopback) || [hostname(), ...addresses()].includes(name);
  }
  const isNamed = isIP(name) === 0 || isIP(own) === 0;
  return isNamed && isLoopback(name) && isLoopback(own);
}

function isLoopback(name: string): boolean {
  const host = isIP(name) === 6 ? `[${name}]` : name;
  return answersTo(host, hostNamesOf("localhost", { bound: "127.0.0.1" }));
}

function addresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((each) =>
    (each ?? []).map(({ address }) => address.toLowerCase()),
  );
}
