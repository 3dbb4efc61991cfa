import { expect, test } from "bun:test";
import fc from "fast-check";
import { PROTOCOLS } from "../../lib/protocols/protocols.ts";
import { ResponseMask } from "../../lib/transcript/masks/response_mask.ts";
import { SecretMask } from "../../lib/base/secret_mask.ts";
import {
  block,
  completed,
  eventsOf,
  messageEnd,
  messageStart,
  response,
  type TypedEvent,
  typedStream,
} from "../support/protocol_streams.ts";
import { typed, typedLine, value } from "../support/hostile_events.ts";
import { readAndShow } from "../support/read_and_show.ts";
import { runs } from "../support/runs.ts";
import { streamOf } from "../support/stream.ts";

const api = fc.constantFrom(undefined, ...PROTOCOLS.map(({ name }) => name));

test("readers of other protocols throw for no body, whatever it holds and wherever it is cut", () => {
  fc.assert(
    fc.property(
      fc.array(typedLine, { maxLength: 8 }),
      fc.integer({ min: 1, max: 40 }),
      api,
      (lines, length, name) => {
        const body = lines.join("");
        const whole = readAndShow([body], { api: name });
        const parts = body.match(new RegExp(`[^]{1,${length}}`, "g")) ?? [];
        const cut = readAndShow(parts, { api: name });
        expect(cut.choices).toEqual(whole.choices);
        expect(cut.facts).toEqual(whole.facts);
        const mask = new ResponseMask(new SecretMask(["sk-streamgauge4f9Zk2Q7"]));
        const shown = parts.flatMap((text) => mask.push({ text, at: 1 }));
        expect([...shown, ...mask.end()].map(({ text }) => text).join("")).toBe(body);
      },
    ),
    { seed: 31, numRuns: runs(500) },
  );
});

test("readers of other protocols throw for no whole body either", () => {
  fc.assert(
    fc.property(typed, value, api, fc.constantFrom(200, 500), (one, other, name, status) => {
      readAndShow([JSON.stringify(one)], { api: name, status });
      const whole = { object: "response", output: other, content: other, stop_reason: other };
      readAndShow([JSON.stringify(whole)], { api: name, status });
      readAndShow([JSON.stringify({ ...whole, type: "message", content: [other] })], { api: name });
    }),
    { seed: 32, numRuns: runs(300) },
  );
});

test("JSON that is nested too deep is told in every protocol", () => {
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  for (const { name } of PROTOCOLS) {
    for (const text of [
      `{"type":"response.output_text.delta","delta":${deep}}`,
      `{"type":"response.output_text.delta","item_id":${deep},"delta":"a"}`,
      `{"type":"content_block_delta","index":${deep},"delta":{"text":"a"}}`,
      `{"type":"response.completed","response":{"output":${deep}}}`,
    ]) {
      const reading = readAndShow([`data: ${text}\n\ndata: [DONE]\n\n`], { api: name });
      expect(reading).toMatchObject({ malformedEvents: 1, tooDeep: 1, choices: [] });
    }
  }
});

test("an event past the limit ends the stream in every protocol, and what came is kept", () => {
  for (const { name } of PROTOCOLS) {
    const events = eventsOf(name, "Hel", "lo");
    const texts = events.map((one) => streamOf(one));
    const endless = `data: {"type":"response.output_text.delta","delta":"${"x".repeat(4000)}`;
    const before = texts.slice(0, -1);
    const reading = readAndShow([...before, endless, endless], { api: name, maxEventLength: 6000 });
    expect(reading.choices[0]?.content).toBe("Hello");
  }
});

/** More than are remembered at once. */
const MANY = 10_000;
const list = (of: (at: number) => TypedEvent[]): TypedEvent[] =>
  Array.from({ length: MANY }, (_, at) => of(at)).flat();

test("tool calls by the thousands are read, one after the other, with ids and places of their own", () => {
  const calls = list((at) => {
    const item = { id: `fc_${at}`, type: "function_call", call_id: `c${at}`, name: "f" };
    const place = { item_id: `fc_${at}`, output_index: at };
    return [
      response("output_item.added", { output_index: at, item }),
      response("function_call_arguments.delta", { ...place, delta: "{}" }),
      response("function_call_arguments.done", { ...place, arguments: "{}" }),
      response("output_item.done", { output_index: at, item: { ...item, arguments: "{}" } }),
    ];
  });
  const responses = readAndShow([typedStream(...calls, completed())], { api: "responses" });
  const blocks = list((at) =>
    block(at, { type: "tool_use", id: `t${at}`, name: "f", input: {} }, [
      { type: "input_json_delta", partial_json: "{}" },
    ]),
  );
  const stream = typedStream(messageStart(), ...blocks, ...messageEnd("tool_use"));
  const messages = readAndShow([stream], { api: "messages" });
  for (const reading of [responses, messages]) {
    const found = reading.choices[0]?.toolCalls ?? [];
    expect(found).toHaveLength(MANY);
    expect(found.every(({ arguments: given }) => given === "{}")).toBe(true);
    expect(reading.choices[0]?.brokenToolCalls).toBe(0);
  }
});

test("items that begin and never end are forgotten one by one, and nothing breaks", () => {
  const open = list((at) => [
    response("output_text.delta", { item_id: `m${at}`, output_index: at, delta: "a" }),
  ]);
  const reading = readAndShow([typedStream(...open, completed())], { api: "responses" });
  expect(reading.choices[0]?.content).toHaveLength(MANY);
  const starts = list((at) => [
    { type: "content_block_start", index: at, content_block: { type: "tool_use", name: "f" } },
  ]);
  const message = readAndShow([typedStream(messageStart(), ...starts, ...messageEnd())], {
    api: "messages",
  });
  expect(message.choices[0]?.toolCalls).toHaveLength(MANY);
});

test("names and errors that have no end are kept in part", () => {
  const endless = "x".repeat(1_000_000);
  const failed = response("failed", {
    response: { id: endless, model: endless, error: { code: endless, message: endless } },
  });
  const reading = readAndShow([typedStream(failed)], { api: "responses" });
  expect(reading.models.every((name) => name.length <= 200)).toBe(true);
  expect(reading.facts.error?.message).toHaveLength(4096);
  expect(reading.facts.error?.code).toHaveLength(200);
  const [end] = messageEnd(endless);
  const message = readAndShow([typedStream(messageStart(), end ?? { type: "ping" })]);
  expect(message.choices[0]?.finishReason).toHaveLength(200);
});
