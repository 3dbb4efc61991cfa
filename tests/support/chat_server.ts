import { type ServerExchange, startServer } from "./server.ts";

/** A request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The decoded JSON; `null` when there was none. */
  readonly body: Readonly<Record<string, unknown>> | null;
}

/** An endpoint on loopback that answers as a test tells it. */
export interface ChatServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT/v1` */
  readonly baseUrl: string;
  readonly port: number;
  /** What it was asked, in order. */
  readonly requests: readonly SeenRequest[];
}

/** Starts one. A request whose `answer` does not end the response stays open until the server is disposed of. */
export async function startChatServer(
  answer: (exchange: ServerExchange, request: SeenRequest) => void,
  options: Parameters<typeof startServer>[1] = {},
): Promise<ChatServer> {
  const requests: SeenRequest[] = [];
  const server = await startServer((exchange) => {
    const { method, path, headers, body: text } = exchange;
    const request = { method, path, headers, body: text === "" ? null : JSON.parse(text) };
    requests.push(request);
    answer(exchange, request);
  }, options);
  return {
    baseUrl: server.baseUrl,
    port: Number(new URL(server.baseUrl).port),
    requests,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Answers with an event stream. `open`: its end does not come. */
export function sendStream(
  exchange: ServerExchange,
  stream: string,
  { open = false }: { readonly open?: boolean } = {},
): void {
  exchange.head(200, { "content-type": "text/event-stream" });
  exchange.piece(stream);
  if (!open) exchange.end();
}

/** Answers with a status and a body; what is no text is sent as JSON. */
export function sendBody(
  exchange: ServerExchange,
  status: number,
  {
    body = "",
    headers = {},
  }: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
): void {
  const isText = typeof body === "string";
  exchange.head(status, {
    ...(isText ? undefined : { "content-type": "application/json" }),
    ...headers,
  });
  if (body !== "") exchange.piece(isText ? body : JSON.stringify(body));
  exchange.end();
}

/** A port on which nobody listens. */
export async function deadPort(): Promise<number> {
  const server = await startChatServer(() => {});
  await server[Symbol.asyncDispose]();
  return server.port;
}
