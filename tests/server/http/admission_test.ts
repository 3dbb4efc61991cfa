import { expect, test } from "bun:test";
import fc from "fast-check";
import type {
  HttpServerOptions,
  LocalEndpoint,
  ServedRequest,
} from "../../../lib/server/http/http_server.ts";
import { startLocalEndpoint } from "../../../lib/server/http/local_endpoint.ts";
import { SimulatedSource } from "../../../lib/server/reply/simulated_source.ts";
import { TranscriptSource } from "../../../lib/server/reply/transcript_source.ts";
import { startUpstream } from "../../../lib/server/http/upstream.ts";
import { rawRequest } from "../../support/raw_request.ts";
import { type ServerExchange, startServer, type TestServer } from "../../support/server.ts";
import { question, transcriptOf } from "../../support/serving.ts";
import { lesson } from "../../support/stream.ts";

const JSON_TYPE = "content-type: application/json";
const PAGE = "http://localhost:3000";
const COMPLETION = { line: "POST /v1/chat/completions", body: JSON.stringify(question("?")) };
const ROUTES = [
  { line: "GET /health" },
  { line: "GET /v1/models" },
  { line: "HEAD /v1/models" },
  { line: "DELETE /v1/models" },
  { line: "OPTIONS /v1/chat/completions" },
  { line: "GET /" },
  COMPLETION,
];

interface Serving extends AsyncDisposable {
  readonly endpoint: LocalEndpoint;
  /** What the server behind it was asked, and how many recordings were begun. */
  readonly upstream: TestServer;
  readonly recordings: () => number;
}

const model = { ttft: 0, tps: 1e6, tokens: 1, reasoning: 0, chunk: 1, jitter: 0 };
const recorder = { begin() {}, head() {}, piece() {}, end() {}, close() {} };

/** One of each kind of server: transcripts, a simulated model, and the way to another endpoint. */
const KINDS = {
  transcripts: (options: HttpServerOptions) =>
    startLocalEndpoint({
      source: new TranscriptSource([transcriptOf([lesson.stream])], { speed: Infinity }),
      ...options,
    }),
  simulation: (options: HttpServerOptions) =>
    startLocalEndpoint({ source: new SimulatedSource(model, { seed: 1 }), ...options }),
} as const;

