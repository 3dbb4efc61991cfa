import { expect, test } from "bun:test";
import { isUsageUnclear, latestUsage, type Usage, usageFrom } from "../../lib/wire/usage.ts";
import { usageOf } from "../support/stream.ts";

function usage(counts: object): Usage | null {
  return usageFrom({ choices: [], usage: counts });
}

test("usage adds the reasoning where only that gives the total, as with xAI", () => {
  // 20 + 3 + 120 = 143
  const details = { completion_tokens_details: { reasoning_tokens: 120 } };
  expect(usage({ prompt_tokens: 20, completion_tokens: 3, total_tokens: 143, ...details })).toEqual(
    usageOf({ promptTokens: 20, completionTokens: 123, totalTokens: 143, reasoningTokens: 120 }),
  );
  // 20 + 123 = 143: the reasoning is among them, as OpenAI has it.
  expect(
    usage({ prompt_tokens: 20, completion_tokens: 123, total_tokens: 143, ...details }),
  ).toMatchObject({ completionTokens: 123, reasoningTokens: 120 });
});

test("usage has no completion tokens where the total does not tell whether reasoning is among them", () => {
  for (const rest of [{}, { prompt_tokens: 20 }, { prompt_tokens: 20, total_tokens: 900 }]) {
    const found = usage({ completion_tokens: 3, reasoning_tokens: 120, ...rest });
    expect(found).toMatchObject({ completionTokens: null, reasoningTokens: 120 });
    expect(found !== null && isUsageUnclear(found)).toBe(true);
  }
  expect(isUsageUnclear(usageOf({ completionTokens: 9, reasoningTokens: 9 }))).toBe(false);
  expect(isUsageUnclear(usageOf({ completionTokens: 9 }))).toBe(false);
  expect(isUsageUnclear(usageOf({ promptTokens: 9, reasoningTokens: 0 }))).toBe(false);
});

test("usage is read as text, under the newer names, and with reasoning beside the others", () => {
  expect(usage({ prompt_tokens: "12", completion_tokens: " 3 ", total_tokens: "15" })).toEqual(
    usageOf({ promptTokens: 12, completionTokens: 3, totalTokens: 15 }),
  );
  expect(
    usage({
      input_tokens: 12,
      output_tokens: 30,
      total_tokens: 42,
      input_tokens_details: { cached_tokens: 8 },
      output_tokens_details: { reasoning_tokens: 20 },
    }),
  ).toEqual({
    promptTokens: 12,
    completionTokens: 30,
    totalTokens: 42,
    reasoningTokens: 20,
    cachedTokens: 8,
  });
  expect(usage({ completion_tokens: 9, reasoning_tokens: 4 })).toEqual(
    usageOf({ completionTokens: 9, reasoningTokens: 4 }),
  );
});

test("usage without a total has the sum, where both its parts are known", () => {
  expect(usage({ prompt_tokens: 12, completion_tokens: 3 })?.totalTokens).toBe(15);
  expect(usage({ prompt_tokens: 12 })?.totalTokens).toBeNull();
  expect(usage({ completion_tokens: 3 })?.totalTokens).toBeNull();
});

test("usage has no value where a count is negative, broken, or no number", () => {
  for (const value of [-1, "-1", 1.5, "1.5", "many", "", [], {}, true, 1e300, "9".repeat(40)]) {
    expect(usage({ prompt_tokens: 12, completion_tokens: value }), String(value)).toEqual(
      usageOf({ promptTokens: 12 }),
    );
  }
});

test("usage is looked for elsewhere where `usage` counts nothing", () => {
  expect(usageFrom({ usage: {}, x_groq: { usage: { completion_tokens: 3 } } })).toEqual(
    usageOf({ completionTokens: 3 }),
  );
});

test("usage of nothing but zeros does not take back what is known, and neither do fewer counts", () => {
  const known = usageOf({ promptTokens: 12, completionTokens: 3, totalTokens: 15 });
  const zeros = usageOf({ promptTokens: 0, completionTokens: 0, totalTokens: 0 });
  expect(latestUsage(known, zeros)).toEqual(known);
  expect(latestUsage(null, zeros)).toEqual(zeros);
  expect(latestUsage(known, usageOf({ promptTokens: 12 }))).toEqual(known);
  expect(latestUsage(zeros, known)).toEqual(known);
});
