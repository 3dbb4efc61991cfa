import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { CompletionReader } from "../../lib/chat/completion_reader.ts";
import type { ChatPart } from "../../lib/chat/reading.ts";
import { streamChat } from "../../lib/chat/stream_chat.ts";
import type { ProtocolName } from "../../lib/protocols/protocol.ts";
import { wholeCompletion } from "../../lib/server/reply/whole_completion.ts";
import { sendStream, startChatServer } from "../support/chat_server.ts";
import { everyCut } from "../support/cuts.ts";
import { bodyOfProtocol, completed, response, typedStream } from "../support/protocol_streams.ts";
import { runs } from "../support/runs.ts";
import { chunkOf, streamOf } from "../support/stream.ts";

const APIS: readonly ProtocolName[] = ["chat", "completions", "responses", "messages"];
const [HIGH, LOW] = ["\ud83d", "\ude0a"];

function partsOf(api: ProtocolName, pieces: readonly string[]): ChatPart[] {
  const reader = new CompletionReader({ api });
  const arrivals = pieces.flatMap((text) => reader.push({ text, at: null }));
  return [...arrivals, ...reader.end(null)].flatMap(({ parts }) => parts);
}

/** What each kind of text of each choice comes to. No part of it may hold half a character. */
function textsOf(parts: readonly ChatPart[]): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const part of parts) {
    if (part.type === "finish" || part.type === "usage" || part.type === "error") continue;
    const text = part.type === "tool_call" ? part.arguments : part.text;
    expect(text.isWellFormed(), JSON.stringify(text)).toBe(true);
    const call = part.type === "tool_call" ? ` ${part.index}` : "";
    const name = `${part.choice} ${part.type}${call}`;
    texts[name] = (texts[name] ?? "") + text;
  }
  return texts;
}

test("a character whose halves come in two deltas is one over each protocol, wherever the stream is cut", () => {
  for (const api of APIS) {
    const body = bodyOfProtocol(api, `Hi ${HIGH}`, `${LOW}!`);
    for (const parts of everyCut(body)) {
      expect(textsOf(partsOf(api, parts)), api).toEqual({ "0 text": "Hi 😊!" });
    }
  }
});

/** Fragments of text for either of two choices, of every kind, in which characters are cut anywhere. */
const fragments = fc.array(
  fc.record({
    index: fc.nat({ max: 1 }),
    kind: fc.constantFrom("content", "reasoning_content", "tool"),
    text: fc
      .array(fc.constantFrom("a", HIGH, LOW, HIGH + LOW, "\\"), { minLength: 1, maxLength: 4 })
      .map((signs) => signs.join("")),
  }),
  { maxLength: 12 },
);

test("parts hold whole characters, and come to the same as the texts put together, across choices and kinds", () => {
  fc.assert(
    fc.property(fragments, (all) => {
      const joined: Record<string, string> = {};
      const events = all.map(({ index, kind, text }) => {
        const name = { content: "text", reasoning_content: "reasoning", tool: "tool_call 0" }[kind];
        const key = `${index} ${name}`;
        joined[key] = (joined[key] ?? "") + text;
        const call = { index: 0, id: "a", function: { name: "f", arguments: text } };
        const delta = kind === "tool" ? { tool_calls: [call] } : { [kind]: text };
        return { choices: [{ index, delta }] };
      });
      const wanted = Object.entries(joined).map(([key, text]) => [key, text.toWellFormed()]);
      const texts = textsOf(partsOf("chat", [streamOf(...events, "[DONE]")]));
      expect(texts).toEqual(Object.fromEntries(wanted));
    }),
    { numRuns: runs(300) },
  );
});

const given = `{"mood":"${HIGH}`;
const CALLS = [
  { index: 0, id: "a", function: { name: "f", arguments: given } },
  { index: 0, function: { arguments: `${LOW}"}` } },
].map((call) => chunkOf({ tool_calls: [call] }));

test("the arguments of a tool call come in whole characters, also to a file", async () => {
  const body = streamOf(...CALLS, chunkOf({}, { finish: "tool_calls" }), "[DONE]");
  for (const parts of everyCut(body)) {
    expect(textsOf(partsOf("chat", parts))).toEqual({ "0 tool_call 0": '{"mood":"😊"}' });
  }
  const deltas = [given, `${LOW}"}`].map((delta) =>
    response("function_call_arguments.delta", { item_id: "a", output_index: 0, delta }),
  );
  const item = { id: "a", type: "function_call", call_id: "c", name: "f", arguments: "" };
  const added = response("output_item.added", { output_index: 0, item });
  expect(textsOf(partsOf("responses", [typedStream(added, ...deltas, completed())]))).toEqual({
    "0 tool_call 0": '{"mood":"😊"}',
  });
  await using server = await startChatServer((exchange) => sendStream(exchange, body));
  const stream = streamChat({
    baseUrl: server.baseUrl,
    model: "m",
    messages: [{ role: "user", content: "Hi" }],
    key: null,
  });
  let written = "";
  const [encoder, decoder] = [new TextEncoder(), new TextDecoder("utf-8", { fatal: true })];
  for await (const part of stream) {
    if (part.type === "tool_call") written += decoder.decode(encoder.encode(part.arguments));
  }
  expect(written).toBe('{"mood":"😊"}');
  const { reading } = await stream.result;
  expect(reading.choices[0]?.toolCalls).toMatchObject([{ arguments: '{"mood":"😊"}' }]);
});

test("a whole completion made of a stream has its characters whole, in texts and arguments", () => {
  const deltas = [
    { content: HIGH, reasoning_content: HIGH },
    { content: LOW },
    { reasoning_content: LOW },
  ];
  const events = [...deltas.map((delta) => chunkOf(delta)), ...CALLS];
  const whole = wholeCompletion(events.map((event) => JSON.stringify(event)));
  const call = { function: { name: "f", arguments: '{"mood":"😊"}' } };
  expect(whole).toMatchObject({
    value: {
      choices: [{ message: { content: "😊", reasoning_content: "😊", tool_calls: [call] } }],
    },
  });
});
