import { expect, test } from "bun:test";
import fc from "fast-check";
import { arrivalTimes, type LoadPlan, mostInFlight, plannedRequests } from "../../lib/load/plan.ts";

const closed = (concurrency: number, until: LoadPlan["until"]): LoadPlan => ({
  arrivals: { kind: "closed", concurrency },
  until,
  warmup: 0,
  drain: 0,
});

const open = (rate: number, until: LoadPlan["until"], cap: number | null = null): LoadPlan => ({
  arrivals: { kind: "open", rate, process: "constant", cap, seed: 1 },
  until,
  warmup: 0,
  drain: 0,
});

test("constant arrivals lie on absolute time, so that no error adds up", () => {
  const rate = fc.double({ min: 0.001, max: 100_000, noNaN: true });
  fc.assert(
    fc.property(rate, fc.nat(2000), (rate, index) => {
      const times = arrivalTimes({ rate, process: "constant", seed: 1 });
      const at = times.drop(index).next().value ?? -1;
      expect(Math.abs(at - (index * 1e6) / rate)).toBeLessThanOrEqual(0.5);
    }),
    { numRuns: 50 },
  );
});

const arrivals = (seed: number) =>
  arrivalTimes({ rate: 100, process: "poisson", seed }).take(20_001).toArray();

test("poisson arrivals are seeded, never go back, and have exponential gaps", () => {
  const times = arrivals(7);
  expect(arrivals(7)).toEqual(times);
  expect(arrivals(8)).not.toEqual(times);
  expect(times[0]).toBe(0);
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0);
  const mean = gaps.reduce((a, b) => a + b, 0) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  // An exponential distribution's standard deviation is its mean: 10 ms. Of 20 000, both are known to about 1 %.
  expect(Math.abs(mean - 10_000)).toBeLessThan(300);
  expect(Math.abs(Math.sqrt(variance) - 10_000)).toBeLessThan(500);
});

test("a plan ends after its requests, or before the arrival at its end", () => {
  expect([...plannedRequests(closed(2, { requests: 3 }))]).toEqual([
    { index: 0, scheduled: null },
    { index: 1, scheduled: null },
    { index: 2, scheduled: null },
  ]);
  expect([...plannedRequests(open(10, { requests: 2 }))]).toEqual([
    { index: 0, scheduled: 0 },
    { index: 1, scheduled: 100_000 },
  ]);
  // At 0, 0.1, 0.2 s; the next one would be at the end itself.
  expect([...plannedRequests(open(10, { duration: 300_000 }))]).toHaveLength(3);
  expect(
    plannedRequests(closed(1, { duration: 1 }))
      .take(50)
      .toArray(),
  ).toHaveLength(50);
});

test("only an open loop without a cap has no bound", () => {
  expect(mostInFlight(closed(5, { requests: 1 }))).toBe(5);
  expect(mostInFlight(open(1, { requests: 1 }, 3))).toBe(3);
  expect(mostInFlight(open(1, { requests: 1 }))).toBeNull();
});
