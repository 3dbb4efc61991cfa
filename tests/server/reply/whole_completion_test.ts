import { expect, test } from "bun:test";
import fc from "fast-check";
import { CompletionReader } from "../../../lib/chat/completion_reader.ts";
import { streamedCompletion } from "../../../lib/server/reply/streamed_completion.ts";
import { wholeCompletion } from "../../../lib/server/reply/whole_completion.ts";
import type { JsonObject } from "../../../lib/base/json.ts";

type Fragment = JsonObject;

function chunk(delta: object, rest: object = {}): string {
  return JSON.stringify({ choices: [{ index: 0, delta, ...rest }] });
}

/** The choices of what these events tell. */
function choicesOf(events: readonly string[]): readonly JsonObject[] {
  return valueOf(...events)["choices"] as JsonObject[];
}

/** The completion that these events tell. */
function valueOf(...events: readonly string[]): JsonObject {
  const whole = wholeCompletion(events);
  if (whole.kind !== "completion") throw new Error(whole.kind);
  return whole.value;
}

/** The tool calls of fragments that come in these chunks. */
function callsOf(...chunks: readonly (readonly Fragment[])[]): unknown {
  const [choice] = choicesOf(chunks.map((calls) => chunk({ tool_calls: calls })));
  return (choice?.["message"] as JsonObject | undefined)?.["tool_calls"];
}

function named(name: string, text?: unknown): JsonObject {
  return { function: { name, ...(text === undefined ? {} : { arguments: text }) } };
}

function more(text: string): JsonObject {
  return { function: { arguments: text } };
}

const F = { id: "a", type: "function", function: { name: "f", arguments: '{"x":1}' } };
const G = { id: "b", type: "function", function: { name: "g", arguments: "{}" } };

test("calls that all have the index 0, but an id and a name each, are several calls", () => {
  const begun = (call: typeof F) => ({ index: 0, ...call, ...named(call.function.name, "") });
  expect(
    callsOf([
      { index: 0, ...F },
      { index: 0, ...G },
    ]),
  ).toEqual([F, G]);
  expect(callsOf([{ index: 0, ...F }], [{ index: 0, ...G }])).toEqual([F, G]);
  expect(
    callsOf(
      [begun(F)],
      [{ index: 0, ...more('{"x"') }],
      [{ index: 0, ...more(":1}") }],
      [begun(G)],
      [{ index: 0, ...more("{}") }],
    ),
  ).toEqual([F, G]);
  // Interleaved, each fragment with its id.
  expect(
    callsOf(
      [begun(F)],
      [begun(G)],
      [{ index: 0, id: "a", ...more('{"x"') }],
      [{ index: 0, id: "b", ...named("g", "{}") }],
      [{ index: 0, id: "a", ...more(":1}") }],
    ),
  ).toEqual([F, G]);
});

test("an id of its own on each fragment, or its name again, makes no new call of an index", () => {
  const parts = [
    { ...F, ...named("f", "{") },
    { id: "other", ...more('"x"') },
    { id: "third", ...more(":1}") },
  ];
  expect(callsOf(...parts.map((part) => [{ index: 0, ...part }]))).toEqual([F]);
  const again = [
    { ...F, ...named("f", "{") },
    { id: "a", ...named("f", '"x":1}') },
  ];
  expect(callsOf(...again.map((part) => [{ index: 0, ...part }]))).toEqual([F]);
  const late = [named("f", '{"x"'), { id: "", ...named("", ":1}") }];
  expect(callsOf(...late.map((part) => [{ index: 0, ...part }]))).toEqual([
    { id: "", function: F.function },
  ]);
});

test("calls without an index begin with a new id or another name, and go on without", () => {
  expect(callsOf([F, G])).toEqual([F, G]);
  expect(callsOf([{ ...F, ...named("f", "") }], [more('{"x":1}')], [G])).toEqual([F, G]);
  expect(callsOf([named("f", "{}")], [named("g", "{")], [more("}")])).toEqual([
    { function: { name: "f", arguments: "{}" } },
    { function: { name: "g", arguments: "{}" } },
  ]);
  expect(callsOf([{ ...F, ...named("f", "{") }], [G], [{ id: "a", ...more('"x":1}') }])).toEqual([
    F,
    G,
  ]);
  expect(callsOf([more("{}")], [{ id: "a" }])).toEqual([more("{}"), { id: "a" }]);
});

