import { connect } from "node:net";
import fc from "fast-check";
import { startLocalEndpoint } from "../../../lib/server/http/local_endpoint.ts";
import { SimulatedSource } from "../../../lib/server/reply/simulated_source.ts";
import { PROTOCOLS } from "../../../lib/protocols/protocols.ts";
import { chunk } from "../hostile_chunks.ts";
import { value } from "../hostile_events.ts";
import { schema, WORDS } from "../protocol_words.ts";
import { QUICK } from "../simulated.ts";
import { asyncProperty, cutAt, cuts, type OpenTarget } from "./target.ts";

/** In milliseconds. An answer that takes longer hangs. */
const LONGEST_ANSWER = 10_000;

const any = fc.oneof(value, chunk, fc.constantFrom<unknown>(schema, [], {}, "hi", 5, true, null));
const fields = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        ..."messages prompt input model stream stream_options tools tool_choice max_tokens max_output_tokens".split(
          " ",
        ),
        ..."max_completion_tokens stop stop_sequences n response_format text output_config system metadata".split(
          " ",
        ),
      ),
      any,
    ),
    { maxLength: 6 },
  )
  .map((entries) => Object.fromEntries(entries));
const bodies = fc.oneof(
  fields.map((given) =>
    JSON.stringify({
      model: "simulated",
      messages: [{ role: "user", content: "hi" }],
      prompt: "hi",
      input: "hi",
      max_tokens: 5,
      ...given,
    }),
  ),
  fc
    .tuple(fc.constantFrom("chat", "responses", "messages"), any, fc.boolean())
    .map(([api, one, stream]) => {
      const words = WORDS[api];
      const message = { messages: [{ role: "user", content: one }], input: one };
      return JSON.stringify({
        model: "m",
        stream,
        ...message,
        ...words.form,
        tools: [words.tool("f")],
      });
    }),
  any.map((one) => JSON.stringify(one) ?? ""),
  fc.string({ maxLength: 30 }),
);

const PATHS = [
  ...PROTOCOLS.map(({ path }) => `/v1${path}`),
  "/v1/models",
  "/v1/models/x",
  "/health",
];
const targets = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...PATHS) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ..."/ * //v1 /v1/../v1/models http://127.0.0.1/v1/models /v1/models/%ff /v1/models/%2e%2e /?a#b".split(
        " ",
      ),
      `/${"x".repeat(3000)}`,
      "/\u0001",
    ),
  },
);
const headers = fc.array(
  fc.constantFrom(
    "content-type: text/plain",
    "content-type:",
    "accept: */*",
    "host: evil.example",
    "host:",
    "origin: https://evil.example",
    "origin: null",
    "expect: 100-continue",
    "x: \u0001",
    ": x",
    "anthropic-version: 2023-06-01",
    "transfer-encoding: chunked",
    "connection: keep-alive",
    "content-length: 5",
    "content-length: -1",
    "no colon",
    " folded: x",
    `x: ${"y".repeat(2000)}`,
    "sec-fetch-site: cross-site",
    "upgrade: websocket",
    "range: bytes=0-1",
    "te: trailers",
  ),
  { maxLength: 3 },
);

/** A request as bytes, where to cut it, and after which share of it the client goes away; `null`: it stays. */
interface RawInput {
  readonly bytes: string;
  readonly places: number[];
  readonly leavesAfter: number | null;
}

const requests: fc.Arbitrary<RawInput> = fc
  .record({
    method: fc.oneof(
      { weight: 6, arbitrary: fc.constant("POST") },
      { weight: 3, arbitrary: fc.constantFrom("GET", "HEAD", "OPTIONS", "PUT", "post", "X", "") },
    ),
    target: targets,
    version: fc.oneof(
      { weight: 9, arbitrary: fc.constant("HTTP/1.1") },
      { weight: 1, arbitrary: fc.constantFrom("HTTP/1.0", "HTTP/9", "") },
    ),
    headers,
    body: bodies,
    lie: fc.oneof(
      { weight: 6, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: -3, max: 3 }) },
    ),
    places: cuts,
    leavesAfter: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 4 }),
    garbage: fc.option(fc.string({ maxLength: 40, unit: "binary" }), { freq: 20 }),
  })
  .map(({ method, target, version, headers, body, lie, places, leavesAfter, garbage }) => {
    const length = Math.max(0, Buffer.byteLength(body) + lie);
    const own = ["host: 127.0.0.1", "content-type: application/json", "connection: close"];
    const lines = [
      `${method} ${target} ${version}`,
      ...own,
      `content-length: ${length}`,
      ...headers,
    ];
    const bytes = garbage ?? `${lines.join("\r\n")}\r\n\r\n${body}`;
    return { bytes, places, leavesAfter };
  });

/** Sends it and reads to the end. A client that stays says that it has no more to say, so that half a request ends. */
function send(port: number, { bytes, places, leavesAfter }: RawInput): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const whole = Buffer.from(bytes);
  const sent = leavesAfter === null ? whole : whole.subarray(0, whole.length * leavesAfter);
  let received = "";
  const socket = connect(port, "127.0.0.1", async () => {
    for (const part of cutAt(sent, places)) {
      socket.write(part);
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (leavesAfter === null) socket.end();
    else socket.destroy();
  });
  const timer = setTimeout(() => {
    socket.destroy();
    reject(new Error(`no end of the answer in ${LONGEST_ANSWER} ms; so far: ${received}`));
  }, LONGEST_ANSWER);
  socket.setNoDelay(true);
  socket.on("data", (data) => (received += data.toString("latin1")));
  // Whoever says nonsense may be hung up on.
  socket.on("error", () => {});
  socket.on("close", () => {
    clearTimeout(timer);
    resolve(received);
  });
  return promise;
}

/** `serve` answers or hangs up, whatever comes over its sockets, breaks never, and keeps nothing of who has left. */
export async function openServe(): Promise<OpenTarget> {
  const source = new SimulatedSource(QUICK, { seed: 1 });
  const endpoint = await startLocalEndpoint({ source });
  const port = Number(new URL(endpoint.baseUrl).port);
  const property = asyncProperty(requests, async (input) => {
    const received = await send(port, input);
    if (received === "") return;
    const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(received) ?? [];
    if (status === undefined) throw new Error(`no answer of HTTP: ${received.slice(0, 200)}`);
    if (status === "500") throw new Error(`its own fault: ${received.slice(-500)}`);
  });
  return {
    property,
    async finish() {
      const health = await fetch(new URL("/health", endpoint.baseUrl));
      const { requests: left } = (await health.json()) as { requests: number };
      await endpoint.close();
      if (left !== 0) throw new Error(`${left} requests are still being answered`);
    },
  };
}
