import type { Fetch } from "./exchange.ts";

/**
 * How many connections a `fetch` keeps open for the next request, by origin. It tells nobody whether a request went over
 * an open one, so they are counted: one that is free again is there for the next request.
 */
class Connections {
  readonly #idle = new Map<string, number>();
  readonly #closing = new Set<string>();

  /** A request is sent to this URL: whether an open connection was there for it. */
  take(url: string): boolean {
    const origin = originOf(url);
    const idle = this.#idle.get(origin) ?? 0;
    if (idle > 0) this.#idle.set(origin, idle - 1);
    return idle > 0;
  }

  /** Whether every request to this URL needs a connection of its own: its endpoint closes them. */
  areClosed(url: string): boolean {
    return this.#closing.size > 0 && this.#closing.has(originOf(url));
  }

  /** What a response says of the connections to this URL. */
  learn(url: string, headers: Headers): void {
    if (closesAfterStream(headers)) this.#closing.add(originOf(url));
  }

  /** A response of this URL was read to its end: its connection is free again. */
  give(url: string): void {
    const origin = originOf(url);
    this.#idle.set(origin, (this.#idle.get(origin) ?? 0) + 1);
  }
}

/**
 * Whether an endpoint closes the connection behind a stream, though it says that it keeps it. llama.cpp's server does: what
 * gives the stream to its HTTP library says at the end that it has failed. The next request over that connection would come
 * too late, and who is quick enough to send it gets no answer.
 *
 * @see https://github.com/ggml-org/llama.cpp/blob/master/tools/server/server-http.cpp `chunked_content_provider`
 *
 * @example
 * ```ts
 * closesAfterStream(new Headers({ server: "llama.cpp", "content-type": "text/event-stream" })); // true
 * ```
 */
export function closesAfterStream(headers: Headers): boolean {
  return (
    headers.get("server") === "llama.cpp" &&
    /^text\/event-stream\b/i.test(headers.get("content-type") ?? "")
  );
}

/** Whether the connection of a response is there for another request. */
export function keepsOpen(headers: Headers): boolean {
  return !/\bclose\b/i.test(headers.get("connection") ?? "") && !closesAfterStream(headers);
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
