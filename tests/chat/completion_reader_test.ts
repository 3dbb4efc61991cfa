import { expect, test } from "bun:test";
import fc from "fast-check";
import { CompletionReader } from "../../lib/chat/completion_reader.ts";
import type { Arrival, ChatPart, Reading } from "../../lib/chat/reading.ts";
import { judge } from "../../lib/measure/outcome.ts";
import { decode, everyCut, pieces } from "../support/cuts.ts";
import { answerOf, chunkOf, lesson, streamOf } from "../support/stream.ts";
import { runs } from "../support/runs.ts";

interface ReadOptions {
  readonly status?: number;
  readonly maxEventLength?: number;
}

/** Reads texts that arrive at 1, 2, 3, … µs; the body ends 100 µs after the last. */
function read(
  texts: readonly string[],
  { status = 200, ...options }: ReadOptions = {},
): Reading & { readonly arrivals: readonly Arrival[]; readonly parts: readonly ChatPart[] } {
  const reader = new CompletionReader(options);
  reader.begin(status);
  const arrivals = texts.flatMap((text, index) => reader.push({ text, at: index + 1 }));
  arrivals.push(...reader.end(texts.length + 100));
  return { ...reader.result(), arrivals, parts: arrivals.flatMap(({ parts }) => parts) };
}

function readBody(body: string, options?: ReadOptions) {
  return read([body], options);
}

/** What must not depend on how the body was cut. */
function substanceOf(texts: readonly string[], options?: ReadOptions): object {
  const { arrivals, parts, timeline, ...reading } = read(texts, options);
  expect(arrivals.reduce((sum, { deltas }) => sum + deltas, 0)).toBe(timeline.deltasAt.length);
  return {
    ...reading,
    // Known only where it came in the same piece as `[DONE]`.
    errorAfterDone: undefined,
    deltas: timeline.deltasAt.length,
    usage: timeline.usage,
    streamed: timeline.streamed,
    countedPerDelta: timeline.countedPerDelta,
    tokensAtFirstDelta: timeline.tokensAtFirstDelta,
    kinds: arrivals.map(({ kind }) => kind),
    parts: parts.map((part) => Object.assign({}, part, { at: undefined })),
  };
}

function expectSameHoweverCut(body: string, options?: ReadOptions): void {
  const whole = substanceOf([body], options);
  for (const parts of everyCut(Buffer.from(body))) {
    expect(substanceOf(decode(parts), options)).toEqual(whole);
  }
}

function outcomeOf({ facts }: Reading): string {
  const { outcome, failure } = judge({ kind: "ended", status: 200 }, facts);
  return failure === null ? outcome : failure.kind;
}

function reported(completion: number | null): object | null {
  return completion === null ? null : { prompt_tokens: 3, completion_tokens: completion };
}

function choiceChunk(index: number, content: string, finish: string | null = null): object {
  return { choices: [{ index, delta: { content }, finish_reason: finish }] };
}

function toolChunk(call: object): object {
  return chunkOf({ tool_calls: [call] });
}

const whole = {
  id: "cmpl",
  object: "chat.completion",
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
};

test("reader reads the lesson's stream: text, deltas, usage, finish reason", () => {
  const reading = readBody(lesson.stream);
  expect(reading).toMatchObject({
    id: "019a8fda",
    models: ["Qwen/Qwen2.5-7B-Instruct"],
    fingerprints: [],
    choices: [
      {
        index: 0,
        content: lesson.content,
        reasoning: "",
        toolCalls: [],
        finishReason: "stop",
        isAnswered: true,
        isRefused: false,
      },
    ],
    facts: {
      isCompletion: true,
      done: true,
      finished: true,
      error: null,
      unread: null,
      hasChunk: true,
    },
    malformedEvents: 0,
    chunks: { total: 12, withText: 10, emptyFirst: 1, emptyLast: 1 },
  });
  expect(reading.timeline).toMatchObject({
    usage: { promptTokens: 30, completionTokens: 10, totalTokens: 40 },
    countedPerDelta: true,
    tokensAtFirstDelta: 1,
    streamed: true,
    hasReasoningDelta: false,
  });
  expect(reading.timeline.deltasAt).toHaveLength(10);
});

