import { afterEach, beforeEach, expect, spyOn, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type ChatOptions, type ChatResult, completeChat } from "../../lib/chat/complete_chat.ts";
import type { Arrival } from "../../lib/chat/reading.ts";
import { replayChat, type ReplayOptions, type ReplayResult } from "../../lib/chat/replay_chat.ts";
import { requestMetrics } from "../../lib/measure/metrics.ts";
import { resultJson } from "../../lib/report/request/result_json.ts";
import { decodeTranscript } from "../../lib/transcript/decode.ts";
import { encodeTranscript } from "../../lib/transcript/encode.ts";
import type { Transcript } from "../../lib/transcript/format.ts";
import { TranscriptRecorder } from "../../lib/transcript/recorder.ts";
import { readTranscript, TranscriptFile } from "../../lib/transcript/transcript_file.ts";
import { monotonicClock } from "../../lib/base/clock.ts";
import type { Fetch } from "../../lib/wire/exchange.ts";
import { chatRequest } from "../../lib/protocols/completion_request.ts";
import { deadPort } from "../support/chat_server.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type ServerExchange, startServer } from "../support/server.ts";
import { answerOf, chunkOf, lesson, streamOf } from "../support/stream.ts";
import { HEADER } from "../support/transcripts.ts";

/** Everything that a report is made of. */
function reported(result: ReplayResult | ChatResult): object {
  const { verdict, reading, attempts } = result;
  const metrics = requestMetrics(reading.timeline, { stall: 1000 });
  return {
    verdict,
    reading,
    attempts,
    metrics,
    json: resultJson(result, { metrics, language: "en" }),
    head: result.head === null ? null : { status: result.head.status, at: result.head.at },
  };
}

/** What a server does for one request. `received` waits until the client has so many pieces more. */
type Answer = (
  exchange: ServerExchange,
  client: { readonly received: () => Promise<void>; readonly user: AbortController },
) => void | Promise<void>;

/** Asks a server that answers so, records it, and expects the same of the live request and of the file. */
async function expectEqual(
  answer: Answer,
  options: Partial<ChatOptions> = {},
): Promise<ChatResult> {
  using folder = temporaryFolder();
  const path = join(folder.path, "a.sse");
  const user = new AbortController();
  let arrived = Promise.withResolvers<void>();
  const received = async (): Promise<void> => {
    await arrived.promise;
    arrived = Promise.withResolvers<void>();
  };
  await using server = await startServer((exchange) => answer(exchange, { received, user }));
  const recorder = new TranscriptRecorder(path, {
    onError(error) {
      throw error;
    },
  });
  const messages = [{ role: "user", content: "你好" }] as const;
  const request = chatRequest({ baseUrl: server.baseUrl, model: "m", messages, key: null });
  const live = await completeChat(request, {
    signal: user.signal,
    ...options,
    recorder: {
      begin: (request) => recorder.begin(request),
      head: (head) => recorder.head(head),
      piece(piece) {
        recorder.piece(piece);
        arrived.resolve();
      },
      end: (ending, at) => recorder.end(ending, at),
    },
  });
  recorder.close();
  const file = new TranscriptFile(path);
  const replayed = await replayChat(file, { speed: Infinity, clock: monotonicClock });
  expect(reported(replayed)).toEqual(reported(live));
  return live;
}

/** A `fetch` whose body has these pieces, one right behind the other: however busy the machine, none is late. */
function fetchOf(pieces: readonly string[]): Fetch {
  const body = (): ReadableStream<Uint8Array> =>
    new ReadableStream({
      start(controller) {
        for (const piece of pieces) controller.enqueue(Buffer.from(piece));
        controller.close();
      },
    });
  return async () => new Response(body(), { headers: { "content-type": "text/event-stream" } });
}

/** Sends the body event by event, each in a piece of its own. */
async function sendEvents(
  { head, piece }: ServerExchange,
  { body, received }: { readonly body: string; readonly received: () => Promise<void> },
): Promise<void> {
  head(200, { "content-type": "text/event-stream", "x-request-id": "req_1" });
  for (const event of body.split(/(?<=\n\n)/)) {
    piece(event);
    await received();
  }
}

