import { expect, test } from "bun:test";
import * as fc from "fast-check";
import type { Reply } from "../../../lib/server/reply/reply.ts";
import { loadTranscripts } from "../../../lib/server/reply/load_transcripts.ts";
import { bodyText, recordedApi } from "../../../lib/server/reply/recorded_reply.ts";
import type { Split } from "../../../lib/server/reply/split.ts";
import { TranscriptSource } from "../../../lib/server/reply/transcript_source.ts";
import expected from "../../fixtures/corpus/expected.json" with { type: "json" };
import { bodyOf, CORPUS, question, transcriptOf } from "../../support/serving.ts";
import { answerOf, chunkOf, lesson, streamOf } from "../../support/stream.ts";
import { bodyOver } from "../../support/told.ts";
import { pieces } from "../../support/transcripts.ts";

const corpus = await loadTranscripts(CORPUS);
const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

function source(...given: Parameters<typeof transcriptOf>): TranscriptSource {
  return new TranscriptSource([transcriptOf(...given)]);
}

function timesOf({ head, pieces, end }: Reply): unknown {
  return [head?.at, Array.from(pieces, ({ at }) => at), end.at];
}

function dataOf(answer: Reply): unknown[] {
  return [...bodyOf(answer).matchAll(/^data: (.*)$/gm)].map(([, data = ""]) =>
    data === "[DONE]" ? data : JSON.parse(data),
  );
}

// As recorded

test("a transcript comes out in its pieces, at its times, with its head", () => {
  const answer = source(
    [
      { text: "data: 你", at: 1500 },
      { text: "好\n\n", at: 2750 },
    ],
    {
      status: 201,
      headers: {
        "content-type": "text/event-stream; charset=utf-8",
        "x-request-id": "r1",
        date: "then",
        "transfer-encoding": "chunked",
        "content-encoding": "gzip",
        "content-length": "5",
        connection: "keep-alive",
      },
      closing: { kind: "end", at: 4000 },
    },
  ).answer(question("?"));
  expect(answer.head).toEqual({
    status: 201,
    headers: { "content-type": "text/event-stream; charset=utf-8", "x-request-id": "r1" },
    at: 500,
  });
  expect(Array.from(answer.pieces, ({ bytes }) => Buffer.from(bytes).toString())).toEqual([
    "data: 你",
    "好\n\n",
  ]);
  expect(timesOf(answer)).toEqual([500, [1500, 2750], 4000]);
  expect(answer.end.kind).toBe("end");
});

test("a transcript at twice the speed takes half the time, at most speed none", () => {
  const made = transcriptOf(["data: a\n\n", "data: b\n\n"], { closing: { kind: "end", at: 3000 } });
  const at = (speed: number): unknown =>
    timesOf(new TranscriptSource([made], { speed }).answer(question("?")));
  expect(at(2)).toEqual([250, [500, 1000], 1500]);
  expect(at(Infinity)).toEqual([0, [0, 0], 0]);
});

test("every recording of the corpus comes out byte for byte, whatever is asked", () => {
  expect(corpus.length).toBeGreaterThan(50);
  for (const recorded of corpus) {
    const api = recordedApi(recorded.transcript) ?? "chat";
    const answer = new TranscriptSource([recorded]).answer(bodyOver(api), api);
    expect([recorded.name, bodyOf(answer)]).toEqual([recorded.name, bodyText(recorded.transcript)]);
  }
});

test("a body without header comes out at once, as an event stream", () => {
  const answer = source([lesson.stream], { request: null }).answer(question("?"));
  expect(answer.head?.headers).toEqual({ "content-type": "text/event-stream" });
  expect(timesOf(answer)).toEqual([0, [0], 0]);
  expect(bodyOf(answer)).toBe(lesson.stream);
});

test("a recording that broke off breaks off again", () => {
  const end = (closing: ReturnType<typeof failed> | null) =>
    source(["data: a\n\n"], { closing }).answer(question("?")).end;
  expect(end(failed("ECONNRESET"))).toEqual({ kind: "reset", at: 9000 });
  expect(end(failed("interrupted"))).toEqual({ kind: "cut", at: 9000 });
  expect(end(null)).toEqual({ kind: "cut", at: 1000 });
});

