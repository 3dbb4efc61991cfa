import { expect, test } from "bun:test";
import { type Load, runLoad } from "../../lib/load/run_load.ts";
import { startLocalEndpoint } from "../../lib/server/http/local_endpoint.ts";
import { SimulatedSource } from "../../lib/server/reply/simulated_source.ts";

const model = { ttft: 1000, tps: 1000, tokens: 3, reasoning: 0, chunk: 1, jitter: 0 };

async function startSimulated() {
  const endpoint = await startLocalEndpoint({ source: new SimulatedSource(model, { seed: 1 }) });
  return { ...endpoint, [Symbol.asyncDispose]: () => endpoint.close() };
}

function loadOn(baseUrl: string, requests: number): Load {
  return {
    baseUrl,
    model: "simulated",
    prompts: { kind: "list", conversations: [[{ role: "user", content: "Hi" }]] },
    plan: { arrivals: { kind: "closed", concurrency: 3 }, until: { requests }, drain: 30_000_000 },
  };
}

test("a load needs an endpoint, a model, prompts and a plan, and gives a record for each request, in order", async () => {
  await using endpoint = await startSimulated();
  const { records, unsent, recordingErrors } = await runLoad(loadOn(endpoint.baseUrl, 7));
  expect(records.map(({ index, outcome, usage }) => ({ index, outcome, usage }))).toEqual(
    Array.from({ length: 7 }, (_, index) => ({
      index,
      outcome: "complete",
      usage: expect.objectContaining({ completionTokens: 3 }),
    })),
  );
  expect({ unsent, recordingErrors }).toEqual({ unsent: 0, recordingErrors: [] });
});

test("a load that is stopped sends no more, and what is in flight is drained", async () => {
  await using endpoint = await startSimulated();
  const stop = new AbortController();
  let sent = 0;
  const { records } = await runLoad(loadOn(endpoint.baseUrl, 1000), {
    stopSending: stop.signal,
    observer: {
      sent: () => void (++sent === 5 && stop.abort()),
      deltas() {},
      ended() {},
    },
  });
  expect(records.map(({ outcome }) => outcome)).toEqual(Array(sent).fill("complete"));
  expect(sent).toBeLessThan(9);
});

test("what an endpoint does not answer is a record, too", async () => {
  const { records } = await runLoad(loadOn("http://127.0.0.1:1/v1", 2));
  expect(records.map(({ outcome, failure }) => [outcome, failure?.code])).toEqual([
    ["failed", "ECONNREFUSED"],
    ["failed", "ECONNREFUSED"],
  ]);
});

test("what a load has measured is let go of when its caller does so", async () => {
  await using endpoint = await startSimulated();
  const { signal } = new AbortController();
  const measured: WeakRef<object>[] = [];
  const measure = async (): Promise<void> => {
    const { records } = await runLoad(loadOn(endpoint.baseUrl, 2), { stopNow: signal });
    for (const record of records) measured.push(new WeakRef(record));
  };
  for (let load = 0; load < 10; load++) await measure();
  // What is only referred to weakly stays for the turn in which it was looked at.
  await new Promise((resolve) => setTimeout(resolve));
  Bun.gc(true);
  const kept = measured.filter((record) => record.deref() !== undefined);
  // The stack may still hold the last ones.
  expect(kept.length).toBeLessThan(measured.length / 2);
});