test("reader stamps each delta with the time of its piece", () => {
  const stream = streamOf(answerOf(""), answerOf("a"), answerOf("b"), answerOf("c"), "[DONE]");
  const events = stream.split(/(?<=\n\n)/);
  expect(read(events).timeline).toMatchObject({
    firstPieceAt: 1,
    deltasAt: [2, 3, 4],
    firstAnswerAt: 2,
    closedAt: 5,
  });
  // The second piece ends a's event and holds b's, so they share its time.
  const [role = "", a = "", b = "", ...rest] = events;
  expect(read([role + a.slice(0, 9), a.slice(9) + b, ...rest]).timeline.deltasAt).toEqual([
    2, 2, 3,
  ]);
});

test("reader gives the parts in order, with their times and the tokens of each chunk", () => {
  const { arrivals } = read([
    streamOf(chunkOf({ role: "assistant" }, { usage: { completion_tokens: 0 } })),
    streamOf(chunkOf({ reasoning: "hm" }, { usage: { completion_tokens: 2 } })) + ": ping\n\n",
    streamOf(
      answerOf("Hi", { finish: "stop", usage: { completion_tokens: 5 } }),
      "",
      "x",
      "[DONE]",
    ),
  ]);
  expect(arrivals).toMatchObject([
    {
      at: 1,
      kind: "chunk",
      tokens: 0,
      parts: [{ type: "usage", usage: { completionTokens: 0 }, at: 1 }],
    },
    {
      at: 2,
      kind: "chunk",
      tokens: 2,
      parts: [
        { type: "reasoning", text: "hm", choice: 0, at: 2 },
        { type: "usage", usage: { completionTokens: 2 }, at: 2 },
      ],
    },
    {
      at: 3,
      kind: "chunk",
      tokens: 3,
      parts: [
        { type: "text", text: "Hi", choice: 0, at: 3 },
        { type: "finish", choice: 0, reason: "stop", at: 3 },
        { type: "usage", usage: { completionTokens: 5 }, at: 3 },
      ],
    },
    { at: 3, kind: "heartbeat", data: "", parts: [], deltas: 0, tokens: null },
    { at: 3, kind: "malformed", data: "x", parts: [], deltas: 0, tokens: null },
    { at: 3, kind: "done", data: "[DONE]", parts: [], deltas: 0, tokens: null },
  ]);
});

test("reader takes no tokens back when an endpoint counts down", () => {
  const counted = [5, 3, 6].map((tokens) =>
    answerOf("a", { usage: { completion_tokens: tokens } }),
  );
  expect(readBody(streamOf(...counted)).arrivals.map(({ tokens }) => tokens)).toEqual([5, 0, 3]);
});

test("reader finds the same in the lesson's stream wherever it is cut once", () => {
  expectSameHoweverCut(lesson.stream);
});

test("reader finds the same in any stream however it is cut", () => {
  const text = fc.constantFrom("<think>", "</think>", " ", "<", "你好", "a\n", "👩‍👧", "");
  const chunk = fc.oneof(
    text.map((content) => answerOf(content)),
    text.map((reasoning) => chunkOf({ reasoning })),
    fc.nat(9).map((tokens) => answerOf("t", { usage: { completion_tokens: tokens } })),
    fc.nat(2).map((index) => ({ choices: [{ index, delta: { content: "<" } }] })),
    fc.constantFrom(
      chunkOf({}, { finish: "stop" }),
      chunkOf({ tool_calls: [{ function: { name: "f", arguments: "{}" } }] }),
      { error: "broken" },
      "",
      "no JSON",
      "[DONE]",
    ),
  );
  const block = fc.oneof(
    { arbitrary: chunk.map((value) => streamOf(value)), weight: 5 },
    fc.constantFrom(": ping\n\n", "event: error\ndata: no\r\n\r\n", "error: field\n", "\n", "\r"),
  );
  const ending = fc.constantFrom("", streamOf("[DONE]"), "data: [DONE]", 'data: {"choices":[{"del');
  const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 30 });
  fc.assert(
    fc.property(fc.array(block, { maxLength: 8 }), ending, lengths, (blocks, ending, lengths) => {
      const bytes = Buffer.from(blocks.join("") + ending);
      const parts: Uint8Array[] = [];
      let at = 0;
      for (const length of lengths) parts.push(bytes.subarray(at, (at += length)));
      parts.push(bytes.subarray(at));
      expect(substanceOf(decode(parts))).toEqual(substanceOf([bytes.toString()]));
    }),
    { seed: 9, numRuns: runs(300) },
  );
});

