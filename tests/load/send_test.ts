import { expect, test } from "bun:test";
import { type SendOne, sendOne, type SendSettings } from "../../lib/load/send.ts";
import { EventTracer } from "../../lib/chat/event_tracer.ts";
import { eventsOf } from "../../lib/measure/definitions/event_trace.ts";
import type { RequestRecord } from "../../lib/measure/request_record.ts";
import { chatRequest } from "../../lib/protocols/completion_request.ts";
import { chunk, DONE, event } from "../support/read_pieces.ts";
import { scripted } from "../support/scripted_fetch.ts";

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
  return sendOne(() => request, settings, { planned, signal, recorder });
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

/** Throws where it is called. */
function fault(): never {
  throw new TypeError("a fault that nobody foresaw");
}

const recorderStages = ["begin", "head", "piece", "end"] as const;

test("whatever throws in one request, at whatever stage, is that request's failure and names its place", async () => {
  const stream = chunk({ content: "a" }) + DONE;
  const answer = async (): Promise<Response> => new Response(stream);
  const base: { readonly settings: SendSettings; readonly given: SendOne } = {
    settings: { fetch: answer, clock: () => 5, start: 2, limits: {}, retries: 0, stall: 1 },
    given: {
      planned: { index: 3, scheduled: null },
      signal: new AbortController().signal,
      recorder: { begin() {}, head() {}, piece() {}, end() {} },
    },
  };
  const quiet = await sendOne(() => request, base.settings, base.given);
  expect(quiet.outcome).toBe("complete");
  const stages: (typeof base & { readonly request?: () => never })[] = [
    { ...base, request: fault },
    ...recorderStages.map((stage) => {
      const recorder = { begin() {}, head() {}, piece() {}, end() {}, [stage]: fault };
      return { settings: base.settings, given: { ...base.given, recorder } };
    }),
    { ...base, given: { ...base.given, onArrivals: fault } },
    { ...base, settings: { ...base.settings, clock: clockThatBreaks() } },
  ];
  for (const { settings, given, request: build = () => request } of stages) {
    const record = await sendOne(build, settings, given);
    // The clock stands at 5, and the run began at 2; one clock goes on.
    if (settings.clock === base.settings.clock) expect([record.sent, record.ended]).toEqual([3, 3]);
    expect(record).toMatchObject({
      index: 3,
      outcome: "failed",
      failure: {
        kind: "client",
        code: "fault",
        message: expect.stringMatching(/^a fault that nobody foresaw \(\w+\.ts:\d+\)$/),
      },
    });
  }
});

/** A clock that is right until a request has been sent. */
function clockThatBreaks(): () => number {
  let calls = 0;
  return () => (++calls === 4 ? fault() : calls);
}

test("a fetch that throws at once, or something that is no error, is a failed request too", async () => {
  const settings = { clock: () => 5, start: 2, limits: {}, retries: 0, stall: 1 };
  const given = { planned: { index: 0, scheduled: null }, signal: new AbortController().signal };
  const thrown = [
    () => {
      throw new Error("at once");
    },
    () => Promise.reject("a text"),
    () => Promise.reject(null),
  ];
  const messages = ["at once", "a text", "null"];
  for (const [index, fetch] of thrown.entries()) {
    const record = await sendOne(() => request, { ...settings, fetch }, given);
    expect(record.failure).toMatchObject({ kind: "network", message: messages[index] });
  }
});

test("what was odd about a stream is kept with its record, by code", async () => {
  const record = await send([
    [100, "upstream connect error\n\n" + chunk({ content: "a" })],
    [200, chunk({}, { finish_reason: "mystery" }) + DONE],
  ]);
  expect(record).toMatchObject({
    outcome: "complete",
    oddities: ["not_a_field", "unknown_finish_reason"],
  });
  expect((await send([END])).oddities).toEqual([]);
});

test("the events of a stream end when its request does, counted from its sending", async () => {
  const { fetch, clock, recorder } = scripted({
    headAt: 1000,
    pieces: [[2000, chunk({ content: "a" }) + DONE]],
    endAt: 3000,
  });
  const settings = { fetch, clock, start: 1_000_000, limits: {}, retries: 0, stall: 1 };
  const tracer = new EventTracer();
  const record = await sendOne(() => request, settings, {
    planned: { index: 0, scheduled: null },
    signal: new AbortController().signal,
    recorder,
    tracer,
  });
  if (record.trace === undefined) throw new Error("there is no trace");
  expect(eventsOf(record.trace)?.endedAt).toBe(record.ended - record.sent);
});
