import { expect, test } from "bun:test";
import {
  type AnotherAttempt,
  type ChatOptions,
  completeChat,
} from "../../lib/chat/complete_chat.ts";
import { CompletionReader } from "../../lib/chat/completion_reader.ts";
import type { Arrival } from "../../lib/chat/reading.ts";
import { requestMetrics } from "../../lib/measure/metrics.ts";
import { chatRequest } from "../../lib/protocols/completion_request.ts";
import { pieces } from "../support/cuts.ts";
import { event } from "../support/event.ts";
import { scripted } from "../support/scripted_fetch.ts";
import { startServer, startServerWith } from "../support/server.ts";
import { answerOf, chunkOf, lesson, streamOf, usageOf } from "../support/stream.ts";

/** Asks, and keeps what was handed over on the way. */
async function ask(baseUrl: string, options: Parameters<typeof completeChat>[1] = {}) {
  const arrivals: Arrival[] = [];
  const attempts: AnotherAttempt[] = [];
  const messages = [{ role: "user", content: "你好" }] as const;
  const result = await completeChat(chatRequest({ baseUrl, model: "demo", messages, key: null }), {
    ...options,
    onArrivals(arrived) {
      arrivals.push(...arrived);
      options.onArrivals?.(arrived);
    },
    onAnotherAttempt(attempt) {
      attempts.push(attempt);
      options.onAnotherAttempt?.(attempt);
    },
  });
  const parts = arrivals.flatMap((arrival) => arrival.parts);
  return { ...result, arrivals, parts, announced: attempts };
}

function askScripted(script: Parameters<typeof scripted>[0], options: ChatOptions = {}) {
  return ask("http://127.0.0.1/v1", { ...scripted(script), ...options });
}

test("chat completes: text, usage and finish reason over a real connection", async () => {
  await using server = await startServerWith(lesson.stream);
  const { verdict, reading, attempts, head, announced } = await ask(server.baseUrl);
  expect(verdict).toEqual({ outcome: "complete", failure: null });
  expect(reading.choices).toMatchObject([{ content: lesson.content, finishReason: "stop" }]);
  expect(reading.timeline.usage).toMatchObject({ promptTokens: 30, completionTokens: 10 });
  expect(head?.status).toBe(200);
  expect(attempts).toBe(1);
  expect(announced).toEqual([]);
});

test("chat comes out the same however the server cuts its bytes", async () => {
  let length = 1;
  await using server = await startServer((exchange) => {
    exchange.head();
    for (const part of pieces(Buffer.from(lesson.stream), length)) exchange.piece(part);
    exchange.end();
  });
  for (length of [1, 7, 64, 1021]) {
    const { verdict, reading, arrivals } = await ask(server.baseUrl);
    expect(verdict.outcome).toBe("complete");
    expect(reading.choices[0]?.content).toBe(lesson.content);
    expect(reading.timeline.deltasAt).toHaveLength(10);
    expect(arrivals).toHaveLength(13);
  }
});

test("chat is an event stream under any content type", async () => {
  for (const type of ["text/event-stream; charset=utf-8", "application/json", "text/plain", ""]) {
    await using server = await startServerWith(lesson.stream, {
      headers: { "content-type": type },
    });
    const { verdict, reading } = await ask(server.baseUrl);
    expect(verdict.outcome).toBe("complete");
    expect(reading.timeline.streamed).toBe(true);
  }
});

test("chat has exact metrics on a given clock", async () => {
  const [role = "", first = "", second = "", ...rest] = lesson.stream.split(/(?<=\n\n)/);
  const { verdict, reading, head } = await askScripted({
    headAt: 150_000,
    pieces: [
      [180_000, role],
      [200_000, first],
      // The second delta ends here, in the piece that also holds the rest.
      [230_500, second.slice(0, 20)],
      [290_000, second.slice(20) + rest.join("")],
    ],
    endAt: 900_000,
  });
  expect(verdict.outcome).toBe("complete");
  expect(head?.at).toBe(150_000);
  expect(requestMetrics(reading.timeline, { stall: 80_000 })).toEqual({
    ttfb: 180_000,
    accepted: null,
    ttft: 200_000,
    ttfa: 200_000,
    itl: [90_000, 0, 0, 0, 0, 0, 0, 0, 0], // 290 000 − 200 000
    tpot: 10_000, // 90 000 / (10 − 1)
    e2e: 290_000,
    closed: 290_000, // [DONE], not the end of the body
    decodeRate: 100,
    outputRate: (10 * 1e6) / 290_000,
    deltas: 10,
    streamedTokens: 10,
    tokensPerDelta: 1,
    tokensPerDeltaSource: "usage",
    stalls: { count: 1, longest: 90_000, total: 90_000 },
  });
});