test("reader takes what popular servers send before and between chunks", () => {
  for (const body of [
    `\uFEFF${lesson.stream}`,
    `\n\n${lesson.stream}`,
    lesson.stream.replaceAll("\n", "\r\n"),
    lesson.stream.replaceAll("\n", "\r"),
    lesson.stream.replaceAll("data: ", "data:"),
    `: OPENROUTER PROCESSING\n\n${lesson.stream.replaceAll("\n\n", "\n\n: ping\n\n")}`,
    lesson.stream.replaceAll("\n\n", "\n\ndata:\n\nevent: ping\n\n"),
    lesson.stream.replaceAll("data:", "id:1\nevent:result\n:HTTP_STATUS/200\ndata:"),
    `meta: x\n\n${lesson.stream}`,
  ]) {
    const reading = readBody(body);
    expect(reading.choices[0]?.content).toBe(lesson.content);
    expect(reading.timeline.deltasAt).toHaveLength(10);
    expect(outcomeOf(reading)).toBe("complete");
    expect(reading.malformedEvents).toBe(0);
  }
});

test("reader counts events that are no JSON, and goes on", () => {
  const half = JSON.stringify(answerOf("a")).slice(0, -3);
  const body = streamOf(
    answerOf("Hi"),
    half,
    ": PROCESSING",
    answerOf("!", { finish: "stop" }),
    "[DONE]",
  );
  const reading = readBody(body);
  expect(reading.malformedEvents).toBe(2);
  expect(reading.choices[0]?.content).toBe("Hi!");
  expect(outcomeOf(reading)).toBe("complete");
  expectSameHoweverCut(body);
});

test("reader ends at [DONE]: nothing after it counts, in the same piece or the next", () => {
  const body = streamOf(answerOf("Hi"), "[DONE]");
  const late = streamOf(answerOf(" late"), { error: "late" }, "no JSON");
  for (const rest of [late, "error: late\n\n", "error: late"]) {
    for (const texts of [[body + rest], [body, rest], [...pieces(body + rest, 3)]]) {
      const reading = read(texts);
      expect(reading.choices[0]?.content).toBe("Hi");
      expect(reading.facts.error).toBeNull();
      expect(reading.malformedEvents).toBe(0);
    }
  }
  expect(read([body, late]).timeline).toMatchObject({ closedAt: 1 });
  const reader = new CompletionReader();
  reader.push({ text: streamOf(answerOf("Hi")), at: 1 });
  expect(reader.done).toBe(false);
  reader.push({ text: "data: [DONE]\n\n", at: 1 });
  expect(reader.done).toBe(true);
});

test("reader uses the last event though its blank line or newline is missing", () => {
  const last = answerOf("!", { finish: "stop", usage: { completion_tokens: 2 } });
  for (const missing of ["", "\n", "\r\n", "\r"]) {
    const body = `${streamOf(answerOf("Hi"))}data: ${JSON.stringify(last)}${missing}`;
    const reading = readBody(body);
    expect(reading.choices[0]).toMatchObject({ content: "Hi!", finishReason: "stop" });
    expect(reading.timeline.usage?.completionTokens).toBe(2);
    expect(outcomeOf(reading)).toBe("complete");
    expectSameHoweverCut(body);
  }
  expect(readBody(`${streamOf(answerOf("Hi"))}data: [DONE]`).facts.done).toBe(true);
});

