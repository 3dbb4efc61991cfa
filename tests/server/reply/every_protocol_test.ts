import { expect, test } from "bun:test";
import * as fc from "fast-check";
import type { JsonObject } from "../../../lib/base/json.ts";
import type { ProtocolName } from "../../../lib/protocols/protocol.ts";
import type { SimulatedModel } from "../../../lib/server/reply/simulate.ts";
import { SimulatedSource } from "../../../lib/server/reply/simulated_source.ts";
import { everyCut } from "../../support/cuts.ts";
import { runs } from "../../support/runs.ts";
import { bodyOf } from "../../support/serving.ts";
import { APIS, bodyOver, piecesOf, readingOf } from "../../support/told.ts";

const model: SimulatedModel = {
  ttft: 300_000,
  tps: 80,
  tokens: 9,
  reasoning: 0,
  chunk: 1,
  jitter: 0.5,
};

function answerOver(api: ProtocolName, given: SimulatedModel, rest: JsonObject = {}) {
  const source = new SimulatedSource(given, { seed: 7, now: () => 5000 });
  return source.answer(bodyOver(api, rest), api);
}

/** What must be equal in every protocol: all but the names, and the reasoning's count, which Messages does not give. */
function read(api: ProtocolName, given: SimulatedModel, rest: JsonObject = {}) {
  const { reading, metrics, verdict } = readingOf(piecesOf(answerOver(api, given, rest)), api);
  const [choice] = reading.choices;
  const { usage, deltasAt } = reading.timeline;
  return {
    text: choice?.content,
    reasoning: choice?.reasoning,
    calls: choice?.toolCalls,
    finish: choice?.finishReason,
    outcome: verdict,
    usage: [usage?.promptTokens, usage?.completionTokens, usage?.totalTokens],
    times: [metrics.ttft, metrics.e2e, metrics.itl, deltasAt],
    spoilt: [reading.malformedEvents, reading.strayLines.count, reading.unreadContents],
  };
}

const tool = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };

/** The same tools in the words of each protocol. */
function toolsOver(api: ProtocolName): JsonObject {
  const named = ["get_weather", "get_time"].map((name) => ({ name, parameters: tool }));
  switch (api) {
    case "messages":
      return { tools: named.map(({ name }) => ({ name, input_schema: tool })) };
    case "responses":
      return { tools: named.map((called) => ({ type: "function", ...called })) };
    default:
      return { tools: named.map((called) => ({ type: "function", function: called })) };
  }
}

const LIMITS = {
  chat: "max_tokens",
  completions: "max_tokens",
  responses: "max_output_tokens",
  messages: "max_tokens",
} as const satisfies Record<ProtocolName, string>;