test("a recording without a head has none again", () => {
  const { transcript } = corpus.find(({ name }) => name === "no-response.sse") ?? {};
  if (transcript === undefined) throw new Error("the corpus has no such file");
  const answer = new TranscriptSource([{ name: "a", transcript }]).answer(question("?"));
  expect(answer.head).toBeNull();
  expect(answer.end.kind).not.toBe("end");
});

// stream_options.include_usage

const asking = { stream: true, stream_options: { include_usage: true } };
const silent = { stream_options: {} };
const openai = [
  streamOf(answerOf("Hi", { usage: null })),
  streamOf(answerOf("!", { usage: null, finish: "stop" })),
  streamOf({ choices: [], usage }),
  streamOf("[DONE]"),
];

test("usage that was asked for then is left out where it is not asked for now", () => {
  const answer = source(openai, { request: asking }).answer(question("?", silent));
  expect(dataOf(answer)).toEqual([answerOf("Hi"), answerOf("!", { finish: "stop" }), "[DONE]"]);
  expect(timesOf(answer)).toEqual([500, [1000, 2000, 4000], 4000]);
});

test("usage that was asked for then is left off every chunk", () => {
  const perChunk = [streamOf(answerOf("Hi", { usage })), streamOf("[DONE]")];
  const answer = source(perChunk, { request: asking }).answer(question("?", silent));
  expect(dataOf(answer)).toEqual([answerOf("Hi"), "[DONE]"]);
});

test("usage that came unasked comes again", () => {
  const text = `${streamOf(answerOf("Hi", { usage }))}${openai[2]}`;
  const answer = source([text], { request: { stream: true } }).answer(question("?", silent));
  expect(bodyOf(answer)).toBe(text);
});

test("where the request is not known, only the chunk that is nothing but usage is left out", () => {
  const text = streamOf(answerOf("Hi", { usage }), { choices: [], usage }, "[DONE]");
  const answer = source([text], { request: null }).answer(question("?", silent));
  expect(dataOf(answer)).toEqual([answerOf("Hi", { usage }), "[DONE]"]);
});

test("usage is left out wherever pieces cut it, and the rest keeps its bytes", () => {
  fc.assert(
    fc.property(fc.constantFrom("\n", "\r\n", "\r"), fc.nat(), fc.nat(), (lineEnd, one, other) => {
      const body = `: ping\n\n${openai.join("")}`.replaceAll("\n", lineEnd);
      const cuts = [one % body.length, other % body.length].toSorted((a, b) => a - b);
      const parts = [body.slice(0, cuts[0]), body.slice(cuts[0], cuts[1]), body.slice(cuts[1])];
      const answer = source(parts.filter(Boolean), { request: asking }).answer(
        question("?", silent),
      );
      const kept = `: ping\n\n${streamOf(answerOf("Hi"), answerOf("!", { finish: "stop" }), "[DONE]")}`;
      expect(bodyOf(answer)).toBe(kept.replaceAll("\n", lineEnd));
    }),
  );
});

// stream: false

test("a stream is given as one completion to a request that does not stream", () => {
  const answer = source(
    [
      streamOf(
        chunkOf({ role: "assistant", content: "" }, { id: "c1", created: 5, model: "m" }),
        chunkOf({ reasoning_content: "Hm" }, { id: "c1" }),
        answerOf("你", { id: "c1" }),
        answerOf("好", { id: "c1", system_fingerprint: "fp" }),
        chunkOf({}, { id: "c1", finish: "stop" }),
        { id: "c1", choices: [], usage },
        "[DONE]",
      ),
    ],
    { closing: { kind: "end", at: 7000 } },
  ).answer(question("?", { stream: false }));
  expect(JSON.parse(bodyOf(answer))).toEqual({
    id: "c1",
    object: "chat.completion",
    created: 5,
    model: "m",
    system_fingerprint: "fp",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: "你好", reasoning_content: "Hm" },
        finish_reason: "stop",
      },
    ],
    usage,
  });
  expect(answer.head?.headers["content-type"]).toBe("application/json");
  expect(timesOf(answer)).toEqual([7000, [7000], 7000]);
});

