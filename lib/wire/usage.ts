import { asArray, asObject, type JsonObject } from "./json.ts";

/** The endpoint's own token counts. A count it did not give is `null`. */
export interface Usage {
  readonly promptTokens: number | null;
  /** Every token the model made, hidden reasoning included: what is billed. */
  readonly completionTokens: number | null;
  readonly totalTokens: number | null;
  readonly reasoningTokens: number | null;
  /** Prompt tokens that came out of the endpoint's cache. */
  readonly cachedTokens: number | null;
}

/**
 * The usage a chunk or a whole completion carries, or `null` when it carries none.
 *
 * Read from `usage`, Groq's `x_groq.usage`, or Moonshot's `choices[…].usage`. Cached tokens stand in
 * `prompt_tokens_details.cached_tokens`, DeepSeek's `prompt_cache_hit_tokens`, or Moonshot's `usage.cached_tokens`.
 */
export function usageFrom(chunk: JsonObject): Usage | null {
  const usage =
    asObject(chunk["usage"]) ??
    asObject(asObject(chunk["x_groq"])?.["usage"]) ??
    usageOfChoice(chunk["choices"]);
  if (usage === null) return null;
  const found: Usage = {
    promptTokens: count(usage["prompt_tokens"]),
    completionTokens: count(usage["completion_tokens"]),
    totalTokens: count(usage["total_tokens"]),
    reasoningTokens: count(asObject(usage["completion_tokens_details"])?.["reasoning_tokens"]),
    cachedTokens:
      count(asObject(usage["prompt_tokens_details"])?.["cached_tokens"]) ??
      count(usage["prompt_cache_hit_tokens"]) ??
      count(usage["cached_tokens"]),
  };
  return Object.values(found).every((value) => value === null) ? null : found;
}

/** What is known after one more report: the last value of each count wins, nothing is summed. */
export function latestUsage(before: Usage | null, now: Usage): Usage {
  if (before === null) return now;
  return {
    promptTokens: now.promptTokens ?? before.promptTokens,
    completionTokens: now.completionTokens ?? before.completionTokens,
    totalTokens: now.totalTokens ?? before.totalTokens,
    reasoningTokens: now.reasoningTokens ?? before.reasoningTokens,
    cachedTokens: now.cachedTokens ?? before.cachedTokens,
  };
}

/** Moonshot counts in the choice that ends. Of several choices the first one with counts is taken. */
function usageOfChoice(choices: unknown): JsonObject | null {
  for (const choice of asArray(choices)) {
    const usage = asObject(asObject(choice)?.["usage"]);
    if (usage !== null) return usage;
  }
  return null;
}

function count(value: unknown): number | null {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : null;
}