test("reader stamps the event without a blank line with the last piece, not with the end", () => {
  const reading = read([streamOf(answerOf("Hi")), `data: ${JSON.stringify(answerOf("!"))}`]);
  expect(reading.timeline.deltasAt).toEqual([1, 2]);
  expect(reading.timeline.closedAt).toBe(102);
  expect(reading.parts.at(-1)).toMatchObject({ text: "!", at: 2 });
});

test("reader does not use half an event at the end", () => {
  const last = `data: ${JSON.stringify(answerOf("!", { finish: "stop" }))}`;
  for (let length = 1; length < last.length; length++) {
    const reading = readBody(streamOf(answerOf("Hi")) + last.slice(0, length));
    expect(reading.choices[0]?.content).toBe("Hi");
    expect(reading.malformedEvents).toBe(0);
    expect(outcomeOf(reading)).toBe("truncated");
  }
});

test("reader has the last usage, whether it is counted up, comes at the end, or both", () => {
  const cases = [
    { usages: [1, 2, 3], trailing: null, perDelta: true, first: 1 },
    { usages: [2, 3, 7], trailing: 8, perDelta: true, first: 2 },
    { usages: [null, null, null], trailing: 5, perDelta: false, first: null },
    { usages: [null, null, 5], trailing: null, perDelta: false, first: null },
  ];
  for (const { usages, trailing, perDelta, first } of cases) {
    const chunks = usages.map((tokens) => answerOf("t", { usage: reported(tokens) }));
    const last = { choices: [], usage: reported(trailing) };
    const { timeline, arrivals } = readBody(streamOf(...chunks, last, "[DONE]"));
    expect(timeline).toMatchObject({
      usage: { promptTokens: 3, completionTokens: trailing ?? usages.at(-1) },
      countedPerDelta: perDelta,
      tokensAtFirstDelta: first,
    });
    if (!perDelta) expect(arrivals.every(({ tokens }) => tokens === null)).toBe(true);
  }
});

test("reader has no usage where none came", () => {
  expect(readBody(streamOf(answerOf("Hi", { usage: null }), "[DONE]")).timeline.usage).toBeNull();
});

test("reader parts <think> from the answer and knows when the answer began", () => {
  const body = streamOf(
    ...["<th", "ink>", "hm", "</thi", "nk>", "Hi", "!"].map((text) => answerOf(text)),
  );
  const reading = read(body.split(/(?<=\n\n)/));
  expect(reading.choices[0]).toMatchObject({ content: "Hi!", reasoning: "hm" });
  expect(reading.timeline).toMatchObject({
    deltasAt: [1, 2, 3, 4, 5, 6, 7],
    firstAnswerAt: 6,
    hasReasoningDelta: true,
  });
  expectSameHoweverCut(body);
});

test("reader knows when an answer began whose first character looked like a tag", () => {
  const body = streamOf(answerOf("<"), answerOf("b>Hi</b>"), "[DONE]");
  const reading = read(body.split(/(?<=\n\n)/));
  expect(reading.timeline).toMatchObject({ firstAnswerAt: 1, hasReasoningDelta: false });
  expect(reading.choices[0]?.content).toBe("<b>Hi</b>");
});

test("reader gives held text out before the finish reason, or at the end", () => {
  const finished = readBody(streamOf(answerOf("<"), chunkOf({}, { finish: "stop" }), "[DONE]"));
  expect(finished.parts).toMatchObject([{ type: "text", text: "<" }, { type: "finish" }]);
  const unfinished = read([streamOf(answerOf(" ")), streamOf("[DONE]")]);
  expect(unfinished.arrivals.at(-1)).toEqual({
    at: 102,
    data: null,
    kind: "end",
    parts: [{ type: "text", text: " ", choice: 0, at: 102 }],
    deltas: 0,
    tokens: null,
  });
  expect(unfinished.timeline.firstAnswerAt).toBe(1);
});

const deltasOf = (body: string): number[] => readBody(body).arrivals.map(({ deltas }) => deltas);