const half = streamOf(...lesson.texts.slice(0, 4).map((text) => answerOf(text)));

const streams: Readonly<Record<string, string>> = {
  "a complete answer": lesson.stream,
  "think tags": streamOf(
    answerOf("<thi"),
    answerOf("nk>hm</think>"),
    answerOf("Hi"),
    chunkOf({}, { finish: "stop" }),
    "[DONE]",
  ),
  "a stream without [DONE]": lesson.stream.replace("data: [DONE]\n\n", ""),
  "a BOM": `\uFEFF${lesson.stream}`,
  "an error in the stream": half + streamOf({ error: { message: "overloaded", code: 50505 } }),
  "an event that is no JSON": half + streamOf("oops", "[DONE]"),
  "a stream that is cut in order": half,
  "a last event without its blank line": `${half}data: [DONE]`,
  "several choices": streamOf(
    { choices: [{ index: 1, delta: { content: "b" }, finish_reason: "stop" }] },
    { choices: [{ index: 0, delta: { content: "a" }, finish_reason: "stop" }] },
    "[DONE]",
  ),
  "a body that looks like a transcript": `:@transcript {}\n:@ 1 2\n:@end 5\n${lesson.stream}`,
};

for (const [what, body] of Object.entries(streams)) {
  test(`replay equals the live request, bit for bit: ${what}`, async () => {
    await expectEqual(async (exchange, { received }) => {
      await sendEvents(exchange, { body, received });
      exchange.end();
    });
  });
}

const answers: Readonly<Record<string, readonly [outcome: string, Answer, Partial<ChatOptions>?]>> =
  {
    "a body in one piece": [
      "complete",
      ({ head, piece, end }) => {
        head();
        piece(lesson.stream);
        end();
      },
    ],
    "characters cut between pieces, and bytes that are no UTF-8": [
      "complete",
      async ({ head, raw }, { received }) => {
        head(200, { "transfer-encoding": "identity", connection: "close" });
        const bytes = Buffer.from(lesson.stream);
        const cut = bytes.indexOf("你") + 1;
        raw(bytes.subarray(0, cut));
        await received();
        raw(bytes.subarray(cut));
        raw(Buffer.from([0x3a, 0xff, 0xfe, 0x0a]));
      },
    ],
    "an answer that was not streamed": [
      "complete",
      ({ head, piece, end }) => {
        head(200, { "content-type": "application/json" });
        const message = { role: "assistant", content: "Hi" };
        const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
        piece(
          JSON.stringify({
            id: "i",
            choices: [{ index: 0, message, finish_reason: "stop" }],
            usage,
          }),
        );
        end();
      },
    ],
    "a web page": [
      "failed",
      ({ head, piece, end }) => {
        head(200, { "content-type": "text/html" });
        piece("<html>Log in</html>");
        end();
      },
    ],
    "an empty body": [
      "failed",
      ({ head, end }) => {
        head();
        end();
      },
    ],
    "a status without a body": ["failed", ({ raw }) => raw("HTTP/1.1 204 -\r\n\r\n")],
    "a redirect": [
      "failed",
      ({ head, end }) => {
        head(302, { location: "https://login.example.com/" });
        end();
      },
    ],
    "401": [
      "failed",
      ({ head, piece, end }) => {
        head(401, { "x-siliconcloud-trace-id": "ti_7" });
        piece(JSON.stringify({ error: { message: "no", code: "invalid_api_key" } }));
        end();
      },
    ],
    "429 with a body that is too long to be kept": [
      "failed",
      ({ head, piece, end }) => {
        head(429, { "retry-after": "1" });
        piece("slow down ".repeat(20_000));
        end();
      },
    ],
    "a reset in the middle": [
      "truncated",
      async (exchange, { received }) => {
        await sendEvents(exchange, { body: half, received });
        exchange.reset();
      },
    ],
    "a reset before the head": ["failed", ({ reset }) => reset()],
    "a total time that ran out": [
      "timed_out",
      (exchange, { received }) => sendEvents(exchange, { body: half, received }),
      { limits: { total: 20_000 } },
    ],
    "a first byte that did not come": [
      "timed_out",
      () => {},
      { limits: { firstByte: 20_000, idle: 1 } },
    ],
    "silence after the head": [
      "timed_out",
      ({ head }) => head(),
      { limits: { firstByte: 20_500 } },
    ],
    "silence in the middle": [
      "timed_out",
      (exchange, { received }) => sendEvents(exchange, { body: half, received }),
      { limits: { idle: 20_000 } },
    ],
    "the user interrupts before the head": ["interrupted", (_, { user }) => user.abort()],
    "the user interrupts in the middle": [
      "interrupted",
      async (exchange, { received, user }) => {
        await sendEvents(exchange, { body: half, received });
        user.abort();
      },
    ],
    "a connection that ends within a piece that was announced": [
      "truncated",
      async ({ raw, close }, { received }) => {
        raw(`HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n${half}`);
        await received();
        close();
      },
    ],
  };

