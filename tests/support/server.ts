import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

/** A request as it came over the wire. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Which connection it came on, counted from 1. */
  readonly connection: number;
}

/** One request, and what to do to its client. Bodies are chunked, so that one can end without the connection. */
export interface ServerExchange extends ReceivedRequest {
  /** Sends these bytes as they are. */
  raw(bytes: string | Uint8Array): void;
  head(status?: number, headers?: Readonly<Record<string, string>>): void;
  piece(bytes: string | Uint8Array): void;
  /** Settles when the client takes more, or the connection is gone. */
  drained(): Promise<void>;
  /** Ends the body; the connection stays. */
  end(): void;
  /** Closes the connection in order (FIN). */
  close(): void;
  /** Breaks the connection off (RST). */
  reset(): void;
  /** Settles when the connection is gone, from whichever side. */
  readonly closed: Promise<void>;
}

/** A server whose every byte a test decides, but for `GET /metrics`, which counts for nothing. */
export interface TestServer extends AsyncDisposable {
  /** As a chat endpoint has it, with `/v1`. */
  readonly baseUrl: string;
  /** What was asked so far. */
  readonly requests: readonly ReceivedRequest[];
}

/**
 * Starts a server on loopback that gives each request to `answer`, on a raw socket: nothing is sent but what the
 * test sends, and only when it does.
 */
export async function startServer(
  answer: (exchange: ServerExchange) => void | Promise<void>,
  { metrics }: { readonly metrics?: (exchange: ServerExchange) => void } = {},
): Promise<TestServer> {
  const requests: ReceivedRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    let connection = 0;
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    let received = Buffer.alloc(0);
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      resolve();
    });
    socket.on("data", (bytes) => {
      received = Buffer.concat([received, bytesOf(bytes)]);
      const read = readRequest(received, connection || connections + 1);
      if (read === null) return;
      received = received.subarray(read.length);
      const { method, path } = read.request;
      if (method === "GET" && path === "/metrics") {
        const exchange = { ...read.request, ...controls(socket), closed };
        if (metrics === undefined) noPage(exchange);
        else metrics(exchange);
        return;
      }
      connection ||= ++connections;
      requests.push(read.request);
      void answer({ ...read.request, ...controls(socket), closed });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Most servers tell nothing of themselves. */
function noPage(exchange: ServerExchange): void {
  exchange.head(404);
  exchange.end();
}

/** A server that answers every request with this body. */
export function startServerWith(
  body: string,
  {
    status = 200,
    headers = {},
  }: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<TestServer> {
  return startServer((exchange) => {
    exchange.head(status, headers);
    if (body !== "") exchange.piece(body);
    exchange.end();
  });
}

function readRequest(
  received: Buffer,
  connection: number,
): { request: ReceivedRequest; length: number } | null {
  const headEnd = received.indexOf("\r\n\r\n");
  if (headEnd === -1) return null;
  const [first = "", ...lines] = received.toString("latin1", 0, headEnd).split("\r\n");
  const [method = "", path = ""] = first.split(" ");
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const length = headEnd + 4 + Number(headers["content-length"] ?? 0);
  if (received.length < length) return null;
  const body = received.toString("utf8", headEnd + 4, length);
  return { request: { method, path, headers, body, connection }, length };
}

function controls(socket: Socket): Omit<ServerExchange, keyof ReceivedRequest | "closed"> {
  const raw = (bytes: string | Uint8Array): void => {
    socket.write(bytes);
  };
  return {
    raw,
    head(status = 200, headers = {}) {
      const given = Object.entries({ "transfer-encoding": "chunked", ...headers });
      const lines = given.map(([name, value]) => `${name}: ${value}\r\n`);
      raw(`HTTP/1.1 ${status} -\r\n${lines.join("")}\r\n`);
    },
    piece(bytes) {
      const data = bytesOf(bytes);
      raw(Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, CRLF]));
    },
    drained: () =>
      new Promise((resolve) => {
        if (!socket.writableNeedDrain || socket.destroyed) return resolve();
        socket.once("drain", resolve).once("close", resolve);
      }),
    end: () => raw("0\r\n\r\n"),
    close: () => void socket.end(),
    reset: () => void socket.resetAndDestroy(),
  };
}

function bytesOf(data: string | Uint8Array): Uint8Array {
  return typeof data === "string" ? Buffer.from(data) : data;
}

const CRLF = Buffer.from("\r\n");
