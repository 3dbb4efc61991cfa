import { expect, test } from "bun:test";
import { messagesFor, parsePrompts, PromptError, syntheticText } from "../lib/load/prompts.ts";

const ask = (content: string) => [{ role: "user" as const, content }];

test("prompts are one a line, without the empty ones, however lines end", () => {
  expect(parsePrompts("\uFEFFone\r\n\n  two \n")).toEqual([ask("one"), ask("  two ")]);
});

test("prompts of JSON lines have a prompt, messages or conversations", () => {
  const lines = [
    { prompt: "one" },
    { messages: [{ role: "system", content: "be brief" }, ...ask("two")] },
    {
      conversations: [
        { from: "human", value: "three" },
        { from: "gpt", value: "3" },
      ],
    },
  ];
  expect(parsePrompts(lines.map((line) => JSON.stringify(line)).join("\n"))).toEqual([
    ask("one"),
    [{ role: "system", content: "be brief" }, ...ask("two")],
    ask("three"),
  ]);
});

test("prompts of ShareGPT end with the last turn of the user", () => {
  const turns = [
    { from: "human", value: "a" },
    { from: "gpt", value: "b" },
    { from: "human", value: "c" },
    { from: "gpt", value: "d" },
  ];
  expect(parsePrompts(JSON.stringify([{ id: "1", conversations: turns }]))).toEqual([
    [...ask("a"), { role: "assistant", content: "b" }, ...ask("c")],
  ]);
});

test.each([
  ['{"prompt":"a"}\n{"prompt":', 2, "line 2 is not a JSON object"],
  [
    '{"prompt":"a"}\n\n{"promt":"b"}',
    3,
    'line 3 has neither "prompt", "messages" nor "conversations"',
  ],
  [
    '{"messages":[{"role":"wizard","content":"a"}]}',
    1,
    'line 1 has neither "prompt", "messages" nor "conversations"',
  ],
  ["", null, "there is no prompt in it"],
  ["\n \n", null, "there is no prompt in it"],
  ["[1, 2", null, "it begins like a JSON array and is none"],
  ["[{}]", null, 'entry 1 has neither "prompt", "messages" nor "conversations"'],
])("prompts %j are refused", (text, line, message) => {
  const parse = () => parsePrompts(text);
  expect(parse).toThrow(PromptError);
  expect(parse).toThrow(message);
  try {
    parse();
  } catch (error) {
    expect((error as PromptError).line).toBe(line);
  }
});

test("messages are taken in turn and begin with a mark of their own", () => {
  const source = { kind: "list", conversations: [ask("one"), ask("two")] } as const;
  const contents = [0, 1, 2].map(
    (index) => messagesFor(source, index, { cache: "unique", seed: 7 })[0]?.content,
  );
  expect(contents).toEqual([
    expect.stringMatching(/^\[[0-9a-z]{10}\] one$/),
    expect.stringMatching(/^\[[0-9a-z]{10}\] two$/),
    expect.stringMatching(/^\[[0-9a-z]{10}\] one$/),
  ]);
  expect(new Set(contents.map((content) => String(content).slice(0, 12))).size).toBe(3);
  expect(messagesFor(source, 0, { cache: "unique", seed: 7 })[0]?.content).toBe(contents[0] ?? "");
  expect(messagesFor(source, 2, { cache: "reuse", seed: 7 })).toEqual(ask("one"));
});

test("a mark stands before content of several parts, too", () => {
  const content = [{ type: "text", text: "one" }];
  const source = { kind: "list", conversations: [[{ role: "user", content }]] } as const;
  expect(messagesFor(source, 0, { cache: "unique", seed: 7 })[0]?.content).toEqual([
    { type: "text", text: expect.stringMatching(/^\[[0-9a-z]{10}\]$/) },
    ...content,
  ]);
});

test("synthetic prompts have the asked words, seeded, and are the same for all with the cache", () => {
  expect(syntheticText(100, 1).split(" ")).toHaveLength(100);
  expect(syntheticText(100, 1)).toBe(syntheticText(100, 1));
  expect(syntheticText(100, 1)).not.toBe(syntheticText(100, 2));
  const source = { kind: "synthetic", words: 5 } as const;
  const same = [0, 1].map((index) => messagesFor(source, index, { cache: "reuse", seed: 3 }));
  expect(same[0]).toEqual(same[1] ?? []);
  const unique = [0, 1].map((index) => messagesFor(source, index, { cache: "unique", seed: 3 }));
  expect(unique[0]).not.toEqual(unique[1] ?? []);
});
