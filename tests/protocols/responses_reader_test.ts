import { expect, test } from "bun:test";
import { ResponsesReader } from "../../lib/protocols/responses_reader.ts";
import { everyCut } from "../support/cuts.ts";
import {
  completed,
  outputText,
  readAs,
  response,
  responseEvents,
  type TypedEvent,
  typedStream,
  wholeOf,
} from "../support/protocol_streams.ts";

/** What these events give, however they are cut: answer, reasoning, calls, end. */
function read(...events: readonly TypedEvent[]): ReturnType<typeof shown> {
  const body = typedStream(...events);
  const whole = shown(readAs("responses", body));
  let count = 0;
  for (const parts of everyCut(body)) {
    if (count++ % 7 === 0) expect(shown(readAs("responses", parts))).toEqual(whole);
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
    refused: choice?.isRefused ?? false,
    deltas: reading.timeline.deltasAt.length,
    usage: reading.timeline.usage,
    unread: reading.unreadContents,
  };
}

const call = (id: string, output_index: number, fields: object = {}): TypedEvent =>
  response("output_item.added", {
    output_index,
    item: {
      id,
      type: "function_call",
      call_id: `call_${id}`,
      name: "look",
      arguments: "",
      ...fields,
    },
  });
const input = (item_id: string, output_index: number, delta: string): TypedEvent =>
  response("function_call_arguments.delta", { item_id, output_index, delta });

const callWithoutPlace = (id: string): TypedEvent =>
  response("output_item.added", { item: { id, type: "function_call", call_id: id, name: "f" } });

const wholeCall = (id: string): object => {
  const named = { type: "function_call", call_id: `call_${id}`, name: "look" };
  return { id, ...named, arguments: `{"of":"${id}"}` };
};

test("events one by one: what each adds", () => {
  const reader = new ResponsesReader();
  const added = responseEvents("Hel", "lo").map((one) => reader.read(one));
  expect(added.map(({ choices }) => choices[0]?.answer ?? null)).toEqual([
    null,
    null,
    null,
    null,
    "Hel",
    "lo",
    null,
    null,
    null,
    "",
  ]);
  expect(added.map(({ accepted = false }) => accepted)).toEqual([
    true,
    true,
    ...Array<boolean>(8).fill(false),
  ]);
  expect(added.map(({ ends = false }) => ends)).toEqual([...Array<boolean>(9).fill(false), true]);
  expect(added[0]).toMatchObject({ id: "resp_1", model: "m", isKnown: true });
  expect(added[9]).toMatchObject({ usage: { promptTokens: 5, completionTokens: 2 } });
});

test("a response is read with its usage and its end", () => {
  expect(read(...responseEvents("Hel", "lo"))).toMatchObject({
    outcome: "complete",
    content: "Hello",
    finish: "stop",
    deltas: 2,
    usage: { promptTokens: 5, completionTokens: 2, totalTokens: 7 },
  });
});

test("cached and reasoning tokens stand in the details", () => {
  const usage = {
    input_tokens: 50,
    input_tokens_details: { cached_tokens: 40 },
    output_tokens: 9,
    output_tokens_details: { reasoning_tokens: 7 },
    total_tokens: 59,
  };
  expect(read(...outputText("ab"), completed({ usage })).usage).toEqual({
    promptTokens: 50,
    completionTokens: 9,
    totalTokens: 59,
    reasoningTokens: 7,
    cachedTokens: 40,
  });
});

const reasoningOf = (kind: string, delta: string): TypedEvent =>
  response(`${kind}.delta`, { item_id: "rs_1", output_index: 0, delta });

test("reasoning comes under either name", () => {
  for (const kind of ["reasoning_text", "reasoning_summary_text"]) {
    expect(
      read(reasoningOf(kind, "Let "), reasoningOf(kind, "me"), ...outputText("Hi"), completed()),
    ).toMatchObject({ reasoning: "Let me", content: "Hi", deltas: 3 });
  }
});

test("calls in parallel are told apart, also where their fragments come in turn", () => {
  expect(
    read(
      call("a", 0),
      call("b", 1),
      input("a", 0, '{"x"'),
      input("b", 1, '{"y"'),
      input("a", 0, ":1}"),
      input("b", 1, ":2}"),
      response("function_call_arguments.done", { item_id: "a", arguments: '{"x":1}' }),
      completed(),
    ),
  ).toMatchObject({
    calls: [
      ["call_a", "look", '{"x":1}'],
      ["call_b", "look", '{"y":2}'],
    ],
    broken: 0,
    finish: "tool_calls",
  });
});

