import { expect, test } from "bun:test";
import { Secret } from "../../../lib/base/secret.ts";
import { epochClock } from "../../../lib/base/clock.ts";
import {
  type MetricsSource,
  MetricsWatch,
  readMetrics,
} from "../../../lib/load/server_metrics/metrics_watch.ts";
import { deadPort, sendBody } from "../../support/chat_server.ts";
import { type ServerExchange, startServer } from "../../support/server.ts";
import { METRICS_PAGES } from "../../support/server_metrics.ts";

/** A server whose page of metrics is answered so, and how to read it. */
async function serving(metrics: (exchange: ServerExchange) => void) {
  const server = await startServer(() => {}, { metrics });
  const url = server.baseUrl.replace("/v1", "/metrics");
  const source: MetricsSource = { url, key: null, headers: {}, model: "m" };
  return { source, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

test("a server is read with the key, and with the headers that are given", async () => {
  const seen: (string | undefined)[] = [];
  await using server = await serving((exchange) => {
    const { headers } = exchange;
    seen.push(headers["authorization"], headers["accept"], headers["x-a"]);
    sendBody(exchange, 200, { body: METRICS_PAGES.vllm({ requests: 3, waiting: 2 }) });
  });
  const key = new Secret("secret");
  const result = await readMetrics({ ...server.source, key, headers: { "x-a": "1" } });
  expect(result).toMatchObject({
    kind: "read",
    reading: { engine: "vllm", requests: 3, waiting: 2 },
  });
  expect(seen).toEqual(["Bearer secret", "text/plain", "1"]);
});

test("why a server cannot be read: its status, its words, or nobody is there", async () => {
  const page = METRICS_PAGES.vllm({ requests: 1 });
  for (const [status, body, failure] of [
    [401, page, { kind: "status", status: 401 }],
    [204, "", { kind: "status", status: 204 }],
    [200, "<html>", { kind: "no_metrics" }],
    [200, "", { kind: "no_metrics" }],
    [200, "up 1\n", { kind: "unknown_server" }],
  ] as const) {
    await using server = await serving((exchange) => sendBody(exchange, status, { body }));
    expect(await readMetrics(server.source)).toEqual({ kind: "failed", failure });
  }
  const url = `http://127.0.0.1:${await deadPort()}/metrics`;
  expect(await readMetrics({ url, key: null, headers: {}, model: "m" })).toMatchObject({
    kind: "failed",
    failure: { kind: "network", message: expect.stringMatching(/./) },
  });
});

test("16 Mi characters of metrics are read, and one more is too many", async () => {
  const page = METRICS_PAGES.vllm({ requests: 1 });
  const most = 16 * 1024 * 1024;
  for (const [length, kind] of [
    [most, "read"],
    [most + 1, "failed"],
  ] as const) {
    const body = `# ${"x".repeat(length - page.length - 3)}\n${page}`;
    expect(body).toHaveLength(length);
    await using server = await serving((exchange) => sendBody(exchange, 200, { body }));
    const result = await readMetrics(server.source);
    expect(result.kind).toBe(kind);
    if (result.kind === "failed") expect(result.failure).toEqual({ kind: "too_long" });
  }
});

test("a server that counts late is read once more after a run, and one that has counted all is not", async () => {
  for (const [counts, reads] of [
    [[100, 104], 2],
    [[100, 103, 104], 3],
    [[100, 103, 103], 3],
  ] as const) {
    let read = 0;
    await using server = await serving((exchange) => {
      const requests = counts[read++] ?? 0;
      sendBody(exchange, 200, { body: METRICS_PAGES.vllm({ requests, queue: requests * 0.001 }) });
    });
    const watch = await MetricsWatch.start(server.source);
    if (!(watch instanceof MetricsWatch)) throw new Error(watch.kind);
    const side = await watch.end({ complete: 4, start: epochClock() });
    expect(read).toBe(reads);
    expect(side).toMatchObject({ engine: "vllm", requests: (counts.at(-1) ?? 0) - 100 });
    expect(side).toMatchObject({ problem: null, queue: 1000, reads: 0, failedReads: 0 });
  }
});

test("a server that is gone after the run is lost, and says nothing of it", async () => {
  let read = 0;
  await using server = await serving((exchange) => {
    if (read++ === 0) sendBody(exchange, 200, { body: METRICS_PAGES.vllm({ requests: 1 }) });
    else sendBody(exchange, 500);
  });
  const watch = await MetricsWatch.start(server.source);
  if (!(watch instanceof MetricsWatch)) throw new Error(watch.kind);
  expect(await watch.end({ complete: 1, start: epochClock() })).toMatchObject({ problem: "lost" });
});

test("a server that cannot be read is not watched", async () => {
  await using server = await serving((exchange) => sendBody(exchange, 404));
  expect(await MetricsWatch.start(server.source)).toEqual({ kind: "status", status: 404 });
});
