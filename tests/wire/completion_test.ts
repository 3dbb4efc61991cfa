import { expect, test } from "bun:test";
import {
  type ChoiceDelta,
  type CompletionChunk,
  decodeEventData,
  failureIn,
  isWholeCompletion,
} from "../../lib/wire/completion.ts";
import { latestUsage, type Usage } from "../../lib/wire/usage.ts";
import { chunkOf, usageOf } from "../support/stream.ts";

function chunk(value: object): CompletionChunk {
  const decoded = decodeEventData(JSON.stringify(value));
  if (decoded.kind !== "chunk") throw new Error(`Cannot use ${decoded.kind} as a chunk`);
  return decoded.chunk;
}

/** What a delta adds, without what it leaves empty. */
function added(delta: object): Partial<ChoiceDelta> {
  const [choice] = chunk(chunkOf(delta)).choices;
  if (choice === undefined) throw new Error("Cannot find the choice");
  return Object.fromEntries(
    Object.entries(choice).filter(
      ([, value]) => !["", 0, null, false].includes(value) && (value as []).length !== 0,
    ),
  );
}

test("completion ends with [DONE], also between blanks", () => {
  for (const data of ["[DONE]", " [DONE]", "[DONE] ", "\t[DONE]\r"]) {
    expect(decodeEventData(data)).toEqual({ kind: "done" });
  }
  for (const data of ["[done]", "[DONE", '"[DONE]"', "[DONE] [DONE]"]) {
    expect(decodeEventData(data)).toEqual({ kind: "malformed" });
  }
});

test("completion takes empty data, and null, for a heartbeat", () => {
  for (const data of ["", " ", "\n", "\t \n", "null", " null\n"]) {
    expect(decodeEventData(data)).toEqual({ kind: "heartbeat" });
  }
});

test("completion passes data that is no JSON object on as malformed", () => {
  for (const data of [
    ": OPENROUTER PROCESSING",
    '{"choices":[]}{"choices":[]}',
    '{"choices":[{"delta":{"content":"cut',
    "42",
    '"text"',
    "[]",
    "[{}]",
  ]) {
    expect(decodeEventData(data), data).toEqual({ kind: "malformed" });
  }
});

test("completion chunk names id, model and fingerprint, and has none where they are empty", () => {
  const named = { id: "a", model: "m", system_fingerprint: "fp", object: "chat.completion.chunk" };
  expect(chunk(named)).toEqual({
    id: "a",
    model: "m",
    fingerprint: "fp",
    choices: [],
    usage: null,
    error: null,
  });
  expect(chunk({ id: "", model: null, system_fingerprint: "" })).toMatchObject({
    id: null,
    model: null,
    fingerprint: null,
  });
});

test("completion chunk adds content as it is, a single space too", () => {
  expect(added({ content: "你好" })).toEqual({ answer: "你好" });
  expect(added({ content: " " })).toEqual({ answer: " " });
  expect(added({ content: "\n\n" })).toEqual({ answer: "\n\n" });
});

test("completion chunk adds nothing for null, an empty text, or a role alone", () => {
  for (const delta of [
    {},
    { content: null },
    { content: "" },
    { role: "assistant" },
    { role: "assistant", content: "", refusal: null, tool_calls: null, reasoning_content: null },
    { content: {} },
    { content: [] },
  ]) {
    expect(added(delta), JSON.stringify(delta)).toEqual({});
  }
  // Something stands there, and nobody knows how to read it.
  for (const content of [7, true, { value: "Hi" }]) {
    expect(added({ content }), JSON.stringify(content)).toEqual({ unread: true });
  }
});

test("completion chunk joins content that comes as parts", () => {
  const content = [
    { type: "text", text: "你" },
    { type: "reference", reference_ids: [1] },
    "好",
    { type: "text", text: "！" },
    null,
  ];
  expect(added({ content })).toEqual({ answer: "你好！" });
});

test("completion chunk parts thinking from text among the parts of its content", () => {
  const content = [
    {
      type: "thinking",
      thinking: [
        { type: "text", text: "h" },
        { type: "text", text: "m" },
      ],
    },
    { type: "thinking", thinking: "m" },
    { type: "text", text: "Hi" },
  ];
  expect(added({ content })).toEqual({ reasoning: "hmm", answer: "Hi" });
});

test("completion chunk reads reasoning under either name, and once when both are there", () => {
  expect(added({ reasoning_content: "hm" })).toEqual({ reasoning: "hm" });
  expect(added({ reasoning: "hm" })).toEqual({ reasoning: "hm" });
  expect(added({ reasoning: "hm", reasoning_content: "hm" })).toEqual({ reasoning: "hm" });
  expect(added({ reasoning: "hm", reasoning_content: "" })).toEqual({ reasoning: "hm" });
  expect(added({ reasoning: null, reasoning_content: "hm", content: null })).toEqual({
    reasoning: "hm",
  });
});

