import { expect, test } from "bun:test";
import { MessagesReader } from "../../lib/protocols/messages_reader.ts";
import { notesOf } from "../../lib/report/request/notes.ts";
import { everyCut } from "../support/cuts.ts";
import {
  block,
  messageEnd,
  messageEvents,
  messageStart,
  readAs,
  textBlock,
  type TypedEvent,
  typedStream,
  wholeOf,
} from "../support/protocol_streams.ts";

/** What these events give, however they are cut. */
function read(...events: readonly TypedEvent[]): ReturnType<typeof shown> {
  const body = typedStream(...events);
  const whole = shown(readAs("messages", body));
  let count = 0;
  for (const parts of everyCut(body)) {
    if (count++ % 7 === 0) expect(shown(readAs("messages", parts))).toEqual(whole);
  }
  return whole;
}

function shown({ reading, verdict }: ReturnType<typeof readAs>) {
  const [choice] = reading.choices;
  return {
    outcome: verdict.outcome,
    failure: verdict.failure,
    content: choice?.content ?? "",
    reasoning: choice?.reasoning ?? "",
    calls: (choice?.toolCalls ?? []).map(({ id, name, arguments: given }) => [id, name, given]),
    broken: choice?.brokenToolCalls ?? 0,
    finish: choice?.finishReason ?? null,
    native: choice?.nativeFinishReason,
    deltas: reading.timeline.deltasAt.length,
    usage: reading.timeline.usage,
    // That of the cuts, which all come at once, says nothing.
    notes: notesOf({ reading, verdict })
      .map(({ code }) => code)
      .filter((code) => code !== "burst"),
  };
}

const toolStart = (id: string, given: object = {}): object => ({
  type: "tool_use",
  id,
  name: "look",
  input: given,
});
const json = (...parts: readonly string[]): object[] =>
  parts.map((partial_json) => ({ type: "input_json_delta", partial_json }));

test("events one by one: what each adds", () => {
  const reader = new MessagesReader({ usageCache: null });
  const events = messageEvents("Hel", "lo");
  const added = events.map((one) => reader.read(one));
  expect(added.map(({ choices }) => choices[0]?.answer ?? null)).toEqual([
    null,
    "",
    "Hel",
    "lo",
    null,
    "",
    null,
  ]);
  expect(added.map(({ ends = false }) => ends)).toEqual([...Array<boolean>(6).fill(false), true]);
  expect(added[0]).toMatchObject({
    id: "msg_1",
    model: "m",
    accepted: true,
    // That of the start is a guess of the endpoint's, before anything was made.
    usage: { promptTokens: 5, completionTokens: null },
  });
  expect(added[5]?.usage).toMatchObject({ promptTokens: 5, completionTokens: 2, totalTokens: 7 });
  expect(reader.read({ type: "ping" })).toMatchObject({ isKnown: true, choices: [] });
});

test("a message is read with its usage and its end", () => {
  expect(read(...messageEvents("Hel", "lo"))).toMatchObject({
    outcome: "complete",
    content: "Hello",
    finish: "stop",
    native: "end_turn",
    deltas: 2,
    usage: { promptTokens: 5, completionTokens: 2, totalTokens: 7 },
    notes: [],
  });
});

test("thinking, its signature, a call and text", () => {
  expect(
    read(
      messageStart(),
      { type: "ping" },
      ...block(0, { type: "thinking", thinking: "" }, [
        { type: "thinking_delta", thinking: "Let " },
        { type: "thinking_delta", thinking: "me" },
        { type: "signature_delta", signature: "c2ln" },
      ]),
      ...textBlock(1, "I look"),
      ...block(2, toolStart("t1"), json("", '{"a"', ":1}")),
      ...messageEnd("tool_use"),
    ),
  ).toMatchObject({
    reasoning: "Let me",
    content: "I look",
    calls: [["t1", "look", '{"a":1}']],
    finish: "tool_calls",
    native: "tool_use",
    deltas: 5,
    notes: [],
  });
});

test("redacted thinking has no text, and breaks nothing", () => {
  expect(
    read(
      messageStart(),
      ...block(0, { type: "redacted_thinking", data: "RW5j" }),
      ...textBlock(1, "Hi"),
      ...messageEnd(),
    ),
  ).toMatchObject({ reasoning: "", content: "Hi", deltas: 1, outcome: "complete", notes: [] });
});

