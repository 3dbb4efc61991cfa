import { expect, test } from "bun:test";
import { askedWith } from "../../lib/chat/asked.ts";
import { odditiesIn } from "../../lib/chat/oddities.ts";
import { notesOf } from "../../lib/report/request/notes.ts";
import { wholeCompletion } from "../../lib/server/reply/whole_completion.ts";
import { everyCut } from "../support/cuts.ts";
import { readAs } from "../support/protocol_streams.ts";
import { streamOf } from "../support/stream.ts";

const both = (...texts: string[]) => ({
  choices: texts.map((content) => ({ delta: { content } })),
});
const placed = (index: string, content: string) => ({
  choices: [{ index, delta: { content } }],
});
const one = (content: string) => ({ choices: [{ delta: { content } }] });

test("choices without an index that come together are told apart by their place, wherever the stream is cut", () => {
  const events = [both("a", "b"), both("A", "B"), { choices: [{ finish_reason: "stop" }, {}] }];
  const stream = streamOf(...events, "[DONE]");
  for (const parts of everyCut(stream)) {
    const { reading } = readAs("chat", parts, { choices: 2 });
    expect(reading.choices.map(({ index, content }) => [index, content])).toEqual([
      [0, "aA"],
      [1, "bB"],
    ]);
    expect(reading.unplacedChoices).toBe(0);
  }
  const whole = wholeCompletion(events.map((event) => JSON.stringify(event)));
  expect(whole).toMatchObject({
    value: { choices: [{ message: { content: "aA" } }, { message: { content: "bB" } }] },
  });
});

test("the texts of completions are told apart alike", () => {
  const stream = streamOf({ choices: [{ text: "a" }, { text: "b" }] }, "[DONE]");
  expect(readAs("completions", stream).reading.choices).toMatchObject([
    { content: "a" },
    { content: "b" },
  ]);
});

test("choices without an index that come alone run together, which is noted where several were asked for", () => {
  const stream = streamOf(one("a"), one("b"), "[DONE]");
  for (const parts of everyCut(stream)) {
    const result = readAs("chat", parts, { choices: 2 });
    expect(result.reading.choices).toMatchObject([{ index: 0, content: "ab" }]);
    expect(odditiesIn(result.reading)).toEqual(["unplaced_choice"]);
    expect(notesOf(result)).toEqual([
      {
        code: "unplaced_choice",
        count: 2,
        message: {
          en: "2 chunks do not say which of several answers they belong to (no index): their texts run together",
          zh: "有 2 个数据块没有说明属于哪个回答（缺少 index），文本混在一起",
        },
      },
    ]);
    expect(notesOf(readAs("chat", parts))).toEqual([]);
  }
  const mixed = streamOf({ choices: [{ index: 1, delta: { content: "b" } }] }, one("a"), "[DONE]");
  expect(notesOf(readAs("chat", mixed))).toMatchObject([{ code: "unplaced_choice", count: 1 }]);
});

test("an index that is text is one", () => {
  const { reading } = readAs("chat", streamOf(placed("1", "b"), placed("0", "a"), "[DONE]"));
  expect(reading.choices.map(({ content }) => content)).toEqual(["a", "b"]);
});

test("the request says how many choices were asked for", () => {
  const url = "http://127.0.0.1/v1/chat/completions";
  const asked = (body: unknown) => askedWith({ url, body }).choices;
  expect([{ n: 2 }, { n: 1 }, {}, { n: "2" }, null].map(asked)).toEqual([
    2,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