test("tool calls and choices are put together", () => {
  const stream = streamOf(
    chunkOf({
      role: "assistant",
      content: null,
      ...call(0, { id: "a", type: "function", function: { name: "f", arguments: "" } }),
    }),
    chunkOf(call(0, { function: { arguments: '{"x"' } })),
    chunkOf(call(1, { id: "b", type: "function", function: { name: "g", arguments: "{}" } })),
    chunkOf(call(0, { function: { arguments: ":1}" } })),
    { choices: [{ index: 1, delta: { content: "second" }, logprobs: { content: [1] } }] },
    { choices: [{ index: 1, delta: {}, logprobs: { content: [2] }, finish_reason: "stop" }] },
    chunkOf({}, { finish: "tool_calls" }),
    "[DONE]",
  );
  const whole = JSON.parse(bodyOf(source([stream]).answer(question("?", { stream: false }))));
  expect(whole.choices).toEqual([
    {
      index: 0,
      message: {
        role: "assistant",
        content: null,
        tool_calls: [
          { id: "a", type: "function", function: { name: "f", arguments: '{"x":1}' } },
          { id: "b", type: "function", function: { name: "g", arguments: "{}" } },
        ],
      },
      finish_reason: "tool_calls",
    },
    {
      index: 1,
      message: { role: "assistant", content: "second" },
      logprobs: { content: [1, 2] },
      finish_reason: "stop",
    },
  ]);
});

/** What only a reader mends; a recording is given as it came. */
const MENDED = /not_a_field|repaired_event|repeated_text/;

test("what the corpus says as a stream, it says as one completion", () => {
  let compared = 0;
  for (const recorded of corpus) {
    const entry = (expected as Record<string, Record<string, unknown>>)[recorded.name];
    if (MENDED.test(String(entry?.["notes"])) || recorded.name.startsWith("message-")) continue;
    if (!recorded.transcript.header?.request.url.endsWith("/chat/completions")) continue;
    if (entry?.["outcome"] !== "complete" || recorded.transcript.header?.response?.status !== 200)
      continue;
    const answer = new TranscriptSource([recorded]).answer(question("?", { stream: false }));
    if (answer.head?.status !== 200) throw new Error(recorded.name);
    const [choice] = JSON.parse(bodyOf(answer).replace(/^\uFEFF/, "")).choices;
    const { content, refusal, audio } = choice.message;
    const said = textOf(content) || textOf(audio?.transcript);
    // Reasoning in tags or parts stays in the text of a completion.
    if (entry["reasoning"] === "") {
      expect(`${recorded.name}: ${said}${textOf(refusal)}`).toBe(
        `${recorded.name}: ${entry["content"]}`,
      );
    }
    expect([recorded.name, choice.finish_reason]).toEqual([recorded.name, entry["finish_reason"]]);
    compared++;
  }
  expect(compared).toBeGreaterThan(20);
});

test("a stream with an error is an error, one that broke off breaks off without a head", () => {
  const error = { error: { message: "overloaded", code: "busy" } };
  const failed = source([streamOf(answerOf("Hi"), error)]).answer(question("?", { stream: false }));
  expect([failed.head?.status, JSON.parse(bodyOf(failed))]).toEqual([500, error]);
  const cut = source([streamOf(answerOf("Hi"))], { closing: null });
  expect(cut.answer(question("?", { stream: false }))).toMatchObject({
    head: null,
    end: { kind: "cut", at: 1000 },
  });
});

