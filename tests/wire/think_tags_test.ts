import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Segment, ThinkTags, type ThinkStart } from "../../lib/wire/think_tags.ts";
import { everyCut, pieces } from "../support/cuts.ts";

/** The segments of deltas that arrive at 1, 2, 3, … */
function segmentsOf(deltas: readonly string[], begins?: ThinkStart): Segment[] {
  const tags = new ThinkTags(begins);
  return [...deltas.flatMap((text, index) => tags.push(text, index + 1)), ...tags.end()];
}

function textsOf(deltas: readonly string[], begins?: ThinkStart): Record<Segment["kind"], string> {
  const texts = { answer: "", reasoning: "" };
  for (const { kind, text } of segmentsOf(deltas, begins)) texts[kind] += text;
  return texts;
}

test("think tags part reasoning from the answer, wherever the content is cut", () => {
  const cases: [string, string, string][] = [
    ["<think>hm</think>Hi", "hm", "Hi"],
    ["<think>\nhm\n</think>\n\nHi", "\nhm\n", "\n\nHi"],
    ["\n <think>hm</think> Hi", "\n hm", " Hi"],
    ["<think></think>Hi", "", "Hi"],
    ["<think>a < b </thin> </</think>Hi", "a < b </thin> </", "Hi"],
    ["<think>no end", "no end", ""],
    ["<think>half an end</thi", "half an end</thi", ""],
    ["<think>", "", ""],
    ["", "", ""],
    ["Hi", "", "Hi"],
    ["<", "", "<"],
    ["<thin", "", "<thin"],
    ["<b>Hi</b>", "", "<b>Hi</b>"],
    ["<thinking>Hi", "", "<thinking>Hi"],
    ["<Think>Hi", "", "<Think>Hi"],
    [" ", "", " "],
    ["Hi <think>hm</think>", "", "Hi <think>hm</think>"],
    ["<think>a</think>b<think>c</think>", "a", "b<think>c</think>"],
    ["</think>Hi", "", "</think>Hi"],
  ];
  for (const [content, reasoning, answer] of cases) {
    for (const deltas of everyCut(content)) {
      expect(textsOf(deltas), JSON.stringify(deltas)).toEqual({ reasoning, answer });
    }
  }
});

test("think tags behind very many blanks are words of the answer, wherever the content is cut", () => {
  for (const blanks of [255, 256, 257, 300]) {
    const content = `${" ".repeat(blanks)}<think>hm`;
    const whole = textsOf([content]);
    expect(whole.answer === "").toBe(blanks <= 256);
    for (const deltas of everyCut(content)) expect(textsOf(deltas)).toEqual(whole);
  }
});

test("think tags lose nothing but the tags, and do not depend on the cuts", () => {
  const word = fc.constantFrom("<think>", "</think>", "<", "</", "think>", " ", "\n", "a", "你好");
  const lengths = fc.array(fc.integer({ min: 1, max: 5 }));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 12 }), lengths, (words, lengths) => {
      const content = words.join("");
      const whole = textsOf([content]);
      const tags = content.length - whole.answer.length - whole.reasoning.length;
      expect([0, "<think>".length, "<think></think>".length]).toContain(tags);
      const deltas: string[] = [];
      let rest = content;
      for (const length of lengths) {
        deltas.push(rest.slice(0, length));
        rest = rest.slice(length);
      }
      expect(textsOf([...deltas, rest])).toEqual(whole);
    }),
  );
});

test("think tags keep the time at which held answer text arrived", () => {
  expect(segmentsOf(["<", "th", "e answer", "!"])).toEqual([
    { kind: "answer", text: "<", at: 1 },
    { kind: "answer", text: "th", at: 2 },
    { kind: "answer", text: "e answer", at: 3 },
    { kind: "answer", text: "!", at: 4 },
  ]);
});

test("think tags hold back no more than may be a tag", () => {
  const tags = new ThinkTags();
  expect(tags.push("<thi", 1)).toEqual([]);
  expect(tags.push("nk>hm <", 2)).toEqual([{ kind: "reasoning", text: "hm ", at: 2 }]);
  expect(tags.push("/b", 3)).toEqual([{ kind: "reasoning", text: "</b", at: 3 }]);
  expect(tags.push("</think>", 4)).toEqual([]);
  expect(tags.push("Hi <", 5)).toEqual([{ kind: "answer", text: "Hi <", at: 5 }]);
  expect(tags.end()).toEqual([]);
});

test("think tags give text that was held back out once, and what follows is answer", () => {
  const tags = new ThinkTags();
  expect(tags.push("<", null)).toEqual([]);
  expect(tags.end()).toEqual([{ kind: "answer", text: "<", at: null }]);
  expect(tags.end()).toEqual([]);
  expect(tags.push("think>", null)).toEqual([{ kind: "answer", text: "think>", at: null }]);
});

test("think tags take a long reasoning in small deltas in linear time", () => {
  const content = `<think>${"<".repeat(100_000)}</think>Hi`;
  expect(textsOf(pieces(content, 1))).toEqual({ reasoning: "<".repeat(100_000), answer: "Hi" });
});

test("an open start is reasoning up to the closing tag, with an opening one or without, wherever it is cut", () => {
  const cases: [string, string, string][] = [
    ["hm</think>Hi", "hm", "Hi"],
    ["\nhm\n</think>\n\nHi", "\nhm\n", "\n\nHi"],
    ["<think>hm</think>Hi", "hm", "Hi"],
    [" <think>hm</think>Hi", " hm", "Hi"],
    ["</think>Hi", "", "Hi"],
    ["<b>hm</b></think>Hi", "<b>hm</b>", "Hi"],
    ["</th</think>Hi", "</th", "Hi"],
    ["hm", "hm", ""],
    ["<thi", "<thi", ""],
    [" ", " ", ""],
    ["", "", ""],
    ["hm</think>a<think>b</think>", "hm", "a<think>b</think>"],
  ];
  for (const [content, reasoning, answer] of cases) {
    for (const deltas of everyCut(content)) {
      expect(textsOf(deltas, "open"), JSON.stringify(deltas)).toEqual({ reasoning, answer });
    }
  }
});

test("segments of an open start carry the time at which the last of their text arrived", () => {
  expect(segmentsOf(["<", "b>hm</th", "ink>Hi"], "open")).toEqual([
    { kind: "reasoning", text: "<b>hm", at: 2 },
    { kind: "answer", text: "Hi", at: 3 },
  ]);
});

test("a closing tag that none has opened is noticed, wherever the content is cut", () => {
  const cases: [string, boolean][] = [
    ["hm</think>Hi", true],
    ["</think>Hi", true],
    ["a <b> c</b></think>Hi</think>", true],
    ["hm</think><think>", true],
    ["<think>hm</think>Hi</think>", false],
    ["Between <think> and </think> stands reasoning", false],
    ["hm</thin", false],
    ["Hi", false],
    ["", false],
  ];
  for (const [content, isNoticed] of cases) {
    for (const deltas of everyCut(content)) {
      const tags = new ThinkTags();
      for (const text of deltas) tags.push(text, null);
      tags.end();
      expect(tags.closesUnopened, JSON.stringify(deltas)).toBe(isNoticed);
      const open = new ThinkTags("open");
      for (const text of deltas) open.push(text, null);
      expect(open.closesUnopened, JSON.stringify(deltas)).toBe(false);
    }
  }
});