test("chat gives the timeline that reading its pieces again gives, to the bit", async () => {
  const script = {
    headAt: 1,
    pieces: pieces(lesson.stream, 100).map((text, index) => [index * 333 + 5, text] as const),
    endAt: 99_999,
  };
  const { reading } = await askScripted(script);
  const reader = new CompletionReader();
  reader.begin(200);
  for (const [at, text] of script.pieces) reader.push({ text, at });
  reader.end(script.endAt);
  expect(reader.result()).toEqual(reading);
});

test("chat without [DONE] is closed at the end of the body", async () => {
  const { verdict, reading } = await askScripted({
    headAt: 10,
    pieces: [[20, streamOf(answerOf("Hi", { finish: "stop" }))]],
    endAt: 70,
  });
  expect(verdict.outcome).toBe("complete");
  expect(reading.timeline).toMatchObject({ deltasAt: [20], closedAt: 70 });
});

test("chat with an endpoint that ignores stream is an answer that did not stream", async () => {
  await using server = await startServerWith(
    JSON.stringify({
      choices: [{ message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }],
      usage: { completion_tokens: 1 },
    }),
    { headers: { "content-type": "application/json" } },
  );
  const { verdict, reading, parts } = await ask(server.baseUrl);
  expect(verdict.outcome).toBe("complete");
  expect(reading.timeline).toMatchObject({
    streamed: false,
    usage: usageOf({ completionTokens: 1 }),
  });
  expect(parts.map(({ type }) => type)).toEqual(["text", "finish", "usage"]);
});

test("chat fails by its status, in the endpoint's words", async () => {
  const cases: [number, string, object][] = [
    [401, '"Invalid token"', { kind: "status", message: "Invalid token", code: null }],
    [
      400,
      '{"code":20012,"message":"Model does not exist","data":null}',
      { kind: "status", message: "Model does not exist", code: "20012" },
    ],
    [404, "", { kind: "status", message: "", code: null }],
    [302, "", { kind: "status", message: "", code: null }],
    [
      502,
      "<html><title>502 Bad Gateway</title>",
      { kind: "busy", message: "502 Bad Gateway", code: null },
    ],
  ];
  for (const [status, body, failure] of cases) {
    await using server = await startServerWith(body, { status });
    const { verdict, parts } = await ask(server.baseUrl);
    expect(verdict).toMatchObject({ outcome: "failed", failure: { status, ...failure } });
    expect(parts.map(({ type }) => type)).toEqual(["error"]);
    expect(server.requests).toHaveLength(1);
  }
});

test("chat fails for an error with status 200, in the stream or instead of it", async () => {
  for (const body of [
    '{"error":{"message":"no","code":"oops"}}',
    streamOf(answerOf("Hi"), { error: { message: "no", code: "oops" } }),
  ]) {
    await using server = await startServerWith(body);
    const { verdict, parts } = await ask(server.baseUrl, { retries: 2 });
    expect(verdict.failure).toEqual({ kind: "endpoint", status: 200, message: "no", code: "oops" });
    expect(parts.at(-1)?.type).toBe("error");
    expect(server.requests).toHaveLength(1);
  }
});

test("chat fails when the body is neither a stream nor a completion", async () => {
  for (const body of ["", "<html>Log in</html>", "Hello"]) {
    await using server = await startServerWith(body);
    const { verdict } = await ask(server.baseUrl);
    expect(verdict.failure?.kind).toBe("not_a_completion");
  }
});