test("a completion that was not asked to stream is given as a stream where one is wanted", () => {
  const whole = {
    id: "c1",
    object: "chat.completion",
    model: "m",
    choices: [{ index: 0, message: { role: "assistant", content: "你好" }, finish_reason: "stop" }],
    usage,
  };
  const recorded = source([JSON.stringify(whole)], {
    request: { stream: false },
    headers: { "content-type": "application/json" },
  });
  const answer = recorded.answer(question("?"));
  expect(answer.head?.headers["content-type"]).toBe("text/event-stream");
  expect(dataOf(answer)).toEqual([
    chunk({
      choices: [{ index: 0, delta: { role: "assistant", content: "你好" }, finish_reason: null }],
      usage: null,
    }),
    chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage: null }),
    chunk({ choices: [], usage }),
    "[DONE]",
  ]);
  expect(bodyOf(recorded.answer(question("?", { stream: false })))).toBe(JSON.stringify(whole));
});

test("an endpoint that did not stream though asked to does so again", () => {
  const text = '{"choices":[{"message":{"content":"Hi"}}]}';
  expect(bodyOf(source([text]).answer(question("?")))).toBe(text);
});

// Cuts

test("a body cut elsewhere is the same body, and no byte comes before its time", () => {
  const splits: fc.Arbitrary<Split> = fc.oneof(
    fc.constant({ kind: "event" } as const),
    fc.record({ kind: fc.constant("bytes" as const), length: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ kind: fc.constant("random" as const), seed: fc.integer() }),
  );
  fc.assert(
    fc.property(pieces, splits, (given, split) => {
      const made = transcriptOf(given, { request: asking });
      const whole = new TranscriptSource([made]).answer(question("?"));
      const cut = new TranscriptSource([made], { split }).answer(question("?"));
      expect(bodyOf(cut)).toBe(bodyOf(whole));
      const arrival: number[] = [];
      for (const { bytes, at } of whole.pieces) for (const _ of bytes) arrival.push(at);
      let end = 0;
      for (const { bytes, at } of cut.pieces) {
        end += bytes.length;
        expect(bytes.length).toBeGreaterThan(0);
        expect(at).toBe(arrival[end - 1] ?? NaN);
      }
    }),
  );
});

test("cuts of N bytes fall inside characters and line ends", () => {
  const made = transcriptOf(["data: 你\r\n\r\n"]);
  const cut = (split: Split): string[] =>
    Array.from(new TranscriptSource([made], { split }).answer(question("?")).pieces, ({ bytes }) =>
      Buffer.from(bytes).toString("hex"),
    );
  // "data: " is 6 bytes, 你 is e4bda0.
  expect(cut({ kind: "bytes", length: 5 })).toEqual(["646174613a", "20e4bda00d", "0a0d0a"]);
  expect(cut({ kind: "bytes", length: 7 })).toEqual(["646174613a20e4", "bda00d0a0d0a"]);
  expect(cut({ kind: "random", seed: 3 })).toEqual(cut({ kind: "random", seed: 3 }));
});

test("cuts at events put one event into each piece, with the comments before it", () => {
  const made = transcriptOf([`: ping\n\n${streamOf("1", "2")}data: 3\r\n\r\ndata: 4`]);
  const answer = new TranscriptSource([made], { split: { kind: "event" } }).answer(question("?"));
  expect(Array.from(answer.pieces, ({ bytes }) => Buffer.from(bytes).toString())).toEqual([
    ": ping\n\ndata: 1\n\n",
    "data: 2\n\n",
    "data: 3\r\n\r\n",
    "data: 4",
  ]);
});

test("the models are those that were asked, else those that answered", () => {
  const transcripts = [
    transcriptOf([], { request: { model: "a" } }),
    transcriptOf([], { request: { model: "a" } }),
    transcriptOf([streamOf({ choices: [] }, { model: "b" })], { request: null }),
  ];
  expect(new TranscriptSource(transcripts).models).toEqual(["a", "b"]);
});

function failed(code: string) {
  return { kind: "failed", at: 9000, error: { code, message: "" } } as const;
}

function call(index: number, rest: object) {
  return { tool_calls: [{ index, ...rest }] };
}

function textOf(part: unknown): string {
  return Array.isArray(part) ? part.map((one) => one.text ?? "").join("") : String(part ?? "");
}

function chunk(rest: object) {
  return {
    id: "c1",
    object: "chat.completion.chunk",
    model: "m",
    ...rest,
  };
}
