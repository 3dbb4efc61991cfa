import { connect } from "node:net";

/** What came back, and how the connection broke; `null` when it ended in order. */
export interface RawAnswer {
  readonly received: string;
  readonly error: string | null;
}

/** Sends an HTTP request as it is written, path and all, and reads until the connection ends. */
export function rawRequest(
  { baseUrl }: { readonly baseUrl: string },
  { line, body = "" }: { readonly line: string; readonly body?: string },
): Promise<RawAnswer> {
  const { promise, resolve } = Promise.withResolvers<RawAnswer>();
  const length = Buffer.byteLength(body);
  let received = "";
  const socket = connect(Number(new URL(baseUrl).port), "127.0.0.1", () => {
    const head = [`${line} HTTP/1.1`, "host: x", "connection: close", `content-length: ${length}`];
    socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
  });
  socket.on("data", (bytes) => (received += bytes.toString()));
  socket.on("error", (error: NodeJS.ErrnoException) => {
    resolve({ received, error: error.code ?? error.message });
  });
  socket.on("close", () => resolve({ received, error: null }));
  return promise;
}
