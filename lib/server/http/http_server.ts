import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Admission, admit } from "./admission.ts";
import { writerOf } from "../reply/writers/writers.ts";
import { type HostNames, hostNamesOf } from "./host_names.ts";
import type { AllowedOrigins } from "./origins.ts";
import { type Played, playResponse } from "./play_response.ts";
import { clientApi } from "./route.ts";

/** A running local endpoint. */
export interface LocalEndpoint {
  /** Its base URL: `http://127.0.0.1:PORT/v1`. */
  readonly baseUrl: string;
  /** The names it answers to. */
  readonly names: HostNames;
  /** Stops it; streams in flight are cut. */
  close(): Promise<void>;
}

/** Where a local endpoint listens. */
export interface Address {
  /** Default 127.0.0.1: only this machine can reach it. */
  readonly host?: string | undefined;
  /** 0, the default, takes any free port. */
  readonly port?: number | undefined;
}

/** Where a server listens, and whom it answers. */
export interface HttpServerOptions extends Address {
  /** The web pages that may ask. Default: none. */
  readonly allowOrigins?: AllowedOrigins | undefined;
  /** Told of each request when it is over. */
  readonly onServed?: ((request: ServedRequest) => void) | undefined;
}

/** What was done for a request. */
export interface Served extends Played {
  readonly status: number | null;
  /** Where the answer came from. */
  readonly from: string;
}

/** A request that was served, for a log. It holds no query, as keys may stand there. */
export interface ServedRequest extends Omit<Served, "ended"> {
  /** `gone`: the client left before the end. `closed`: this server was closed before it. */
  readonly ended: Served["ended"] | "closed";
  readonly method: string;
  readonly path: string;
  /** In milliseconds, from its head to its end. */
  readonly took: number;
}

/** Answers one request. `path` is that of the URL, without its query. */
export type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
  options: {
    readonly path: string;
    /** Aborted when the client went away or the server closes. */
    readonly signal: AbortSignal;
    /** How many requests are being answered, this one included. */
    readonly inFlight: number;
  },
) => Promise<Served>;

/**
 * Starts an HTTP server. Requests under a foreign name, and those of web pages that are not allowed, are refused before
 * `handle` sees them.
 *
 * `node:http`, because `Bun.serve` holds the response head back until the first bytes of the body, so that a
 * client could not tell head and first piece apart; and it gives no socket to break off.
 *
 * @throws `EADDRINUSE` and its like, when it cannot listen there.
 */
export async function startHttpServer(
  handle: Handler,
  options: HttpServerOptions = {},
): Promise<LocalEndpoint> {
  const closing = new AbortController();
  const answering = new Set<Promise<void>>();

  const server = createServer();

  async function answer(
    request: IncomingMessage,
    { response, admission }: { readonly response: ServerResponse; readonly admission: Admission },
  ): Promise<void> {
    const began = performance.now();
    const { method = "GET" } = request;
    const [path = "/"] = (request.url ?? "/").split(/[?#]/, 1);
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    // A connection that breaks is noticed by its end; an error event that nobody hears ends the process.
    request.on("error", () => {});
    response.on("error", () => {});
    const signal = AbortSignal.any([gone.signal, closing.signal]);
    const inFlight = answering.size + 1;
    try {
      const { headers, answer: early } = admit(request, admission);
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      const served =
        early === null
          ? await handle(request, response, { path, signal, inFlight })
          : {
              ...(await playResponse(response, early, { signal })),
              status: early.head?.status ?? null,
              from: early.from,
            };
      const ended = served.ended === "gone" && closing.signal.aborted ? "closed" : served.ended;
      options.onServed?.({ ...served, ended, method, path, took: performance.now() - began });
    } catch (error) {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      const message = error instanceof Error ? error.message : String(error);
      const writer = writerOf(clientApi(path, request.headers));
      const envelope = writer.error({ status: 500, code: "internal_error", message });
      response.writeHead(500, { "content-type": "application/json" });
      response.end(JSON.stringify(envelope));
    }
  }

  const { host = "127.0.0.1", port = 0 } = options;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const bound = server.address() as AddressInfo;
  const baseUrl = `http://${reachableHost(host)}:${bound.port}/v1`;
  const names = hostNamesOf(host, { bound: bound.address });
  const admission = { names, origins: options.allowOrigins ?? [], baseUrl };
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const answered = answer(request, { response, admission }).finally(() =>
      answering.delete(answered),
    );
    answering.add(answered);
  });
  return {
    baseUrl,
    names,
    async close() {
      closing.abort();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await Promise.all(answering);
    },
  };
}

/** The name under which this machine reaches a server that listens there. */
function reachableHost(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}

/**
 * Reads a request's body; `null` when it has more than `limit` bytes. No more than these are ever held. The rest of a
 * longer one is not read: whoever answers has to close the connection.
 */
export async function readBody(
  request: IncomingMessage,
  { limit }: { readonly limit: number },
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (Number(request.headers["content-length"] ?? 0) > limit) return null;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > limit) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