test("completion chunk reads reasoning under all its names, and in objects and parts", () => {
  for (const delta of [
    { reasoning_text: "hm" },
    { reasoning_summary: "hm" },
    { thinking: "hm" },
    { thought: "hm" },
    { reasoning: { content: "hm" } },
    { reasoning: { text: "hm" } },
    { reasoning: { summary: "hm" } },
    { reasoning: { summary: [{ type: "summary_text", text: "hm" }] } },
    {
      reasoning_content: [
        { type: "text", text: "h" },
        { type: "text", text: "m" },
      ],
    },
    { thinking: { thinking: "hm" } },
    { thinking: { text: "hm" } },
    { reasoning_text: "hm", thinking: "hm", reasoning_details: [{ text: "hm" }] },
    { content: [{ type: "reasoning", text: "hm" }] },
  ]) {
    expect(added(delta), JSON.stringify(delta)).toEqual({ reasoning: "hm" });
  }
  for (const delta of [
    { thought: true },
    { thinking: { type: "enabled", budget: 3 } },
    { reasoning: [] },
    { reasoning: { encrypted: "x" } },
  ]) {
    expect(added(delta), JSON.stringify(delta)).toEqual({});
  }
});

test("completion chunk reads content that is one part instead of several", () => {
  expect(added({ content: { type: "text", text: "Hi" } })).toEqual({ answer: "Hi" });
});

test("completion chunk reads the index of a tool call that is written as text", () => {
  const tool_calls = ["1", "02", "-1", "x", ""].map((index) => ({ index, function: {} }));
  const [choice] = chunk(chunkOf({ tool_calls })).choices;
  expect(choice?.toolCalls.map(({ index }) => index)).toEqual([1, 2, null, null, null]);
});

function reasonOf(choice: object): unknown {
  return chunk({ choices: [choice] }).choices[0]?.finishReason;
}

test("completion chunk reads a finish reason in its delta, and the provider's where that is worse", () => {
  expect(reasonOf({ delta: { finish_reason: "length" } })).toBe("length");
  expect(reasonOf({ delta: { finish_reason: "length" }, finish_reason: "stop" })).toBe("stop");
  const native_finish_reason = "MALFORMED_FUNCTION_CALL";
  expect(reasonOf({ finish_reason: "stop", native_finish_reason })).toBe(native_finish_reason);
  expect(reasonOf({ finish_reason: "length", native_finish_reason })).toBe("length");
  expect(reasonOf({ finish_reason: "stop", native_finish_reason: "STOP" })).toBe("stop");
  expect(reasonOf({ finish_reason: null, native_finish_reason })).toBeNull();
});

test("completion tells the failure of a chunk: its error, or a finish reason that means one", () => {
  const failed = { choices: [{ delta: {}, finish_reason: "network_error" }] };
  expect(failureIn(chunk(failed))).toEqual({
    message: 'finish_reason is "network_error"',
    code: null,
  });
  expect(failureIn(chunk({ ...failed, error: { message: "gone" } }))?.message).toBe("gone");
  expect(
    failureIn(chunk({ choices: [{ finish_reason: "stop" }, failed.choices[0]] })),
  ).not.toBeNull();
  for (const finish_reason of ["stop", "length", "SAFETY", "banana", null]) {
    expect(failureIn(chunk({ choices: [{ delta: {}, finish_reason }] }))).toBeNull();
  }
});

test("completion chunk reads OpenRouter's reasoning details where no other name has the reasoning", () => {
  const details = [
    { type: "reasoning.text", text: "h" },
    { type: "reasoning.encrypted", data: "eA==" },
    { type: "reasoning.summary", summary: "m" },
    null,
  ];
  expect(added({ reasoning: null, reasoning_details: details })).toEqual({ reasoning: "hm" });
  expect(added({ reasoning: "hm", reasoning_details: details })).toEqual({ reasoning: "hm" });
  expect(added({ reasoning_details: [] })).toEqual({});
});

test("completion chunk takes a refusal for an answer", () => {
  expect(added({ refusal: "I cannot" })).toEqual({ answer: "I cannot", refusal: true });
  expect(added({ content: null, refusal: "no" })).toEqual({ answer: "no", refusal: true });
});

test("completion chunk has no choices where they are missing, null, empty, or no objects", () => {
  for (const choices of [undefined, null, [], {}, "none", [null, 1, "x", []]]) {
    expect(chunk({ choices, prompt_filter_results: [{ prompt_index: 0 }] }).choices).toEqual([]);
  }
});

test("completion chunk without a delta still has its finish reason", () => {
  for (const delta of [undefined, null, {}]) {
    const [choice] = chunk({ choices: [{ index: 0, delta, finish_reason: "stop" }] }).choices;
    expect(choice).toEqual({
      index: 0,
      answer: "",
      refusal: false,
      reasoning: "",
      toolCalls: [],
      finishReason: "stop",
      whole: false,
    });
  }
});

test("completion chunk has no finish reason while it is null or empty", () => {
  for (const finish of [null, "", undefined]) {
    const [choice] = chunk({ choices: [{ delta: {}, finish_reason: finish }] }).choices;
    expect(choice?.finishReason).toBeNull();
  }
});

