import { expect, test } from "bun:test";
import { type ServerReading, serverSide, ttftParts } from "../../lib/measure/server_side.ts";
import { madeUpRecord, madeUpRecords } from "../support/records.ts";

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

function sideOf(
  before: Partial<ServerReading>,
  after: Partial<ServerReading> | null,
  during: readonly Partial<ServerReading>[] = [],
) {
  const readings = {
    url: "u",
    before: reading(before),
    during: during.map(reading),
    failedReads: 1,
    after: after === null ? null : reading(after),
  };
  return serverSide(readings, { complete: 4 });
}

test("means are what sums grew by over what counts grew by", () => {
  const side = sideOf(
    {
      requests: 100,
      queue: { sum: 10, count: 100 },
      tpot: { sum: 5, count: 1000 },
      prefix: { hits: 50, lookups: 100 },
    },
    {
      requests: 104,
      queue: { sum: 11, count: 104 },
      // 1 s in 40 tokens.
      tpot: { sum: 6, count: 1040 },
      // It was not there before the first request.
      ttft: { sum: 2, count: 4 },
      prefix: { hits: 80, lookups: 200 },
    },
  );
  expect(side).toEqual({
    engine: "vllm",
    url: "u",
    reads: 0,
    failedReads: 1,
    problem: null,
    requests: 4,
    queue: 250_000,
    prefill: null,
    ttft: 500_000,
    tpot: 25_000,
    running: null,
    waiting: null,
    kvCache: null,
    prefixHits: 0.3,
  });
});

test("what is summed up without counting requests is divided by those of the run", () => {
  const before = { prefill: { sum: 1, count: null } };
  expect(sideOf(before, { prefill: { sum: 3, count: null } }).prefill).toBe(500_000);
});

test("gauges are those that were read while the run went on", () => {
  const side = sideOf({ running: 99 }, { running: 99 }, [
    { running: 2, kvCache: 0.25 },
    { running: 4, kvCache: 0.75 },
    { kvCache: null },
  ]);
  expect([side.reads, side.running, side.kvCache, side.waiting]).toEqual([
    3,
    { mean: 3, max: 4 },
    { mean: 0.5, max: 0.75 },
    null,
  ]);
});

test("a server that started anew, or that could not be read again, has no means", () => {
  const before = { requests: 10, queue: { sum: 3, count: 10 } };
  const restarted = sideOf(before, { requests: 4, queue: { sum: 1, count: 4 } }, [{ running: 1 }]);
  expect(restarted).toMatchObject({ problem: "restarted", requests: null, queue: null });
  expect(restarted.running).toEqual({ mean: 1, max: 1 });
  expect(sideOf(before, null)).toMatchObject({ problem: "lost", requests: null, queue: null });
  // A run in which it did nothing.
  expect(sideOf(before, before)).toMatchObject({ problem: null, requests: 0, queue: null });
});

test("the parts of a TTFT are those that each request told, if all did, else those of the metrics", () => {
  // Each has a TTFT of 100 ms.
  const records = madeUpRecords(4);
  const server = sideOf({}, { queue: { sum: 0.08, count: 4 }, prefill: { sum: 0.12, count: 4 } });
  const parts = { ttft: 100_000, queue: 20_000, prefill: 30_000, rest: 50_000 };
  expect(ttftParts(records, { server })).toEqual(parts);
  const told = { queue: null, prefill: 40_000, decode: null, cachedTokens: null };
  const all = madeUpRecords(4, () => ({ server: told }));
  expect(ttftParts(all, { server })).toEqual({ ...parts, prefill: 40_000, rest: 40_000 });
  expect(ttftParts(all, { server: undefined })).toEqual({
    ...parts,
    queue: null,
    prefill: 40_000,
    rest: 60_000,
  });
  const some = [...records.slice(1), madeUpRecord(0, { server: told })];
  expect(ttftParts(some, { server })).toEqual(parts);
  expect(ttftParts(records, { server: undefined })).toBeNull();
  expect(ttftParts([], { server })).toBeNull();
});