test("chat is truncated when the body ends in mid-sentence, in order or not, and is not sent again", async () => {
  for (const way of ["end", "close", "reset"] as const) {
    const arrived = event();
    await using server = await startServer(async (exchange) => {
      exchange.head();
      exchange.piece(streamOf(answerOf("Hi")));
      await arrived.happened;
      exchange[way]();
    });
    const { verdict, reading } = await ask(server.baseUrl, {
      retries: 2,
      onArrivals: arrived.happen,
    });
    const code = way === "end" ? null : "ECONNRESET";
    expect(verdict).toMatchObject({ outcome: "truncated", failure: { status: 200, code } });
    expect(reading.choices[0]?.content).toBe("Hi");
    expect(server.requests).toHaveLength(1);
  }
});

test("chat is truncated, not thrown, when an event is endless", async () => {
  const piece = "x".repeat(1024 * 1024);
  const { verdict, reading } = await askScripted({
    headAt: 1,
    pieces: [
      [2, `${streamOf(answerOf("Hi"))}data: `],
      ...Array.from({ length: 17 }, (_, index) => [index + 3, piece] as const),
    ],
    endAt: 50,
  });
  expect(verdict).toMatchObject({
    outcome: "truncated",
    failure: { message: expect.stringContaining("Cannot split event stream: ") },
  });
  expect(reading.choices[0]?.content).toBe("Hi");
});

test("chat ends at [DONE] though the connection stays open, and uses it again", async () => {
  const ended = event();
  await using server = await startServer(async ({ head, piece, end }) => {
    head();
    piece(lesson.stream);
    await ended.happened;
    end();
  });
  const first = await ask(server.baseUrl);
  expect(first.verdict.outcome).toBe("complete");
  ended.happen();
  await first.released;
  const second = await ask(server.baseUrl);
  expect(second.verdict.outcome).toBe("complete");
  await second.released;
  expect(server.requests.map(({ connection }) => connection)).toEqual([1, 1]);
});

test("chat is interrupted by the signal and keeps what came", async () => {
  await using server = await startServer(({ head, piece }) => {
    head();
    piece(streamOf(answerOf("Hi"), answerOf(" <")) + "data: ");
  });
  const user = new AbortController();
  const { verdict, reading } = await ask(server.baseUrl, {
    signal: user.signal,
    retries: 2,
    onArrivals: () => user.abort(),
  });
  expect(verdict.outcome).toBe("interrupted");
  expect(reading.choices[0]?.content).toBe("Hi <");
  expect(reading.timeline.usage).toBeNull();
  expect(server.requests).toHaveLength(1);
});

test("chat times out, is not sent again, and keeps what came", async () => {
  await using server = await startServer(({ head, piece }) => {
    head();
    piece(streamOf(answerOf("Hi", { finish: "stop" })));
  });
  const { verdict, reading } = await ask(server.baseUrl, { retries: 2, limits: { idle: 20_000 } });
  expect(verdict).toMatchObject({ outcome: "timed_out", failure: { code: "idle" } });
  expect(reading.choices[0]?.content).toBe("Hi");
  expect(server.requests).toHaveLength(1);
});

test("chat is asked again without stream_options where the endpoint refuses them", async () => {
  const refusals: [number, object][] = [
    [400, { error: { message: "Unknown parameter: 'stream_options'", code: "unknown_parameter" } }],
    [400, { message: "include_usage is not supported", code: 20015 }],
    [422, { detail: [{ loc: ["body", "stream_options"], msg: "Extra inputs are not permitted" }] }],
  ];
  for (const [status, refusal] of refusals) {
    await using server = await startServer(({ body, head, piece, end }) => {
      const isRefused = "stream_options" in JSON.parse(body);
      head(isRefused ? status : 200);
      piece(isRefused ? JSON.stringify(refusal) : lesson.stream);
      end();
    });
    const { verdict, announced, attempts, parts } = await ask(server.baseUrl);
    expect(verdict.outcome).toBe("complete");
    expect(attempts).toBe(2);
    expect(announced).toMatchObject([
      { reason: "stream_options_refused", delay: 0, attempts: 1, failure: { status } },
    ]);
    expect(parts.some(({ type }) => type === "error")).toBe(false);
    const [first, second] = server.requests.map(({ body }) => JSON.parse(body));
    expect(second).toEqual({ ...first, stream_options: undefined });
  }
});