test("completion chunk keeps several choices apart, and counts from 0 where the index is missing", () => {
  const { choices } = chunk({
    choices: [
      { index: 1, delta: { content: "b" } },
      { delta: { content: "a" } },
      { index: -1, delta: {} },
      { index: "2", delta: {} },
    ],
  });
  expect(choices.map(({ index, answer, unplaced }) => [index, answer, unplaced])).toEqual([
    [1, "b", undefined],
    [0, "a", true],
    [0, "", true],
    [2, "", undefined],
  ]);
});

test("completion chunk passes unknown keys over", () => {
  expect(
    chunk({
      ...chunkOf({ content: "Hi", obfuscation: "xyz", annotations: [] }),
      service_tier: "default",
      created: 1,
    }).choices,
  ).toMatchObject([{ answer: "Hi", reasoning: "" }]);
});

test("completion chunk reads fragments of tool calls, without index and with an empty name", () => {
  const tool_calls = [
    { index: 1, id: "call_1", type: "function", function: { name: "f", arguments: '{"a' } },
    { id: "", function: { name: "", arguments: '":1}' } },
    { index: 0, function: { arguments: { b: 2 } } },
    { index: 2, id: "call_3" },
    null,
  ];
  expect(added({ tool_calls })).toEqual({
    toolCalls: [
      { index: 1, id: "call_1", name: "f", arguments: '{"a' },
      { index: null, id: null, name: null, arguments: '":1}' },
      { index: 0, id: null, name: null, arguments: '{"b":2}' },
      { index: 2, id: "call_3", name: null, arguments: "" },
    ],
  });
  expect(added({ function_call: { name: "f", arguments: "{}" } })).toEqual({
    toolCalls: [{ index: 0, id: null, name: "f", arguments: "{}" }],
  });
});

test("completion tells a whole message from a delta", () => {
  const whole = chunk({
    object: "chat.completion",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: "Hi", reasoning_content: "hm" },
        finish_reason: "stop",
      },
    ],
  });
  expect(isWholeCompletion(whole)).toBe(true);
  expect(whole.choices).toMatchObject([
    { answer: "Hi", reasoning: "hm", finishReason: "stop", whole: true },
  ]);
  expect(isWholeCompletion(chunk(chunkOf({ content: "Hi" })))).toBe(false);
  expect(isWholeCompletion(chunk({ choices: [] }))).toBe(false);
});

test("completion chunk carries an error beside its choices", () => {
  const { error, choices } = chunk({
    error: { code: 502, message: "Provider disconnected" },
    choices: [{ index: 0, delta: { content: "" }, finish_reason: "error" }],
  });
  expect(error).toEqual({ code: "502", message: "Provider disconnected" });
  expect(choices).toMatchObject([{ finishReason: "error" }]);
  expect(chunk({ ...chunkOf({ content: "Hi" }), error: null }).error).toBeNull();
});

test("usage is read with its details, wherever the endpoint puts them", () => {
  const cases: [object, Partial<Usage>][] = [
    [
      { usage: { prompt_tokens: 30, completion_tokens: 0, total_tokens: 30 } },
      { promptTokens: 30, completionTokens: 0, totalTokens: 30 },
    ],
    [
      { usage: { completion_tokens: 9, completion_tokens_details: { reasoning_tokens: 4 } } },
      { completionTokens: 9, reasoningTokens: 4 },
    ],
    [
      { usage: { prompt_tokens: 8, prompt_tokens_details: { cached_tokens: 6 } } },
      { promptTokens: 8, cachedTokens: 6 },
    ],
    [
      { usage: { prompt_tokens: 8, prompt_cache_hit_tokens: 5, prompt_cache_miss_tokens: 3 } },
      { promptTokens: 8, cachedTokens: 5 },
    ],
    [{ usage: { prompt_tokens: 8, cached_tokens: 2 } }, { promptTokens: 8, cachedTokens: 2 }],
    [{ x_groq: { id: "req", usage: { completion_tokens: 3 } } }, { completionTokens: 3 }],
    [
      { choices: [{ delta: {} }, { delta: {}, usage: { completion_tokens: 3 } }] },
      { completionTokens: 3 },
    ],
    [
      { usage: { completion_tokens: 3, prompt_tokens_details: null, queue_time: 0.1 } },
      { completionTokens: 3 },
    ],
  ];
  for (const [value, counts] of cases) {
    expect(chunk({ choices: [], ...value }).usage, JSON.stringify(value)).toEqual(usageOf(counts));
  }
});

test("usage that counts nothing is no usage", () => {
  for (const value of [null, {}, [], "3", 3, { prompt_tokens: null }, { completion_tokens: -1 }]) {
    expect(chunk({ usage: value }).usage, JSON.stringify(value)).toBeNull();
  }
  expect(chunk({ x_groq: { id: "req" } }).usage).toBeNull();
});

test("usage keeps the last value of each count and sums none", () => {
  const first = usageOf({ promptTokens: 30, completionTokens: 1, cachedTokens: 8 });
  const second = usageOf({ promptTokens: 30, completionTokens: 10, totalTokens: 40 });
  expect(latestUsage(null, first)).toEqual(first);
  expect(latestUsage(first, second)).toEqual(
    usageOf({ promptTokens: 30, completionTokens: 10, totalTokens: 40, cachedTokens: 8 }),
  );
});
