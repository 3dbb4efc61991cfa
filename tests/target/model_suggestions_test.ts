import { expect, test } from "bun:test";
import { suggestModels } from "../../lib/target/model_suggestions.ts";

const names = [
  "Qwen/Qwen2.5-7B-Instruct",
  "Qwen/Qwen2.5-72B-Instruct",
  "Qwen/Qwen3-8B",
  "Pro/Qwen/Qwen3-8B",
  "deepseek-ai/DeepSeek-V3",
  "deepseek-ai/DeepSeek-R1",
  "BAAI/bge-m3",
];

test("mistyped model is found by its whole name first", () => {
  expect(suggestModels("Qwen/Qwen2.5-7B-Instuct", names)[0]).toBe("Qwen/Qwen2.5-7B-Instruct");
  expect(suggestModels("qwen/qwen3-8b", names)[0]).toBe("Qwen/Qwen3-8B");
});

test("model without the part before its slash is found, wherever it stands", () => {
  expect(suggestModels("qwen3-8b", names)).toEqual(["Qwen/Qwen3-8B", "Pro/Qwen/Qwen3-8B"]);
  expect(suggestModels("openrouter/DeepSeek-V3", names)[0]).toBe("deepseek-ai/DeepSeek-V3");
});

test("a part of a name gives at most three", () => {
  expect(suggestModels("qwen", names)).toHaveLength(3);
  expect(suggestModels("deepseek", names)).toEqual([
    "deepseek-ai/DeepSeek-V3",
    "deepseek-ai/DeepSeek-R1",
  ]);
});

test("what is like no model suggests none", () => {
  expect(suggestModels("gpt-4o", names)).toEqual([]);
  expect(suggestModels("", names)).toEqual([]);
  expect(suggestModels("gpt-4o", [])).toEqual([]);
});
