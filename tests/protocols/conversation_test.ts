import { toolMessage, withCallsJoined } from "../../lib/protocols/conversation.ts";
import { expect, test } from "bun:test";
import * as fc from "fast-check";
import type { JsonObject } from "../../lib/base/json.ts";
import type { ProtocolName } from "../../lib/protocols/protocol.ts";
import { PROTOCOLS, protocolNamed } from "../../lib/protocols/protocols.ts";
import type { ChatMessage } from "../../lib/wire/request.ts";
import { runs } from "../support/runs.ts";

const text = fc.string({ minLength: 1, maxLength: 8 });
const picture = fc.constantFrom(
  { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } },
  { type: "image_url", image_url: { url: "https://a.example/b.png" } },
);
const parts = fc
  .tuple(text, fc.array(picture, { minLength: 1, maxLength: 2 }))
  .map(([words, pictures]) => [[{ type: "text", text: words }], pictures].flat());
const call = fc.record({
  id: text,
  type: fc.constant("function"),
  function: fc.record({
    name: text,
    arguments: fc.dictionary(text, fc.integer(), { maxKeys: 2 }).map((one) => JSON.stringify(one)),
  }),
});
/** A question and what came of it, as chats have it: calls stand in the message of the assistant. */
const turn = fc
  .record({
    question: fc.oneof(text, parts),
    answer: text,
    calls: fc.array(call, { maxLength: 2 }),
    result: text,
  })
  .map(({ question, answer, calls, result }) => [
    { role: "user", content: question },
    calls.length === 0
      ? { role: "assistant", content: answer }
      : { role: "assistant", content: answer, tool_calls: calls },
    calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: result })),
  ]);
const conversation = fc
  .tuple(fc.option(text), fc.array(turn, { maxLength: 3 }), text)
  .map(([system, turns, question]): object[] =>
    [
      system === null ? [] : [{ role: "system", content: system }],
      turns.flat(2),
      [{ role: "user", content: question }],
    ].flat(),
  ) as fc.Arbitrary<ChatMessage[]>;

function backFrom(api: ProtocolName, messages: readonly ChatMessage[]): ChatMessage[] | null {
  const protocol = protocolNamed(api);
  const request = { api, baseUrl: "http://x/v1", model: "m", key: null, messages };
  const body = JSON.parse(JSON.stringify(protocol.body(request))) as JsonObject;
  return protocol.conversation(body);
}

test("the conversation in a body is the one it was made of", () => {
  for (const api of ["chat", "responses", "messages"] as const) {
    fc.assert(
      fc.property(conversation, (messages) => {
        expect(backFrom(api, messages)).toEqual(messages);
      }),
      { seed: 22, numRuns: runs(150) },
    );
  }
});

test("completions give back one question, with the texts of all", () => {
  const messages: ChatMessage[] = [
    { role: "system", content: "Be brief." },
    { role: "user", content: [{ type: "text", text: "Hi" }] },
  ];
  expect(backFrom("completions", messages)).toEqual([{ role: "user", content: "Be brief.\n\nHi" }]);
});

test("several messages of the system become one, and a developer's is one of them", () => {
  const messages: ChatMessage[] = [
    { role: "system", content: "A" },
    { role: "developer", content: "B" },
    { role: "user", content: "Hi" },
  ];
  for (const api of ["responses", "messages"] as const) {
    expect(backFrom(api, messages)).toEqual([
      { role: "system", content: "A\n\nB" },
      { role: "user", content: "Hi" },
    ]);
  }
});

const conversationIn = (api: ProtocolName, body: JsonObject): ChatMessage[] | null =>
  protocolNamed(api).conversation(body);

test("other forms of a body are understood", () => {
  expect(conversationIn("responses", { input: "Hi" })).toEqual([{ role: "user", content: "Hi" }]);
  expect(conversationIn("responses", { input: [{ role: "user", content: "Hi" }] })).toEqual([
    { role: "user", content: "Hi" },
  ]);
  const said = { type: "refusal", refusal: "No." };
  expect(conversationIn("responses", { input: [{ role: "assistant", content: [said] }] })).toEqual([
    { role: "assistant", content: "No." },
  ]);
  const file = { type: "input_file", file_id: "f" };
  expect(
    conversationIn("responses", {
      input: [{ role: "user", content: [file, { type: "input_text", text: "x" }] }],
    }),
  ).toEqual([{ role: "user", content: "x" }]);
  expect(conversationIn("responses", { input: [{ type: "reasoning", summary: [] }] })).toBeNull();
  const system = [
    { type: "text", text: "A" },
    { type: "text", text: "B", cache_control: { type: "ephemeral" } },
  ];
  expect(
    conversationIn("messages", { system, messages: [{ role: "user", content: "Hi" }] }),
  ).toEqual([
    { role: "system", content: "AB" },
    { role: "user", content: "Hi" },
  ]);
  expect(conversationIn("completions", { prompt: ["a", "b"] })).toEqual([
    { role: "user", content: "a\nb" },
  ]);
  expect(conversationIn("completions", { prompt: [1, 2] })).toEqual([
    { role: "user", content: "1\n2" },
  ]);
});

const hi = { role: "user", content: "Hi" } as const;

/** What is read of a body of Messages with a message of this content, and one behind it. */
function asked(content: unknown): readonly ChatMessage[] | null {
  return conversationIn("messages", { messages: [{ role: "user", content }, hi] });
}

test("a message without blocks is kept, and one of blocks that nobody else has is left out", () => {
  expect(asked([])).toEqual([{ role: "user", content: "" }, hi]);
  expect(asked([{ type: "document", source: {} }])).toEqual([hi]);
  expect(asked([{ type: "text", text: "A" }])).toEqual([{ role: "user", content: "A" }, hi]);
  const result = { type: "tool_result", tool_use_id: "c", content: "1" };
  expect(asked([result])).toEqual([toolMessage("c", "1"), hi]);
});

test("a body without a conversation has none, whatever stands in its place", () => {
  const strange = [undefined, null, 3, "", [], {}, [null, 3, "x"], [[]], { role: "user" }];
  for (const protocol of PROTOCOLS) {
    for (const value of strange) {
      const found = protocol.conversation({ [protocol.questionField]: value });
      if (protocol.name !== "completions") expect(found).toBeNull();
    }
  }
});

test("only calls are joined with the message before them, and only with one of the assistant", () => {
  const user = { role: "user", content: "a" } as const;
  const empty = { role: "user", content: "" } as const;
  const assistant = { role: "assistant", content: "b" } as const;
  const silent = { role: "assistant", content: "" } as const;
  const messages = [user, empty, assistant, silent, assistant];
  expect(withCallsJoined(messages)).toEqual(messages);
});
