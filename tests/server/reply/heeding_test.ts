import { expect, test } from "bun:test";
import type { JsonObject } from "../../../lib/base/json.ts";
import type { ProtocolName } from "../../../lib/protocols/protocol.ts";
import type { SimulatedModel } from "../../../lib/server/reply/simulate.ts";
import { SimulatedSource } from "../../../lib/server/reply/simulated_source.ts";
import { bodyOf } from "../../support/serving.ts";
import { TOOLED, WORDS } from "../../support/protocol_words.ts";
import { APIS, bodyOver, piecesOf, readingOf } from "../../support/told.ts";

const model: SimulatedModel = {
  ttft: 1000,
  tps: 1000,
  tokens: 12,
  reasoning: 0,
  chunk: 1,
  jitter: 0,
};

function answer(api: ProtocolName, rest: JsonObject = {}, given: Partial<SimulatedModel> = {}) {
  const source = new SimulatedSource({ ...model, ...given }, { seed: 3, now: () => 0 });
  return source.answer(bodyOver(api, rest), api);
}

function read(api: ProtocolName, rest: JsonObject = {}, given: Partial<SimulatedModel> = {}) {
  const reply = answer(api, rest, given);
  expect([api, reply.head?.status, reply.head?.status === 200 ? "" : bodyOf(reply)]).toEqual([
    api,
    200,
    "",
  ]);
  return readingOf(piecesOf(reply), api).reading;
}

function choiceOf(...given: Parameters<typeof read>) {
  const [choice] = read(...given).choices;
  if (choice === undefined) throw new Error("there is no choice");
  return choice;
}

test("several choices come side by side, each with a text of its own", () => {
  for (const api of ["chat", "completions"] as const) {
    const { choices, timeline } = read(api, { n: 3 });
    expect(choices.map(({ index, finishReason }) => [index, finishReason])).toEqual([
      [0, "stop"],
      [1, "stop"],
      [2, "stop"],
    ]);
    expect(new Set(choices.map(({ content }) => content)).size).toBe(3);
    expect(timeline.usage?.completionTokens).toBe(36);
    const whole = JSON.parse(bodyOf(answer(api, { n: 3, stream: false })));
    expect(
      whole.choices.map(({ message, text }: { message?: { content: string }; text?: string }) =>
        message === undefined ? text : message.content,
      ),
    ).toEqual(choices.map(({ content }) => content));
    // The first choice is the one that comes alone.
    expect(choiceOf(api).content).toBe(choices[0]?.content ?? "");
  }
  expect(read("completions", { prompt: ["a", "b"], n: 2 }).choices).toHaveLength(4);
  expect(read("completions", { prompt: [1, 2, 3] }).timeline.usage?.promptTokens).toBe(3);
});

test("tools are called with arguments that fit their schemas, and after their results there are words", () => {
  for (const api of TOOLED) {
    const { tool } = WORDS[api];
    const { toolCalls, content, finishReason } = choiceOf(api, { tools: [tool("weather")] });
    expect([content, finishReason]).toEqual(["", "tool_calls"]);
    expect(toolCalls).toEqual([
      {
        index: 0,
        id: expect.stringMatching(/^call_/),
        name: "weather",
        arguments: expect.any(String),
      },
    ]);
    const given = JSON.parse(toolCalls[0]?.arguments ?? "");
    expect(given).toEqual({ city: expect.any(String), days: expect.any(Number) });
    expect(given.days).toBeWithin(1, 8);
  }
  const tools = [WORDS.chat.tool("weather")];
  const messages = [
    { role: "user", content: "?" },
    { role: "tool", content: "5" },
  ];
  expect(choiceOf("chat", { tools, messages }).finishReason).toBe("stop");
  const later = [...messages, { role: "user", content: "reminder" }];
  expect(choiceOf("chat", { tools, messages: later }).finishReason).toBe("stop");
  const next = [...messages, { role: "assistant", content: "!" }, { role: "user", content: "?" }];
  expect(choiceOf("chat", { tools, messages: next }).finishReason).toBe("tool_calls");
});

