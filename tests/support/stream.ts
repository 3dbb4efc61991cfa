import type { Usage } from "../../lib/wire/usage.ts";

/** The events of a stream: one for each value. A text stands for itself, such as `[DONE]`. */
export function streamOf(...values: readonly unknown[]): string {
  return values
    .map((value) => `data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`)
    .join("");
}

/** A chunk with this delta for the first choice, and whatever else stands beside `choices`. */
export function chunkOf(
  delta: object,
  {
    finish = null,
    ...beside
  }: { readonly finish?: string | null; readonly [key: string]: unknown } = {},
): object {
  return { choices: [{ index: 0, delta, finish_reason: finish }], ...beside };
}

/** A chunk that adds this answer text. */
export function answerOf(
  content: string,
  beside: { readonly [key: string]: unknown } = {},
): object {
  return chunkOf({ content }, beside);
}

/** What the endpoint of a course lesson answered to "你好": ten tokens, counted on every chunk. */
export const lesson = {
  texts: ["你好", "！", "有什么", "问题", "或者", "需要", "帮助", "的", "吗", "？"],
  content: "你好！有什么问题或者需要帮助的吗？",
  get stream(): string {
    return streamOf(
      chunkOf({ content: "", reasoning_content: null, role: "assistant" }, counted(0)),
      ...lesson.texts.map((content, index) => answerOf(content, counted(index + 1))),
      answerOf("", { ...counted(10), finish: "stop" }),
      "[DONE]",
    );
  },
};

function counted(completion: number): { readonly [key: string]: unknown } {
  const usage = { prompt_tokens: 30, completion_tokens: completion, total_tokens: 30 + completion };
  return { id: "019a8fda", model: "Qwen/Qwen2.5-7B-Instruct", usage };
}

/** A usage with these counts and no others. */
export function usageOf(counts: Partial<Usage>): Usage {
  return {
    promptTokens: null,
    completionTokens: null,
    totalTokens: null,
    reasoningTokens: null,
    cachedTokens: null,
    ...counts,
  };
}
