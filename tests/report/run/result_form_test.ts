import { expect, test } from "bun:test";
import type { JsonObject } from "../../../lib/base/json.ts";
import { resultOf } from "../../../lib/report/run/result_form.ts";
import { benchJson, benchRunsJson } from "../../../lib/report/run/run_json.ts";
import { warningsOf } from "../../../lib/report/run/warnings.ts";
import { madeUpRecord, madeUpRecords, madeUpRun } from "../../support/records.ts";

const records = [
  ...madeUpRecords(3),
  madeUpRecord(3, { outcome: "failed", ttft: null, usage: null }),
  madeUpRecord(4, { resent: true, oddities: ["not_a_field"], scheduled: 5 }),
];
const run = madeUpRun(records, {
  serviceLevel: { ttft: 100_500 },
  price: { input: 1, output: 10 },
});
const reported = { run, warnings: warningsOf(run) };

function parsed(value: unknown): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}

test("the result of a run is read back as it was written", () => {
  const { result, problem } = resultOf(parsed(benchJson(reported, "en")));
  expect(problem).toBeNull();
  expect(result?.runs.length).toBe(1);
  const [read] = result?.runs ?? [];
  expect(read?.requests.map(({ outcome }) => outcome)).toEqual([
    "complete",
    "complete",
    "complete",
    "failed",
    "complete",
  ]);
  expect(read?.requests[0]?.itl_us).toEqual([20_000, 20_000, 20_000]);
  expect(read?.summary.ttft_ms.p50).toBe(100);
});

test("the results of several runs are read back, with their search", () => {
  const search = { flag: "rate", best: 2, missed: null, end: "stopped", steps: [] };
  const value = { ...benchRunsJson([reported, reported], "en"), search, interrupted: true };
  const { result } = resultOf(parsed(value));
  expect(result?.runs.length).toBe(2);
  expect(result?.search).toEqual(search as never);
  expect(result?.interrupted).toBe(true);
});

test("a result of an earlier day has no ends, and is read all the same", () => {
  const value = parsed(benchJson(reported, "en"));
  const requests = value["requests"] as Record<string, unknown>[];
  for (const request of requests) delete request["ended_ms"];
  expect(resultOf(value).problem).toBeNull();
});

/** Where a result is wrong that was changed so. */
function place(change: (value: Record<string, any>) => void): string | undefined {
  const value = parsed(benchJson(reported, "en")) as Record<string, any>;
  change(value);
  return resultOf(value).problem?.place;
}

test("a result of another form is refused with the place that is wrong", () => {
  expect(place(() => {})).toBeUndefined();
  expect(place((value) => (value["schema"] = "streamgauge.bench/2"))).toBe("");
  expect(place((value) => (value["requests"][1].ttft_ms = "soon"))).toBe("requests[1].ttft_ms");
  expect(place((value) => (value["requests"][1].itl_us = [1, -1]))).toBe("requests[1].itl_us");
  expect(place((value) => (value["requests"][1].outcome = "__proto__"))).toBe(
    "requests[1].outcome",
  );
  expect(place((value) => delete value["summary"].itl_ms)).toBe("summary.itl_ms");
  expect(place((value) => (value["warnings"] = [{ code: 1 }]))).toBe("warnings[0].code");
  expect(resultOf([]).problem).not.toBeNull();
  expect(resultOf(null).problem).not.toBeNull();
});

/** A run that has turns, kinds, pairs, a depth, recorded traffic, tools and a server: more than one ever has. */
function fullRun() {
  const asked = { depth: { tokens: 10, primed: null }, promptTokens: 30, tools: 1 };
  const moment = { running: 1, waiting: null, kvCache: 0.5, queue: 1000, prefill: null };
  const times = { queue: 1000, prefill: null, ttft: null, tpot: 20_000 };
  const server = {
    engine: "vllm",
    url: "http://127.0.0.1:8000/metrics",
    reads: 1,
    failedReads: 0,
    problem: null,
    requests: 4,
    ...times,
    running: { mean: 1, max: 1 },
    waiting: null,
    kvCache: null,
    prefixHits: 0.5,
    overTime: [{ at: 1000, ...moment, prefixHits: null }],
  } as const;
  const tokens = [30, 30, null, null];
  const replayed = {
    requests: 4,
    sessions: 2,
    span: 5,
    promptTokens: tokens,
    outputTokens: tokens,
  };
  const all = madeUpRecords(4).map((record) =>
    Object.assign(record, {
      turn: { conversation: 0, number: record.index + 1, of: 4 },
      kind: "k",
      pair: record.index % 2 === 0 ? ("cold" as const) : ("warm" as const),
    }),
  );
  const full = madeUpRun(all, { asked, server, replayed });
  return { run: { ...full, side: "A", pair: 3 }, warnings: [] };
}

test("what a run says of its work and its server is read back, and is of its form", () => {
  const value = parsed(benchJson(fullRun(), "en")) as Record<string, any>;
  const { result, problem } = resultOf(value);
  expect(problem).toBeNull();
  const [read] = result?.runs ?? [];
  expect(read?.summary.turns?.length).toBe(4);
  expect(read).toMatchObject({
    side: "A",
    pair: 3,
    summary: { kinds: [{ kind: "k" }], pairs: { count: 2 }, depth: { depth_tokens: 10 } },
    replay: { requests: 4, prompt_tokens: { requests: 2 } },
    server: { engine: "vllm", over_time: [{ at_ms: 1, queue_ms: 1 }] },
  });
  const wrong: readonly (readonly [place: string, change: (value: Record<string, any>) => void])[] =
    [
      ["duration_ms", (one) => (one["duration_ms"] = null)],
      ["pair", (one) => (one["pair"] = -1)],
      ["requests[0].turn", (one) => (one["requests"][0].turn = "first")],
      ["requests[0].pair", (one) => (one["requests"][0].pair = "hot")],
      ["summary.turns[1].ttft_ms.p50", (one) => (one["summary"].turns[1].ttft_ms.p50 = "1")],
      ["summary.kinds[0].kind", (one) => (one["summary"].kinds[0].kind = 1)],
      ["summary.pairs.count", (one) => delete one["summary"].pairs.count],
      ["summary.depth.prefix", (one) => (one["summary"].depth.prefix = "gone")],
      ["replay.prompt_tokens.sent", (one) => (one["replay"].prompt_tokens.sent = null)],
      ["server.engine", (one) => (one["server"].engine = "other")],
      ["server.over_time[0].at_ms", (one) => delete one["server"].over_time[0].at_ms],
      ["server.ttft_parts.rest_ms", (one) => (one["server"].ttft_parts.rest_ms = null)],
    ];
  for (const [where, change] of wrong) {
    const changed = structuredClone(value);
    change(changed);
    expect(resultOf(changed).problem?.place).toBe(where);
  }
});