test("chat is not asked a third time where stream_options were not the reason", async () => {
  const body = JSON.stringify({ error: { message: "stream_options: no, whatever you send" } });
  await using server = await startServerWith(body, { status: 400 });
  const { verdict, attempts } = await ask(server.baseUrl);
  expect(verdict.failure).toMatchObject({ kind: "status", status: 400 });
  expect(attempts).toBe(2);
});

test("chat that failed is sent again, said before each time, and its error is handed over to nobody", async () => {
  await using server = await startServer(({ head, piece, end }) => {
    const isBusy = server.requests.length < 3;
    head(isBusy ? 503 : 200, isBusy ? { "retry-after-ms": "1" } : {});
    piece(isBusy ? '{"code":50505,"message":"busy"}' : lesson.stream);
    end();
  });
  const { verdict, attempts, announced, parts, reading } = await ask(server.baseUrl, {
    retries: 2,
  });
  expect(verdict.outcome).toBe("complete");
  expect(attempts).toBe(3);
  const failure = { kind: "busy", status: 503, code: "50505", message: "busy" } as const;
  expect(announced).toEqual([
    { reason: "retry", failure, delay: 1, attempts: 1 },
    { reason: "retry", failure, delay: 1, attempts: 2 },
  ]);
  expect(parts.some(({ type }) => type === "error")).toBe(false);
  expect(reading.facts.error).toBeNull();
  expect(reading.timeline.deltasAt).toHaveLength(10);
});

test("chat that fails each time is sent as often as allowed, and its last error is handed over", async () => {
  await using server = await startServerWith('"busy"', {
    status: 429,
    headers: { "retry-after": "0" },
  });
  for (const retries of [0, 1, 3]) {
    const before = server.requests.length;
    const { verdict, attempts, announced, parts } = await ask(server.baseUrl, { retries });
    expect(verdict.failure).toMatchObject({ kind: "busy", message: "busy" });
    expect(attempts).toBe(retries + 1);
    expect(announced).toHaveLength(retries);
    expect(server.requests.length - before).toBe(retries + 1);
    expect(parts.map(({ type }) => type)).toEqual(["error"]);
  }
});

test("chat is not sent again for what another attempt cannot help", async () => {
  const cases: [number, string][] = [
    [401, '"Invalid token"'],
    [403, '{"code":30001,"message":"Sorry, your account balance is insufficient","data":null}'],
    [429, '{"error":{"message":"You exceeded your quota","code":"insufficient_quota"}}'],
  ];
  for (const [status, body] of cases) {
    await using server = await startServerWith(body, { status, headers: { "retry-after": "0" } });
    const { attempts } = await ask(server.baseUrl, { retries: 2 });
    expect(attempts).toBe(1);
    expect(server.requests).toHaveLength(1);
  }
});

test("chat is sent again when the connection broke before the head", async () => {
  await using server = await startServer(({ connection, head, piece, end, reset }) => {
    if (connection === 1) return reset();
    head();
    piece(lesson.stream);
    end();
  });
  const { verdict, announced } = await ask(server.baseUrl, { retries: 1 });
  expect(verdict.outcome).toBe("complete");
  expect(announced).toMatchObject([{ failure: { kind: "network", code: "ECONNRESET" } }]);
});

test("chat is interrupted at once while it waits for another attempt", async () => {
  await using server = await startServerWith('"busy"', {
    status: 503,
    headers: { "retry-after": "60" },
  });
  const user = new AbortController();
  const { verdict, attempts, announced, parts } = await ask(server.baseUrl, {
    retries: 2,
    signal: user.signal,
    onAnotherAttempt: () => queueMicrotask(() => user.abort()),
  });
  expect(verdict.outcome).toBe("interrupted");
  expect(announced).toMatchObject([{ delay: 60_000 }]);
  expect(attempts).toBe(1);
  expect(parts).toEqual([]);
  expect(server.requests).toHaveLength(1);
});

