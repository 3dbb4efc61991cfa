import { asArray, asObject, type JsonObject } from "../base/json.ts";

/** The endpoint's own token counts. A count it did not give is `null`. */
export interface Usage {
  readonly promptTokens: number | null;
  /**
   * Every token the model made, hidden reasoning included: what is billed. `null` also where the endpoint's counts
   * contradict each other, so that nobody knows whether they include the reasoning.
   */
  readonly completionTokens: number | null;
  /** As given; where it was not given but both others were, their sum. */
  readonly totalTokens: number | null;
  readonly reasoningTokens: number | null;
  /** Prompt tokens that came out of the endpoint's cache. */
  readonly cachedTokens: number | null;
  /** The counts as the endpoint names them, where those above are made of several. */
  readonly native?: Readonly<Record<string, number>>;
}

/**
 * The usage a chunk or a whole completion carries, or `null` when it carries none.
 *
 * Read from `usage`, Groq's `x_groq.usage`, or Moonshot's `choices[…].usage`, under OpenAI's older names
 * (`prompt_tokens`, `completion_tokens`) or its newer ones (`input_tokens`, `output_tokens`), as a number or its text.
 * Cached tokens stand in the details, DeepSeek's `prompt_cache_hit_tokens`, or Moonshot's `usage.cached_tokens`;
 * reasoning tokens in the details, or beside the others.
 *
 * xAI's `completion_tokens` leave the reasoning out: where only prompt + completion + reasoning gives the total, the
 * reasoning is added.
 *
 * @example
 * ```ts
 * usageFrom({ usage: { prompt_tokens: 20, completion_tokens: 3, total_tokens: 23 } });
 * // { promptTokens: 20, completionTokens: 3, totalTokens: 23, reasoningTokens: null, cachedTokens: null }
 * ```
 */
export function usageFrom(chunk: JsonObject): Usage | null {
  const given = chunk["usage"];
  // Most chunks of most endpoints have none: they are done here.
  if (given === undefined && chunk["x_groq"] === undefined) return usageOfChoice(chunk["choices"]);
  return (
    countsOf(asObject(given)) ??
    countsOf(asObject(asObject(chunk["x_groq"])?.["usage"])) ??
    usageOfChoice(chunk["choices"])
  );
}

/**
 * What is known after one more report: the last value of each count wins, nothing is summed. A report in which every
 * count is 0 does not take back what is known: some endpoints end with one.
 */
export function latestUsage(before: Usage | null, now: Usage): Usage {
  if (before === null) return now;
  if (isAllZero(now)) return before;
  if (isWhole(now, before)) return now;
  return {
    promptTokens: now.promptTokens ?? before.promptTokens,
    completionTokens: now.completionTokens ?? before.completionTokens,
    totalTokens: now.totalTokens ?? before.totalTokens,
    reasoningTokens: now.reasoningTokens ?? before.reasoningTokens,
    cachedTokens: now.cachedTokens ?? before.cachedTokens,
  };
}

/**
 * Whether the counts of a usage do not fit together: more reasoning than completion, or reasoning of a completion that
 * is not counted.
 */
export function isUsageUnclear({ completionTokens, reasoningTokens }: Usage): boolean {
  if (reasoningTokens === null || reasoningTokens === 0) return false;
  return completionTokens === null || reasoningTokens > completionTokens;
}

/** Whether nobody knows if the prompt's tokens hold those out of the cache. */
export function isPromptUnclear({ promptTokens, native }: Usage): boolean {
  return promptTokens === null && native?.["input_tokens"] !== undefined;
}

/** Moonshot counts in the choice that ends. Of several choices the first one with counts is taken. */
function usageOfChoice(choices: unknown): Usage | null {
  for (const choice of asArray(choices)) {
    const usage = countsOf(asObject(asObject(choice)?.["usage"]));
    if (usage !== null) return usage;
  }
  return null;
}

/** The counts that stand under `usage`; `null` when there are none. */
export function countsOf(usage: JsonObject | null): Usage | null {
  if (usage === null) return null;
  const prompt = count(usage["prompt_tokens"]) ?? count(usage["input_tokens"]);
  const counted = count(usage["completion_tokens"]) ?? count(usage["output_tokens"]);
  const total = count(usage["total_tokens"]);
  const reasoning =
    count(asObject(usage["completion_tokens_details"])?.["reasoning_tokens"]) ??
    count(asObject(usage["output_tokens_details"])?.["reasoning_tokens"]) ??
    count(usage["reasoning_tokens"]);
  const cached =
    count(asObject(usage["prompt_tokens_details"])?.["cached_tokens"]) ??
    count(asObject(usage["input_tokens_details"])?.["cached_tokens"]) ??
    count(usage["prompt_cache_hit_tokens"]) ??
    count(usage["cached_tokens"]);
  const completion = withReasoning(counted, { prompt, total, reasoning });
  if (
    prompt === null &&
    counted === null &&
    total === null &&
    reasoning === null &&
    cached === null
  ) {
    return null;
  }
  return {
    promptTokens: prompt,
    completionTokens: completion,
    totalTokens: total ?? (prompt !== null && completion !== null ? prompt + completion : null),
    reasoningTokens: reasoning,
    cachedTokens: cached,
  };
}

/** The completion's tokens with its reasoning; `null` where the counts do not tell whether it is among them. */
function withReasoning(
  counted: number | null,
  others: {
    readonly prompt: number | null;
    readonly total: number | null;
    readonly reasoning: number | null;
  },
): number | null {
  const { prompt, total, reasoning } = others;
  if (counted === null || reasoning === null || reasoning === 0) return counted;
  if (prompt !== null && total !== null) {
    if (prompt + counted === total) return counted;
    if (prompt + counted + reasoning === total) return counted + reasoning;
  }
  return reasoning > counted ? null : counted;
}

/** Whether it gives every count that was given before, and no others: nearly all do. */
function isWhole(now: Usage, before: Usage): boolean {
  return (
    now.native === undefined &&
    (now.promptTokens !== null || before.promptTokens === null) &&
    (now.completionTokens !== null || before.completionTokens === null) &&
    (now.totalTokens !== null || before.totalTokens === null) &&
    (now.reasoningTokens !== null || before.reasoningTokens === null) &&
    (now.cachedTokens !== null || before.cachedTokens === null)
  );
}

function isAllZero(usage: Usage): boolean {
  return (
    isZero(usage.promptTokens) &&
    isZero(usage.completionTokens) &&
    isZero(usage.totalTokens) &&
    isZero(usage.reasoningTokens) &&
    isZero(usage.cachedTokens)
  );
}

function isZero(count: number | null): boolean {
  return count === null || count === 0;
}

/** A count of tokens, as a number or its text; `null` for what is none. */
export function count(value: unknown): number | null {
  if (typeof value === "string") return /^\s*\d{1,15}\s*$/.test(value) ? Number(value) : null;
  return isCount(value) ? value : null;
}

/** Whether it is a count of tokens, as a number. */
export function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