test("calls that all stand at place 0 are told apart by their ids", () => {
  const { calls } = read(
    call("a", 0),
    call("b", 0),
    input("a", 0, "{}"),
    input("b", 0, '{"y":2}'),
    completed(),
  );
  expect(calls).toEqual([
    ["call_a", "look", "{}"],
    ["call_b", "look", '{"y":2}'],
  ]);
});

test("an id that changes from event to event counts less than the place", () => {
  const { type: _, ...item } = { type: "", id: "fc_9", arguments: '{"x":1}' };
  expect(
    read(
      call("a", 0),
      input("r1", 0, '{"x"'),
      input("r2", 0, ":1}"),
      response("output_item.done", {
        output_index: 0,
        item: { ...item, type: "function_call", call_id: "call_a", name: "look" },
      }),
      completed(),
    ).calls,
  ).toEqual([["call_a", "look", '{"x":1}']]);
});

test("without places and numbers, as from llama.cpp, the ids tell", () => {
  expect(
    read(
      callWithoutPlace("a"),
      response("function_call_arguments.delta", { item_id: "a", delta: "{}" }),
      callWithoutPlace("b"),
      response("function_call_arguments.delta", { item_id: "b", delta: "[1]" }),
      response("function_call_arguments.delta", { delta: " " }),
      completed(),
    ).calls,
  ).toEqual([
    ["a", "f", "{}"],
    ["b", "f", "[1] "],
  ]);
});

test("the input of a custom tool, and what a tool at the endpoint is given, is text and not broken JSON", () => {
  expect(
    read(
      response("output_item.added", {
        output_index: 0,
        item: { id: "a", type: "custom_tool_call", call_id: "c1", name: "shell", input: "" },
      }),
      response("custom_tool_call_input.delta", { item_id: "a", output_index: 0, delta: "{ls; }" }),
      response("custom_tool_call_input.delta", { item_id: "a", output_index: 0, delta: " {pwd" }),
      response("custom_tool_call_input.done", { item_id: "a", input: "{ls; } {pwd" }),
      response("output_item.added", {
        output_index: 1,
        item: { id: "b", type: "code_interpreter_call" },
      }),
      response("code_interpreter_call_code.delta", {
        item_id: "b",
        output_index: 1,
        delta: "print(1)",
      }),
      response("code_interpreter_call_code.done", {
        item_id: "b",
        output_index: 1,
        code: "print(1)",
      }),
      completed(),
    ),
  ).toMatchObject({
    calls: [
      ["c1", "shell", "{ls; } {pwd"],
      [null, "code_interpreter_call", "print(1)"],
    ],
    broken: 0,
    finish: "tool_calls",
  });
});

test("a tool that runs at the endpoint is no call that the client has to answer", () => {
  expect(
    read(
      response("mcp_call_arguments.delta", { item_id: "m", output_index: 0, delta: "{}" }),
      ...outputText("Hi"),
      completed(),
    ),
  ).toMatchObject({ finish: "stop", calls: [[null, null, "{}"]] });
});

test("a server that sends only what is whole loses nothing", () => {
  const part = { type: "output_text", text: "Hello" };
  const item = { id: "msg_1", type: "message", content: [part] };
  const place = { item_id: "msg_1", output_index: 0, content_index: 0 };
  const wholes: readonly TypedEvent[] = [
    response("output_text.done", { ...place, text: "Hello" }),
    response("content_part.done", { ...place, part }),
    response("output_item.done", { output_index: 0, item }),
    completed({ output: [item] }),
  ];
  for (let first = 0; first < wholes.length; first++) {
    const end = first === 3 ? [] : [completed({ output: [item] })];
    for (const events of [wholes.slice(first), [...wholes.slice(first, first + 1), ...end]]) {
      expect(read(...events)).toMatchObject({ content: "Hello", deltas: 1, finish: "stop" });
    }
  }
});

const textDone = (content_index: number, text: string): TypedEvent =>
  response("output_text.done", { item_id: "a", output_index: 0, content_index, text });

test("several parts that are given only whole are all read, also where one begins like another", () => {
  expect(read(textDone(0, "ab"), textDone(1, "abc"), textDone(2, "ab"), completed()).content).toBe(
    "ababcab",
  );
});

