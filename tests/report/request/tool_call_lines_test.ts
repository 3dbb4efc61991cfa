import { expect, test } from "bun:test";
import { odditiesIn } from "../../../lib/chat/oddities.ts";
import { CompletionReader } from "../../../lib/chat/completion_reader.ts";
import type { Reading } from "../../../lib/chat/reading.ts";
import { judge } from "../../../lib/measure/outcome.ts";
import { notesOf } from "../../../lib/report/request/notes.ts";
import { toolCallLines } from "../../../lib/report/request/tool_call_lines.ts";
import { pieces } from "../../support/cuts.ts";
import { chunkOf, streamOf } from "../../support/stream.ts";

function call(index: number, name: string | null, given: string): object {
  return { index, id: `c${index}`, function: { ...(name && { name }), arguments: given } };
}

function streamWith(calls: readonly object[]): string {
  const each = calls.map((one) => chunkOf({ tool_calls: [one] }));
  return streamOf(...each, chunkOf({}, { finish: "tool_calls" }), "[DONE]");
}

function read(texts: readonly string[], keepText = true): Reading {
  const reader = new CompletionReader({ keepText });
  for (const text of texts) reader.push({ text, at: 1 });
  reader.end(2);
  return reader.result();
}

function codes(reading: Reading): string[] {
  const verdict = judge({ kind: "ended", status: 200 }, reading.facts);
  return notesOf({ reading, verdict }).map(({ code }) => code);
}

test("a tool call is a line for people, in both languages, wherever the stream is cut", () => {
  const text = streamWith([
    call(0, "get_weather", '{"city":'),
    { index: 0, function: { arguments: '"Paris"}' } },
    call(1, "now", ""),
  ]);
  for (let size = 1; size < 40; size++) {
    const reading = read(pieces(text, size));
    expect(toolCallLines(reading)).toEqual([
      {
        en: 'the model calls get_weather({"city":"Paris"})',
        zh: '模型调用 get_weather({"city":"Paris"})',
      },
      { en: "the model calls now()", zh: "模型调用 now()" },
    ]);
    expect(codes(reading)).toEqual([]);
  }
});

test("a call without a name, of several lines or very long is one line all the same", () => {
  const [first, second] = toolCallLines(
    read([
      streamWith([call(0, null, '{\n  "a": 1\n}'), call(1, "f", JSON.stringify("x".repeat(5000)))]),
    ]),
  );
  expect(first?.en).toBe('the model calls ?({ "a": 1 })');
  expect(second?.en).toBe(`the model calls f("${"x".repeat(297)}…`);
});

test("of very many calls the first are shown and the others counted", () => {
  const calls = Array.from({ length: 22 }, (_, index) => call(index, "f", "{}"));
  const lines = toolCallLines(read([streamWith(calls)]));
  expect(lines).toHaveLength(21);
  expect(lines.at(-1)).toEqual({
    en: "the model makes 2 more calls: --json shows all",
    zh: "模型还有 2 个调用：--json 可显示全部",
  });
});

test("arguments that are not whole JSON are noted and odd, with texts and without, at every cut", () => {
  const cases: readonly (readonly [given: string, broken: boolean])[] = [
    ['{"city":"Par', true],
    ["{city: Paris}", true],
    ['{"a":1}}', true],
    ["Paris", true],
    ['{"a":"}"}', false],
    ["{}", false],
    ["null", false],
    ['"Paris"', false],
    ["", false],
    [`{"a":"${"x".repeat(100_000)}"}`, false],
    [`{"a":"${"x".repeat(100_000)}"`, true],
  ];
  for (const [given, broken] of cases) {
    const text = streamWith([call(0, "f", given)]);
    for (const size of given.length > 100 ? [text.length, 4099] : [text.length, 1, 7]) {
      const parts = pieces(text, size);
      const found = broken ? ["broken_arguments"] : [];
      expect([given.slice(0, 20), codes(read(parts))]).toEqual([given.slice(0, 20), found]);
      expect(odditiesIn(read(parts))).toEqual(found as []);
      expect(odditiesIn(read(parts, false))).toEqual(found as []);
    }
  }
});

test("broken arguments are said in both languages", () => {
  const reading = read([streamWith([call(0, "f", "{"), call(1, "g", "[")])]);
  const verdict = judge({ kind: "ended", status: 200 }, reading.facts);
  expect(notesOf({ reading, verdict })).toEqual([
    {
      code: "broken_arguments",
      count: 2,
      message: {
        en: "the arguments of 2 tool calls are not whole JSON: a client that parses them fails",
        zh: "有 2 个工具调用的参数不是完整的 JSON，解析它们的客户端会出错",
      },
    },
  ]);
});