test("reader counts as deltas what the timeline does, whatever their text waits for", () => {
  const call = { tool_calls: [{ index: 0, id: "a", function: { name: "f", arguments: "" } }] };
  // Held back until the next one; a call without arguments; two chunks in one event; none.
  expect(deltasOf(streamOf(answerOf("<"), answerOf("b>")))).toEqual([1, 1]);
  expect(deltasOf(streamOf(chunkOf(call), answerOf("a")))).toEqual([0, 1]);
  expect(deltasOf(streamOf(answerOf("a"), answerOf("b")).replace("\n\n", "\n"))).toEqual([2]);
  expect(deltasOf('{"choices":[{"message":{"content":"whole"}}]}')).toEqual([0]);
  expect(deltasOf('{"choices":[{"delta":{"content":"streamed"}}]}')).toEqual([1]);
});

test("reader keeps several choices apart and waits for the finish reason of each", () => {
  const begun = streamOf(choiceChunk(1, "b"), choiceChunk(0, "a"), choiceChunk(1, "B", "length"));
  expect(readBody(begun).choices).toMatchObject([
    { index: 0, content: "a", finishReason: null },
    { index: 1, content: "bB", finishReason: "length" },
  ]);
  expect(outcomeOf(readBody(begun))).toBe("truncated");
  expect(outcomeOf(readBody(begun + streamOf(choiceChunk(0, "", "stop"))))).toBe("complete");
});

test("reader puts tool calls together, and their arguments are deltas", () => {
  const body = streamOf(
    toolChunk({ index: 0, id: "a", function: { name: "f", arguments: "" } }),
    toolChunk({ index: 0, function: { arguments: '{"city":' } }),
    toolChunk({ index: 0, function: { name: "", arguments: '"北京"}' } }),
    chunkOf({}, { finish: "tool_calls" }),
    "[DONE]",
  );
  const reading = readBody(body);
  expect(reading.choices[0]).toMatchObject({
    content: "",
    toolCalls: [{ index: 0, id: "a", name: "f", arguments: '{"city":"北京"}' }],
    isAnswered: true,
  });
  expect(reading.timeline.deltasAt).toHaveLength(2);
  expect(reading.timeline.firstAnswerAt).toBeNull();
  expectSameHoweverCut(body);
});

test("reader does not take the whole message at the end of a stream for a second answer", () => {
  const reading = readBody(streamOf(answerOf("H"), answerOf("i"), whole, "[DONE]"));
  expect(reading.choices[0]).toMatchObject({ content: "Hi", finishReason: "stop" });
  expect(reading.timeline.deltasAt).toHaveLength(2);
  expect(reading.timeline.usage?.totalTokens).toBe(4);
});

test("reader reads every form of an error in the stream, and keeps the first", () => {
  const cases: [string, string, string | null][] = [
    [streamOf({ error: { message: "no", code: "oops" } }), "no", "oops"],
    [streamOf({ error: "no" }), "no", null],
    [streamOf({ object: "error", message: "no", code: 40 }), "no", "40"],
    [streamOf({ code: 50507, message: "no" }), "no", "50507"],
    [
      streamOf({ ...chunkOf({}, { finish: "error" }), error: { message: "no", code: 5 } }),
      "no",
      "5",
    ],
    [streamOf(chunkOf({}, { finish: "error" })), 'finish_reason is "error"', null],
    ['error: {"code":500,"message":"no","type":"server_error"}\n\n', "no", "500"],
    ["error: no\n", "no", null],
    ["error: no", "no", null],
    ['event: error\ndata: {"message":"no"}\n\n', "no", null],
    ['event: error\ndata: {"error":{"message":"no","code":"x"}}\n\n', "no", "x"],
    ["event: error\ndata: no\n\n", "no", null],
    ['event: error\ndata: "no"\n\n', "no", null],
  ];
  for (const [text, message, code] of cases) {
    const body = streamOf(answerOf("Hi")) + text;
    const reading = readBody(body);
    expect(reading.facts.error, text).toEqual({ message, code });
    expect(reading.parts.at(-1), text).toMatchObject({ type: "error", error: { message, code } });
    expect(reading.malformedEvents).toBe(0);
    expect(outcomeOf(reading)).toBe("endpoint");
    expectSameHoweverCut(body);
  }
  const twice = readBody(streamOf({ error: "first" }, { error: "second" }));
  expect(twice.facts.error?.message).toBe("first");
});

