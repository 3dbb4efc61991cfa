import { expect, test } from "bun:test";
import { openExecutor } from "../../../lib/load/executor.ts";
import { warmUp } from "../../../lib/load/warm_up.ts";
import { epochClock } from "../../../lib/base/clock.ts";
import { startSoon, Workers } from "../../../lib/load/workers/workers.ts";
import type { RequestRecord } from "../../../lib/measure/request_record.ts";
import { Secret } from "../../../lib/base/secret.ts";
import { sendStream, startChatServer } from "../../support/chat_server.ts";
import { event } from "../../support/event.ts";
import { closedPlan, fromNow, runSpec } from "../../support/load.ts";
import { chunk, DONE } from "../../support/read_pieces.ts";
import { startServer } from "../../support/server.ts";

const ANSWER = chunk({ content: "a" }) + chunk({ content: "b" }, { finish_reason: "stop" }) + DONE;

test("a run starts a fifth of a second from now, so that every worker has its work by then", () => {
  const now = epochClock();
  expect(startSoon()).toBeGreaterThanOrEqual(now + 200_000);
});

test("workers deal out a run and merge it without losing or doubling anything", async () => {
  await using server = await startChatServer((exchange) => sendStream(exchange, ANSWER));
  await using workers = await Workers.start(2);
  const ended: RequestRecord[] = [];
  let sent = 0;
  let deltas = 0;
  const spec = runSpec(server.baseUrl, { plan: closedPlan(5, 41) });
  const { records, lag } = await workers.run(spec, {
    ...fromNow({ key: new Secret("sk-streamgauge4f9Zk2Q7") }),
    observer: {
      sent: () => void sent++,
      deltas: (count) => void (deltas += count),
      ended: (record) => void ended.push(record),
    },
  });
  const indexes = records.map(({ index }) => index).toSorted((a, b) => a - b);
  expect(indexes).toEqual(Array.from({ length: 41 }, (_, index) => index));
  expect(new Set(records)).toEqual(new Set(ended));
  expect([sent, deltas, server.requests.length]).toEqual([41, 82, 41]);
  expect(
    records.every(({ metrics: { ttft, e2e, itl } }) => (ttft ?? 0) + (itl[0] ?? 0) === e2e),
  ).toBe(true);
  expect(lag.length).toBeGreaterThan(0);
  expect(server.requests[0]?.headers["authorization"]).toBe("Bearer sk-streamgauge4f9Zk2Q7");
});

test("workers find the connections that the warm-up opened", async () => {
  const places = 6;
  const waiting: (() => void)[] = [];
  await using server = await startServer((exchange) => {
    waiting.push(() => {
      exchange.head(200, { "content-type": "text/event-stream" });
      exchange.piece(ANSWER);
      exchange.end();
    });
    if (waiting.length === places) for (const answer of waiting.splice(0)) answer();
  });
  await using executor = await openExecutor(3);
  const spec = runSpec(server.baseUrl, { plan: closedPlan(places, places * 3) });
  await warmUp(spec, { executor, ...fromNow(), count: places });
  const { records } = await executor.run(spec, fromNow());
  expect(records).toHaveLength(places * 3);
  expect(new Set(server.requests.map(({ connection }) => connection)).size).toBe(places);
});

test("workers without a place take no part", async () => {
  await using server = await startChatServer((exchange) => sendStream(exchange, ANSWER));
  await using executor = await openExecutor(2);
  const spec = runSpec(server.baseUrl, { plan: closedPlan(1, 3) });
  const { records } = await executor.run(spec, fromNow());
  expect(records.map(({ index }) => index).toSorted()).toEqual([0, 1, 2]);
});

test("workers are told to stop, and do not listen to signals meant for the run", async () => {
  const begun = event();
  let answer: (() => void) | undefined;
  await using server = await startChatServer((exchange) => {
    // What is sent before the worker is told is answered at once.
    if (answer !== undefined) return sendStream(exchange, ANSWER);
    answer = () => sendStream(exchange, ANSWER);
    begun.happen();
  });
  await using workers = await Workers.start(1);
  const stopSending = new AbortController();
  const running = workers.run(
    runSpec(server.baseUrl, { plan: closedPlan(1, 10_000) }),
    fromNow({ stopSending: stopSending.signal }),
  );
  await begun.happened;
  const [pid = 0] = workers.pids;
  process.kill(pid, "SIGINT");
  process.kill(pid, "SIGTERM");
  stopSending.abort();
  answer?.();
  const { records } = await running;
  expect(new Set(records.map(({ outcome }) => outcome))).toEqual(new Set(["complete"]));
  expect(records.length).toBeLessThan(10_000);
});

test("the cap of an open loop is one pool of places for all workers", async () => {
  const held: (() => void)[] = [];
  let [slowOnes, most] = [0, 0];
  // What the first worker sends is held; what the second one sends is answered at once.
  await using server = await startChatServer((exchange, { body }) => {
    const isSlow = JSON.stringify(body).includes("slow");
    if (!isSlow) return sendStream(exchange, ANSWER);
    most = Math.max(most, ++slowOnes);
    held.push(() => {
      slowOnes--;
      sendStream(exchange, ANSWER);
    });
    // With places of its own the first worker would have one, and wait for ever for a second.
    if (held.length === 2) for (const answer of held.splice(0)) answer();
  });
  await using workers = await Workers.start(2);
  const arrivals = { kind: "open", rate: 1000, process: "constant", cap: 2, seed: 1 } as const;
  const conversations = ["slow", "fast"].map((content) => [{ role: "user" as const, content }]);
  const spec = runSpec(server.baseUrl, {
    plan: { arrivals, until: { requests: 40 }, warmup: 0, drain: 1_000_000 },
    prompts: { kind: "list", conversations },
  });
  const { records, unsent } = await workers.run(spec, fromNow());
  expect(records.map(({ outcome }) => outcome)).toEqual(Array(40).fill("complete"));
  expect([unsent, most]).toEqual([0, 2]);
});
