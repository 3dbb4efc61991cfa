import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { promptsLeftOut, promptsUnusable } from "../../lib/bench/messages.ts";
import { conversationOf } from "../../lib/load/prompt_entry.ts";
import { messagesFor, parsePrompts, PromptError } from "../../lib/load/prompts.ts";
import { syntheticPrompt, syntheticText } from "../../lib/load/synthetic.ts";

const conversationsIn = (text: string) => parsePrompts(text).conversations;
const ask = (content: string) => [{ role: "user" as const, content }];

test("prompts are one a line, without the empty ones, however lines end", () => {
  expect(conversationsIn("\uFEFFone\r\n\n  two \n")).toEqual([ask("one"), ask("  two ")]);
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
  expect(conversationsIn(lines.map((line) => JSON.stringify(line)).join("\n"))).toEqual([
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
  expect(conversationsIn(JSON.stringify([{ id: "1", conversations: turns }]))).toEqual([
    [...ask("a"), { role: "assistant", content: "b" }, ...ask("c")],
  ]);
});

const noMessages =
  'has none of "prompt", "messages", "conversations", "instruction", "question" and "text"';

test.each([
  ['{"prompt":', 1, "line 1 is not a JSON object"],
  ['\n{"promt":"b"}', 2, `line 2 ${noMessages}`],
  ['{"messages":[{"role":"wizard","content":"a"}]}', 1, "has a turn whose role is not known"],
  ["", null, "there is no prompt in it"],
  ["\n \n", null, "there is no prompt in it"],
  ["[1, 2", null, "it begins like a JSON array and is none"],
  ["[]", null, "there is no prompt in it"],
  ["[{}]", null, `entry 1 ${noMessages}`],
  ["[7]", null, "entry 1 is not a JSON object"],
  ['[{"conversations":[]}]', null, "entry 1 has an empty conversation"],
  ['[{"conversations":[{"from":"gpt","value":"a"}]}]', null, "entry 1 has no turn of the user"],
  ['[{"role":"assistant","content":"a"}]', null, "entry 1 has no turn of the user"],
  ['{"prompt":" "}', 1, "line 1 has a turn without text"],
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

test("why there is nothing to ask is said in both languages", () => {
  try {
    parsePrompts('[{"id":"a2","conversations":[]},{}]');
  } catch (error) {
    expect(promptsUnusable("a.json", error as PromptError).cause).toEqual({
      en: 'Cannot take prompts from "a.json": entry 1 has an empty conversation',
      zh: '无法从 "a.json" 读取提示词：第 1 项的对话为空',
    });
  }
  expect.hasAssertions();
});

function turns(...values: readonly (readonly [from: string, value: string])[]): object {
  return { conversations: values.map(([from, value]) => ({ from, value })) };
}

test("odd entries of a data set are left out, counted and named, and the others asked", () => {
  const entries = [
    turns(["human", "Name a river"], ["gpt", "Rhine"]),
    turns(),
    turns(["gpt", "Hello"]),
    turns(["gpt", "Hello"], ["human", "Hi"], ["gpt", "Yes?"]),
    turns(["wizard", "Hello"], ["human", "Hi"]),
    turns(["human", "Hi"], ["wizard", "Hello"]),
    turns(["human", " "]),
    turns(),
    turns(),
    turns(),
    7,
    {},
  ];
  const { conversations, leftOut } = parsePrompts(JSON.stringify(entries));
  expect(conversations).toEqual([
    ask("Name a river"),
    [{ role: "assistant", content: "Hello" }, ...ask("Hi")],
    ask("Hi"),
  ]);
  expect(promptsLeftOut("a.json", { leftOut, count: entries.length }).cause).toEqual({
    en:
      '9 of 12 entries of "a.json" are left out: an empty conversation (entries 2, 8, 9, …), no turn of the user (entry 3), ' +
      "a role that is not known (entry 5), a turn without text (entry 7), not a JSON object (entry 11), no key that is known (entry 12)",
    zh:
      '"a.json" 的 12 项中有 9 项不使用：对话为空（第 2、8、9…… 项），没有用户的发言（第 3 项），' +
      "有未知的角色（第 5 项），有一轮没有文本（第 7 项），不是 JSON 对象（第 11 项），没有已知的字段（第 12 项）",
  });
});

test("odd lines are left out as odd entries are", () => {
  const text = '{"prompt":"a"}\n\n{"prompt":\n{"promt":"b"}\n{"prompt":"c"}\n';
  const { conversations, leftOut } = parsePrompts(text);
  expect(conversations).toEqual([ask("a"), ask("c")]);
  expect(promptsLeftOut("a.jsonl", { leftOut, count: 4 }).cause).toEqual({
    en: '2 of 4 entries of "a.jsonl" are left out: not a JSON object (line 3), no key that is known (line 4)',
    zh: '"a.jsonl" 的 4 项中有 2 项不使用：不是 JSON 对象（第 3 行），没有已知的字段（第 4 行）',
  });
  const one = parsePrompts('{"prompt":"a"}\n{}');
  expect(promptsLeftOut("a.jsonl", { leftOut: one.leftOut, count: 2 }).cause.en).toBe(
    '1 of 2 entries of "a.jsonl" is left out: no key that is known (line 2)',
  );
});

const call = {
  role: "assistant",
  content: null,
  tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: "{}" } }],
};
const withCall = [...ask("a"), call, { role: "tool", tool_call_id: "1", content: "b" }];

const forms: Readonly<Record<string, readonly [entry: unknown, conversation: unknown]>> = {
  "a text": ["a", ask("a")],
  "a list of messages": [ask("a"), ask("a")],
  "messages with a call of a tool": [{ messages: withCall }, withCall],
  "messages with other names of roles": [
    { messages: [{ role: "human", content: "a" }, { role: "model", content: "b" }, ...ask("c")] },
    [...ask("a"), { role: "assistant", content: "b" }, ...ask("c")],
  ],
  "prompt of messages": [{ prompt: ask("a"), completion: [] }, ask("a")],
  "an empty prompt beside messages": [{ prompt: "", messages: ask("a") }, ask("a")],
  "a line for OpenAI's batches": [
    { custom_id: "1", method: "POST", url: "/v1/chat/completions", body: { messages: ask("a") } },
    ask("a"),
  ],
  "instruction and input": [{ instruction: "a", input: "b", output: "c" }, ask("a\n\nb")],
  "instruction alone": [{ instruction: "a", input: "", output: "c" }, ask("a")],
  question: [{ question: "a", answer: "b", text: "c" }, ask("a")],
  text: [{ text: "a" }, ask("a")],
  conversation: [{ conversation: [{ role: "user", content: "a" }] }, ask("a")],
};
for (const [what, [entry, conversation]] of Object.entries(forms)) {
  test(`entry of the form ${what} is read from an array and from lines, however lines end`, () => {
    const other = { prompt: "z" };
    const expected = [ask("z"), conversation];
    expect(conversationsIn(JSON.stringify([other, entry]))).toEqual(expected as never);
    expect(conversationsIn(JSON.stringify([other, entry], null, 2))).toEqual(expected as never);
    for (const end of ["\n", "\r\n"]) {
      const lines = [other, entry].map((line) => JSON.stringify(line)).join(end);
      expect(conversationsIn(lines)).toEqual(expected as never);
      expect(conversationsIn(lines + end)).toEqual(expected as never);
    }
  });
}

test("lines of message lists are conversations, and one list alone is one", () => {
  const [one, other] = [ask("a"), [...ask("b"), { role: "assistant" as const, content: "c" }]];
  expect(conversationsIn(`${JSON.stringify(one)}\n${JSON.stringify(other)}`)).toEqual([one, other]);
  expect(conversationsIn(JSON.stringify(one))).toEqual([one]);
  expect(conversationsIn(JSON.stringify(other, null, 2))).toEqual([other]);
});

test("one entry over several lines is one", () => {
  expect(conversationsIn(JSON.stringify({ prompt: "a" }, null, 2))).toEqual([ask("a")]);
});

test("plain prompts that look a little like JSON are plain prompts", () => {
  expect(conversationsIn('"Why?"\n[note] b\n"c" d')).toEqual([
    ask('"Why?"'),
    ask("[note] b"),
    ask('"c" d'),
  ]);
});

test("whatever the entries are, each is asked or left out", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.jsonValue(), fc.constant({ prompt: "a" }))), (entries) => {
      const all = [{ instruction: "z" }, ...entries];
      const { conversations, leftOut } = parsePrompts(JSON.stringify(all));
      expect(conversations.length + leftOut.length).toBe(all.length);
      for (const conversation of conversations) {
        expect(conversation.some(({ role }) => role === "user")).toBe(true);
      }
    }),
  );
});

