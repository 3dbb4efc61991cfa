import { networkInterfaces } from "node:os";
import { expect, test } from "bun:test";
import type { Reply } from "../../../lib/server/reply/reply.ts";
import { type LocalEndpoint, startLocalEndpoint } from "../../../lib/server/http/local_endpoint.ts";
import { epochClock } from "../../../lib/base/clock.ts";

import type { JsonObject } from "../../../lib/base/json.ts";
import { rawRequest } from "../../support/raw_request.ts";
import { answering, FAR, recording, watched } from "../../support/recordings.ts";

const hello = recording([
  { text: 'data: {"choices":[]}\n\n', at: 1000 },
  { text: "data: [DONE]\n\n", at: 2000 },
]);

/** An endpoint that is closed at the end of the test. */
async function endpoint(
  answer: (body: JsonObject) => Reply = () => hello,
  models?: readonly string[],
): Promise<LocalEndpoint & AsyncDisposable> {
  const started = await startLocalEndpoint({ source: answering(answer, models) });
  return { ...started, [Symbol.asyncDispose]: () => started.close() };
}

function ask({ baseUrl }: LocalEndpoint, body: BodyInit = "{}"): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(`${baseUrl}/chat/completions`, { method: "POST", body, headers });
}

/** Status and body of an error in OpenAI's envelope. */
async function errorOf(response: Response): Promise<unknown> {
  expect(response.headers.get("content-type")).toBe("application/json");
  return { status: response.status, ...((await response.json()) as object) };
}

test("the base URL is on loopback and ends in /v1", async () => {
  await using server = await endpoint();
  expect(server.baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
});

test("nobody but this machine reaches an endpoint that was not told where to listen", async () => {
  await using server = await endpoint();
  expect(server.names.isLoopback).toBe(true);
  const others = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === "IPv4");
  for (const { address } of others) {
    const url = server.baseUrl.replace("127.0.0.1", address);
    await expect(fetch(`${url}/models`)).rejects.toThrow("ECONNREFUSED");
  }
});

test("a chat completion is answered with the recorded response", async () => {
  await using server = await endpoint();
  const response = await ask(server);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  expect(await response.text()).toBe('data: {"choices":[]}\n\ndata: [DONE]\n\n');
});

test("the request's body chooses the answer", async () => {
  const bodies: JsonObject[] = [];
  await using server = await endpoint((body) => {
    bodies.push(body);
    return hello;
  });
  await ask(server, '{"model":"你好"}');
  await ask(server, new Blob(['{"model":"b"}']));
  await ask(server, new TextEncoder().encode(`{"model":"${"c".repeat(1_000_000)}"}`));
  expect(bodies.map(({ model }) => String(model).slice(0, 2))).toEqual(["你好", "b", "cc"]);
});

test("the models are listed", async () => {
  await using server = await endpoint(() => hello, ["a", "b/c"]);
  const response = await fetch(`${server.baseUrl}/models?limit=5`);
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(await response.json()).toEqual({
    object: "list",
    data: [
      { id: "a", object: "model", created: 0, owned_by: "streamgauge" },
      { id: "b/c", object: "model", created: 0, owned_by: "streamgauge" },
    ],
  });
});

test("another path or method is a 404 that names it", async () => {
  await using server = await endpoint();
  expect(await errorOf(await fetch(`${server.baseUrl}/nothing?key=a`))).toEqual({
    status: 404,
    error: {
      message: "GET /v1/nothing is not served here",
      type: "invalid_request_error",
      param: null,
      code: "not_found",
    },
  });
  expect(await errorOf(await fetch(`${server.baseUrl}/chat/completions`))).toMatchObject({
    status: 404,
    error: { message: "GET /v1/chat/completions is not served here" },
  });
});

test("a path is never looked up, and one without /v1 is told where it belongs", async () => {
  await using server = await endpoint();
  for (const path of ["/v1/../../etc/passwd", "//etc/passwd", "/%00", "/v1/models/.."]) {
    const { received } = await rawRequest(server, { line: `GET ${path}` });
    expect(received).toContain("404 Not Found");
    expect(received).toContain("is not served here");
  }
  const { received } = await rawRequest(server, { line: "POST /chat/completions" });
  expect(received).toContain("POST /chat/completions is not served here; paths begin with /v1");
});

test("a body of binary data is a 400 that says so", async () => {
  await using server = await endpoint();
  for (const body of [new Uint8Array([0xff, 0xfe, 0x00]), new Uint8Array(1_000_000).fill(0x80)]) {
    expect(await errorOf(await ask(server, body))).toMatchObject({
      status: 400,
      error: { message: "the body is not UTF-8, so it is no JSON" },
    });
  }
});

