import { expect, test } from "bun:test";
import { CompletionReader } from "../../lib/chat/completion_reader.ts";
import type { Reading } from "../../lib/chat/reading.ts";
import { TextTrace } from "../../lib/wire/text_trace.ts";
import { everyCut } from "../support/cuts.ts";
import { answerOf, chunkOf, streamOf } from "../support/stream.ts";

const LONG = "a sentence that is long enough";

function read(parts: readonly string[], keepText = true): Reading {
  const reader = new CompletionReader({ keepText });
  for (const text of parts) reader.push({ text, at: 1 });
  reader.end(2);
  return reader.result();
}

/** What the chunks give, the same wherever their stream is cut. */
function answer(...chunks: object[]): string {
  const body = streamOf(...chunks, "[DONE]");
  const reading = read([body]);
  for (const parts of everyCut(body)) expect(read(parts)).toEqual(reading);
  // Whether the text is kept decides nothing.
  const { timeline, repeatedTexts } = read([body], false);
  expect({ timeline, repeatedTexts }).toEqual({
    timeline: reading.timeline,
    repeatedTexts: reading.repeatedTexts,
  });
  return reading.choices[0]?.content ?? "";
}

function message(content: string, finish_reason: string | null = null): object {
  return { choices: [{ index: 0, message: { role: "assistant", content }, finish_reason }] };
}

test("messages in the place of deltas that hold the next words are all kept", () => {
  expect(answer(message("He"), message("llo"), message(" you"), message("", "stop"))).toBe(
    "Hello you",
  );
  expect(answer(message("ha"), message("ha"), message("ha!", "stop"))).toBe("hahaha!");
  expect(answer(message("1"), message("0"), message("1"), message("10"))).toBe("10110");
});

test("messages in the place of deltas that hold all so far are counted once", () => {
  expect(answer(message("He"), message("Hello"), message("Hello you", "stop"))).toBe("Hello you");
  expect(answer(message("He"), message("Hello"), message("Hello"), message("Hello", "stop"))).toBe(
    "Hello",
  );
  expect(answer(message("Hello", null), message("Hello", "stop"))).toBe("Hello");
  expect(answer(message(LONG), message(LONG))).toBe(LONG);
});

test("a whole message behind deltas adds only what they left out", () => {
  expect(answer(answerOf("Hel"), answerOf("lo"), message("Hello", "stop"))).toBe("Hello");
  expect(answer(answerOf("Hel"), message("Hello", "stop"))).toBe("Hello");
  expect(answer(answerOf(" Hel"), answerOf("lo "), message("Hello", "stop"))).toBe(" Hello ");
  const [choice] = read([
    streamOf(answerOf("<think>hm</think>Hi"), {
      choices: [{ message: { content: "Hi", reasoning_content: "hm" }, finish_reason: "stop" }],
    }),
  ]).choices;
  expect(choice).toMatchObject({ content: "Hi", reasoning: "hm" });
});

test("a last delta that is the whole text once more counts once, and is noted", () => {
  const half = LONG.slice(0, 9);
  const body = streamOf(
    answerOf(half),
    answerOf(LONG.slice(9)),
    answerOf(LONG, { finish: "stop" }),
  );
  expect(read([body])).toMatchObject({ choices: [{ content: LONG }], repeatedTexts: 1 });
  expect(read([body]).timeline.deltasAt).toHaveLength(2);
  expect(answer(answerOf(half), answerOf(LONG.slice(9)), answerOf(LONG, { finish: "stop" }))).toBe(
    LONG,
  );
});

test("a last delta that may be the model's own words is kept", () => {
  for (const last of [
    answerOf(LONG),
    answerOf(LONG.slice(1), { finish: "stop" }),
    answerOf(`${LONG}.`, { finish: "stop" }),
  ]) {
    expect(answer(answerOf(LONG), last).length).toBeGreaterThan(LONG.length + 1);
  }
  expect(answer(answerOf("ha"), answerOf("ha", { finish: "stop" }))).toBe("haha");
  expect(read([streamOf(answerOf("ha"), answerOf("ha", { finish: "stop" }))]).repeatedTexts).toBe(
    0,
  );
});

test("tool calls of messages are kept once, also where every chunk repeats them", () => {
  const tool_calls = [{ index: 0, id: "a", function: { name: "f", arguments: '{"c":1}' } }];
  const whole = { choices: [{ message: { tool_calls }, finish_reason: null }] };
  const [choice] = read([streamOf(whole, whole, "[DONE]")]).choices;
  expect(choice?.toolCalls).toEqual([{ index: 0, id: "a", name: "f", arguments: '{"c":1}' }]);
  const [after] = read([streamOf(chunkOf({ tool_calls }), whole, "[DONE]")]).choices;
  expect(after?.toolCalls).toHaveLength(1);
});

test("a trace tells what begins with all that came", () => {
  const trace = new TextTrace();
  trace.add("你");
  trace.add("好");
  expect(trace.length).toBe(2);
  for (const text of ["你好", "你好！"]) expect(trace.begins(text), text).toBe(true);
  for (const text of ["", "你", "你们好"]) expect(trace.begins(text), text).toBe(false);
  expect([trace.is("你好"), trace.is("你好！")]).toEqual([true, false]);
});

test("messages so far that were polished at their end are no further text, down to half their length", () => {
  const before = "sixteen letters!";
  expect(before).toHaveLength(16);
  // The last one begins otherwise: it is another text, or the same one polished.
  const polished = (last: string): string =>
    answer(message("sixteen"), message(before), message(last, "stop"));
  expect(polished("Sixteen ")).toBe(`${before}Sixteen `);
  expect(polished("Sixteen l")).toBe(before);
});
