import type { Fetch } from "./exchange.ts";

/**
 * How many connections a `fetch` keeps open for the next request, by origin. It tells nobody whether a request went over
 * an open one, so they are counted: one that is free again is there for the next request.
 */
class Connections {
  readonly #idle = new Map<string, number>();

  /** A request is sent to this URL: whether an open connection was there for it. */
  take(url: string): boolean {
    const origin = originOf(url);
    const idle = this.#idle.get(origin) ?? 0;
    if (idle > 0) this.#idle.set(origin, idle - 1);
    return idle > 0;
  }

  /** A response of this URL was read to its end: its connection is free again. */
  give(url: string): void {
    const origin = originOf(url);
    this.#idle.set(origin, (this.#idle.get(origin) ?? 0) + 1);
  }
}

const CONNECTIONS = new WeakMap<Fetch, Connections>();

/** The connections of a `fetch`. They are the process's, as those of `fetch` itself are. */
export function connectionsOf(fetch: Fetch): Connections {
  const known = CONNECTIONS.get(fetch) ?? new Connections();
  CONNECTIONS.set(fetch, known);
  return known;
}

function originOf(url: string): string {
  return /^[^/]*\/\/[^/?#]*/.exec(url)?.[0] ?? url;
}
