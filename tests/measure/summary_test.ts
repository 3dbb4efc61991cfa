import { expect, test } from "bun:test";
import { windowOf } from "../../lib/measure/run_window.ts";
import { meets, summarize } from "../../lib/measure/summary.ts";
import { madeUpRecord, madeUpRecords } from "../support/records.ts";

test("a run's window goes from the first send to the last close, whatever became of the requests", () => {
  const records = [
    madeUpRecord(0, { sent: 300 }),
    madeUpRecord(1, { sent: 100, outcome: "failed", ttft: null }),
    madeUpRecord(2, { sent: 200, ttft: 500, outcome: "truncated" }),
  ];
  // The last closes at 200 + 500 + 3 · 20 + 1 = 761 ms; the first is sent at 100.
  expect(windowOf(records)).toBe(661_000);
  expect(windowOf([])).toBe(0);
});

test("distributions hold complete requests only, and rates count them apart", () => {
  const records = [
    madeUpRecord(0, { sent: 0, ttft: 100 }),
    madeUpRecord(1, { sent: 0, ttft: 200 }),
    madeUpRecord(2, { sent: 0, ttft: 939, outcome: "truncated" }),
    madeUpRecord(3, { sent: 0, ttft: null, outcome: "failed", usage: null }),
  ];
  const summary = summarize(records);
  expect(summary.ttft).toMatchObject({ count: 2, min: 100_000, max: 200_000 });
  expect(summary.itl.count).toBe(6);
  expect(summary.outcomes).toEqual({
    complete: 2,
    truncated: 1,
    failed: 1,
    timed_out: 0,
    interrupted: 0,
  });
  // 939 + 60 + 1 ms: a window of one second. 2 complete requests of 4 tokens, and 4 tokens of the cut one.
  expect(summary.window).toBe(1_000_000);
  expect(summary.requestRate).toBe(2);
  expect(summary.outputRate).toBe(8);
  expect(summary.incompleteOutputRate).toBe(4);
  expect(summary.usage).toEqual({
    promptTokens: 90,
    completionTokens: 12,
    totalTokens: 102,
    cachedTokens: null,
  });
});

test("gaps of all requests are counted exactly", () => {
  const records = [madeUpRecord(0, { gaps: [10, 0, 2000] }), madeUpRecord(1, { gaps: [30] })];
  const { itl } = summarize(records);
  // Sorted: 0, 10, 30, 2000 ms. The median lies between 10 and 30.
  expect(itl).toMatchObject({ count: 4, min: 0, p50: 20_000, max: 2_000_000, mean: 510_000 });
});

test("a closed loop has no intended start, so no wait", () => {
  const { wait, ttftScheduled, e2eScheduled } = summarize(madeUpRecords(3));
  expect([wait.count, ttftScheduled.count, e2eScheduled.count]).toEqual([0, 0, 0]);
  expect(wait.p50).toBeNull();
});

test("a service level counts ttft and e2e from the intended start", () => {
  const late = madeUpRecord(0, { scheduled: 0, sent: 450, ttft: 100 });
  const onTime = madeUpRecord(1, { scheduled: 450, sent: 450, ttft: 100 });
  expect([late, onTime].map((record) => meets(record, { ttft: 500_000 }))).toEqual([false, true]);
  // 450 + 100 + 60 ms.
  expect(meets(late, { e2e: 610_000 })).toBe(true);
  expect(meets(late, { e2e: 609_999 })).toBe(false);
  expect(meets(onTime, { e2e: 160_000 })).toBe(true);
});

test("a service level looks at a request's p99 gap, or its longest where there are few", () => {
  expect(meets(madeUpRecord(0, { gaps: [20, 20, 90] }), { itl: 89_999 })).toBe(false);
  expect(meets(madeUpRecord(0, { gaps: [20, 20, 90] }), { itl: 90_000 })).toBe(true);
  // Of 200 gaps the p99 is at rank 197.01: one long gap is above it.
  const many = madeUpRecord(0, { gaps: [...Array.from({ length: 199 }, () => 20), 5000] });
  expect(meets(many, { itl: 20_000 })).toBe(true);
});

