import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { steadyWindow } from "../../lib/measure/steady_window.ts";
import { summarize } from "../../lib/measure/summary.ts";
import { madeUpRecord } from "../support/records.ts";
import { runs } from "../support/runs.ts";

/** 4 tokens 100, 120, 140 and 160 ms behind the send; ended 1 ms later. */
const record = madeUpRecord;

test("tokens count while the streams that were asked for are in flight, and where they arrive", () => {
  // In flight: two from 50 to 161 ms and from 161 to 211 ms, with the third; one before and behind.
  const records = [record(0, { sent: 0 }), record(1, { sent: 50 }), record(2, { sent: 161 })];
  const steady = steadyWindow(records, { concurrency: 2 });
  // At 100, 120, 140, 160 of the first, and 150, 170, 190, 210 of the second: 8 tokens in 161 ms of 322.
  expect(steady).toEqual({
    streams: 2,
    duration: 161_000,
    share: 0.5,
    outputRate: 8e6 / 161_000,
  });
});

test("a token that arrives as the last place is taken came before, one as it becomes free came in time", () => {
  // Two are in flight from 100 to 161 ms: the first one's tokens at 120, 140 and 160, not that at 100.
  const records = [record(0, { sent: 0 }), record(1, { sent: 100 })];
  expect(steadyWindow(records, { concurrency: 2 })?.outputRate).toBe(3e6 / 61_000);
  // From 0 to 100 ms, when the second one ends: the first one's token at 100, and that of the second at 99.
  const short = record(1, { sent: 0, ttft: 99, gaps: [] });
  expect(steadyWindow([record(0, { sent: 0 }), short], { concurrency: 2 })).toMatchObject({
    duration: 100_000,
    outputRate: 20,
  });
});

test("the moment in which a place changes hands is left out", () => {
  const records = [
    record(0, { sent: 0 }),
    record(1, { sent: 0 }),
    record(2, { sent: 171 }),
    record(3, { sent: 181 }),
  ];
  // Two in flight: 0 to 161 and 181 to 332 ms.
  expect(steadyWindow(records, { concurrency: 2 })).toMatchObject({ duration: 312_000 });
});

test("of 20 streams 19 are enough, of 19 all are needed", () => {
  const records = Array.from({ length: 19 }, (_, index) => record(index, { sent: 0 }));
  const streams = [19, 20, 21].map(
    (concurrency) => steadyWindow(records, { concurrency })?.streams ?? null,
  );
  expect(streams).toEqual([19, 19, null]);
});

test("there is no steady part of a run that was never full, and of none", () => {
  expect(
    steadyWindow([record(0, { sent: 0 }), record(1, { sent: 200 })], { concurrency: 2 }),
  ).toBeNull();
  expect(steadyWindow([], { concurrency: 1 })).toBeNull();
});

test("a request that is not complete is in flight, and its tokens are not counted", () => {
  const records = [record(0, { sent: 0 }), record(1, { sent: 0, outcome: "truncated" })];
  expect(steadyWindow(records, { concurrency: 2 })?.outputRate).toBe(4e6 / 161_000);
});

test("without usage there is a steady part, and no rate", () => {
  const records = [record(0, { sent: 0, usage: null }), record(1, { sent: 0, usage: null })];
  expect(steadyWindow(records, { concurrency: 2 })).toEqual({
    streams: 2,
    duration: 161_000,
    share: 1,
    outputRate: null,
  });
});

test("tokens of a delta that holds several count with it, and those of no delta at the end", () => {
  const several = [record(0, { sent: 0, tokensEach: 3 })];
  expect(steadyWindow(several, { concurrency: 1 })?.outputRate).toBe(12e6 / 161_000);
  const whole = [record(0, { sent: 0, ttft: null, usage: { completionTokens: 9 } })];
  expect(steadyWindow(whole, { concurrency: 1 })?.outputRate).toBe(9e6 / 50_000);
});

test("of one stream at a time every token is in the steady part, whatever the gaps between requests", () => {
  const requests = fc.array(
    fc.record({
      pause: fc.nat({ max: 100 }),
      gaps: fc.array(fc.nat({ max: 300 }), { maxLength: 8 }),
    }),
    { minLength: 1, maxLength: 8 },
  );
  fc.assert(
    fc.property(requests, (made) => {
      let at = 0;
      const records = made.map(({ pause, gaps }, index) => {
        const one = record(index, { sent: at + pause, gaps });
        at = one.ended / 1000;
        return one;
      });
      const tokens = records.reduce((sum, { usage }) => sum + (usage?.completionTokens ?? 0), 0);
      const busy = records.reduce((sum, { sent, ended }) => sum + ended - sent, 0);
      const steady = steadyWindow(records, { concurrency: 1 });
      expect(steady?.duration).toBe(busy);
      expect(steady?.outputRate).toBeCloseTo((tokens * 1e6) / busy, 6);
    }),
    { numRuns: runs(100) },
  );
});

test("a summary has a steady part where a closed loop was asked for", () => {
  const records = [record(0, { sent: 0 }), record(1, { sent: 0 })];
  expect(summarize(records).steady).toBeNull();
  expect(summarize(records, { concurrency: 2 }).steady).toMatchObject({ streams: 2, share: 1 });
});

test("in a summary a request that is not complete counts as slower than all others", () => {
  const complete = Array.from({ length: 100 }, (_, index) => record(index, { ttft: 101 + index }));
  expect(summarize(complete).upperBounds).toMatchObject({
    confidence: 0.99,
    // The third highest of 100.
    ttft: { p90: 198_000, p99: null },
    e2e: { p90: 258_000, p99: null },
    tpot: { p90: 20_000, p99: null },
  });
  const failed = [1, 2, 3].map((index) => record(index, { outcome: "failed", ttft: null }));
  expect(summarize([...complete.slice(3), ...failed]).upperBounds.ttft.p90).toBeNull();
});
