import { expect, test } from "bun:test";
import {
  callIn,
  contentsOf,
  mediaOfItem,
  outputDelta,
} from "../../lib/protocols/response_output.ts";

test("only the input of a custom tool is text: that of a function is JSON", () => {
  const custom = { type: "custom_tool_call", call_id: "c1", name: "shell", input: "ls" };
  expect(callIn(custom)).toEqual({ id: "c1", name: "shell", arguments: "ls", isText: true });
  const called = { type: "function_call", id: "f1", name: "look", arguments: "{}" };
  expect(callIn(called)).toEqual({ id: "f1", name: "look", arguments: "{}" });
  expect(callIn({ type: "function_call" })).toEqual({ id: null, name: null, arguments: "" });
});

test("of reasoning the summary counts where the reasoning itself is not given", () => {
  const summary = [{ type: "summary_text", text: "short" }, {}, { text: "er" }];
  const item = { type: "reasoning", summary };
  expect(contentsOf(item)).toEqual([
    { kind: "reasoning", index: 0, text: "short" },
    { kind: "reasoning", index: 2, text: "er" },
  ]);
  const content = [{ type: "reasoning_text", text: "long" }];
  expect(contentsOf({ ...item, content })).toEqual([{ kind: "reasoning", index: 0, text: "long" }]);
  expect(contentsOf({ ...item, content: [{}] })).toHaveLength(2);
});

/** What the texts of an item are that has this part. */
function kinds(type: string, part: object): string[] {
  return contentsOf({ type, content: [part] }).map(({ kind }) => kind);
}

test("a text is reasoning by its item or by itself, and an answer otherwise", () => {
  expect(kinds("reasoning", { type: "text", text: "a" })).toEqual(["reasoning"]);
  expect(kinds("message", { type: "reasoning_text", text: "a" })).toEqual(["reasoning"]);
  expect(kinds("message", { type: "output_text", text: "a" })).toEqual(["answer"]);
  expect(kinds("message", { type: "output_audio", transcript: "a" })).toEqual(["answer"]);
  expect(kinds("message", { type: "refusal", refusal: "a" })).toEqual(["refusal"]);
});

test("an item is a picture once its result is there, and sound by its content", () => {
  expect(mediaOfItem({ type: "image_generation_call", result: "iVBORw0=" })).toBe("image");
  expect(mediaOfItem({ type: "image_generation_call", result: null })).toBeNull();
  expect(mediaOfItem({ type: "message", result: "iVBORw0=" })).toBeNull();
  const sound = { type: "output_audio", data: "UklGRg==" };
  expect(mediaOfItem({ type: "message", content: [{ text: "a" }, sound] })).toBe("audio");
});

test("the output of a response is one delta: its texts by kind, its calls in order, each medium once", () => {
  const picture = { type: "image_generation_call", result: "iVBORw0=" };
  const output = [
    { type: "reasoning", summary: [{ text: "Hm." }] },
    { type: "message", content: [{ text: "Hi" }, { refusal: "No" }] },
    picture,
    picture,
    { type: "function_call", call_id: "a", name: "f", arguments: "{}" },
    { type: "web_search_call", id: "w" },
    { type: "custom_tool_call", call_id: "b", name: "g", input: "x" },
  ];
  expect(outputDelta({ output })).toEqual({
    answer: "HiNo",
    reasoning: "Hm.",
    refusal: true,
    toolCalls: [
      { index: 0, id: "a", name: "f", arguments: "{}" },
      { index: 1, id: "b", name: "g", arguments: "x", isText: true },
    ],
    media: ["image"],
  });
  const nothing = { answer: "", reasoning: "", refusal: false, toolCalls: [] };
  expect(outputDelta({})).toEqual(nothing);
  expect(outputDelta({ output: [{ content: [{ text: "Hi" }] }] }).refusal).toBe(false);
});
