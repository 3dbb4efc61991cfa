import { expect, test } from "bun:test";
import { cacheText } from "../../../lib/report/run/cache_text.ts";
import { warningsOf } from "../../../lib/report/run/warnings.ts";
import { pairOf } from "../../../lib/measure/cache_pairs.ts";
import { madeUpRecord, madeUpRecords, madeUpRun } from "../../support/records.ts";

/** Pairs of which the second comes so much sooner; the last one fails. */
function pairs(count: number, warm: number, cachedTokens: number | null = null) {
  return Array.from({ length: 2 * count }, (_, index) => ({
    ...madeUpRecord(index, {
      ttft: index % 2 === 0 ? 100 + pairOf(index) : warm,
      usage: { promptTokens: 100, cachedTokens },
      outcome: index === 2 * count - 1 ? "failed" : "complete",
    }),
    pair: index % 2 === 0 ? ("cold" as const) : ("warm" as const),
  }));
}

test("pairs of which both are complete say how much sooner the second came", () => {
  const run = madeUpRun(pairs(4, 20, 90), { asked: { cache: "pairs" } });
  expect(run.summary.pairs).toMatchObject({ count: 3, cachedShare: 0.9 });
  expect(run.summary.pairs?.cold).toMatchObject({ count: 3, p50: 101_000 });
  expect(run.summary.pairs?.warm).toMatchObject({ count: 3, p50: 20_000 });
  expect(cacheText(run)).toEqual({
    en: "sent again, prompts were answered 80% sooner (median of 3 pairs); 90% of their tokens were cached",
    zh: "再次发送时，首 token 提前 80%（3 对的中位数）；其 token 有 90% 来自缓存",
  });
  expect(cacheText(madeUpRun(pairs(2, 150)))).toEqual({
    en: "sent again, prompts were answered 50% later (median of 1 pair)",
    zh: "再次发送时，首 token 推迟 50%（1 对的中位数）",
  });
  expect(cacheText(madeUpRun(pairs(1, 20)))).toEqual({
    en: "no pair is complete",
    zh: "没有完整的一对",
  });
});

const wanting = (cachedShare: number, cachedTokens: number | null) =>
  madeUpRun(
    madeUpRecords(100, () => ({ usage: { promptTokens: 100, cachedTokens } })),
    { asked: { cache: "shared", cachedShare } },
  );

const codes = (run: ReturnType<typeof madeUpRun>) => warningsOf(run).map(({ code }) => code);

test("what was wanted of the cache stands beside what was reported", () => {
  expect(cacheText(wanting(0.6, 59))).toEqual({
    en: "60% of the prompt tokens wanted, 59% reported",
    zh: "要求 60% 的输入 token，返回 59%",
  });
  expect(cacheText(wanting(0.6, null))?.zh).toBe("要求 60% 的输入 token；服务端没有返回");
  expect(cacheText(madeUpRun(madeUpRecords(1)))).toBeNull();
  expect(codes(wanting(0.6, 57))).toEqual([]);
  const [few] = warningsOf(wanting(0.6, 40));
  expect(few).toMatchObject({
    code: "cache_share",
    cause: { en: "40% of the prompt tokens came out of the cache, not 60% as asked for" },
  });
  expect(codes(wanting(0.6, 80))).toEqual(["cache_share"]);
  expect(codes(wanting(0.6, null))).toEqual(["cache_share"]);
});

/** Prompts of a list of 20 that come round again, by then with another TTFT. */
const again = (ttft: number, usage = {}) =>
  madeUpRun(
    madeUpRecords(100, (index) => ({
      ttft: (index < 20 ? 100 : ttft) + (index % 7),
      usage: { promptTokens: 100, ...usage },
    })),
    { asked: { prompts: 20 } },
  );

test("a cache nobody asked for is told from times where the endpoint does not count", () => {
  const warning = warningsOf(again(30)).find(({ code }) => code === "cache_hits");
  expect(warning).toMatchObject({
    code: "cache_hits",
    cause: {
      en: "prompts that came round again were answered 68% sooner than the first time: a cache seems to know them, despite their marks",
      zh: "重复的提示词比第一次快 68%：尽管有唯一标记，似乎仍命中了某种缓存",
    },
  });
  expect(codes(again(80))).not.toContain("cache_hits");
  // It counts, and there were none.
  expect(codes(again(30, { cachedTokens: 0 }))).not.toContain("cache_hits");
});