test("a value that does not exist does not meet a limit, but for an answer too short to have it", () => {
  expect(meets(madeUpRecord(0, { ttft: null }), { ttft: 1e9 })).toBe(false);
  expect(meets(madeUpRecord(0, { gaps: [] }), { tpot: 1, itl: 1 })).toBe(true);
  expect(meets(madeUpRecord(0, { usage: null }), { tpot: 1e9 })).toBe(false);
  expect(meets(madeUpRecord(0, { ttft: null }), {})).toBe(true);
  // An answer without a delta is not short: there is none.
  expect(meets(madeUpRecord(0, { ttft: null }), { tpot: 1e9 })).toBe(false);
  expect(meets(madeUpRecord(0, { ttft: null }), { itl: 1e9 })).toBe(false);
});

test("goodput counts good requests per second, and their share of all that were sent", () => {
  const records = [
    madeUpRecord(0, { sent: 0, ttft: 100 }),
    madeUpRecord(1, { sent: 0, ttft: 939 }),
    madeUpRecord(2, { sent: 0, ttft: 100, outcome: "truncated" }),
    madeUpRecord(3, { sent: 0, ttft: 100 }),
  ];
  const { goodput } = summarize(records, { serviceLevel: { ttft: 500_000 } });
  expect(goodput).toEqual({ requestRate: 2, goodShare: 0.5 });
  expect(summarize(records).goodput).toBeNull();
  expect(summarize([], { serviceLevel: {} }).goodput).toEqual({
    requestRate: null,
    goodShare: null,
  });
});

test("the cache's share is of the requests that told both counts", () => {
  const records = [
    madeUpRecord(0, { usage: { promptTokens: 100, cachedTokens: 50 } }),
    madeUpRecord(1, { usage: { promptTokens: 300, cachedTokens: 0 } }),
    madeUpRecord(2, { usage: { promptTokens: 1000 } }),
    madeUpRecord(3, { usage: null }),
  ];
  expect(summarize(records).cachedShare).toBe(50 / 400);
  expect(summarize(madeUpRecords(2)).cachedShare).toBeNull();
  const nothing = madeUpRecords(2, () => ({ usage: { promptTokens: 0, cachedTokens: 0 } }));
  expect(summarize(nothing).cachedShare).toBeNull();
});

test("cost is of all usage, also of requests that were cut", () => {
  const records = madeUpRecords(2, (index) => ({
    usage: { promptTokens: 1_000_000, completionTokens: 500_000 },
    outcome: index === 0 ? "complete" : "truncated",
  }));
  // Each: 1 M in at 0.5 and 0.5 M out at 2.
  const price = { input: 0.5, output: 2 };
  expect(summarize(records, { price }).cost).toEqual({ total: 3, perRequest: 1.5 });
  expect(
    summarize(
      madeUpRecords(1, () => ({ usage: null })),
      { price },
    ).cost,
  ).toBeNull();
});

test("failures are grouped by what they say, the most frequent first", () => {
  const records = madeUpRecords(4, (index) => ({
    outcome: index === 0 ? "truncated" : index === 1 ? "complete" : "failed",
  }));
  expect(summarize(records).errors).toEqual([
    { kind: "busy", message: "429 Too many requests (20001)", count: 2 },
    {
      kind: "truncated",
      message: "200 the stream ended without [DONE] or a finish_reason",
      count: 1,
    },
  ]);
});

test("a run without requests has no value at all, and no zero for one", () => {
  const summary = summarize([], { price: { input: 1, output: 1 } });
  expect(summary).toMatchObject({
    window: 0,
    outputRate: null,
    requestRate: null,
    cachedShare: null,
    tokensPerDelta: null,
    cost: null,
  });
});