test("reader reads a completion that did not stream, however it is cut", () => {
  for (const body of [
    JSON.stringify(whole),
    `\uFEFF \n${JSON.stringify(whole, null, 2)}\n`,
    JSON.stringify([whole]),
  ]) {
    const reading = readBody(body);
    expect(reading).toMatchObject({
      id: "cmpl",
      models: ["m"],
      choices: [{ content: "Hi", finishReason: "stop" }],
      facts: { isCompletion: true, error: null },
      timeline: { streamed: false, deltasAt: [], firstAnswerAt: null, closedAt: 101 },
    });
    expect(reading.timeline.usage?.totalTokens).toBe(4);
    expect(reading.parts.map(({ type }) => type)).toEqual(["text", "finish", "usage"]);
    expect(outcomeOf(reading)).toBe("complete");
    expectSameHoweverCut(body);
  }
});

test("reader finds the error in a body that came with status 200", () => {
  const cases: [string, string][] = [
    [JSON.stringify({ error: { message: "no", code: "oops" } }), "no"],
    [JSON.stringify({ code: 20012, message: "no", data: null }), "no"],
    [JSON.stringify([{ error: { message: "no" } }]), "no"],
    ['"Invalid token"', "Invalid token"],
    ['\uFEFF"Invalid token"\n', "Invalid token"],
  ];
  for (const [body, message] of cases) {
    const reading = readBody(body);
    expect(reading.facts.error?.message).toBe(message);
    expect(outcomeOf(reading)).toBe("endpoint");
    expectSameHoweverCut(body);
  }
});

test("reader knows a body that is neither a stream nor a completion", () => {
  for (const body of [
    "",
    " \r\n\uFEFF ",
    "<!DOCTYPE html><title>Log in</title>",
    "Hello",
    "OK: all is well\n",
    "database: down",
    '{"status":"ok"}',
    '{"choices":[]}',
    "[]",
    `${JSON.stringify(answerOf("a"))}\n${JSON.stringify(answerOf("b"))}\n`,
    JSON.stringify(whole).slice(0, -1),
  ]) {
    const reading = readBody(body);
    expect(reading.facts, body).toMatchObject({ isCompletion: false, error: null });
    expect(outcomeOf(reading), body).toBe("not_a_completion");
    expectSameHoweverCut(body);
  }
});

test("reader knows an event stream without a single chunk: it was truncated", () => {
  for (const body of [
    ": ping\n\n",
    ":",
    "data: x\n\n",
    "\n\nevent: ping\n\n",
    "retry: 10",
    "data",
  ]) {
    expect(outcomeOf(readBody(body)), body).toBe("truncated");
    expectSameHoweverCut(body);
  }
});

test("reader takes the body of any status but 2xx for an error, also one that looks like a stream", () => {
  const cases: [string, string][] = [
    ['{"error":{"message":"no"}}', "no"],
    ['"Invalid token"', "Invalid token"],
    ["<html><title>502 Bad Gateway</title></html>", "502 Bad Gateway"],
    ["", ""],
    ["data: x\n\n", "data: x"],
  ];
  for (const [body, message] of cases) {
    for (const status of [302, 400, 503]) {
      const reading = readBody(body, { status });
      expect(reading.facts).toMatchObject({
        isCompletion: false,
        done: false,
        finished: false,
        error: { message, code: null },
      });
      expectSameHoweverCut(body, { status });
    }
  }
  const answer = readBody(JSON.stringify(whole), { status: 500 });
  expect(answer.facts.isCompletion).toBe(false);
});

test("reader wants no more of an error than it keeps", () => {
  const reader = new CompletionReader();
  reader.begin(500);
  reader.push({ text: "x".repeat(64 * 1024 - 1), at: 1 });
  expect(reader.done).toBe(false);
  reader.push({ text: "x", at: 2 });
  expect(reader.done).toBe(true);
  reader.end(3);
  expect(reader.result().facts.done).toBe(false);
});