for (const [what, [outcome, answer, options]] of Object.entries(answers)) {
  test(`replay equals the live request, bit for bit: ${what}`, async () => {
    const live = await expectEqual(answer, options);
    expect(live.verdict.outcome as string).toBe(outcome);
  });
}

test("replay equals the live request, bit for bit: nobody listens", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "a.sse");
  const recorder = new TranscriptRecorder(path, { onError() {} });
  const baseUrl = `http://127.0.0.1:${await deadPort()}/v1`;
  const request = chatRequest({ baseUrl, model: "m", messages: [], key: null });
  const live = await completeChat(request, { recorder });
  recorder.close();
  const replayed = await replayChat(new TranscriptFile(path), { clock: monotonicClock });
  expect(live.verdict.failure?.code).toBe("ECONNREFUSED");
  expect(reported(replayed)).toEqual(reported(live));
});

test("replay equals the live request, bit for bit: an event that is too long", async () => {
  const long = answerOf("x".repeat(17 * 1024 * 1024));
  const live = await expectEqual(async (exchange, { received }) => {
    await sendEvents(exchange, { body: half, received });
    exchange.piece(streamOf(long, answerOf("never read"), "[DONE]"));
    exchange.end();
  });
  expect(live.verdict.outcome).toBe("truncated");
});

test("replay equals the live request, bit for bit: the third attempt", async () => {
  let asked = 0;
  const live = await expectEqual(
    ({ head, piece, end }) => {
      asked++;
      head(asked === 1 ? 400 : asked === 2 ? 503 : 200, { "retry-after-ms": "1" });
      piece(asked === 1 ? "unknown field stream_options" : asked === 2 ? "busy" : lesson.stream);
      end();
    },
    { retries: 1 },
  );
  expect(live).toMatchObject({ attempts: 3, verdict: { outcome: "complete" } });
});

test("replay equals the live request, bit for bit: the user interrupts between two attempts", async () => {
  const user = new AbortController();
  const live = await expectEqual(
    ({ head, piece, end }) => {
      head(429, { "retry-after": "60" });
      piece('{"error":{"message":"slow down"}}');
      end();
    },
    {
      retries: 2,
      signal: user.signal,
      onAnotherAttempt: () => queueMicrotask(() => user.abort()),
    },
  );
  expect(live.verdict.outcome).toBe("interrupted");
});

const CORPUS = join(import.meta.dir, "..", "fixtures", "corpus");
const corpus = readdirSync(CORPUS).filter((name) => name.endsWith(".sse"));

test("replay equals the live request, bit for bit: every body of the corpus", async () => {
  const transcripts = await Promise.all(corpus.map((name) => readTranscript(join(CORPUS, name))));
  for (const { header, pieces } of transcripts) {
    await expectEqual(async ({ head, piece, end }, { received }) => {
      head(header?.response?.status ?? 200);
      for (const { text } of pieces) {
        piece(text);
        // Behind [DONE] nothing is taken any more.
        if (!text.includes("[DONE]")) await Promise.race([received(), turns()]);
      }
      end();
    });
  }
});

