import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { asObject, type JsonObject, parseJson } from "../wire/json.ts";
import { playResponse, type RecordedResponse } from "./play.ts";

/** A running local endpoint. */
export interface LocalEndpoint {
  /** Its base URL: `http://127.0.0.1:PORT/v1`. */
  readonly baseUrl: string;
  /** Stops it; streams in flight are cut. */
  close(): Promise<void>;
}

/** What a local endpoint offers. */
export interface LocalEndpointOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** The names of the models it lists. */
  readonly models: readonly string[];
  /** The response to a chat completion request, or `null` when there is none for it. */
  readonly answer: (body: JsonObject) => RecordedResponse | null;
  /** How fast responses are played. Default 1. */
  readonly speed?: number;
}

/** Longest request body that is read, in bytes. Past it the answer is 413. */
const LONGEST_REQUEST = 64 * 1024 * 1024;

/**
 * Starts an OpenAI-compatible endpoint on loopback: `POST /v1/chat/completions`, `GET /v1/models`.
 *
 * `node:http`, because `Bun.serve` holds the response head back until the first bytes of the body, so that a
 * client could not tell head and first piece apart.
 *
 * @example
 * ```ts
 * const endpoint = await startLocalEndpoint({ models: ["demo"], answer: () => recorded });
 * await fetch(`${endpoint.baseUrl}/models`);
 * await endpoint.close();
 * ```
 */
export async function startLocalEndpoint(options: LocalEndpointOptions): Promise<LocalEndpoint> {
  const server = createServer((request, response) => {
    void answer(request, response).catch((error) => {
      if (response.headersSent) response.destroy();
      else sendError(response, { status: 500, code: "internal_error", message: String(error) });
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (request.method === "GET" && path === "/v1/models") {
      const data = options.models.map((id) => ({ id, object: "model", owned_by: "streamgauge" }));
      sendJson(response, 200, { object: "list", data });
      return;
    }
    if (request.method !== "POST" || path !== "/v1/chat/completions") {
      const message = `${request.method} ${path} is not served here`;
      sendError(response, { status: 404, code: "not_found", message });
      return;
    }
    const text = await readBody(request);
    const body = text === null ? null : asObject(parseJson(text));
    if (body === null) {
      const status = text === null ? 413 : 400;
      const message = text === null ? "the body is too large" : "the body is not a JSON object";
      sendError(response, { status, code: "invalid_request", message });
      return;
    }
    const recorded = options.answer(body);
    if (recorded === null) {
      const message = "there is no answer to this request";
      sendError(response, { status: 404, code: "no_answer", message });
      return;
    }
    const gone = new AbortController();
    // Also when this endpoint closes, for that closes all connections.
    response.on("close", () => gone.abort());
    const { signal } = gone;
    await playResponse(response, recorded, { speed: options.speed ?? 1, signal });
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > LONGEST_REQUEST) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

/** Errors in OpenAI's envelope. */
function sendError(
  response: ServerResponse,
  { status, code, message }: { status: number; code: string; message: string },
): void {
  const type = status >= 500 ? "server_error" : "invalid_request_error";
  sendJson(response, status, { error: { message, type, code } });
}