test("an index as text is that index, of calls and of choices", () => {
  expect(callsOf([{ index: "0", ...F }], [{ index: "1", ...G }])).toEqual([F, G]);
  const begun = { ...F, ...named("f", "{") };
  expect(callsOf([{ index: "0", ...begun }], [{ index: 0, ...more('"x":1}') }])).toEqual([F]);
  const second = JSON.stringify({ choices: [{ index: "1", delta: { content: "second" } }] });
  expect(choicesOf([chunk({ content: "first" }), second])).toMatchObject([
    { index: 0, message: { content: "first" } },
    { index: 1, message: { content: "second" } },
  ]);
});

test("arguments that are a value become its JSON, as OpenAI sends them", () => {
  expect(callsOf([{ ...F, ...named("f", { x: 1 }) }])).toEqual([F]);
  expect(
    callsOf([{ index: 0, ...F, ...named("f", "") }], [{ index: 0, ...named("f", { x: 1 }) }]),
  ).toEqual([F]);
  expect(callsOf([{ ...G, ...named("g", null) }])).toEqual([{ ...G, ...named("g", null) }]);
  const [legacy] = choicesOf([chunk({ function_call: { name: "f", arguments: { x: 1 } } })]);
  expect(legacy).toMatchObject({ message: { function_call: F.function } });
});

test("what is no call is none, and fields of any name are kept", () => {
  expect(callsOf([null, "x", 1, F] as unknown as Fragment[])).toEqual([F]);
  const events = [
    '{"choices":[{"index":0,"delta":{"__proto__":{"x":1},"content":"Hi"}}]}',
    "[DONE]",
  ];
  expect(choicesOf([...events.slice(0, 1), ...events])).toMatchObject([
    { message: { content: "HiHi" } },
  ]);
  expect(({} as JsonObject)["x"]).toBeUndefined();
  const custom = { id: "c", type: "custom", custom: { name: "sql", input: "select 1" } };
  const begun = { ...custom, custom: { name: "sql", input: "select" } };
  expect(callsOf([{ index: 0, ...begun }], [{ index: 0, custom: { input: " 1" } }])).toEqual([
    custom,
  ]);
});

test("a placeholder for no finish reason is none", () => {
  for (const placeholder of ["", "null", "None", "NULL", " "]) {
    const events = [chunk({ content: "Hi" }, { finish_reason: placeholder })];
    expect(wholeCompletion(events)).toMatchObject({ isFinished: false });
    expect(choicesOf(events)[0]?.["finish_reason"]).toBeNull();
    const ended = [...events, chunk({}, { finish_reason: "stop" }), ...events];
    expect(wholeCompletion(ended)).toMatchObject({ isFinished: true });
    expect(choicesOf(ended)[0]?.["finish_reason"]).toBe("stop");
  }
  expect(choicesOf([chunk({ content: "Hi" })])[0]).toHaveProperty("finish_reason", null);
});

test("a reason that tells of a failure is given as it came, with what was answered", () => {
  for (const reason of [
    "network_error",
    "error",
    "insufficient_system_resource",
    "abort",
    "error_finish",
  ]) {
    const events = [chunk({ content: "Hi" }), chunk({}, { finish_reason: reason })];
    expect(wholeCompletion(events)).toMatchObject({ kind: "completion", isFinished: true });
    expect(choicesOf(events)).toMatchObject([
      { message: { content: "Hi" }, finish_reason: reason },
    ]);
  }
});

test("lists of as many deltas as a long answer has are joined in order", () => {
  const count = 30_000;
  const events = Array.from({ length: count }, (_, index) =>
    chunk({ content: [{ type: "text", text: `${index}` }] }, { logprobs: { content: [index] } }),
  );
  const [choice] = choicesOf(events);
  expect(choice?.["logprobs"]).toEqual({
    content: Array.from({ length: count }, (_, index) => index),
  });
  expect(choice).toHaveProperty("message.content.length", count);
});