test("what is whole adds nothing again, also under another id or without places", () => {
  const deltas = outputText("Hel", "lo");
  const strange = deltas.map((one, at): TypedEvent => {
    const { output_index: _, content_index: __, ...rest } = one;
    return "item_id" in rest ? Object.assign(rest, { item_id: `r${at}` }) : rest;
  });
  expect(read(...strange, completed()).content).toBe("Hello");
  expect(
    read(
      response("output_text.delta", { delta: "Hello " }),
      response("output_text.done", { text: "Hello" }),
      completed({
        output: [{ type: "message", content: [{ type: "output_text", text: "Hello" }] }],
      }),
    ).content,
  ).toBe("Hello ");
});

test("what the deltas lack at the end is added", () => {
  const place = { item_id: "a", output_index: 0, content_index: 0 };
  expect(
    read(
      response("output_text.delta", { ...place, delta: "Hel" }),
      response("output_text.done", { ...place, text: "Hello" }),
      completed(),
    ).content,
  ).toBe("Hello");
});

const callDone = (id: string, output_index: number): TypedEvent =>
  response("output_item.done", { output_index, item: wholeCall(id) });

test("a call that is given only whole is read, and only once", () => {
  const expected = [
    ["call_a", "look", '{"of":"a"}'],
    ["call_b", "look", '{"of":"b"}'],
  ];
  expect(read(callDone("a", 0), callDone("b", 1), completed()).calls).toEqual(expected);
  expect(read(callDone("a", 0), callDone("b", 0), completed()).calls).toEqual(expected);
  expect(read(completed({ output: [wholeCall("a"), wholeCall("b")] }))).toMatchObject({
    calls: expected,
    finish: "tool_calls",
  });
  const text = outputText("Hi");
  expect(read(...text, completed({ output: [wholeCall("a"), wholeCall("b")] }))).toMatchObject({
    calls: expected,
    content: "Hi",
  });
});

test("a call without arguments is a call", () => {
  expect(read(call("a", 0), completed())).toMatchObject({
    calls: [["call_a", "look", ""]],
    finish: "tool_calls",
    deltas: 0,
  });
});

test("a refusal is told as one", () => {
  const place = { item_id: "a", output_index: 0, content_index: 0 };
  expect(
    read(
      response("refusal.delta", { ...place, delta: "I can" }),
      response("refusal.delta", { ...place, delta: "not." }),
      response("refusal.done", { ...place, refusal: "I cannot." }),
      completed(),
    ),
  ).toMatchObject({ content: "I cannot.", refused: true, deltas: 2 });
  const content = [{ type: "refusal", refusal: "No." }];
  expect(read(completed({ output: [{ type: "message", content }] }))).toMatchObject({
    content: "No.",
    refused: true,
  });
});

test("speech counts by its transcript, and by its sound", () => {
  const place = { item_id: "a", output_index: 0, content_index: 0 };
  expect(
    read(
      response("audio.delta", { delta: "UklGRg==" }),
      response("audio.transcript.delta", { ...place, delta: "Good " }),
      response("audio.transcript.delta", { ...place, delta: "day" }),
      response("audio.transcript.done", place),
      response("output_item.done", {
        output_index: 0,
        item: {
          id: "a",
          type: "message",
          content: [{ type: "output_audio", transcript: "Good day" }],
        },
      }),
      completed(),
    ),
  ).toMatchObject({ content: "Good day", deltas: 3, calls: [] });
});

test("a limit is told by response.incomplete, or by the status in response.completed", () => {
  const limited = { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } };
  for (const end of [response("incomplete", { response: limited }), completed(limited)]) {
    expect(read(...outputText("Hi"), end)).toMatchObject({
      outcome: "complete",
      finish: "length",
      native: "max_output_tokens",
    });
  }
  expect(read(response("incomplete", { response: {} })).finish).toBe("incomplete");
});

test("a response that was steered goes on", () => {
  const steered = { status: "incomplete", incomplete_details: { reason: "steered" } };
  const events = [...outputText("Hi"), response("incomplete", { response: steered })];
  expect(read(...events).outcome).toBe("truncated");
  const place = { item_id: "b", output_index: 1, content_index: 0 };
  expect(
    read(...events, response("output_text.delta", { ...place, delta: "!" }), completed()),
  ).toMatchObject({ outcome: "complete", content: "Hi!", finish: "stop" });
});

