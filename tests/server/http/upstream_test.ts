import { expect, test } from "bun:test";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServedRequest } from "../../../lib/server/http/http_server.ts";
import { startUpstream } from "../../../lib/server/http/upstream.ts";
import { decodeTranscript } from "../../../lib/transcript/decode.ts";
import type { Transcript } from "../../../lib/transcript/format.ts";
import { RecordingFolder } from "../../../lib/transcript/recording_folder.ts";
import { PieceMask } from "../../../lib/transcript/masks/piece_mask.ts";
import { SecretMask } from "../../../lib/base/secret_mask.ts";
import { pieces as cutEvery } from "../../support/cuts.ts";
import { rawRequest } from "../../support/raw_request.ts";
import { type ServerExchange, startServer, type TestServer } from "../../support/server.ts";
import { ask, question } from "../../support/serving.ts";
import { answerOf, lesson, streamOf } from "../../support/stream.ts";

const KEY = "sk-streamgauge/4f9Zk2Q7";

interface Recorder extends AsyncDisposable {
  readonly baseUrl: string;
  readonly folder: string;
  readonly served: readonly ServedRequest[];
  readonly upstream: TestServer;
  /** The recordings so far, by name. */
  recordings(): Record<string, Transcript>;
  /** Every byte that was recorded. */
  bytes(): string;
}

