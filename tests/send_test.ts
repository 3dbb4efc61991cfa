import { expect, test } from "bun:test";
import { sendOne } from "../lib/load/send.ts";
import type { RequestRecord } from "../lib/measure/request_record.ts";
import { chatRequest } from "../lib/wire/request.ts";
import { chunk, DONE, event } from "./support/read_pieces.ts";
import { scripted } from "./support/scripted_fetch.ts";

const request = chatRequest({
  baseUrl: "http://127.0.0.1:1/v1",
  model: "m",
  messages: [{ role: "user", content: "hi" }],
  key: null,
});

/** Sends a request that is answered with these pieces, each at its time in ms. */
async function send(
  pieces: readonly (readonly [at: number, text: string])[],
): Promise<RequestRecord> {
  const last = pieces.at(-1)?.[0] ?? 0;
  const { fetch, clock, recorder } = scripted({
    headAt: 1000,
    pieces: pieces.map(([at, text]) => [at * 1000, text] as const),
    endAt: last * 1000,
  });
  const settings = { fetch, clock, start: 0, limits: {}, retries: 0, stall: 500_000 };
  const planned = { index: 4, scheduled: 6_000_000 };
  const signal = new AbortController().signal;
  return sendOne(request, settings, { planned, signal, recorder });
}

function usage(completion: number, reasoning?: number): Record<string, unknown> {
  const details = reasoning === undefined ? undefined : { reasoning_tokens: reasoning };
  return {
    usage: {
      prompt_tokens: 5,
      completion_tokens: completion,
      total_tokens: 5 + completion,
      completion_tokens_details: details,
    },
  };
}

const END: readonly [number, string] = [600, chunk({}, { finish_reason: "stop" }) + DONE];

test("a request's record has its place in the run, and its times count from where each begins", async () => {
  const record = await send([
    [100, chunk({ content: "a" })],
    [300, chunk({ content: "b" }, { finish_reason: "stop", ...usage(2) }) + DONE],
  ]);
  expect(record).toMatchObject({
    index: 4,
    scheduled: 6_000_000,
    // The scripted clock reads 7.000001 s when it is sent.
    sent: 7_000_001,
    ended: 7_300_001,
    outcome: "complete",
    metrics: { ttft: 100_000, e2e: 300_000, itl: [200_000] },
  });
});

test("TPOT with usage only at the end counts the first delta as one token", async () => {
  const { metrics } = await send([
    [100, chunk({ content: "a b" })],
    [300, chunk({ content: "c d" })],
    [500, chunk({ content: "e f" })],
    [600, chunk({}, { finish_reason: "stop" }) + event({ choices: [], ...usage(6) }) + DONE],
  ]);
  // (500 − 100) / (6 − 1)
  expect(metrics).toMatchObject({
    tpot: 80_000,
    tokensPerDelta: 2,
    tokensPerDeltaSource: "average",
  });
});

test("TPOT with cumulative usage knows how many tokens the first delta has", async () => {
  const { metrics } = await send([
    [100, chunk({ content: "a b" }, usage(2))],
    [300, chunk({ content: "c d" }, usage(4))],
    [500, chunk({ content: "e" }, usage(5))],
    [600, chunk({}, { finish_reason: "stop", ...usage(5) }) + DONE],
  ]);
  // (500 − 100) / (5 − 2)
  expect(metrics.tpot).toBeCloseTo(133_333.333, 2);
  expect(metrics.tokensPerDeltaSource).toBe("usage");
});

test("TPOT leaves hidden reasoning out, which is billed but not streamed", async () => {
  const hidden = await send([
    [100, chunk({ content: "a" })],
    [300, chunk({ content: "b" })],
    [500, chunk({ content: "c" })],
    [600, chunk({}, { finish_reason: "stop" }) + event({ choices: [], ...usage(103, 100) }) + DONE],
  ]);
  // 103 − 100 were streamed: (500 − 100) / (3 − 1)
  expect(hidden.metrics).toMatchObject({ tpot: 200_000, streamedTokens: 3 });
  const shown = await send([
    [100, chunk({ reasoning_content: "a" })],
    [300, chunk({ reasoning_content: "b" })],
    [500, chunk({ content: "c" })],
    [600, chunk({}, { finish_reason: "stop" }) + event({ choices: [], ...usage(3, 2) }) + DONE],
  ]);
  expect(shown.metrics).toMatchObject({
    tpot: 200_000,
    streamedTokens: 3,
    ttft: 100_000,
    ttfa: 500_000,
  });
});

test("without usage there is no TPOT, and the times are there all the same", async () => {
  const { metrics, usage } = await send([
    [100, chunk({ content: "a" })],
    [300, chunk({ content: "b" })],
    END,
  ]);
  expect(usage).toBeNull();
  expect(metrics).toMatchObject({ tpot: null, ttft: 100_000, e2e: 300_000, closed: 600_000 });
});