/** Long enough for a piece to arrive, if it is going to. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A transcript in memory, read as a file is. */
function played(transcript: Transcript, chunk = Infinity) {
  const { header, closing } = transcript;
  async function* pieces() {
    for (let at = 0; at < transcript.pieces.length; at += chunk) {
      yield transcript.pieces.slice(at, at + chunk);
    }
  }
  return { header, closing, pieces };
}

/** A transcript of ten answers, 10.3 ms apart, that ends 10.3 ms after the last. */
const paced: Transcript = {
  header: HEADER,
  pieces: Array.from({ length: 10 }, (_, index) => ({
    text: streamOf(answerOf(String(index))),
    at: 10_300 * (index + 1),
  })),
  notes: [],
  closing: { kind: "end", at: 113_300 },
};

/** The moment on the clock that the fake timers know, in µs. */
let now = 0;
let timers: ReturnType<typeof spyOn> | undefined;

/** Every timer runs out 3 ms too late, and nothing else takes time. */
function late(callback: () => void, milliseconds = 0): number {
  queueMicrotask(() => {
    now += Math.trunc(milliseconds) * 1000 + 3000;
    callback();
  });
  return 0;
}

function useLateTimers(): void {
  timers = spyOn(globalThis, "setTimeout").mockImplementation(late as unknown as typeof setTimeout);
}

beforeEach(() => void (now = 5_000_000));
afterEach(() => void timers?.mockRestore());

async function moments(options: Partial<ReplayOptions>, transcript = paced): Promise<number[]> {
  const at: number[] = [];
  const start = now;
  useLateTimers();
  await replayChat(played(transcript), {
    clock: () => now,
    onArrivals: () => void at.push(now - start),
    ...options,
  });
  at.push(now - start);
  return at;
}

test("replay counts every wait from its beginning, so that late timers do not add up", async () => {
  // Each wait is rounded up to a whole ms and comes 3 ms late; the next one is shorter for it.
  const expected = [...paced.pieces.map(({ at }) => at ?? 0), 113_300];
  const late = (await moments({ speed: 1 })).map(
    (moment, index) => moment - (expected[index] ?? 0),
  );
  expect(late).toHaveLength(11);
  for (const delay of late) {
    expect(delay).toBeGreaterThanOrEqual(3000);
    expect(delay).toBeLessThan(4000);
  }
});

test("replay at another speed divides every time", async () => {
  for (const speed of [4, 0.2]) {
    const late = (await moments({ speed })).map(
      (moment, index) => moment - (10_300 * (index + 1)) / speed,
    );
    timers?.mockRestore();
    for (const delay of late) {
      expect(delay).toBeGreaterThanOrEqual(speed === 4 ? 0 : 3000);
      expect(delay).toBeLessThan(speed === 4 ? 6000 : 4000);
    }
  }
});

test("replay at full speed does not wait", async () => {
  expect(await moments({ speed: Infinity })).toEqual(Array(11).fill(0));
});

test("replay does not wait for what has no time", async () => {
  const pieces = paced.pieces.map(({ text }) => ({ text, at: null }));
  const plain = { header: null, pieces, notes: [], closing: null };
  expect(await moments({ speed: 1 }, plain)).toEqual(Array(11).fill(0));
});

test("replay gives the recorded times, however it is played", async () => {
  const results = [];
  for (const [speed, chunk] of [
    [1, 1],
    [4, 3],
    [Infinity, Infinity],
  ] as const) {
    useLateTimers();
    const arrivals: Arrival[] = [];
    const result = await replayChat(played(paced, chunk), {
      speed,
      clock: () => now,
      onArrivals: (arrived) => void arrivals.push(...arrived),
    });
    timers?.mockRestore();
    results.push({ ...reported(result), arrivals });
  }
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
  expect(results[0]?.arrivals.map(({ at }) => at)).toEqual(paced.pieces.map(({ at }) => at));
});