test("text and thinking that stand in the start of a block are read", () => {
  expect(
    read(
      messageStart(),
      ...block(0, { type: "thinking", thinking: "Hm" }, [
        { type: "thinking_delta", thinking: "m" },
      ]),
      ...block(1, { type: "text", text: "Hel" }, [{ type: "text_delta", text: "lo" }]),
      ...messageEnd(),
    ),
  ).toMatchObject({ reasoning: "Hmm", content: "Hello" });
});

const deltaAt = (index: number, one: object): TypedEvent => ({
  type: "content_block_delta",
  index,
  delta: one,
});

const startOf = (index: number, id: string): TypedEvent => ({
  type: "content_block_start",
  index,
  content_block: toolStart(id),
});

test("calls in parallel are told apart, also where their fragments come in turn", () => {
  const [a = {}, b = {}, c = {}] = json('{"x"', '{"y":2}', ":1}");
  expect(
    read(
      messageStart(),
      startOf(0, "t1"),
      startOf(1, "t2"),
      deltaAt(0, a),
      deltaAt(1, b),
      deltaAt(0, c),
    ).calls,
  ).toEqual([
    ["t1", "look", '{"x":1}'],
    ["t2", "look", '{"y":2}'],
  ]);
});

test("blocks that all have index 0, or none, are told apart by their starts", () => {
  for (const index of [0, undefined as unknown as number]) {
    expect(
      read(
        messageStart(),
        ...block(index, toolStart("t1"), json('{"x":1}')),
        ...block(index, toolStart("t2"), json('{"y":2}')),
        ...block(index, toolStart("t3"), json("{}")),
        ...textBlock(index, "Hi"),
        ...messageEnd("tool_use"),
      ),
    ).toMatchObject({
      calls: [
        ["t1", "look", '{"x":1}'],
        ["t2", "look", '{"y":2}'],
        ["t3", "look", "{}"],
      ],
      content: "Hi",
    });
  }
});

test("input in the start of a block counts where no delta brings another", () => {
  expect(
    read(
      messageStart(),
      ...block(0, toolStart("t1", { a: 1 })),
      ...block(1, toolStart("t2", { b: 1 }), json('{"b":2}')),
      ...block(2, toolStart("t3")),
      ...messageEnd("tool_use"),
    ),
  ).toMatchObject({
    calls: [
      ["t1", "look", '{"a":1}'],
      ["t2", "look", '{"b":2}'],
      ["t3", "look", ""],
    ],
    broken: 0,
  });
});

test("a delta without the start of its block is read", () => {
  expect(
    read(messageStart(), { type: "content_block_delta", index: 3, delta: json("{}")[0] }).calls,
  ).toEqual([[null, null, "{}"]]);
});

/** A delta of a call's input in a block that has not begun. */
function added(index: number, partial_json: string): TypedEvent {
  return { type: "content_block_delta", index, delta: { type: "input_json_delta", partial_json } };
}

test("deltas without the start of their block belong to one call, by its place", () => {
  expect(
    read(messageStart(), added(3, '{"a"'), added(4, "{}"), added(3, ":1}"), ...messageEnd()).calls,
  ).toEqual([
    [null, null, '{"a":1}'],
    [null, null, "{}"],
  ]);
});

test("stop reasons have the words of chat completions, and keep their own", () => {
  const reasons = Object.fromEntries(
    [
      "end_turn",
      "stop_sequence",
      "max_tokens",
      "tool_use",
      "pause_turn",
      "refusal",
      "model_context_window_exceeded",
    ].map((reason) => {
      const { finish, native, notes } = read(
        messageStart(),
        ...textBlock(0, "Hi"),
        ...messageEnd(reason),
      );
      return [reason, [finish, native, ...notes]];
    }),
  );
  expect(reasons).toEqual({
    end_turn: ["stop", "end_turn"],
    stop_sequence: ["stop", "stop_sequence"],
    max_tokens: ["length", "max_tokens", "length"],
    tool_use: ["tool_calls", "tool_use"],
    pause_turn: ["pause_turn", undefined, "cut_short"],
    refusal: ["refusal", undefined, "refusal"],
    model_context_window_exceeded: ["model_context_window_exceeded", undefined, "context_window"],
  });
});