async function serving(
  kind: "transcripts" | "simulation" | "upstream",
  options: HttpServerOptions & { readonly headers?: Record<string, string> } = {},
): Promise<Serving> {
  const upstream = await startServer((exchange: ServerExchange) => {
    exchange.head(200, { "content-type": "text/event-stream", ...options.headers });
    exchange.piece(lesson.stream);
    exchange.end();
  });
  let begun = 0;
  const record = () => ({ name: `${++begun}`, recorder });
  const endpoint =
    kind === "upstream"
      ? await startUpstream({ baseUrl: upstream.baseUrl, record, ...options })
      : await KINDS[kind](options);
  return {
    endpoint,
    upstream,
    recordings: () => begun,
    async [Symbol.asyncDispose]() {
      await endpoint.close();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

/** Status, headers (the last of each name), body. */
function parsed(received: string) {
  const [head = "", ...rest] = received.split("\r\n\r\n");
  const [first = "", ...lines] = head.split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => [line.split(":")[0]?.toLowerCase(), line.replace(/^[^:]*: */, "")]),
  ) as Record<string, string | undefined>;
  return { status: Number(first.split(" ")[1]), headers, body: rest.join("\r\n\r\n") };
}

async function send(
  { endpoint }: Serving,
  request: Parameters<typeof rawRequest>[1],
): Promise<ReturnType<typeof parsed>> {
  return parsed((await rawRequest(endpoint, request)).received);
}

function errorIn({ body }: { readonly body: string }): unknown {
  return body === "" ? null : (JSON.parse(body) as { error: unknown }).error;
}

for (const kind of ["transcripts", "simulation", "upstream"] as const) {
  test(`a foreign host is refused at every route of ${kind}, and nothing is done for it`, async () => {
    const served: ServedRequest[] = [];
    await using server = await serving(kind, { onServed: (request) => served.push(request) });
    const { baseUrl } = server.endpoint;
    for (const route of ROUTES) {
      const headers = ["host: evil.example:8803", JSON_TYPE];
      const answer = await send(server, { ...route, headers });
      expect([route.line, answer.status]).toEqual([route.line, 403]);
      if (route.line.startsWith("HEAD")) continue;
      expect(errorIn(answer)).toEqual({
        message: `this server does not answer to the host "evil.example:8803": ask ${baseUrl}, or start it with --host evil.example`,
        type: "invalid_request_error",
        param: null,
        code: "host_not_allowed",
      });
    }
    expect([server.upstream.requests.length, server.recordings()]).toEqual([0, 0]);
    expect(served.map(({ from, status }) => [from, status])).toEqual(
      ROUTES.map(() => ["host_not_allowed", 403]),
    );
  });

  test(`a page that is not allowed is refused at every route of ${kind}, whatever it sends`, async () => {
    await using server = await serving(kind, { allowOrigins: [PAGE] });
    for (const [origin, shown] of [
      ["http://evil.example", "http://evil.example"],
      ["http://localhost:3001", "http://localhost:3001"],
      ["http://localhost:3000.evil.example", "http://localhost:3000.evil.example"],
      ["HTTP://LOCALHOST:3000", "HTTP://LOCALHOST:3000"],
      ["null", "null"],
    ]) {
      for (const route of [...ROUTES, { line: "OPTIONS /v1/models" }]) {
        const headers = [
          "host: localhost",
          `origin: ${origin}`,
          JSON_TYPE,
          "access-control-request-method: POST",
        ];
        const answer = await send(server, { ...route, headers });
        expect([route.line, answer.status]).toEqual([route.line, 403]);
        expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
        if (route.line.startsWith("HEAD")) continue;
        expect(errorIn(answer)).toEqual({
          message: `web pages of "${shown}" are not answered: start this server with --allow-origin ${shown}`,
          type: "invalid_request_error",
          param: null,
          code: "origin_not_allowed",
        });
      }
    }
    expect([server.upstream.requests.length, server.recordings()]).toEqual([0, 0]);
  });

  test(`an allowed page can read every answer of ${kind}`, async () => {
    await using server = await serving(kind, { allowOrigins: ["https://a.example", PAGE] });
    for (const route of ROUTES) {
      const headers = [
        "host: localhost",
        `origin: ${PAGE}`,
        JSON_TYPE,
        "sec-fetch-site: cross-site",
      ];
      const answer = await send(server, { ...route, headers });
      expect(answer.status).not.toBe(403);
      expect(answer.headers).toMatchObject({
        "access-control-allow-origin": PAGE,
        "access-control-expose-headers": "*",
        vary: "Origin",
      });
    }
  });

  test(`a completion of ${kind} has to say that it is JSON`, async () => {
    await using server = await serving(kind, { allowOrigins: ["*"] });
    const texts = ["text/plain", "application/jsonp", "application/x-www-form-urlencoded", ""];
    for (const type of [...texts, "text/plain; application/json", null]) {
      const headers = ["host: localhost", ...(type === null ? [] : [`content-type: ${type}`])];
      const answer = await send(server, { ...COMPLETION, headers });
      const found = type === null || type === "" ? "there is none" : `it is "${type}"`;
      expect([answer.status, errorIn(answer)]).toEqual([
        415,
        {
          message: `send the header content-type: application/json; ${found}`,
          type: "invalid_request_error",
          param: null,
          code: "unsupported_media_type",
        },
      ]);
    }
    expect([server.upstream.requests.length, server.recordings()]).toEqual([0, 0]);
    for (const type of [
      "application/json; charset=utf-8",
      "Application/JSON",
      "application/json ;x",
    ]) {
      const headers = ["host: localhost", `Content-Type: ${type}`];
      expect((await send(server, { ...COMPLETION, headers })).status).toBe(200);
    }
  });
}

test("what a page loads without a script is refused: pictures, scripts, frames, links", async () => {
  await using server = await serving("upstream", { allowOrigins: [PAGE] });
  for (const site of ["cross-site", "same-site"]) {
    const headers = ["host: localhost", `sec-fetch-site: ${site}`, "sec-fetch-mode: no-cors"];
    const answer = await send(server, { line: "GET /v1/files", headers });
    expect([answer.status, errorIn(answer)]).toMatchObject([
      403,
      {
        message: `web pages of other sites are not answered (sec-fetch-site: ${site})`,
        code: "origin_not_allowed",
      },
    ]);
  }
  expect(server.upstream.requests).toEqual([]);
  // Typed into the address bar.
  const headers = ["host: localhost", "sec-fetch-site: none"];
  expect((await send(server, { line: "GET /v1/files", headers })).status).toBe(200);
});

test("a page cannot open a WebSocket", async () => {
  await using server = await serving("transcripts");
  const upgrade = ["connection: upgrade", "upgrade: websocket", "sec-websocket-version: 13"];
  const key = "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==";
  for (const [origin, status] of [
    ["origin: http://evil.example", 403],
    ["x-none: 1", 404],
  ] as const) {
    const headers = ["host: localhost", ...upgrade, key, origin];
    expect((await send(server, { line: "GET /v1/realtime", headers })).status).toBe(status);
  }
});

test("a preflight of an allowed page says what it may send, and reaches no upstream", async () => {
  for (const kind of ["transcripts", "upstream"] as const) {
    await using server = await serving(kind, { allowOrigins: [PAGE] });
    const headers = [
      "host: 127.0.0.1:8803",
      `origin: ${PAGE}`,
      "access-control-request-method: POST",
      "access-control-request-headers: authorization,content-type",
    ];
    const preflight = { line: "OPTIONS /v1/chat/completions", headers };
    const { status, headers: answered, body } = await send(server, preflight);
    expect([status, body]).toEqual([204, ""]);
    expect(answered).toMatchObject({
      "access-control-allow-origin": PAGE,
      "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
      "access-control-allow-headers": "authorization,content-type",
      "access-control-max-age": "600",
      vary: "Origin",
    });
    expect(answered).not.toHaveProperty("access-control-allow-private-network");
    const network = [...headers.slice(0, 3), "access-control-request-private-network: true"];
    const { headers: private_ } = await send(server, { ...preflight, headers: network });
    expect(private_["access-control-allow-private-network"]).toBe("true");
    expect(private_).not.toHaveProperty("access-control-allow-headers");
    expect(server.upstream.requests).toEqual([]);
  }
});

test("with * any page is answered, and with null one that has no origin", async () => {
  await using any = await serving("transcripts", { allowOrigins: ["*"] });
  for (const line of ["origin: http://any.example", "origin: null", "sec-fetch-site: cross-site"]) {
    const answer = await send(any, {
      ...COMPLETION,
      headers: ["host: localhost", JSON_TYPE, line],
    });
    expect(answer.status).toBe(200);
    const origin = answer.headers["access-control-allow-origin"];
    expect(origin).toBe(line.startsWith("origin") ? "*" : undefined);
  }
  await using none = await serving("transcripts", { allowOrigins: ["null"] });
  const headers = ["host: localhost", "origin: null"];
  const answer = await send(none, { line: "GET /v1/models", headers });
  expect([answer.status, answer.headers["access-control-allow-origin"]]).toEqual([200, "null"]);
});

test("errors, and answers to clients that are no pages, say that they differ by origin", async () => {
  await using server = await serving("transcripts", { allowOrigins: [PAGE] });
  const plain = await send(server, { line: "GET /v1/models" });
  expect([plain.status, plain.headers["vary"]]).toEqual([200, "Origin"]);
  const headers = ["host: localhost", `origin: ${PAGE}`, JSON_TYPE];
  const wrong = await send(server, { ...COMPLETION, body: "{", headers });
  expect([wrong.status, wrong.headers["access-control-allow-origin"]]).toEqual([400, PAGE]);
  await using closed = await serving("transcripts");
  expect((await send(closed, { line: "GET /v1/models" })).headers["vary"]).toBeUndefined();
});

test("what another server says of pages is not passed on, whether recorded or live", async () => {
  const theirs = {
    "access-control-allow-origin": "*",
    "access-control-allow-credentials": "true",
    "access-control-expose-headers": "x-request-id",
    vary: "Accept-Encoding",
  };
  const headers = { "content-type": "text/event-stream", ...theirs };
  const source = new TranscriptSource([transcriptOf([lesson.stream], { headers })]);
  const endpoint = await startLocalEndpoint({ source, allowOrigins: [PAGE] });
  await using upstream = await serving("upstream", { allowOrigins: [PAGE], headers: theirs });
  for (const asked of [endpoint, upstream.endpoint]) {
    for (const origin of [PAGE, null]) {
      const ours = origin === null ? [] : [`origin: ${origin}`];
      const { received } = await rawRequest(asked, {
        ...COMPLETION,
        headers: ["host: localhost", JSON_TYPE, ...ours],
      });
      const cors = received.match(/^access-control-.*$/gim) ?? [];
      expect(cors.map((line) => line.trim().toLowerCase()).toSorted()).toEqual(
        origin === null
          ? []
          : [`access-control-allow-origin: ${PAGE}`, "access-control-expose-headers: *"],
      );
      expect(received).toMatch(/^vary: Origin, Accept-Encoding\r$/im);
    }
  }
  await endpoint.close();
});

test("the upstream is told nothing of the page that asks", async () => {
  await using server = await serving("upstream", { allowOrigins: [PAGE] });
  const ofPage = [
    "referer: http://localhost:3000/chat",
    "cookie: session=1",
    "sec-fetch-mode: cors",
  ];
  const headers = ["host: localhost", JSON_TYPE, "authorization: Bearer sk-1", ...ofPage];
  await send(server, { ...COMPLETION, headers: [...headers, `origin: ${PAGE}`] });
  await send(server, { ...COMPLETION, headers });
  const [page, client] = server.upstream.requests.map((request) => request.headers);
  expect(page).toMatchObject({ authorization: "Bearer sk-1" });
  for (const name of ["origin", "referer", "cookie", "sec-fetch-mode"]) {
    expect(page).not.toHaveProperty(name);
  }
  expect(client).toMatchObject({ cookie: "session=1" });
});

test("a request without a host, and one of another address past loopback, is answered", async () => {
  await using server = await serving("transcripts");
  const old = await send(server, { line: "GET /v1/models", headers: [], version: "1.0" });
  expect(old.status).toBe(200);
  const address = { line: "GET /v1/models", headers: ["host: 192.168.1.20:8000"] };
  expect((await send(server, address)).status).toBe(403);
  await using wide = await serving("transcripts", { host: "0.0.0.0" });
  expect((await send(wide, address)).status).toBe(200);
  const foreign = await send(wide, { line: "GET /v1/models", headers: ["host: evil.example"] });
  expect(errorIn(foreign)).toMatchObject({
    message:
      'this server does not answer to the host "evil.example": ask its IP address, or start it with --host evil.example',
  });
});

test("whatever a host or an origin looks like, it is refused with a sentence", async () => {
  await using server = await serving("transcripts");
  const text = fc.string({
    unit: fc.constantFrom(..."a.:[]@/%\\ \"'<>{}*?#é\u00ff1"),
    maxLength: 300,
  });
  await fc.assert(
    fc.asyncProperty(text, fc.constantFrom("host", "origin"), async (value, name) => {
      fc.pre(/[^\s.:\d[\]]/.test(value));
      const headers =
        name === "host" ? [`host: ${value}x`] : ["host: localhost", `origin: ${value}x`];
      const { status, body } = await send(server, { line: "GET /v1/models", headers });
      expect([403, 400]).toContain(status);
      if (status === 403)
        expect(JSON.parse(body)).toMatchObject({ error: { type: expect.any(String) } });
    }),
    { numRuns: 60 },
  );
});
