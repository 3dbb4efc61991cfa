import { expect, test } from "bun:test";
import { type Note, notesOf } from "../../../lib/report/request/notes.ts";
import type { TimedText } from "../../../lib/wire/piece.ts";
import { chunk, DONE, event, type MadeUp, readPieces, timed } from "../../support/read_pieces.ts";
import {
  messageEvents,
  outputText,
  response,
  typedStream,
} from "../../support/protocol_streams.ts";

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
        en: "1 event was not JSON and was passed over: : PROCESSING",
        zh: "有 1 个事件不是 JSON，已跳过：: PROCESSING",
      },
    },
  ]);
  const two = notes(timed([100, malformed + malformed], [150, chunk({ content: "Hi" }) + DONE]));
  expect(two).toMatchObject([
    {
      count: 2,
      message: {
        en: "2 events were not JSON and were passed over, the first: : PROCESSING",
        zh: "有 2 个事件不是 JSON，已跳过，第一个：: PROCESSING",
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

/** Each note as its code, its count, and its two sentences. */
function said(pieces: readonly TimedText[]): unknown[] {
  return notes(pieces).map(({ code, count, message }) => [code, count, message.en, message.zh]);
}

test("the same ends under other names have the same notes, with the name that came", () => {
  expect(said(ending("MAX_TOKENS"))).toEqual([
    [
      "length",
      1,
      "the answer was cut at the token limit (finish_reason: MAX_TOKENS); --max-tokens sets it",
      "回答因达到 token 上限而被截断（finish_reason: MAX_TOKENS），可用 --max-tokens 调整",
    ],
  ]);
  expect(said(ending("sensitive"))).toEqual([
    [
      "content_filter",
      1,
      "the endpoint's content filter stopped the answer (finish_reason: sensitive)",
      "回答被服务端的内容过滤器中止（finish_reason: sensitive）",
    ],
  ]);
  expect(notes(ending("refusal")).map(({ code }) => code)).toEqual(["refusal"]);
  expect(notes(ending("network_error"))).toEqual([]);
});

test("an end that nobody knows is said", () => {
  expect(said(ending("banana"))).toEqual([
    [
      "unknown_finish_reason",
      1,
      "nobody knows what this end of the answer means (finish_reason: banana); it is taken for a normal one",
      "不清楚回答为何这样结束（finish_reason: banana），按正常结束处理",
    ],
  ]);
  expect(said(ending("\u001b[2J"))[0]).toContain(
    "nobody knows what this end of the answer means (finish_reason: ␛[2J); it is taken for a normal one",
  );
});

test("what was spoilt in a stream is said", () => {
  const hi = chunk({ content: "Hi" });
  expect(said(timed([1, `${hi}upstream \u001b error\n${DONE}`]))).toEqual([
    [
      "not_a_field",
      1,
      "1 line of the stream is no field of an event: upstream ␛ error",
      "流中有 1 行不是事件字段：upstream ␛ error",
    ],
  ]);
  expect(said(timed([1, `${hi}<html>\n</html>\n${DONE}`]))).toEqual([
    [
      "not_a_field",
      2,
      "2 lines of the stream are no field of an event, the first (an HTML page): <html>",
      "流中有 2 行不是事件字段，第一行（HTML 页面）：<html>",
    ],
  ]);
  expect(said(timed([1, `${hi.trim()}\n${hi}${DONE}`]))).toEqual([
    [
      "repaired_event",
      1,
      "1 event was not JSON as it came and could be read all the same; other clients may fail",
      "有 1 个事件本身不是 JSON，但仍可读出；其他客户端可能会失败",
    ],
  ]);
  expect(said(timed([1, `${hi}data: ${"[".repeat(9999)}\n\n${DONE}`]))).toEqual([
    [
      "malformed_event",
      1,
      `1 event was not JSON and was passed over: ${"[".repeat(199)}…`,
      `有 1 个事件不是 JSON，已跳过：${"[".repeat(199)}…`,
    ],
    [
      "too_deep",
      1,
      "JSON nested more than 512 levels deep was not read",
      "嵌套超过 512 层的 JSON 未被读取",
    ],
  ]);
});

test("an error behind [DONE] is said", () => {
  const late = event({ error: { message: "gone", code: 502 } });
  expect(said(timed([1, chunk({ content: "Hi" }) + DONE + late]))).toEqual([
    [
      "error_after_done",
      1,
      "an error came behind [DONE]: gone (502)",
      "[DONE] 之后出现错误：gone (502)",
    ],
  ]);
});

test("an error behind the last event of another protocol names that event", () => {
  const error = { type: "error", error: { message: "gone" } };
  expect(said(timed([1, typedStream(...messageEvents("Hi"), error)]))).toEqual([
    [
      "error_after_done",
      1,
      "an error came behind message_stop: gone",
      "message_stop 之后出现错误：gone",
    ],
  ]);
  const end = response("incomplete", { response: {} });
  const late = typedStream(...outputText("Hi"), end) + "Bad gateway\n\n";
  expect(said(timed([1, late]))).toContainEqual([
    "text_after_done",
    1,
    "a text came behind response.incomplete: Bad gateway",
    "response.incomplete 之后出现文本：Bad gateway",
  ]);
});

test("a text behind [DONE], and content that is no text, are said", () => {
  const odd = chunk({ content: 42 }) + chunk({ content: "Hi" }, { finish_reason: "stop" });
  expect(said(timed([1, odd + DONE], [2, "Internal Server Error\n\n"]))).toEqual([
    [
      "text_after_done",
      1,
      "a text came behind [DONE]: Internal Server Error",
      "[DONE] 之后出现文本：Internal Server Error",
    ],
    [
      "unread_content",
      1,
      "1 chunk holds content that is no text and could not be read",
      "有 1 个数据块的 content 不是文本，无法读取",
    ],
  ]);
});

test("an answer cut at the context window, or for another reason, is not blamed on --max-tokens", () => {
  expect(notes(ending("model_context_window_exceeded"))).toEqual([
    {
      code: "context_window",
      count: 1,
      message: {
        en: "the answer was cut where the model's context window was full (finish_reason: model_context_window_exceeded); a shorter question leaves it more room",
        zh: "模型的上下文窗口已满，回答被截断（finish_reason: model_context_window_exceeded）；缩短提问可留出更多空间",
      },
    },
  ]);
  for (const reason of ["incomplete", "repetition_truncation"]) {
    expect(notes(ending(reason))).toEqual([
      {
        code: "cut_short",
        count: 1,
        message: {
          en: `the endpoint cut the answer short (finish_reason: ${reason})`,
          zh: `服务端提前截断了回答（finish_reason: ${reason}）`,
        },
      },
    ]);
  }
});

test("what an event says that is neither chunk nor error is said", () => {
  const hi = chunk({ content: "Hi" });
  const limit = event({ message: "TPM limit reached", data: null });
  expect(said(timed([1, hi + limit + DONE]))).toEqual([
    [
      "remark",
      1,
      "an event holds no part of the answer, but says: TPM limit reached",
      "有一个事件不含回答内容，只写着：TPM limit reached",
    ],
  ]);
  for (const value of [
    { lastError: { text: "boom" } },
    { promptFeedback: { blockReason: "SAFETY" } },
  ]) {
    const [note] = notes(timed([1, hi + event(value) + DONE]));
    expect(note?.message.en).toEndWith(`but says: ${JSON.stringify(value)}`);
  }
  for (const value of [
    { last_error: null, errors: [], error_code: 0 },
    { type: "ping", message: "still here" },
    { code: 0, message: "Success" },
    { choices: [], prompt_filter_results: [] },
    { message: "" },
  ]) {
    expect(notes(timed([1, hi + event(value) + DONE]))).toEqual([]);
  }
});

test("a text that came twice, and counts that contradict each other, are said", () => {
  const text = "a sentence that is long enough";
  const usage = { completion_tokens: 3, completion_tokens_details: { reasoning_tokens: 120 } };
  const last = chunk({ content: text }, { finish_reason: "stop", usage });
  expect(said(timed([1, chunk({ content: text }) + last + DONE]))).toEqual([
    [
      "repeated_text",
      1,
      "the last delta was the whole text once more; it counts once",
      "最后一个增量重复了全部文本，只计一次",
    ],
    [
      "unclear_usage",
      1,
      "usage counts more reasoning than completion tokens, so what the answer took is not known",
      "usage 中的推理 token 多于补全 token，无法得知回答用了多少",
    ],
  ]);
});