test("reader throws for an event or a body that is too long, and keeps what came before", () => {
  const long = answerOf("x".repeat(200));
  const stream = streamOf(answerOf("Hi")) + streamOf(long);
  for (const parts of [pieces(stream, 1), pieces(stream, 50)]) {
    const reader = new CompletionReader({ maxEventLength: 150 });
    expect(() => {
      for (const text of parts) reader.push({ text, at: 1 });
    }).toThrow("Cannot split event stream: ");
    expect(reader.end(2)).toEqual([]);
    expect(reader.result()).toMatchObject({
      choices: [{ content: "Hi" }],
      facts: { isCompletion: true, done: false, error: null },
    });
  }
  // All in one piece: the events before it are given first, and only another piece would throw.
  const reading = readBody(stream, { maxEventLength: 150 });
  expect(reading.choices[0]?.content).toBe("Hi");
  expect(outcomeOf(reading)).toBe("truncated");
  const body = new CompletionReader({ maxEventLength: 10 });
  body.push({ text: "{".repeat(10), at: 1 });
  expect(() => body.push({ text: "{", at: 1 })).toThrow(
    /^Cannot read body: it has more than 10 characters$/,
  );
});

test("reader without texts still knows that there was an answer, and when", () => {
  const reader = new CompletionReader({ keepText: false });
  reader.push({ text: lesson.stream, at: 7 });
  reader.end(8);
  const { choices, timeline } = reader.result();
  expect(choices).toMatchObject([{ content: "", isAnswered: true, finishReason: "stop" }]);
  expect(timeline.deltasAt).toHaveLength(10);
});

test("reader without texts keeps no arguments of tool calls either", () => {
  const reader = new CompletionReader({ keepText: false });
  const call = { index: 0, id: "c", function: { name: "f", arguments: '{"a":1}' } };
  const [arrival] = reader.push({ text: streamOf(toolChunk(call), "[DONE]"), at: 7 });
  reader.end(8);
  expect(arrival?.parts).toMatchObject([{ type: "tool_call", arguments: '{"a":1}' }]);
  const { choices, timeline } = reader.result();
  expect(choices).toMatchObject([{ toolCalls: [{ name: "f", arguments: "" }], isAnswered: true }]);
  expect(timeline.deltasAt).toEqual([7]);
});

test("reader knows no times where the pieces have none", () => {
  const reader = new CompletionReader();
  reader.push({ text: lesson.stream, at: null });
  reader.end(null);
  expect(reader.result().timeline).toMatchObject({
    firstPieceAt: null,
    deltasAt: lesson.texts.map(() => null),
    firstAnswerAt: null,
    closedAt: null,
    tokensAtFirstDelta: 1,
  });
});

test("reader names every model and fingerprint that chunks gave", () => {
  const reading = readBody(
    streamOf(
      answerOf("a", { model: "m1", system_fingerprint: "f1" }),
      answerOf("b", { model: "m2", system_fingerprint: "f1" }),
      answerOf("c", { model: "m1", system_fingerprint: "f2" }),
    ),
  );
  expect(reading).toMatchObject({ models: ["m1", "m2"], fingerprints: ["f1", "f2"] });
});

test("reader says what was read so far, and later reading does not change it", () => {
  const reader = new CompletionReader();
  reader.push({ text: streamOf(answerOf("a")), at: 1 });
  const before = reader.result();
  reader.push({ text: streamOf(answerOf("b"), "[DONE]"), at: 2 });
  expect(before).toMatchObject({ choices: [{ content: "a" }], chunks: { total: 1 } });
  expect(before.timeline.deltasAt).toEqual([1]);
});

test("only the body of a 2xx response is a completion", () => {
  const outcomes = [199, 200, 299, 300].map((status) => {
    const { facts } = readBody(streamOf(answerOf("Hi"), "[DONE]"), { status });
    return [status, facts.isCompletion, facts.error !== null];
  });
  expect(outcomes).toEqual([
    [199, false, true],
    [200, true, false],
    [299, true, false],
    [300, false, true],
  ]);
});