test("the tool choice is heeded", () => {
  for (const api of TOOLED) {
    const { tool, choice, required, none } = WORDS[api];
    const tools = [tool("weather"), tool("time")];
    const names = (tool_choice: unknown, given: Partial<SimulatedModel> = {}): unknown => {
      const { toolCalls, content } = choiceOf(api, { tools, tool_choice }, given);
      return content === "" ? toolCalls.map(({ name }) => name) : "words";
    };
    expect(names(none)).toBe("words");
    expect(names(undefined)).toEqual(["weather"]);
    expect(names(undefined, { tools: 0 })).toBe("words");
    expect(names(undefined, { tools: 3 })).toEqual(["weather", "time", "weather"]);
    expect(names(required, { tools: 0 })).toEqual(["weather"]);
    expect(names(required, { tools: 2 })).toEqual(["weather", "time"]);
    expect(names(choice("time"), { tools: 2 })).toEqual(["time"]);
  }
  const tools = ["weather", "time"].map(WORDS.chat.tool);
  const calls = (rest: JsonObject) =>
    choiceOf("chat", { tools, ...rest }, { tools: 2 }).toolCalls.map(({ name }) => name);
  expect(calls({ parallel_tool_calls: false })).toEqual(["weather"]);
  const allowed = { mode: "required", tools: [WORDS.chat.choice("time")] };
  expect(calls({ tool_choice: { type: "allowed_tools", allowed_tools: allowed } })).toEqual([
    "time",
    "time",
  ]);
});

test("arguments come in fragments, each with the index of its call", () => {
  const body = bodyOf(answer("chat", { tools: [WORDS.chat.tool("weather")] }, { tools: 2 }));
  const fragments = Array.from(
    body.matchAll(/"tool_calls":\[\{"index":(\d)/g),
    ([, index]) => index,
  );
  expect(fragments.length).toBeGreaterThan(8);
  expect(fragments).toEqual(fragments.toSorted());
});

test("an answer fits the schema that it is to have", () => {
  for (const api of TOOLED) {
    const { content, finishReason } = choiceOf(api, WORDS[api].form);
    expect(JSON.parse(content)).toEqual({ city: expect.any(String), days: expect.any(Number) });
    expect(finishReason).toBe("stop");
  }
  expect(
    JSON.parse(choiceOf("chat", { response_format: { type: "json_object" } }).content),
  ).toEqual({ key1: expect.any(String) });
  expect(choiceOf("chat", { response_format: { type: "text" } }).content).not.toStartWith("{");
});

test("a text that is to stop an answer ends it before", () => {
  for (const api of ["chat", "completions", "messages"] as const) {
    const field = api === "messages" ? "stop_sequences" : "stop";
    const { content } = choiceOf(api);
    const words = content.split(" ");
    const stop = ` ${words[5]}`;
    const stopped = choiceOf(api, { [field]: ["nothing of this", stop] });
    expect(content).toStartWith(stopped.content + stop);
    expect(stopped.finishReason).toBe("stop");
    const { timeline } = read(api, { [field]: [stop] });
    expect(timeline.usage?.completionTokens).toBe(timeline.deltasAt.length);
    const inWord = choiceOf(api, { [field]: [content.slice(3, 7)] });
    expect(inWord.content).toBe(content.slice(0, content.indexOf(content.slice(3, 7))));
    expect(choiceOf(api, { [field]: [content.slice(0, 2)] }).content).toBe("");
  }
  const { content } = choiceOf("chat");
  expect(choiceOf("chat", { stop: content.slice(3, 7) }).content).toBe(content.slice(0, 3));
  const body = bodyOf(answer("messages", { stop_sequences: [content.slice(3, 7)] }));
  expect(body).toContain(`"stop_reason":"stop_sequence","stop_sequence":"${content.slice(3, 7)}"`);
});

test("a limit ends an answer, its reasoning, and arguments, under each protocol's name", () => {
  for (const api of APIS) {
    const limit = api === "completions" ? "max_tokens" : WORDS[api].limit;
    const { choices, timeline } = read(api, { [limit]: 5 }, { reasoning: 2 });
    expect([choices[0]?.finishReason, timeline.usage?.completionTokens]).toEqual(["length", 5]);
    const none = read(api, { [limit]: 2 }, { reasoning: 2 });
    expect([none.choices[0]?.finishReason, none.choices[0]?.content]).toEqual(["length", ""]);
    expect(read(api, { [limit]: 12 }).choices[0]?.finishReason).toBe("stop");
    if (api === "completions") continue;
    const cut = choiceOf(api, { [limit]: 3, tools: [WORDS[api].tool("weather")] });
    expect([cut.finishReason, cut.brokenToolCalls]).toEqual(["length", 1]);
  }
});

test("an exact number of tokens is heeded where servers have a field for it", () => {
  for (const api of ["chat", "completions"] as const) {
    const tokens = (rest: JsonObject): unknown => read(api, rest).timeline.usage?.completionTokens;
    expect(tokens({ min_tokens: 40 })).toBe(40);
    expect(tokens({ min_tokens: 40, max_tokens: 40 })).toBe(40);
    expect(tokens({ ignore_eos: true, max_tokens: 50 })).toBe(50);
    expect(tokens({ ignore_eos: true })).toBe(12);
    expect(tokens({ ignore_eos: true, max_tokens: 1e15 })).toBe(12);
    expect(choiceOf(api, { ignore_eos: true, max_tokens: 50 }).finishReason).toBe("length");
  }
});