test("failures: response.failed, a cancelled one, an error event, an error without a type", () => {
  const error = { code: "server_error", message: "Out of memory" };
  const failed = { message: "Out of memory", code: "server_error", kind: "endpoint" };
  for (const end of [
    response("failed", { response: { status: "failed", error } }),
    response("failed", { response: { status: "failed", error: null }, error }),
    completed({ status: "failed", error }),
    { type: "error", ...error, param: null, sequence_number: 3 },
    { type: "error", error },
  ]) {
    expect(read(...outputText("Hi"), end)).toMatchObject({
      outcome: "failed",
      failure: failed,
      content: "Hi",
    });
  }
  const body = typedStream(...outputText("Hi")) + `data: ${JSON.stringify({ error })}\n\n`;
  expect(readAs("responses", body).verdict.failure).toMatchObject(failed);
  expect(read(response("failed", { response: { error: null } })).failure?.message).toBe(
    "response.failed",
  );
  expect(read(response("cancelled", { response: { status: "cancelled" } })).outcome).toBe("failed");
  expect(read({ type: "error" }).outcome).toBe("failed");
});

test("a stream without its last event is cut, and says what is missing", () => {
  const { verdict } = readAs("responses", typedStream(...responseEvents("Hi").slice(0, -1)));
  expect(verdict).toMatchObject({
    outcome: "truncated",
    failure: { message: "the stream ended without response.completed" },
  });
});

test("[DONE] of a proxy is ignored behind the last event, and is none in its place", () => {
  const events = responseEvents("Hi");
  const done = "data: [DONE]\n\n";
  const { verdict, reading } = readAs("responses", typedStream(...events) + done);
  expect(verdict.outcome).toBe("complete");
  expect(reading).toMatchObject({ errorAfterDone: null, textAfterDone: null });
  expect(readAs("responses", typedStream(...events.slice(0, -1)) + done).verdict.outcome).toBe(
    "truncated",
  );
});

test("event: lines may be missing, and may say something else", () => {
  const bare = responseEvents("Hi").map((one) => `data: ${JSON.stringify(one)}\n\n`);
  const named = responseEvents("Hi").map(
    (one) => `event: message\ndata: ${JSON.stringify(one)}\n\n`,
  );
  for (const body of [bare.join(""), named.join("")]) {
    expect(shown(readAs("responses", body))).toMatchObject({ content: "Hi", outcome: "complete" });
  }
});

test("a whole response is an answer that did not stream", () => {
  const { reading, verdict } = readAs("responses", JSON.stringify(wholeOf("responses", "Hi")));
  expect(verdict.outcome).toBe("complete");
  expect(reading.timeline.streamed).toBe(false);
  expect(reading.choices[0]).toMatchObject({ content: "Hi", finishReason: "stop" });
  expect(reading.timeline.usage).toMatchObject({ promptTokens: 5, completionTokens: 2 });
  const failed = { object: "response", status: "failed", output: [], error: { message: "no" } };
  expect(readAs("responses", JSON.stringify(failed)).verdict.failure?.message).toBe("no");
});

test("a status that lags behind the last event is no other end, and in a whole response it is", () => {
  expect(read(...outputText("Hi"), completed({ status: "in_progress" })).finish).toBe("stop");
  const queued = { object: "response", status: "queued", output: [] };
  const { reading } = readAs("responses", JSON.stringify(queued));
  expect(reading.choices[0]).toMatchObject({ finishReason: "queued", isAnswered: false });
});

test("a delta of a form that nobody knows is told", () => {
  expect(read(response("output_text.delta", { delta: { a: 1 } }), completed()).unread).toBe(1);
  expect(read(response("output_text.delta", { delta: "" }), completed()).unread).toBe(0);
});

test("ids and places of any form are read", () => {
  const strange = [{ toString: 1 }, [], null, true, 1e308, "x".repeat(1000)];
  for (const id of strange) {
    for (const kind of ["output_text", "function_call_arguments", "reasoning_text"]) {
      const place = { item_id: id, output_index: id, content_index: id };
      const events = [response(`${kind}.delta`, { ...place, delta: "{}" }), completed()];
      expect(readAs("responses", typedStream(...events)).verdict.outcome).toBe("complete");
    }
  }
});

test("a call's end without its arguments adds nothing", () => {
  const item = { id: "fc_1", type: "function_call", call_id: "c1", name: "f" };
  const place = { item_id: "fc_1", output_index: 0 };
  const { reading } = readAs(
    "responses",
    typedStream(
      response("output_item.added", { output_index: 0, item }),
      response("function_call_arguments.delta", { ...place, delta: "{}" }),
      response("function_call_arguments.done", place),
      response("function_call_arguments.done", { item_id: "fc_2", output_index: 1 }),
      completed(),
    ),
  );
  const calls = reading.choices[0]?.toolCalls;
  expect(calls?.map((call) => [call.id, call.arguments])).toEqual([["c1", "{}"]]);
});