test("chat hands the recorder each attempt: begin, head, pieces, end", async () => {
  await using server = await startServer(({ head, piece, end }) => {
    const isBusy = server.requests.length < 2;
    head(isBusy ? 503 : 200, { "retry-after-ms": "1" });
    piece(isBusy ? '"busy"' : streamOf(answerOf("Hi"), "[DONE]"));
    end();
  });
  const log: unknown[] = [];
  const recorder = {
    begin: (request: { url: string }) => log.push(["begin", request.url]),
    head: (head: { status: number }) => log.push(["head", head.status]),
    piece: (piece: { text: string }) => log.push(["piece", piece.text]),
    end: (ending: { kind: string }) => log.push(["end", ending.kind]),
  };
  await ask(server.baseUrl, { retries: 1, recorder });
  const url = `${server.baseUrl}/chat/completions`;
  expect(log).toEqual([
    ["begin", url],
    ["head", 503],
    ["piece", '"busy"'],
    ["end", "ended"],
    ["begin", url],
    ["head", 200],
    ["piece", streamOf(answerOf("Hi"), "[DONE]")],
    ["end", "ended"],
  ]);
});

test("chat that no head came for is begun and ended for the recorder", async () => {
  await using server = await startServer(({ reset }) => reset());
  const log: string[] = [];
  const { head, verdict } = await ask(server.baseUrl, {
    recorder: {
      begin: () => log.push("begin"),
      head: () => log.push("head"),
      piece: () => log.push("piece"),
      end: ({ kind }) => log.push(kind),
    },
  });
  expect(log).toEqual(["begin", "no_response"]);
  expect(head).toBeNull();
  expect(verdict.failure?.kind).toBe("network");
});

test("chat notes and records what comes behind [DONE] in a piece of its own, and changes no time", async () => {
  const error = streamOf({ error: { message: "gone", code: 502 } });
  const body = streamOf(answerOf("Hi", { finish: "stop" }), "[DONE]");
  const given = scripted({
    headAt: 1,
    pieces: [
      [2, body],
      [5, error.slice(0, 20)],
      [6, error.slice(20)],
    ],
    endAt: 9,
  });
  const log: unknown[] = [];
  const late = await ask("http://127.0.0.1/v1", {
    ...given,
    recorder: {
      ...given.recorder,
      piece(piece) {
        given.recorder.piece(piece);
        log.push([piece.at, piece.text]);
      },
      end: (ending, at) => log.push([ending.kind, at]),
    },
  });
  expect(log).toEqual([
    [2, body],
    [5, error.slice(0, 20)],
    [6, error.slice(20)],
    ["ended", 6],
  ]);
  expect(late.reading.errorAfterDone).toEqual({ message: "gone", code: "502" });
  const whole = await askScripted({ headAt: 1, pieces: [[2, body + error]], endAt: 9 });
  const alone = await askScripted({ headAt: 1, pieces: [[2, body]], endAt: 9 });
  expect(late.reading).toEqual(whole.reading);
  for (const { reading, verdict, arrivals, endedAt, sentAt } of [whole, alone]) {
    expect(late.reading.timeline).toEqual(reading.timeline);
    expect(late.verdict).toEqual(verdict);
    expect(late.arrivals).toEqual(arrivals);
    expect(late.endedAt - late.sentAt).toBe(endedAt - sentAt);
  }
});

test("chat without texts has the same timeline", async () => {
  const script = { headAt: 1, pieces: [[2, lesson.stream]], endAt: 3 } as const;
  const kept = await askScripted(script);
  const bare = await askScripted(script, { keepText: false });
  expect(bare.reading.timeline).toEqual(kept.reading.timeline);
  expect(bare.reading.choices[0]?.content).toBe("");
});

test("chat does not take the reasoning of a thinking model for its answer", async () => {
  const { reading } = await askScripted({
    headAt: 10,
    pieces: [
      [100, streamOf(chunkOf({ reasoning_content: "hm" }))],
      [200, streamOf(answerOf("Hi"), "[DONE]")],
    ],
    endAt: 300,
  });
  const { ttft, ttfa, e2e } = requestMetrics(reading.timeline, { stall: 1 });
  expect({ ttft, ttfa, e2e }).toEqual({ ttft: 100, ttfa: 200, e2e: 200 });
});
