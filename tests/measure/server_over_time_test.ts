import { expect, test } from "bun:test";
import fc from "fast-check";
import type { ServerReading } from "../../lib/measure/server_side.ts";
import { serverOverTime } from "../../lib/measure/server_over_time.ts";
import { runs } from "../support/runs.ts";

const NOTHING: ServerReading = {
  engine: "vllm",
  requests: null,
  queue: null,
  prefill: null,
  ttft: null,
  tpot: null,
  running: null,
  waiting: null,
  kvCache: null,
  prefix: null,
};

const reading = (given: Partial<ServerReading>): ServerReading => ({ ...NOTHING, ...given });

const at = (seconds: number, given: Partial<ServerReading>) => ({
  at: seconds * 1e6,
  reading: reading(given),
});

test("gauges are those of each moment, and means are of what was counted since the one before", () => {
  const before = reading({ queue: { sum: 1, count: 10 }, prefix: { hits: 50, lookups: 100 } });
  const moments = serverOverTime(before, [
    // 0.5 s of 5 requests, and 30 of 60 tokens.
    at(1, {
      running: 3,
      kvCache: 0.5,
      queue: { sum: 1.5, count: 15 },
      prefix: { hits: 80, lookups: 160 },
    }),
    // Nothing was counted meanwhile.
    at(2, { running: 4, queue: { sum: 1.5, count: 15 }, prefix: { hits: 80, lookups: 160 } }),
    // It was not there before: it has begun at nothing.
    at(3, {
      waiting: 2,
      queue: { sum: 2.1, count: 17 },
      prefill: { sum: 0.3, count: 3 },
      prefix: { hits: 80, lookups: 180 },
    }),
  ]);
  const none = { waiting: null, kvCache: null, prefill: null };
  expect(moments).toEqual([
    { ...none, at: 1e6, running: 3, kvCache: 0.5, queue: 100_000, prefixHits: 0.5 },
    { ...none, at: 2e6, running: 4, queue: null, prefixHits: null },
    {
      at: 3e6,
      running: null,
      waiting: 2,
      kvCache: null,
      queue: 300_000,
      prefill: 100_000,
      prefixHits: 0,
    },
  ]);
});

test("of a step in which the server started anew, and of sums without a count, nothing is known", () => {
  const before = reading({ queue: { sum: 5, count: 10 }, prefill: { sum: 1, count: null } });
  const [first, second] = serverOverTime(before, [
    at(1, { queue: { sum: 0.1, count: 12 }, prefill: { sum: 2, count: null } }),
    at(2, { queue: { sum: 0.3, count: 14 } }),
  ]);
  expect([first?.queue, first?.prefill]).toEqual([null, null]);
  expect(second?.queue).toBe(100_000);
});

test("of a long run so many moments stay that they can be drawn, the last one among them", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20_000 }), (count) => {
      const readings = Array.from({ length: count }, (_, index) =>
        at(index, { queue: { sum: index + 1, count: index + 1 } }),
      );
      const moments = serverOverTime(reading({ queue: { sum: 0, count: 0 } }), readings);
      expect(moments.length).toBeLessThanOrEqual(3600);
      expect(moments.length).toBeGreaterThanOrEqual(Math.min(count, 1800));
      expect(moments.at(-1)?.at).toBe(readings.at(-1)?.at);
      // What lies between two that stay is counted in the later one.
      expect(moments.every(({ queue }) => queue === 1_000_000)).toBe(true);
    }),
    { numRuns: runs(20) },
  );
});