test("the end of the body behind a stop reason is an end, and before it a cut", () => {
  const events = messageEvents("Hi");
  expect(read(...events.slice(0, -1))).toMatchObject({ outcome: "complete", finish: "stop" });
  expect(read(...events.slice(0, -2))).toMatchObject({
    outcome: "truncated",
    failure: { message: "the stream ended without message_stop or a stop_reason" },
    usage: { promptTokens: 5, completionTokens: null },
  });
});

test("[DONE] of a proxy is ignored behind the end, and is none in its place", () => {
  const events = messageEvents("Hi");
  const done = "data: [DONE]\n\n";
  const outcome = (count: number): string =>
    readAs("messages", typedStream(...events.slice(0, count)) + done).verdict.outcome;
  expect(outcome(events.length)).toBe("complete");
  // message_stop is missing, but a stop reason came.
  expect(outcome(events.length - 1)).toBe("complete");
  expect(outcome(events.length - 2)).toBe("truncated");
});

test("errors inside the stream keep their words", () => {
  const overloaded = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
  const failure = { kind: "endpoint", code: "overloaded_error", message: "Overloaded" };
  expect(read(messageStart(), ...textBlock(0, "Hi"), overloaded)).toMatchObject({
    outcome: "failed",
    content: "Hi",
    failure,
  });
  expect(read(overloaded)).toMatchObject({ outcome: "failed", failure });
  const untyped = `data: {"error":{"type":"overloaded_error","message":"Overloaded"}}\n\n`;
  const body = typedStream(messageStart()) + untyped;
  expect(readAs("messages", body).verdict.failure).toMatchObject(failure);
  expect(read({ type: "error" }).outcome).toBe("failed");
});

test("an error that a server puts between, and goes on, is still told", () => {
  const error = { type: "error", error: { type: "internal_error", message: "bad chunk" } };
  expect(read(messageStart(), error, ...messageEvents("Hi").slice(1))).toMatchObject({
    outcome: "failed",
    content: "Hi",
    failure: { message: "bad chunk" },
  });
});

const errorBody = (type: string, message: string): string =>
  JSON.stringify({ type: "error", error: { type, message }, request_id: "req_1" });

const failureOf = (status: number, text: string) =>
  readAs("messages", text, { ending: { kind: "ended", status } }).verdict.failure;

test("bodies of other statuses are errors with their words", () => {
  expect(failureOf(529, errorBody("overloaded_error", "Overloaded"))).toMatchObject({
    kind: "busy",
    status: 529,
    code: "overloaded_error",
    message: "Overloaded",
  });
  expect(failureOf(400, errorBody("invalid_request_error", "max_tokens: required"))).toMatchObject({
    kind: "status",
    code: "invalid_request_error",
  });
});

test("a whole message is an answer that did not stream", () => {
  const { reading, verdict } = readAs("messages", JSON.stringify(wholeOf("messages", "Hi")));
  expect(verdict.outcome).toBe("complete");
  expect(reading.timeline).toMatchObject({
    streamed: false,
    usage: { promptTokens: 5, completionTokens: 2 },
  });
  const content = [
    { type: "thinking", thinking: "Hm", signature: "c2ln" },
    { type: "text", text: "Hi" },
    toolStart("t1", { a: 1 }),
  ];
  const whole = { type: "message", content, stop_reason: "tool_use", usage: {} };
  expect(shown(readAs("messages", JSON.stringify(whole)))).toMatchObject({
    reasoning: "Hm",
    content: "Hi",
    calls: [["t1", "look", '{"a":1}']],
    finish: "tool_calls",
  });
});

test("event: lines may be missing, and may say something else", () => {
  const events = messageEvents("Hi").map((one) => `data: ${JSON.stringify(one)}\n\n`);
  for (const body of [events.join(""), events.map((one) => `event: x\n${one}`).join("")]) {
    expect(shown(readAs("messages", body))).toMatchObject({ content: "Hi", outcome: "complete" });
  }
});

test("indexes of any form are read", () => {
  for (const index of [{ toString: 1 }, [], null, true, 1e308, "x".repeat(1000)]) {
    const events = [messageStart(), ...block(index as number, toolStart("t"), json("{}"))];
    expect(read(...events, ...messageEnd("tool_use")).calls).toEqual([["t", "look", "{}"]]);
  }
});
