import { expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import type { ShareResult, RunObserver, RunSpec } from "../../../lib/load/run_share.ts";
import { Workers } from "../../../lib/load/workers/workers.ts";
import { Secret } from "../../../lib/base/secret.ts";
import { type ChatServer, sendStream, startChatServer } from "../../support/chat_server.ts";
import { signalTo } from "../../support/children.ts";
import { event } from "../../support/event.ts";
import { closedPlan, fromNow, runSpec } from "../../support/load.ts";
import { chunk, DONE } from "../../support/read_pieces.ts";
import { KEY } from "../../support/run_ask.ts";

const ANSWER = chunk({ content: "a" }) + chunk({ content: "b" }, { finish_reason: "stop" }) + DONE;

function supportFile(name: string): string {
  return fileURLToPath(new URL(`../../support/${name}`, import.meta.url));
}

/** Requests that say their index. */
function numbered(count: number): RunSpec["prompts"] {
  const conversations = Array.from({ length: count }, (_, index) => [
    { role: "user" as const, content: `question ${index}` },
  ]);
  return { kind: "list", conversations };
}

/** Answers every request but that with this index. */
function answeringAllBut(index: number): Promise<ChatServer> {
  return startChatServer((exchange, { body }) => {
    if (JSON.stringify(body).includes(`"question ${index}"`)) return;
    sendStream(exchange, ANSWER);
  });
}

/** Calls `then` once these requests have been told of, in whatever order. */
function onceTold(
  given: { readonly sent: readonly number[]; readonly ended: readonly number[] },
  then: () => void,
): RunObserver {
  const missing = new Set([
    ...given.sent.map((index) => `sent ${index}`),
    ...given.ended.map((index) => `ended ${index}`),
  ]);
  const tell = (what: string): void => {
    if (missing.delete(what) && missing.size === 0) then();
  };
  return {
    sent: (i) => tell(`sent ${i}`),
    ended: ({ index }) => tell(`ended ${index}`),
    deltas() {},
  };
}

function indexesOf({ records }: ShareResult): number[] {
  return records.map(({ index }) => index).toSorted((a, b) => a - b);
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

test("when a worker is killed the others go on, and only what was under way in it is unknown", async () => {
  await using server = await answeringAllBut(9);
  await using workers = await Workers.start(4);
  const spec = runSpec(server.baseUrl, { plan: closedPlan(4, 40), prompts: numbered(40) });
  const lost: number[] = [];
  const result = await workers.run(spec, {
    ...fromNow(),
    observer: {
      ...onceTold({ sent: [9], ended: [1, 5] }, () => signalTo(workers.pids[1], "SIGKILL")),
      lost: (count) => void lost.push(count),
    },
  });
  // The dead worker's share: 1 and 5 had been told of, 9 was under way, and 13, 17, … 37 were never sent.
  expect(result.deaths).toEqual([
    {
      role: "worker",
      phase: "run",
      end: { kind: "signal", signal: "SIGKILL" },
      unknown: [9],
      left: 7,
    },
  ]);
  expect(lost).toEqual([1]);
  expect(indexesOf(result)).toEqual(range(40).filter((index) => index % 4 !== 1 || index < 9));
  expect(result.records.every(({ outcome }) => outcome === "complete")).toBe(true);
  expect(result.unsent).toBe(0);
});

test("when every worker is dead the run ends with what they had told, and the next finds fresh ones", async () => {
  await using server = await startChatServer((exchange) => sendStream(exchange, ANSWER));
  await using workers = await Workers.start(2);
  const spec = runSpec(server.baseUrl, { plan: closedPlan(2, 1000) });
  const killAll = (): void => {
    for (const pid of workers.pids) signalTo(pid, "SIGKILL");
  };
  const result = await workers.run(spec, {
    ...fromNow(),
    observer: onceTold({ sent: [], ended: [0, 1] }, killAll),
  });
  const { deaths, records } = result;
  expect(deaths).toHaveLength(2);
  const counted = deaths.flatMap(({ unknown, left }) => [unknown.length, left ?? 0]);
  expect(records.length + counted.reduce((a, b) => a + b)).toBe(1000);
  expect(indexesOf(result)).toContain(1);
  const before = workers.pids;
  await workers.prepare();
  expect(workers.pids.filter((pid) => before.includes(pid))).toEqual([]);
  const next = await workers.run(runSpec(server.baseUrl, { plan: closedPlan(2, 6) }), fromNow());
  expect([indexesOf(next), next.deaths]).toEqual([range(6), []]);
});

test("how many were left is not known of a closed loop with a duration, nor once the run was stopped", async () => {
  await using server = await startChatServer((exchange) =>
    sendStream(exchange, ANSWER, { open: true }),
  );
  await using workers = await Workers.start(1);
  const kill = (): void => void signalTo(workers.pids[0], "SIGKILL");
  const endless = { ...closedPlan(1, 1), until: { duration: 600_000_000 } };
  const spec = runSpec(server.baseUrl, { plan: endless });
  const observer = onceTold({ sent: [0], ended: [] }, kill);
  const first = await workers.run(spec, { ...fromNow(), observer });
  expect(first.deaths).toMatchObject([{ unknown: [0], left: null }]);
  await workers.prepare();
  const stop = new AbortController();
  const second = await workers.run(runSpec(server.baseUrl, { plan: closedPlan(1, 9) }), {
    ...fromNow({ stopSending: stop.signal }),
    observer: onceTold({ sent: [0], ended: [] }, () => {
      stop.abort();
      kill();
    }),
  });
  expect(second.deaths).toMatchObject([{ unknown: [0], left: null }]);
});

test("a worker that throws says why, without the key, and the others go on", async () => {
  await using server = await answeringAllBut(1);
  const environment = {
    ...process.env,
    BUN_OPTIONS: `--preload=${supportFile("throwing_worker.ts")}`,
  };
  await using workers = await Workers.start(2, { environment });
  const spec = runSpec(server.baseUrl, { plan: closedPlan(2, 6), prompts: numbered(6) });
  const result = await workers.run(spec, fromNow({ key: new Secret(KEY) }));
  expect(indexesOf(result)).toEqual([0, 2, 4]);
  expect(result.deaths).toMatchObject([
    {
      role: "worker",
      end: { kind: "error", message: `RangeError: no room for ${"*".repeat(KEY.length)}` },
    },
  ]);
});

test("a worker whose message cannot be read is given up, and the run ends", async () => {
  await using server = await startChatServer(() => {});
  const environment = {
    ...process.env,
    BUN_OPTIONS: `--preload=${supportFile("garbled_channel.ts")}`,
  };
  await using workers = await Workers.start(1, { environment });
  const result = await workers.run(runSpec(server.baseUrl), fromNow());
  expect(result.deaths).toMatchObject([{ end: { kind: "unreadable" } }]);
});

test("a worker that ends by itself is told with its status", async () => {
  await using server = await startChatServer(() => {});
  const environment = {
    ...process.env,
    BUN_OPTIONS: `--preload=${supportFile("exiting_worker.ts")}`,
  };
  await using workers = await Workers.start(1, { environment });
  const result = await workers.run(runSpec(server.baseUrl), fromNow());
  expect(result.deaths).toMatchObject([{ end: { kind: "exit", code: 7 } }]);
});

test("a worker that hangs is given up when the run is to end now", async () => {
  await using server = await answeringAllBut(1);
  await using workers = await Workers.start(2);
  const stopSending = new AbortController();
  const stopNow = new AbortController();
  const spec = runSpec(server.baseUrl, { plan: closedPlan(2, 8), prompts: numbered(8) });
  const result = await workers.run(spec, {
    ...fromNow({ stopSending: stopSending.signal, stopNow: stopNow.signal }),
    observer: onceTold({ sent: [1], ended: [6] }, () => {
      signalTo(workers.pids[1], "SIGSTOP");
      stopSending.abort();
      stopNow.abort();
    }),
  });
  expect(indexesOf(result)).toEqual([0, 2, 4, 6]);
  expect(result.deaths).toMatchObject([{ end: { kind: "silent" }, unknown: [1], left: null }]);
});

test("stopping a run reaches the workers that live, also when one is dead", async () => {
  const waiting: (() => void)[] = [];
  const arrived = event();
  const told = event();
  await using server = await startChatServer((exchange) => {
    waiting.push(() => sendStream(exchange, ANSWER));
    if (waiting.length === 2) arrived.happen();
  });
  await using workers = await Workers.start(2);
  const stop = new AbortController();
  const running = workers.run(runSpec(server.baseUrl, { plan: closedPlan(2, 100) }), {
    ...fromNow({ stopSending: stop.signal }),
    observer: {
      ...onceTold({ sent: [0, 1], ended: [] }, () => told.happen()),
      lost() {
        stop.abort();
        for (const answer of waiting) answer();
      },
    },
  });
  await Promise.all([arrived.happened, told.happened]);
  signalTo(workers.pids[1], "SIGKILL");
  const result = await running;
  expect(result.records.map(({ index, outcome }) => [index, outcome])).toEqual([[0, "complete"]]);
  expect(result.deaths).toMatchObject([{ unknown: [1] }]);
});

test("the records of a worker are right when its clock is an hour behind", async () => {
  await using server = await startChatServer((exchange) => sendStream(exchange, ANSWER));
  const environment = {
    ...process.env,
    BUN_OPTIONS: `--preload=${supportFile("shifted_clock.ts")}`,
  };
  await using workers = await Workers.start(2, { environment });
  const spec = runSpec(server.baseUrl, { plan: closedPlan(2, 10) });
  const { records, clockOffset } = await workers.run(spec, fromNow());
  // An hour, but for how well a clock can be asked.
  expect(Math.abs(clockOffset + 3_600_000_000)).toBeLessThan(60_000_000);
  expect(indexesOf({ records } as ShareResult)).toEqual(range(10));
  for (const { sent, ended } of records) {
    expect(ended).toBeGreaterThan(sent);
    // Of a run that takes some ms; an hour would be 3.6e9.
    expect(Math.abs(sent)).toBeLessThan(60_000_000);
  }
});