test("a mark stands before a call of a tool that comes first, too", () => {
  const conversations = conversationsIn(JSON.stringify([{ messages: [call, ...ask("a")] }]));
  const source = { kind: "list", conversations } as const;
  expect(messagesFor(source, 0, { cache: "unique", seed: 7 })[0]).toMatchObject({
    content: [{ type: "text", text: expect.stringMatching(/^\[[0-9a-z]{10}\]$/) }],
  });
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

test("a prompt goes before all else that an entry may hold", () => {
  const asked = [{ role: "user" as const, content: "first" }];
  for (const beside of [
    { question: "second" },
    { messages: [{ role: "user", content: "second" }] },
    { instruction: "second", input: "third" },
  ]) {
    expect(conversationOf({ ...beside, prompt: "first" })).toEqual(asked);
  }
});

test("each prompt comes twice in pairs, with a mark of its own", () => {
  const source = { kind: "synthetic", words: 5 } as const;
  const contents = [0, 1, 2, 3].map(
    (index) => messagesFor(source, index, { cache: "pairs", seed: 3 })[0]?.content,
  );
  expect(contents[1]).toBe(contents[0] ?? "");
  expect(contents[3]).toBe(contents[2] ?? "");
  expect(contents[2]).not.toBe(contents[0] ?? "");
  expect(contents[0]).toMatch(/^\[\w{10}\] (?:\w+ ?){5}$/);
});

test("groups of prompts begin alike, also under another seed for the rest, and end each for itself", () => {
  const source = {
    kind: "synthetic",
    words: 20,
    shared: { words: 12, groups: 2 },
  } as const;
  const words = (index: number, seed: number, prefixSeed?: number) =>
    String(messagesFor(source, index, { cache: "shared", seed, prefixSeed })[0]?.content).split(
      " ",
    );
  // A mark, 12 words that are shared, and 8 others.
  const all = [0, 1, 2, 3].map((index) => words(index, 3));
  expect(all.map(({ length }) => length)).toEqual([21, 21, 21, 21]);
  const [a = [], b = [], c = [], d = []] = all;
  expect(c.slice(0, 13)).toEqual(a.slice(0, 13));
  expect(d.slice(0, 13)).toEqual(b.slice(0, 13));
  expect(b[0]).not.toBe(a[0] ?? "");
  expect(c.slice(13)).not.toEqual(a.slice(13));
  const primed = words(0, 99, 3);
  expect(primed.slice(0, 13)).toEqual(a.slice(0, 13));
  expect(primed.slice(13)).not.toEqual(a.slice(13));
});

test("the words of a seed are the same from version to version, so that runs of one seed ask the same", () => {
  const source = { kind: "synthetic", words: 3 } as const;
  const asked = (cache: "unique" | "reuse") =>
    [0, 1, 2].map((index) => syntheticPrompt(source, index, { cache, seed: 7 }));
  expect(asked("unique")).toEqual([
    "information week word",
    "state member country",
    "room idea name",
  ]);
  expect(asked("reuse")).toEqual(Array(3).fill("community body family"));
  const length = { words: 4, shared: { words: 2, groups: 2 } };
  const shared = [0, 1, 2].map((index) =>
    syntheticPrompt(length, index, { cache: "shared", seed: 8, prefixSeed: 7 }),
  );
  expect(shared).toEqual([
    "team government member side",
    "line night room president",
    "team government world eye",
  ]);
});
