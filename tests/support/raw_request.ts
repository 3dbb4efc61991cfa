import { connect } from "node:net";

/** What came back, and how the connection broke; `null` when it ended in order. */
export interface RawAnswer {
  readonly received: string;
  readonly error: string | null;
}

/** A request, piece by piece. */
export interface RawRequest {
  /** Method and target. */
  readonly line: string;
  readonly body?: string;
  /** Lines of the head. Default: those of a client that this machine's server answers. */
  readonly headers?: readonly string[];
  readonly version?: "1.0" | "1.1";
}

const OURS = ["host: 127.0.0.1", "content-type: application/json"];

/** Sends an HTTP request as it is written, path and all, and reads until the connection ends. */
export function rawRequest(
  { baseUrl }: { readonly baseUrl: string },
  { line, body = "", headers = OURS, version = "1.1" }: RawRequest,
): Promise<RawAnswer> {
  const { promise, resolve } = Promise.withResolvers<RawAnswer>();
  const length = Buffer.byteLength(body);
  let received = "";
  const socket = connect(Number(new URL(baseUrl).port), "127.0.0.1", () => {
    const rest = [...headers, "connection: close", `content-length: ${length}`];
    const head = [`${line} HTTP/${version}`, ...rest];
    socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
  });
  socket.on("data", (bytes) => (received += bytes.toString()));
  socket.on("error", (error: NodeJS.ErrnoException) => {
    resolve({ received, error: error.code ?? error.message });
  });
  socket.on("close", () => resolve({ received, error: null }));
  return promise;
}
