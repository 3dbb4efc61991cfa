import { expect, test } from "bun:test";
import { type Note, notesOf } from "../lib/report/notes.ts";
import type { TimedText } from "../lib/wire/text.ts";
import { chunk, DONE, event, type MadeUp, readPieces, timed } from "./support/read_pieces.ts";

function notes(pieces: readonly TimedText[], madeUp?: MadeUp): Note[] {
  return notesOf(readPieces(pieces, madeUp).result);
}

/** A stream that ends with this reason. */
function ending(reason: string) {
  return timed([100, chunk({ content: "Hi" })], [150, chunk({}, { finish_reason: reason }) + DONE]);
}

test("an ordinary answer has no notes", () => {
  expect(notes(ending("stop"))).toEqual([]);
});

test("an answer cut at the token limit, or by a filter, is said", () => {
  expect(notes(ending("length"))).toEqual([
    {
      code: "length",
      count: 1,
      message: {
        en: "the answer was cut at the token limit (finish_reason: length); --max-tokens sets it",
        zh: "回答因达到 token 上限而被截断（finish_reason: length），可用 --max-tokens 调整",
      },
    },
  ]);
  expect(notes(ending("content_filter"))).toEqual([
    {
      code: "content_filter",
      count: 1,
      message: {
        en: "the endpoint's content filter stopped the answer (finish_reason: content_filter)",
        zh: "回答被服务端的内容过滤器中止（finish_reason: content_filter）",
      },
    },
  ]);
});

test("a refusal of the model is said", () => {
  const refused = [chunk({ refusal: "I cannot" }), chunk({ refusal: " do that" }) + DONE] as const;
  expect(notes(timed([100, refused[0]], [200, refused[1]]))).toEqual([
    {
      code: "refusal",
      count: 1,
      message: {
        en: "the model refused to answer: the text is its refusal",
        zh: "模型拒绝回答：输出的是拒绝说明",
      },
    },
  ]);
});

function choice(index: number, finish_reason: string) {
  return { index, delta: { content: "x" }, finish_reason };
}

test("a note counts the choices it is about", () => {
  const choices = [choice(0, "length"), choice(1, "stop"), choice(2, "length")];
  expect(notes(timed([100, event({ choices }) + DONE]))).toMatchObject([
    { code: "length", count: 2 },
  ]);
});

test("an empty answer is said, also when there was reasoning", () => {
  const empty = [
    { code: "empty_answer", message: { en: "the answer is empty", zh: "回答是空的" } },
  ];
  expect(notes(timed([100, chunk({ content: "" }) + DONE]))).toMatchObject(empty);
  expect(notes(timed([100, chunk({ reasoning_content: "hm" }) + DONE]))).toMatchObject(empty);
});

test("a tool call is an answer, and a cut stream is not called empty", () => {
  const call = { tool_calls: [{ index: 0, function: { name: "now", arguments: "{}" } }] };
  expect(notes(timed([100, chunk(call) + DONE]))).toEqual([]);
  expect(notes(timed([100, chunk({ content: "" })]))).toEqual([]);
});

test("an answer that did not stream is said", () => {
  const message = { role: "assistant", content: "Hi" };
  const whole = JSON.stringify({ choices: [{ index: 0, message, finish_reason: "stop" }] });
  expect(notes(timed([100, whole]))).toMatchObject([
    {
      code: "not_streamed",
      message: {
        en: "the endpoint did not stream: the answer came whole, so there are no stream metrics",
        zh: "服务端没有流式输出：回答一次性返回，因此没有流式指标",
      },
    },
  ]);
});

test("an answer in one burst is said", () => {
  const deltas = ["a", "b", "c", "d", "e"].map((content) => chunk({ content })).join("");
  expect(notes(timed([2000, deltas + DONE]))).toMatchObject([
    {
      code: "burst",
      message: {
        en: "the answer came in one burst: something on the way held it back, so gaps and decode rate say nothing about the model",
        zh: "回答几乎一次性到达：途中有环节缓冲了数据，间隔和解码速率不能反映模型",
      },
    },
  ]);
});

test("events that are not JSON are counted", () => {
  const malformed = "data: : PROCESSING\n\n";
  const one = notes(timed([100, malformed], [150, chunk({ content: "Hi" }) + DONE]));
  expect(one).toMatchObject([
    {
      code: "malformed_event",
      count: 1,
      message: {
        en: "1 event was not JSON and was passed over",
        zh: "有 1 个事件不是 JSON，已跳过",
      },
    },
  ]);
  const two = notes(timed([100, malformed + malformed], [150, chunk({ content: "Hi" }) + DONE]));
  expect(two).toMatchObject([
    {
      count: 2,
      message: {
        en: "2 events were not JSON and were passed over",
        zh: "有 2 个事件不是 JSON，已跳过",
      },
    },
  ]);
});

function from(model: string, content: string): string {
  return chunk({ content }, { model });
}

test("several model names are said, and made harmless", () => {
  expect(notes(timed([100, from("a", "H")], [150, from("b\u001b[2J", "i") + DONE]))).toMatchObject([
    {
      code: "several_models",
      count: 2,
      message: {
        en: "the chunks name several models: a, b␛[2J",
        zh: "数据块中出现了多个模型名：a, b␛[2J",
      },
    },
  ]);
});

test("a request that brought nothing has no notes", () => {
  expect(
    notes([], { ending: { kind: "no_response", code: "ECONNREFUSED", message: "refused" } }),
  ).toEqual([]);
});