test("replay that is aborted is interrupted, and does not reach the end", async () => {
  const user = new AbortController();
  const arrived: number[] = [];
  useLateTimers();
  const { verdict, reading } = await replayChat(played(paced), {
    clock: () => now,
    signal: user.signal,
    onArrivals: ([arrival]) => {
      arrived.push(arrival?.at ?? 0);
      if (arrived.length === 3) user.abort();
    },
  });
  expect(verdict.outcome).toBe("interrupted");
  expect(arrived).toEqual([10_300, 20_600, 30_900]);
  expect(reading.timeline.closedAt).toBeNull();
  expect(reading.choices[0]?.content).toBe("012");
});

test("replay of a recording that was cut is interrupted", async () => {
  const cut = played({ ...paced, closing: null });
  const { verdict, reading } = await replayChat(cut, { speed: Infinity, clock: () => now });
  expect(verdict.outcome).toBe("interrupted");
  expect(reading.timeline).toMatchObject({ firstPieceAt: 10_300, closedAt: null });
});

test("replay without texts has the same metrics", async () => {
  const bare = await replayChat(played(paced), {
    speed: Infinity,
    keepText: false,
    clock: () => now,
  });
  const whole = await replayChat(played(paced), { speed: Infinity, clock: () => now });
  expect(bare.reading.choices[0]?.content).toBe("");
  expect(bare.reading.timeline).toEqual(whole.reading.timeline);
});

test("replay knows the status also where the header comes late", async () => {
  const busy = { ...HEADER, response: { status: 429, headers: {}, at_ms: 1 } };
  const pieces = [{ text: '{"error":{"message":"slow down"}}', at: 2000 }];
  const file = played({ header: busy, pieces, notes: [], closing: { kind: "end", at: 3000 } });
  const late = {
    header: null as Transcript["header"],
    closing: file.closing,
    async *pieces() {
      yield [];
      this.header = file.header;
      yield* file.pieces();
    },
  };
  const { verdict } = await replayChat(late, { speed: Infinity, clock: () => now });
  expect(verdict).toMatchObject({ outcome: "failed", failure: { kind: "busy", status: 429 } });
});

test("replay leaves a plain file when nothing that follows counts", async () => {
  let read = 0;
  const endless = {
    header: null,
    closing: null,
    async *pieces() {
      for (;;) {
        read++;
        yield [{ text: "x".repeat(1024 * 1024), at: null }];
      }
    },
  };
  const { verdict } = await replayChat(endless, { clock: () => now });
  expect(verdict.failure?.message).toContain("a line has more than 16777216 characters");
  expect(read).toBeLessThan(20);
});

test("replay reads what the whole file says, in any parts", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "a.sse");
  const text = encodeTranscript(paced);
  await Bun.write(path, text);
  const file = new TranscriptFile(path);
  const fromFile = await replayChat(file, { speed: Infinity, clock: () => now });
  const { pieces } = decodeTranscript(Buffer.from(text), { name: "a.sse" });
  const fromMemory = await replayChat(played({ ...paced, pieces }, 2), {
    speed: Infinity,
    clock: () => now,
  });
  expect(reported(fromFile)).toEqual(reported(fromMemory));
});

test("replay notes what came behind [DONE] in pieces of its own, as the live request did", async () => {
  const error = streamOf({ error: { message: "gone" } });
  for (const [late, noted] of [
    [[error], { errorAfterDone: { message: "gone", code: null }, textAfterDone: null }],
    [[error.slice(0, 9), error.slice(9)], { errorAfterDone: { message: "gone", code: null } }],
    [
      ["Internal ", "Server Error"],
      { errorAfterDone: null, textAfterDone: "Internal Server Error" },
    ],
    [["\n", ": bye\n\n"], { errorAfterDone: null, textAfterDone: null }],
  ] as const) {
    const fetch = fetchOf([streamOf(answerOf("Hi", { finish: "stop" }), "[DONE]"), ...late]);
    const { reading, verdict, sentAt, endedAt } = await expectEqual(() => {}, { fetch });
    expect(verdict.outcome).toBe("complete");
    expect(reading).toMatchObject(noted);
    // The completion ended with [DONE], whatever came behind it.
    const { closedAt } = reading.timeline;
    expect(closedAt).not.toBeNull();
    expect(endedAt - sentAt).toBeGreaterThanOrEqual(closedAt ?? 0);
  }
});
