import { lookup } from "node:dns/promises";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { type Clock, monotonicClock } from "../base/clock.ts";
import type { Micros } from "../base/time.ts";

/** A host name or address, and a port. */
export interface Address {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
}

/** What one step towards an endpoint gave. `code` is the system's, `ETIMEDOUT` if our limit ran out. */
export type Probe<Value> = { readonly took: Micros } & (
  | { readonly reached: true; readonly value: Value }
  | { readonly reached: false; readonly code: string; readonly words: string }
);

/** The outside of a probe. */
export interface ProbeOptions {
  /** Aborting it ends the probe with the code `ABORT_ERR`. */
  readonly signal: AbortSignal;
  /** In milliseconds. */
  readonly limit: number;
  readonly clock?: Clock;
}

/** Whether a host is an address already, and no name. */
export function isAddress(host: string): boolean {
  return isIP(host) !== 0;
}

/** The addresses of a host name. */
export function lookUp(host: string, options: ProbeOptions): Promise<Probe<readonly string[]>> {
  return probe(options, async () => {
    const found = await lookup(host, { all: true });
    return found.map(({ address }) => address);
  });
}

/** Opens a connection and closes it. Gives the address that answered. */
export function openConnection(address: Address, options: ProbeOptions): Promise<Probe<string>> {
  return probe(options, (gone) => {
    const socket = connectTcp(address);
    return settled(socket, { gone, event: "connect", value: () => socket.remoteAddress ?? "" });
  });
}

/** Opens a connection, shakes hands for TLS, and closes it. Gives the protocol, such as `TLSv1.3`. */
export function shakeHands(address: Address, options: ProbeOptions): Promise<Probe<string>> {
  return probe(options, (gone) => {
    const { host } = address;
    const socket = connectTls({
      ...address,
      // An address is no server name (https://www.rfc-editor.org/rfc/rfc6066#section-3).
      ...(!isAddress(host) && { servername: host }),
      ALPNProtocols: ["http/1.1"],
    });
    return settled(socket, {
      gone,
      event: "secureConnect",
      value: () => socket.getProtocol() ?? "TLS",
    });
  });
}

function settled<Value>(
  socket: Socket | TLSSocket,
  options: { readonly gone: AbortSignal; readonly event: string; readonly value: () => Value },
): Promise<Value> {
  const { promise, resolve, reject } = Promise.withResolvers<Value>();
  socket.once(options.event, () => resolve(options.value()));
  socket.on("error", reject);
  socket.once("close", () => reject(new Error("the connection was closed")));
  options.gone.addEventListener("abort", () => socket.destroy());
  return promise.finally(() => socket.destroy());
}

/** Runs a step until it settles, its time is up, or the user interrupts. */
async function probe<Value>(
  { signal, limit, clock = monotonicClock }: ProbeOptions,
  step: (gone: AbortSignal) => Promise<Value>,
): Promise<Probe<Value>> {
  const startedAt = clock();
  const gone = new AbortController();
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const interrupt = (): void => reject(new ProbeError("ABORT_ERR", "interrupted"));
  const timer = setTimeout(() => {
    reject(new ProbeError("ETIMEDOUT", `nothing within ${limit / 1000} s`));
  }, limit);
  signal.addEventListener("abort", interrupt);
  if (signal.aborted) interrupt();
  try {
    const value = await Promise.race([step(gone.signal), stopped]);
    return { reached: true, value, took: clock() - startedAt };
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    const code = (error as { code?: unknown } | null)?.code;
    return {
      reached: false,
      code: typeof code === "string" ? code : "ECONNRESET",
      words,
      took: clock() - startedAt,
    };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", interrupt);
    gone.abort();
  }
}

class ProbeError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
