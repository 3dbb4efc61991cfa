import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openExecutor, workersFor } from "../../lib/load/executor.ts";
import { ofFewestTokens, warmUp } from "../../lib/load/warm_up.ts";
import { requestFor } from "../../lib/load/sender.ts";
import type { RunSpec } from "../../lib/load/run_share.ts";
import type { RequestRecord } from "../../lib/measure/request_record.ts";
import { readTranscript } from "../../lib/transcript/transcript_file.ts";
import { Secret } from "../../lib/base/secret.ts";
import { sendBody, sendStream, startChatServer } from "../support/chat_server.ts";
import { event } from "../support/event.ts";
import { closedPlan, fromNow, runSpec } from "../support/load.ts";
import { ANSWER, chunk } from "../support/read_pieces.ts";
import { startServer } from "../support/server.ts";

let root = "";
beforeAll(() => void (root = mkdtempSync(join(tmpdir(), "streamgauge-part-"))));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("every request has an index of its own, and its delta counts and usage are the endpoint's", async () => {
  await using server = await startChatServer((exchange) => sendStream(exchange, ANSWER));
  await using executor = await openExecutor(0);
  let deltas = 0;
  const ended: RequestRecord[] = [];
  const spec = runSpec(server.baseUrl, { plan: closedPlan(3, 7) });
  const { records, unsent } = await executor.run(spec, {
    ...fromNow(),
    observer: {
      sent() {},
      deltas: (count) => void (deltas += count),
      ended: (record) => void ended.push(record),
    },
  });
  expect(records.map(({ index }) => index).toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(records).toEqual(ended);
  expect(
    records.every(({ outcome, metrics }) => outcome === "complete" && metrics.deltas === 2),
  ).toBe(true);
  expect(records.map(({ usage }) => usage?.completionTokens)).toEqual([2, 2, 2, 2, 2, 2, 2]);
  expect(deltas).toBe(14);
  expect(unsent).toBe(0);
});

test("measured requests go over the connections that were warmed, also when the body ends after [DONE]", async () => {
  const places = 8;
  const waiting: (() => void)[] = [];
  await using server = await startServer((exchange) => {
    // All of them are under way at once before the first is answered: so each needs a connection.
    waiting.push(() => {
      exchange.head(200, { "content-type": "text/event-stream" });
      exchange.piece(ANSWER);
      setImmediate(() => exchange.end());
    });
    if (waiting.length === places) for (const answer of waiting.splice(0)) answer();
  });
  await using executor = await openExecutor(0);
  const spec = runSpec(server.baseUrl, { plan: closedPlan(places, places * 5) });
  const options = { executor, ...fromNow() };
  await warmUp(spec, { ...options, count: places });
  expect(new Set(server.requests.map(({ connection }) => connection)).size).toBe(places);
  const { records } = await executor.run(spec, fromNow());
  expect(records.filter(({ outcome }) => outcome === "complete")).toHaveLength(places * 5);
  expect(new Set(server.requests.map(({ connection }) => connection)).size).toBe(places);
});

test("a request that only asks for a count leaves no warm connection", async () => {
  await using server = await startServer(async (exchange) => {
    exchange.head(200, { "content-type": "text/event-stream" });
    exchange.piece(ANSWER);
    exchange.end();
    if (exchange.headers["connection"] === "close") exchange.close();
  });
  await using executor = await openExecutor(0);
  const spec = runSpec(server.baseUrl);
  const options = { executor, ...fromNow(), count: 1 };
  const { records } = await warmUp(spec, { ...options, keepConnections: false });
  await executor.run(spec, fromNow());
  expect(records[0]?.usage?.promptTokens).toBe(3);
  expect(server.requests.map(({ connection }) => connection)).toEqual([1, 2]);
});

test("a warm-up sends prompts of its own: the endpoint's cache knows none of the run's", async () => {
  await using server = await startChatServer((exchange) => sendStream(exchange, ANSWER));
  await using executor = await openExecutor(0);
  const spec = runSpec(server.baseUrl, {
    plan: closedPlan(2, 3),
    prompts: { kind: "synthetic", words: 20 },
    cache: "unique",
  });
  await warmUp(spec, { executor, ...fromNow(), count: 3 });
  await executor.run(spec, fromNow());
  const asked = server.requests.map(({ body }) => JSON.stringify(body?.["messages"]));
  expect(asked).toHaveLength(6);
  expect(new Set(asked).size).toBe(6);
});

test("a warm-up asks for one token, under the one name that the endpoint takes", () => {
  const sampling = { maxTokens: 128, exactTokens: 128, temperature: 0 };
  const asked = (given: Partial<RunSpec>) => {
    const spec = { api: "chat", sampling, parameters: {}, ...given } as const;
    const { body } = requestFor(
      { ...runSpec("http://h/v1"), ...spec, ...ofFewestTokens(spec) },
      0,
      null,
    );
    const { model: _m, messages: _q, stream: _s, stream_options: _o, ...fields } = body ?? {};
    return fields;
  };
  expect(asked({})).toEqual({ max_tokens: 1, temperature: 0 });
  expect(asked({ fields: { minTokensField: "min_tokens", ignoreEosField: "ignore_eos" } })).toEqual(
    {
      max_tokens: 1,
      temperature: 0,
    },
  );
  expect(asked({ fields: { maxTokensField: "max_completion_tokens" } })).toEqual({
    max_completion_tokens: 1,
    temperature: 0,
  });
  const parameters = { max_completion_tokens: 9, max_tokens: 9, min_tokens: 9, top_k: 5 };
  expect(asked({ parameters })).toEqual({ max_tokens: 1, top_k: 5, temperature: 0 });
  expect(asked({ sampling: undefined, parameters: { max_completion_tokens: 9 } })).toEqual({
    max_completion_tokens: 1,
  });
});

test("a warm-up over Responses asks for the fewest tokens that OpenAI allows", () => {
  expect(ofFewestTokens({ api: "responses", parameters: {} })).toEqual({
    sampling: { maxTokens: 16 },
    parameters: {},
  });
  const parameters = { max_output_tokens: 500 };
  expect(ofFewestTokens({ api: "responses", parameters }).parameters).toEqual({
    max_output_tokens: 16,
  });
});

test("an error that repeats the key is kept without it", async () => {
  const key = "sk-streamgauge4f9Zk2Q7";
  await using server = await startChatServer((exchange) =>
    sendBody(exchange, 401, { body: { error: { message: `bad key ${key}`, code: key } } }),
  );
  await using executor = await openExecutor(0);
  const { records } = await executor.run(
    runSpec(server.baseUrl),
    fromNow({ key: new Secret(key) }),
  );
  expect(server.requests[0]?.headers["authorization"]).toBe(`Bearer ${key}`);
  expect(records[0]?.failure).toMatchObject({
    message: `bad key ${"*".repeat(key.length)}`,
    code: "*".repeat(key.length),
  });
  expect(JSON.stringify(records)).not.toContain(key);
});

test("an endpoint that leaves its body open does not stop the run", async () => {
  await using server = await startChatServer((exchange) =>
    sendStream(exchange, ANSWER, { open: true }),
  );
  await using executor = await openExecutor(0);
  const { records } = await executor.run(
    runSpec(server.baseUrl, { plan: closedPlan(1, 3) }),
    fromNow(),
  );
  expect(records.map(({ outcome }) => outcome)).toEqual(["complete", "complete", "complete"]);
});

test("stopping now gives up what is under way, as interrupted", async () => {
  const asked = event();
  await using server = await startChatServer((exchange) => {
    exchange.head(200, { "content-type": "text/event-stream" });
    exchange.piece(chunk({ content: "a" }));
  });
  await using executor = await openExecutor(0);
  const stopNow = new AbortController();
  const running = executor.run(runSpec(server.baseUrl, { plan: closedPlan(2, 5) }), {
    ...fromNow({ stopNow: stopNow.signal }),
    observer: { sent() {}, deltas: () => asked.happen(), ended() {} },
  });
  await asked.happened;
  stopNow.abort();
  const { records } = await running;
  expect(records.map(({ outcome }) => outcome)).toEqual(["interrupted", "interrupted"]);
});

test("recordings are named by index and know their place in the run", async () => {
  const folder = mkdtempSync(join(root, "rec-"));
  await using server = await startChatServer((exchange) => sendStream(exchange, ANSWER));
  await using executor = await openExecutor(0);
  const spec = runSpec(server.baseUrl, { plan: closedPlan(2, 3), recordFolder: folder });
  const { records, recordingErrors } = await executor.run(spec, fromNow());
  expect(recordingErrors).toEqual([]);
  expect(readdirSync(folder).toSorted()).toEqual(["000000.sse", "000001.sse", "000002.sse"]);
  expect(records.map(({ file }) => file).toSorted()).toEqual([
    "000000.sse",
    "000001.sse",
    "000002.sse",
  ]);
  const { header } = await readTranscript(join(folder, "000002.sse"));
  expect(header?.run).toMatchObject({ index: 2, warmup: false, scheduled_ms: null });
  // Its file is opened just before it is sent, on the clock of the run.
  const sent = records.find(({ index }) => index === 2)?.sent ?? 0;
  const opened = (header?.run?.sent_ms ?? -1) * 1000;
  expect(opened).toBeGreaterThanOrEqual(0);
  expect(opened).toBeLessThanOrEqual(sent);
});

test("a record says which of a pair it is, and which turn of a conversation, where it is one", async () => {
  await using server = await startChatServer((exchange) => sendStream(exchange, ANSWER));
  await using executor = await openExecutor(0);
  const given: Partial<RunSpec>[] = [
    {},
    { cache: "pairs" },
    { conversations: { turns: 2, think: null } },
  ];
  const places: object[][] = [];
  for (const one of given) {
    const spec = runSpec(server.baseUrl, { plan: closedPlan(1, 2), ...one });
    const { records } = await executor.run(spec, fromNow());
    places.push(records.map((record) => pick(record)));
  }
  const turns = [1, 2].map((number) => ({ turn: { conversation: 0, number, of: 2 } }));
  expect(places).toEqual([[{}, {}], [{ pair: "cold" }, { pair: "warm" }], turns]);
});

/** What a record says of its place, as far as it says it. */
function pick(record: RequestRecord): object {
  return Object.fromEntries(
    Object.entries(record).filter(([name]) => ["pair", "turn", "kind"].includes(name)),
  );
}

test("what cannot be recorded is told, and measured all the same", async () => {
  await using server = await startChatServer((exchange) => sendStream(exchange, ANSWER));
  await using executor = await openExecutor(0);
  const spec = runSpec(server.baseUrl, { recordFolder: join(root, "missing") });
  const { records, recordingErrors } = await executor.run(spec, fromNow());
  expect(recordingErrors).toEqual([expect.stringContaining("ENOENT")]);
  expect(records[0]).toMatchObject({ outcome: "complete", file: null });
});

test("the mark stands before everything, also before the system message", () => {
  const { body } = requestFor(
    runSpec("http://127.0.0.1:1/v1", { system: "Be brief", cache: "unique" }),
    0,
    null,
  );
  expect(body?.["messages"]).toEqual([
    { role: "system", content: expect.stringMatching(/^\[[0-9a-z]{10}\] Be brief$/) },
    { role: "user", content: "hi" },
  ]);
});

test("so many streams go to processes of their own that each can keep its connections", () => {
  const streams = [1, 64, 65, 200, 256, 1000];
  expect(streams.map((most) => workersFor(closedPlan(most, 1), 2))).toEqual([0, 0, 2, 1, 1, 1]);
  expect(workersFor(closedPlan(1000, 1), 16)).toBe(16);
  const open = { kind: "open", rate: 1, process: "constant", cap: null, seed: 1 } as const;
  expect(workersFor({ ...closedPlan(1, 1), arrivals: open }, 8)).toBe(1);
});