test("the health says how many requests are being answered", async () => {
  await using server = await endpoint(() => recording([{ text: "late", at: FAR }]));
  const health = server.baseUrl.replace("/v1", "/health");
  expect(await (await fetch(health)).json()).toEqual({ status: "ok", requests: 0 });
  const waiting = await ask(server);
  expect(await (await fetch(health)).json()).toEqual({ status: "ok", requests: 1 });
  await waiting.body?.cancel();
});

test("the health of an endpoint that stamps has the time on the clock of the stamps", async () => {
  const started = await startLocalEndpoint({ source: answering(() => hello), stamp: true });
  const health = started.baseUrl.replace("/v1", "/health");
  const before = epochClock();
  const { now_us: now } = (await (await fetch(health)).json()) as { readonly now_us: number };
  const after = epochClock();
  expect([before, now, after].toSorted((a, b) => a - b)).toEqual([before, now, after]);
  await started.close();
});

test("the base URL of a wildcard or IPv6 address is one that can be asked", async () => {
  for (const [host, shown] of [
    ["0.0.0.0", "127.0.0.1"],
    ["::1", "[::1]"],
    ["::", "[::1]"],
    ["localhost", "localhost"],
  ]) {
    const server = await startLocalEndpoint({ host, source: answering(() => hello) });
    expect(server.baseUrl).toStartWith(`http://${shown}:`);
    expect((await fetch(`${server.baseUrl}/models`)).status).toBe(200);
    await server.close();
  }
});

test("a body that is not a JSON object is a 400", async () => {
  await using server = await endpoint();
  for (const body of ["", "{", "[]", '"text"', "null"]) {
    expect(await errorOf(await ask(server, body))).toEqual({
      status: 400,
      error: {
        message: "the body is not a JSON object",
        type: "invalid_request_error",
        param: null,
        code: "invalid_request",
      },
    });
  }
});

test("a body past the limit of 64 MiB is a 413", async () => {
  await using server = await endpoint();
  expect(await errorOf(await ask(server, new Uint8Array(64 * 1024 * 1024 + 1)))).toMatchObject({
    status: 413,
    error: { message: "the body has more than 64 MiB", type: "invalid_request_error" },
  });
});

test("a fault in the answer is a 500, and the next request is served", async () => {
  let faulty = true;
  await using server = await endpoint(() => {
    if (!faulty) return hello;
    faulty = false;
    throw new RangeError("out of range");
  });
  expect(await errorOf(await ask(server))).toEqual({
    status: 500,
    error: {
      message: "out of range",
      type: "server_error",
      param: null,
      code: "internal_error",
    },
  });
  expect((await ask(server)).status).toBe(200);
});

test("a recorded failure is played as it was", async () => {
  const failure = recording([{ text: '"Invalid token"', at: 0 }], {
    status: 401,
    headers: { "content-type": "application/json" },
  });
  await using server = await endpoint(() => failure);
  const response = await ask(server);
  expect([response.status, await response.text()]).toEqual([401, '"Invalid token"']);
});

test("streams are played side by side", async () => {
  const slow = recording([{ text: "slow", at: FAR }]);
  await using server = await endpoint(({ model }) => (model === "slow" ? slow : hello));
  const waiting = await ask(server, '{"model":"slow"}');
  expect(await (await ask(server)).text()).toEndWith("data: [DONE]\n\n");
  await waiting.body?.cancel();
});

test("a client that goes away frees its stream", async () => {
  const { answer: recorded, left } = watched(
    recording([
      { text: "a", at: 0 },
      { text: "b", at: FAR },
    ]),
  );
  await using server = await endpoint(() => recorded);
  const leave = new AbortController();
  const response = await fetch(`${server.baseUrl}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
    signal: leave.signal,
  });
  expect(response.status).toBe(200);
  leave.abort();
  await left;
});

test("closing cuts the streams in flight, and nothing listens any more", async () => {
  const { answer, left } = watched(recording([{ text: "late", at: FAR }]));
  const server = await startLocalEndpoint({ source: answering(() => answer) });
  const body = (await ask(server)).text().then(
    () => "whole",
    () => "cut",
  );
  await server.close();
  expect(await body).toBe("cut");
  await left;
  const again = await ask(server).then(
    () => null,
    (error: { code?: string }) => error.code,
  );
  expect(again).toBe("ECONNREFUSED");
});

test("closing twice is closing once", async () => {
  const server = await startLocalEndpoint({ source: answering(() => hello) });
  await server.close();
  await server.close();
});

test("a port that is taken is said, with the port", async () => {
  await using server = await endpoint();
  const port = Number(new URL(server.baseUrl).port);
  const second = await startLocalEndpoint({ port, source: answering(() => hello) }).then(
    () => null,
    (error: Error & { code?: string }) => error,
  );
  expect(second?.code).toBe("EADDRINUSE");
  expect(second?.message).toContain(String(port));
});
