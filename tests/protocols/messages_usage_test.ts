import { expect, test } from "bun:test";
import { MessagesUsage } from "../../lib/protocols/messages_usage.ts";
import type { UsageCache } from "../../lib/protocols/protocol.ts";

/** What these parts give, one after the other, each way of counting. */
function counted(...parts: readonly object[]): object {
  const of = (usageCache: UsageCache | null): object | null => {
    const usage = new MessagesUsage(usageCache);
    const all = parts.map((part) => usage.add(part as { [key: string]: unknown }));
    const last = all.at(-1) ?? null;
    return last === null ? null : [last.promptTokens, last.completionTokens, last.cachedTokens];
  };
  return { apart: of("apart"), included: of("included"), unknown: of(null) };
}

test("without a cache every way of counting gives the same", () => {
  const same = [12, 15, null];
  expect(counted({ input_tokens: 12 }, { output_tokens: 15 })).toEqual({
    apart: same,
    included: same,
    unknown: same,
  });
  const zero = { cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
  expect(counted({ input_tokens: 12, ...zero }, { output_tokens: 15 })).toEqual({
    apart: [12, 15, 0],
    included: [12, 15, 0],
    unknown: [12, 15, 0],
  });
});

test("Anthropic's own: cached tokens stand apart, which fewer new ones prove", () => {
  // 21 + 188 + 5 = 214; 21 < 193.
  const start = { input_tokens: 21, cache_read_input_tokens: 188, cache_creation_input_tokens: 5 };
  expect(counted({ ...start, output_tokens: 1 }, { output_tokens: 9 })).toEqual({
    apart: [214, 9, 188],
    included: [21, 9, 188],
    unknown: [214, 9, 188],
  });
});

test("where as many or more new tokens prove nothing, the prompt has no total", () => {
  const start = { input_tokens: 300, cache_read_input_tokens: 188 };
  expect(counted(start, { output_tokens: 9 })).toEqual({
    apart: [488, 9, 188],
    included: [300, 9, 188],
    unknown: [null, 9, 188],
  });
});

test("SGLang's: 0 at first, and the whole prompt with its cached part at the end", () => {
  expect(
    counted(
      { input_tokens: 0, output_tokens: 0 },
      { input_tokens: 40, cache_read_input_tokens: 32, output_tokens: 9 },
    ),
  ).toMatchObject({ included: [40, 9, 32], unknown: [null, 9, 32] });
});

test("later values win, are never summed, and a later 0 takes nothing back", () => {
  expect(
    counted(
      { input_tokens: 12, output_tokens: 1 },
      { output_tokens: 4 },
      { input_tokens: 13, output_tokens: 9 },
      { input_tokens: 0, output_tokens: 0 },
    ),
  ).toMatchObject({ unknown: [13, 9, null] });
});

test("what is no count is none, and no count at all is no usage", () => {
  expect(counted({ input_tokens: "12", output_tokens: -1 })).toMatchObject({
    unknown: [12, null, null],
  });
  expect(counted({}, { input_tokens: null, output_tokens: {} })).toEqual({
    apart: null,
    included: null,
    unknown: null,
  });
});

test("the total is known where both parts are, and the counts stay as they were named", () => {
  const usage = new MessagesUsage("apart");
  expect(usage.add({ input_tokens: 12, cache_read_input_tokens: 100 })?.totalTokens).toBeNull();
  expect(usage.add({ output_tokens: 8 })).toEqual({
    promptTokens: 112,
    completionTokens: 8,
    totalTokens: 120,
    reasoningTokens: null,
    cachedTokens: 100,
    native: { input_tokens: 12, cache_read_input_tokens: 100, output_tokens: 8 },
  });
});