test("a simulated model says the same at the same times in every protocol", () => {
  const models = fc
    .record({
      ttft: fc.nat({ max: 2_000_000 }),
      tps: fc.double({ min: 0.5, max: 5000, noNaN: true }),
      tokens: fc.integer({ min: 1, max: 40 }),
      reasoning: fc.nat({ max: 40 }),
      chunk: fc.integer({ min: 1, max: 9 }),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .filter(({ reasoning, tokens }) => reasoning <= tokens);
  fc.assert(
    fc.property(models, fc.option(fc.integer({ min: 1, max: 50 })), (given, limit) => {
      const [chat, ...others] = APIS.map((api) =>
        read(api, given, limit === null ? {} : { [LIMITS[api]]: limit }),
      );
      expect(chat).toMatchObject({ outcome: { outcome: "complete" }, spoilt: [0, 0, 0] });
      for (const other of others) expect(other).toEqual(chat as NonNullable<typeof chat>);
    }),
    { numRuns: runs(60) },
  );
});

function callsOver(api: ProtocolName) {
  return read(api, { ...model, reasoning: 2, tools: 2 }, toolsOver(api));
}

test("calls of tools are the same at the same times in every protocol that has them", () => {
  const chat = callsOver("chat");
  expect(chat.finish).toBe("tool_calls");
  expect(chat.calls?.map(({ name }) => name)).toEqual(["get_weather", "get_time"]);
  expect(new Set(chat.calls?.map(({ id }) => id)).size).toBe(2);
  for (const call of chat.calls ?? []) {
    expect(JSON.parse(call.arguments)).toEqual({ city: expect.any(String) });
  }
  expect(callsOver("responses")).toEqual(chat);
  expect(callsOver("messages")).toEqual(chat);
});

test("wherever a stream is cut, it reads the same in every protocol", () => {
  const given = { ...model, ttft: 0, tps: 1e6, tokens: 2, reasoning: 1, jitter: 0 };
  for (const api of APIS) {
    for (const rest of [{}, api === "completions" ? {} : toolsOver(api)]) {
      const answer = answerOver(api, given, rest);
      const whole = readingOf(piecesOf(answer), api).reading;
      const cuts = [...everyCut(bodyOf(answer))];
      // The long ones at some of the places, since each is read once for each of them.
      const some = cuts.filter(
        (_, place) => place < 2 || place % Math.ceil(cuts.length / 900) === 0,
      );
      for (const cut of some) {
        const { reading } = readingOf(
          cut.map((text) => ({ text, at: 0 })),
          api,
        );
        expect([reading.choices, reading.facts, reading.timeline.usage]).toEqual([
          whole.choices,
          whole.facts,
          whole.timeline.usage,
        ]);
      }
    }
  }
});

test("what is not streamed says what the stream says, in every protocol", () => {
  for (const api of APIS) {
    for (const rest of [{}, api === "completions" ? {} : toolsOver(api)]) {
      const given = { ...model, reasoning: 4, tools: 2 };
      const streamed = read(api, given, rest);
      const whole = read(api, given, { ...rest, stream: false });
      expect({ ...whole, times: null }).toEqual({ ...streamed, times: null });
      const body = JSON.parse(bodyOf(answerOver(api, given, { ...rest, stream: false })));
      expect(body.object ?? body.type).toBe(OBJECTS[api]);
    }
  }
});

const OBJECTS = {
  chat: "chat.completion",
  completions: "text_completion",
  responses: "response",
  messages: "message",
} as const satisfies Record<ProtocolName, string>;

test("the k-th requests over two protocols get the same answer from one server", () => {
  const source = new SimulatedSource(model, { seed: 1 });
  const texts = APIS.map((api) =>
    [1, 2].map(() => {
      const answer = source.answer(bodyOver(api), api);
      return readingOf(piecesOf(answer), api).reading.choices[0]?.content;
    }),
  );
  expect(new Set(texts.map((both) => JSON.stringify(both))).size).toBe(1);
  expect(new Set(texts[0]).size).toBe(2);
});

test("a request can be accepted before its first token, where the protocol has a word for it", () => {
  const given = { ...model, jitter: 0, accepted: 20_000 };
  const over = (api: ProtocolName) => {
    const pieces = piecesOf(answerOver(api, given));
    const { metrics } = readingOf(pieces, api);
    return [pieces[0]?.at, metrics.ttft, metrics.accepted];
  };
  expect(over("chat")).toEqual([20_000, 300_000, null]);
  expect(over("completions")).toEqual([300_000, 300_000, null]);
  expect(over("responses")).toEqual([20_000, 300_000, 20_000]);
  expect(over("messages")).toEqual([20_000, 300_000, 20_000]);
  const late = piecesOf(answerOver("messages", { ...given, accepted: 400_000 }));
  expect(late[0]?.at).toBe(300_000);
});

test("each stream of a simulated model is of its protocol, event by event", () => {
  const given = { ...model, tokens: 2, reasoning: 1 };
  const names = (api: ProtocolName, rest?: JsonObject): string[] =>
    Array.from(bodyOf(answerOver(api, given, rest)).matchAll(/^event: (.*)$/gm), ([, name = ""]) =>
      name.replace("response.", ""),
    );
  expect(names("chat")).toEqual([]);
  expect(names("completions")).toEqual([]);
  expect(names("messages")).toEqual([
    "message_start",
    "content_block_start",
    "ping",
    "content_block_delta",
    "content_block_delta",
    "content_block_stop",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
  ]);
  expect(names("responses")).toEqual([
    "created",
    "in_progress",
    "output_item.added",
    "reasoning_summary_part.added",
    "reasoning_summary_text.delta",
    "reasoning_summary_text.done",
    "reasoning_summary_part.done",
    "output_item.done",
    "output_item.added",
    "content_part.added",
    "output_text.delta",
    "output_text.done",
    "content_part.done",
    "output_item.done",
    "completed",
  ]);
  expect(names("responses", { max_output_tokens: 1 }).at(-1)).toBe("incomplete");
});

test("the events of a response are numbered, and have their types as their names", () => {
  const body = bodyOf(answerOver("responses", model, toolsOver("responses")));
  const events = [...body.matchAll(/^event: (.*)\ndata: (.*)\n\n/gm)];
  expect(events.map(([all]) => all).join("")).toBe(body);
  for (const [index, [, name, data = ""]] of events.entries()) {
    expect(JSON.parse(data)).toMatchObject({ type: name, sequence_number: index });
  }
});

test("every event of every protocol has room for the time at which it is sent, but [DONE]", () => {
  for (const api of APIS) {
    const source = new SimulatedSource(model, { seed: 1, stamp: true });
    const body = bodyOf(source.answer(bodyOver(api), api));
    const events = Array.from(body.matchAll(/^data: (.*)$/gm), ([, data = ""]) => data);
    for (const data of events.filter((text) => text !== "[DONE]")) {
      expect(JSON.parse(data)).toMatchObject({ streamgauge: { sent_us: 1111111111111111 } });
    }
    expect(readingOf([{ text: body, at: 0 }], api).verdict.outcome).toBe("complete");
  }
});