const text = fc.string({ unit: "grapheme", maxLength: 8 });
const call = fc.record({
  id: fc.uuid(),
  type: fc.constant("function"),
  function: fc.record({
    name: fc.stringMatching(/^[a-z]{1,6}$/),
    arguments: fc.json({ maxDepth: 1 }),
  }),
});
const calls = fc.uniqueArray(call, { maxLength: 4, selector: ({ id }) => id });
const someCalls = calls.filter(({ length }) => length > 0);

test("calls cut into any fragments, under one index, their own, or none, are the same calls again", () => {
  fc.assert(
    fc.property(
      someCalls,
      fc.constantFrom("zero", "own", "text", "none"),
      fc.nat({ max: 5 }),
      (given, kind, cut) => {
        const fragments = given.flatMap(
          ({ function: { name, arguments: text }, ...rest }, place) => {
            const index = { zero: 0, own: place, text: String(place), none: undefined }[kind];
            const at = Math.min(cut, text.length);
            return [
              { index, ...rest, function: { name, arguments: "" } },
              { index, ...more(text.slice(0, at)) },
              { index, ...more(text.slice(at)) },
            ];
          },
        );
        expect(callsOf(...fragments.map((fragment) => [fragment]))).toEqual(given);
      },
    ),
  );
});

test("a whole completion told as a stream is the same one again, and a reader sees every call", () => {
  fc.assert(
    fc.property(calls, text, fc.constantFrom(0, "0", undefined), (given, content, index) => {
      const message = {
        role: "assistant",
        content: given.length > 0 && content === "" ? null : content,
        ...(given.length > 0 ? { tool_calls: given.map((call) => ({ index, ...call })) } : {}),
      };
      const value = {
        id: "1",
        object: "chat.completion",
        choices: [{ index: 0, message, finish_reason: "stop" }],
      };
      const events = streamedCompletion(value, { withUsage: false });
      const expected = { ...message, ...(given.length > 0 ? { tool_calls: given } : {}) };
      expect(choicesOf(events)).toEqual([{ index: 0, message: expected, finish_reason: "stop" }]);
      const reader = new CompletionReader({ keepText: true });
      for (const data of events) reader.push({ text: `data: ${data}\n\n`, at: 0 });
      reader.end(null);
      const [choice] = reader.result().choices;
      expect(choice?.toolCalls.map(({ id }) => id) ?? []).toEqual(given.map(({ id }) => id));
    }),
  );
});

function one(fields: object, ...choices: readonly object[]): string {
  return JSON.stringify({ ...fields, choices });
}

test("what chunks say beside their choices is said once: the last word, and no null over one", () => {
  const stop = { index: 0, delta: { content: "a" }, finish_reason: "stop" };
  expect(
    valueOf(
      one({ id: "1", created: 5, system_fingerprint: null, usage: null }, stop),
      one({ id: "1", created: 5, system_fingerprint: "f", usage: { total_tokens: 2 } }),
      one({ id: null, created: 6, usage: null }),
    ),
  ).toMatchObject({
    id: "1",
    created: 6,
    system_fingerprint: "f",
    usage: { total_tokens: 2 },
  });
  expect("usage" in valueOf(one({ id: "1", usage: null }, stop))).toBe(false);
  // Groq's own place for its counts.
  expect(valueOf(one({ x_groq: { usage: { total_tokens: 7 } } }, stop))).toMatchObject({
    usage: { total_tokens: 7 },
  });
});

test("choices are in the order of their indexes, whichever began first", () => {
  const events = [1, 0].map((index) => chunk({ content: String(index) }, { index }));
  expect(choicesOf(events).map(({ index }) => index)).toEqual([0, 1]);
});

test("a completion without a choice and without [DONE] is not finished", () => {
  expect(wholeCompletion(['{"id":"1","choices":[]}'])).toMatchObject({ isFinished: false });
  expect(wholeCompletion(['{"id":"1","choices":[]}', "[DONE]"])).toMatchObject({
    isFinished: true,
  });
});