/** An endpoint that passes everything to one that answers so, and records it. */
async function recording(
  answer: (exchange: ServerExchange) => void | Promise<void>,
  files: Readonly<Record<string, string>> = {},
): Promise<Recorder> {
  const folder = mkdtempSync(join(tmpdir(), "streamgauge-record-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const upstream = await startServer(answer);
  const recordFolder = new RecordingFolder(folder);
  const served: ServedRequest[] = [];
  const endpoint = await startUpstream({
    baseUrl: upstream.baseUrl,
    record: () =>
      recordFolder.next({
        onError: (error) => {
          throw error;
        },
      }),
    onServed: (request) => served.push(request),
  });
  const names = (): string[] => readdirSync(folder).toSorted();
  return {
    baseUrl: endpoint.baseUrl,
    folder,
    served,
    upstream,
    recordings: () =>
      Object.fromEntries(
        names()
          .filter((name) => !(name in files))
          .map((name) => [name, decodeTranscript(readFileSync(join(folder, name)), { name })]),
      ),
    bytes: () =>
      names()
        .map((name) => readFileSync(join(folder, name), "utf8"))
        .join(""),
    async [Symbol.asyncDispose]() {
      await endpoint.close();
      await upstream[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}

function bodyOf({ pieces }: Transcript): string {
  return pieces.map(({ text }) => text).join("");
}

/** Waits until so many requests are over. */
async function servedBy({ served }: Recorder, count: number): Promise<void> {
  while (served.length < count) await new Promise((resolve) => setImmediate(resolve));
}

test("an exchange is passed through and kept as a transcript", async () => {
  await using server = await recording((exchange) => {
    exchange.head(200, { "content-type": "text/event-stream", "x-request-id": "r1" });
    exchange.piece(lesson.stream);
    exchange.end();
  });
  const response = await ask(server, question("你好", { temperature: 0.5 }));
  expect(response.headers.get("x-request-id")).toBe("r1");
  expect(await response.text()).toBe(lesson.stream);
  await servedBy(server, 1);
  const recorded = server.recordings()["0001.sse"];
  expect(recorded?.header).toMatchObject({
    request: {
      method: "POST",
      url: `${server.upstream.baseUrl}/chat/completions`,
      body: question("你好", { temperature: 0.5 }),
    },
    response: {
      status: 200,
      headers: { "content-type": "text/event-stream", "x-request-id": "r1" },
    },
  });
  expect(bodyOf(recorded as Transcript)).toBe(lesson.stream);
  expect(recorded?.closing?.kind).toBe("end");
  expect(server.served).toMatchObject([
    { method: "POST", path: "/v1/chat/completions", status: 200, from: "0001.sse", ended: "end" },
  ]);
  const [served] = server.served;
  expect(served?.bytes).toBe(Buffer.byteLength(lesson.stream));
  expect(served?.pieces).toBeGreaterThan(0);
});

test("what was compressed reaches the client as text, without the head of what was compressed", async () => {
  const body = Buffer.from("{}");
  const packed = Bun.gzipSync(body);
  await using server = await recording((exchange) => {
    exchange.raw(
      "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\n" +
        `content-length: ${packed.length}\r\n\r\n`,
    );
    exchange.raw(packed);
  });
  const response = await ask(server, question("?"));
  expect(await response.text()).toBe("{}");
  expect(response.headers.get("content-encoding")).toBeNull();
  expect(response.headers.get("content-length")).not.toBe(String(packed.length));
});

test("the length of what was not compressed stays, and so does every cookie", async () => {
  await using server = await recording((exchange) => {
    exchange.raw(
      "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n" +
        "set-cookie: a=1\r\nset-cookie: b=2; Path=/\r\n\r\n{}",
    );
  });
  const response = await ask(server, question("?"));
  expect(await response.text()).toBe("{}");
  expect(response.headers.get("content-length")).toBe("2");
  expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2; Path=/"]);
});

test("each piece is passed on before the next one is there", async () => {
  const next = Promise.withResolvers<void>();
  await using server = await recording(async (exchange) => {
    exchange.head(200, { "content-type": "text/event-stream" });
    await next.promise;
    exchange.piece("data: 1\n\n");
    exchange.end();
  });
  const response = await ask(server, question("?"));
  expect(response.status).toBe(200);
  next.resolve();
  expect(await response.text()).toBe("data: 1\n\n");
});

test("bytes that are not UTF-8, or cut inside a character, reach the client as they are", async () => {
  const bytes = Buffer.from([...Buffer.from("data: 你\n\ndata: "), 0xff, 0xfe, 0x0a, 0x0a]);
  await using server = await recording((exchange) => {
    exchange.head(200, { "content-type": "text/event-stream" });
    exchange.piece(bytes.subarray(0, 7));
    exchange.piece(bytes.subarray(7));
    exchange.end();
  });
  const response = await ask(server, question("?"));
  expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
});

test("the client's key goes to the endpoint, and into no recorded byte, at every cut of an echo", async () => {
  const spellings = [KEY, KEY.replaceAll("/", "\\/"), encodeURIComponent(KEY)];
  const echo = spellings
    .map((spelling) => streamOf(answerOf("key")).replace("key", spelling))
    .join("");
  let cut = 1;
  await using server = await recording((exchange) => {
    exchange.head(200, { "content-type": "text/event-stream", "x-request-id": `of ${KEY}` });
    for (const piece of cutEvery(echo, cut)) exchange.piece(piece);
    exchange.end();
  });
  const headers = { authorization: `Bearer ${KEY}`, "x-api-key": "other-key-9876" };
  for (cut = 1; cut <= KEY.length + 5; cut++) {
    const response = await ask(server, question(`my key is ${KEY}, other-key-9876`), { headers });
    expect(await response.text()).toBe(echo);
  }
  await servedBy(server, cut - 1);
  expect(server.upstream.requests[0]?.headers).toMatchObject(headers);
  for (const spelling of [...spellings, "other-key-9876"]) {
    expect(server.bytes()).not.toContain(spelling);
  }
  const recorded = Object.values(server.recordings());
  expect(recorded).toHaveLength(KEY.length + 5);
  expect(new Set(recorded.map(bodyOf)).size).toBe(1);
  expect(bodyOf(recorded[0] as Transcript)).toContain(`"${"*".repeat(KEY.length)}"`);
});

test("a mask covers several secrets, whatever they are cut into", () => {
  const secrets = ["secret-one", "secret-one-longer", "other/secret"];
  const text =
    "a secret-one b secret-one-longer c other/secret d other\\/secret e other%2Fsecret secret-on";
  const whole = new SecretMask(secrets).text(text);
  expect(whole).toBe(
    "a ********** b ***************** c ************ d ************* e ************** secret-on",
  );
  for (let length = 1; length <= text.length; length++) {
    const mask = new PieceMask(new SecretMask(secrets));
    const given = cutEvery(text, length).map((text, at) => ({ text, at }));
    const masked = [...given.flatMap((piece) => mask.push(piece)), ...mask.end()];
    expect(masked.map(({ text }) => text).join("")).toBe(whole);
    expect(masked.map(({ text, at }) => [text.length, at])).toEqual(
      given.map(({ text, at }) => [text.length, at]),
    );
  }
});

test("headers of one connection stay on it, and compression is refused", async () => {
  await using server = await recording((exchange) => {
    exchange.head(200, {
      "content-type": "application/json",
      "keep-alive": "timeout=5",
      connection: "keep-alive, x-hop",
      "x-hop": "1",
      "set-cookie": "a=1",
      "x-end": "2",
    });
    exchange.piece("{}");
    exchange.end();
  });
  const response = await ask(server, question("?"), {
    headers: {
      connection: "x-mine",
      "x-mine": "1",
      te: "trailers",
      "x-through": "2",
      "accept-encoding": "gzip",
    },
  });
  expect(await response.text()).toBe("{}");
  expect(response.headers.get("x-hop")).toBeNull();
  expect(response.headers.get("x-end")).toBe("2");
  expect(response.headers.getSetCookie()).toEqual(["a=1"]);
  const seen = server.upstream.requests[0]?.headers;
  expect(seen).toMatchObject({ "x-through": "2", "accept-encoding": "identity" });
  expect(seen?.["x-mine"]).toBeUndefined();
  expect(seen?.["te"]).toBeUndefined();
  expect(seen?.["host"]).toBe(new URL(server.upstream.baseUrl).host);
});

test("a redirect is handed to the client, not followed", async () => {
  await using server = await recording((exchange) => {
    exchange.head(307, { location: "http://127.0.0.1:9/elsewhere" });
    exchange.end();
  });
  const response = await ask(server, question("?"), {
    redirect: "manual",
    headers: { authorization: `Bearer ${KEY}` },
  });
  expect([response.status, response.headers.get("location")]).toEqual([
    307,
    "http://127.0.0.1:9/elsewhere",
  ]);
  expect(server.upstream.requests).toHaveLength(1);
});

test("other paths are passed on with their query, and not recorded", async () => {
  await using server = await recording((exchange) => {
    exchange.head(200, { "content-type": "application/json" });
    exchange.piece('{"data":[]}');
    exchange.end();
  });
  expect(await (await fetch(`${server.baseUrl}/models?limit=2`)).json()).toEqual({ data: [] });
  expect(server.upstream.requests[0]).toMatchObject({
    method: "GET",
    path: "/v1/models?limit=2",
    body: "",
  });
  expect(server.recordings()).toEqual({});
  expect(server.served[0]?.path).toBe("/v1/models");
});

test("paths outside /v1 are not passed on, in no spelling", async () => {
  await using server = await recording((exchange) => exchange.end());
  for (const path of [
    "/admin",
    "/v1/../admin",
    "/v1/%2e%2e/admin",
    "/v1/..%5cadmin/../x",
    "/v1/.%2E",
  ]) {
    const { received } = await rawRequest(server, { line: `GET ${path}` });
    expect(received).toContain("is not served here");
  }
  expect(server.upstream.requests).toEqual([]);
});

test("an error of the endpoint is passed on and recorded as one", async () => {
  await using server = await recording((exchange) => {
    exchange.head(429, { "retry-after": "2" });
    exchange.piece('{"error":{"message":"slow down"}}');
    exchange.end();
  });
  const response = await ask(server, question("?"));
  expect([response.status, response.headers.get("retry-after")]).toEqual([429, "2"]);
  await response.text();
  await servedBy(server, 1);
  expect(server.recordings()["0001.sse"]?.header?.response?.status).toBe(429);
});

test("a stream that the endpoint breaks off is broken off, and recorded so", async () => {
  await using server = await recording((exchange) => {
    exchange.head(200, { "content-type": "text/event-stream" });
    exchange.piece("data: 1\n\n");
    exchange.close();
  });
  const response = await ask(server, question("?"));
  expect(await response.text().catch((error: { code?: string }) => error.code)).toBe("ECONNRESET");
  await servedBy(server, 1);
  expect(server.recordings()["0001.sse"]?.closing).toMatchObject({
    kind: "failed",
    error: { code: "ECONNRESET" },
  });
  expect(server.served[0]?.ended).toBe("cut");
});

test("an endpoint that cannot be reached is a 502 that names it", async () => {
  await using server = await recording(() => {});
  await server.upstream[Symbol.asyncDispose]();
  const response = await ask(server, question("?"));
  expect(response.status).toBe(502);
  const { host } = new URL(server.upstream.baseUrl);
  expect(await response.json()).toMatchObject({
    error: { message: `cannot reach ${host}: ECONNREFUSED`, code: "upstream_unreachable" },
  });
  await servedBy(server, 1);
  expect(server.recordings()["0001.sse"]?.header?.response).toBeNull();
});

test("a client that goes away ends the request to the endpoint, and the recording says so", async () => {
  const closed = Promise.withResolvers<void>();
  await using server = await recording((exchange) => {
    exchange.head(200, { "content-type": "text/event-stream" });
    exchange.piece("data: 1\n\n");
    void exchange.closed.then(closed.resolve);
  });
  const reader = (await ask(server, question("?"))).body?.getReader();
  await reader?.read();
  await reader?.cancel();
  await closed.promise;
  await servedBy(server, 1);
  expect(server.served[0]?.ended).toBe("gone");
  expect(server.recordings()["0001.sse"]?.closing).toMatchObject({
    error: { code: "interrupted" },
  });
});

test("recordings are numbered on, and what is there is not touched", async () => {
  const files = { "0007.sse": "mine", "notes.txt": "mine, too" };
  await using server = await recording((exchange) => {
    exchange.head(200, { "content-type": "text/event-stream" });
    exchange.end();
  }, files);
  writeFileSync(join(server.folder, "0008.sse"), "of another process");
  for (let request = 0; request < 2; request++) await (await ask(server, question("?"))).text();
  await servedBy(server, 2);
  expect(readdirSync(server.folder).toSorted()).toEqual([
    "0007.sse",
    "0008.sse",
    "0009.sse",
    "0010.sse",
    "notes.txt",
  ]);
  expect(readFileSync(join(server.folder, "0007.sse"), "utf8")).toBe("mine");
});

test("the names of recordings sort as their numbers do, also past 9999", () => {
  const folder = mkdtempSync(join(tmpdir(), "streamgauge-record-"));
  try {
    writeFileSync(join(folder, "9998.sse"), "");
    const names = [1, 2, 3].map(() => {
      const { name, recorder } = new RecordingFolder(folder).next({ onError: () => {} });
      recorder.close();
      return name;
    });
    expect(names).toEqual(["9999.sse", "z000010000.sse", "z000010001.sse"]);
    expect(names).toEqual(names.toSorted());
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const noRecord = (): null => null;

test("a request that comes back over other endpoints is answered with 508, and not passed on", async () => {
  const proxy = createServer();
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const { port } = proxy.address() as AddressInfo;
  const first = await startUpstream({ baseUrl: `http://127.0.0.1:${port}/v1`, record: noRecord });
  const second = await startUpstream({ baseUrl: first.baseUrl, record: noRecord });
  let passed = 0;
  proxy.on("request", async (request, response) => {
    passed++;
    const { via = "" } = request.headers;
    const back = await ask(second, question("hello"), { headers: { via } });
    response.writeHead(back.status, { "content-type": "application/json" });
    response.end(await back.text());
  });
  try {
    const response = await ask(first, question("hello"), { headers: { via: "1.1 another" } });
    expect([response.status, await response.json()]).toMatchObject([
      508,
      {
        error: {
          code: "loop_detected",
          message: "the request has been here before: --upstream leads back to this server",
        },
      },
    ]);
    expect(passed).toBe(1);
  } finally {
    await first.close();
    await second.close();
    proxy.closeAllConnections();
    proxy.close();
  }
});

test("an endpoint learns over what a request came, and a request that was elsewhere is no loop", async () => {
  await using server = await recording((exchange) => {
    exchange.head(200, { "content-type": "application/json" });
    exchange.piece(JSON.stringify(exchange.headers["via"] ?? null));
    exchange.end();
  });
  const seen = async (via?: string): Promise<string> =>
    (await fetch(`${server.baseUrl}/models`, { headers: via === undefined ? {} : { via } })).json();
  const own = await seen();
  expect(own).toMatch(/^1\.1 streamgauge-[0-9a-f]{12}$/);
  expect(await seen("1.0 fred, 1.1 p.example")).toBe(`1.0 fred, 1.1 p.example, ${own}`);
  expect(await seen(`${own}0`)).toBe(`${own}0, ${own}`);
});