/** The choice of a response that has only the end of an item with this content. */
function doneAtOnce(type: string, field: string) {
  return readAs(
    "responses",
    typedStream(
      response("output_item.done", {
        output_index: 0,
        item: { id: "msg_1", type: "message", content: [{ type, [field]: "No" }] },
      }),
      completed(),
    ),
  ).reading.choices[0];
}

test("a text that comes with the end of its item is an answer, and a refusal where it says so", () => {
  expect(doneAtOnce("output_text", "text")).toMatchObject({ content: "No", isRefused: false });
  expect(doneAtOnce("refusal", "refusal")).toMatchObject({ content: "No", isRefused: true });
});

test("a call that comes only with the end of its item is one, also without arguments", () => {
  const item = { id: "a", type: "function_call", call_id: "call_a", name: "look", arguments: "" };
  const done = response("output_item.done", { output_index: 0, item });
  expect(read(done, completed())).toMatchObject({
    calls: [["call_a", "look", ""]],
    finish: "tool_calls",
  });
  // What repeats a call adds nothing to its stream.
  const reader = new ResponsesReader();
  const chunks = [call("a", 0), input("a", 0, "{}"), done].map((event) => reader.read(event));
  expect(chunks.map(({ choices }) => choices.length)).toEqual([1, 1, 0]);
});

test("input that is no text adds no call", () => {
  for (const delta of [undefined, null, 7, {}]) {
    const event = response("function_call_arguments.delta", { item_id: "a", delta });
    expect(read(event, ...outputText("Hi"), completed())).toMatchObject({ calls: [], deltas: 1 });
  }
});

const itemDone = (id: string, item: object): TypedEvent =>
  response("output_item.done", { item: { id, ...item } });

/** The media of a response of these events. */
function media(...events: readonly TypedEvent[]): unknown {
  return readAs("responses", typedStream(...events, completed())).reading.media;
}

test("sound counts by its deltas where there are some, and each picture by its end", () => {
  const sound = response("audio.delta", { delta: "UklGRg==" });
  const content = [{ type: "output_audio", data: "UklGRg==" }];
  const spoken = itemDone("a", { type: "message", content });
  const picture = { type: "image_generation_call", result: "iVBORw0=" };
  const pictures = [itemDone("b", picture), itemDone("c", picture)];
  expect(media(spoken)).toEqual({ audio: 1, image: 0 });
  expect(media(sound, sound, spoken)).toEqual({ audio: 2, image: 0 });
  expect(media(...pictures)).toEqual({ audio: 0, image: 2 });
  expect(media(sound, spoken, ...pictures)).toEqual({ audio: 1, image: 2 });
});

test("the input of a custom tool that is given only whole is text, too", () => {
  const done = response("custom_tool_call_input.done", { item_id: "a", input: "{ls; }" });
  expect(read(done, completed())).toMatchObject({ calls: [[null, null, "{ls; }"]], broken: 0 });
  const json = response("function_call_arguments.done", { item_id: "a", arguments: "{ls; }" });
  expect(read(json, completed())).toMatchObject({ calls: [[null, null, "{ls; }"]], broken: 1 });
});

test("a response has failed where its event, or its status, says so, also without an error", () => {
  const message = "response.failed";
  for (const end of [
    completed({ status: "failed" }),
    response("failed", { response: { status: "completed" } }),
    response("failed"),
  ]) {
    expect(read(...outputText("Hi"), end)).toMatchObject({
      outcome: "failed",
      failure: { message },
    });
  }
});

test("an error event that says nothing is shown as it stands", () => {
  expect(read({ type: "error" }).failure?.message).toBe('{"type":"error"}');
  const error = { message: "" };
  expect(read({ type: "error", error }).failure?.message).toBe('{"error":{"message":""}}');
  const reader = new ResponsesReader();
  expect(reader.read({ type: "error" }).error?.message).toBe('{"type":"error"}');
  // A code of success around an error does not hide it.
  const around = { type: "error", code: 0, error: { message: "boom" } };
  expect(reader.read(around).error?.message).toBe("boom");
});

test("speech that comes with the end of its item is counted once, with the text beside it", () => {
  const content = [
    { type: "output_text", text: "Good day" },
    { type: "output_audio", data: "UklGRg==" },
  ];
  const item = { id: "a", type: "message", content };
  const { reading } = readAs(
    "responses",
    typedStream(
      response("output_item.done", { output_index: 0, item }),
      response("output_item.done", { output_index: 0, item }),
      completed({ output: [item] }),
    ),
  );
  expect(reading.choices[0]?.content).toBe("Good day");
  expect(reading.media).toEqual({ audio: 1, image: 0 });
});
