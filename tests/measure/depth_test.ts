import { expect, test } from "bun:test";
import { depthSummary } from "../../lib/measure/depth.ts";
import { depthText, prefixWarning, renderDepths } from "../../lib/report/run/depth_table.ts";
import { createColors } from "picocolors";
import { madeUpRecords, madeUpRun, type MadeUpRequest } from "../support/records.ts";

const at = (tokens: number, request: MadeUpRequest, primed: number | null = 4_600_000) =>
  depthSummary(
    madeUpRecords(5, () => request),
    { depth: { tokens, primed }, promptTokens: tokens + 500 },
  );

test("the prefill rate is of what was read anew, and the decoding rate is 1 / TPOT", () => {
  const usage = { promptTokens: 4600, cachedTokens: 4080 };
  // 520 tokens in 260 ms; gaps of 20 ms are 50 a second.
  expect(at(4096, { ttft: 260, usage })).toMatchObject({
    depth: 4096,
    requests: 5,
    freshTokens: 520,
    prefix: "cached",
    assumed: false,
    prefillRate: { p50: 2000 },
    decodeRate: { p50: 50 },
  });
  expect(at(0, { ttft: 250, usage: { promptTokens: 500 } }, null)).toMatchObject({
    prefix: null,
    assumed: false,
    prefillRate: { p50: 2000 },
  });
});

test("a prefix that was not cached counts as read again", () => {
  const usage = { promptTokens: 4600, cachedTokens: 0 };
  expect(at(4096, { ttft: 2300, usage })).toMatchObject({
    freshTokens: 4600,
    prefix: "read_again",
    prefillRate: { p50: 2000 },
  });
});

test("where nothing is counted the times tell whether the prefix was cached", () => {
  expect(at(4096, { ttft: 250, usage: null })).toMatchObject({
    freshTokens: 500,
    prefix: "cached",
    assumed: true,
    prefillRate: { p50: 2000 },
    decodeRate: { p50: null },
  });
  const again = at(4096, { ttft: 4590, usage: { promptTokens: 4596 } });
  expect(again).toMatchObject({ freshTokens: 4596, prefix: "read_again", assumed: true });
});

test("depths are shown in one table, in both languages", () => {
  const depths = [
    at(0, { ttft: 250, usage: { promptTokens: 500 } }, null),
    at(4096, { ttft: 260, usage: { promptTokens: 4600, cachedTokens: 4080 } }),
    at(65536, { ttft: 33_000, usage: { promptTokens: 66_000, cachedTokens: 0 } }),
  ];
  const options = { lengths: { in: 500, out: 4 }, styles: createColors(false) };
  expect(renderDepths(depths, { ...options, language: "en" })).toBe(`\
 depth  requests  TTFT p50  pp500 token/s  TPOT p50  tg4 token/s      prefix
     0         5    250 ms           2000   20.0 ms         50.0           –
 4,096         5    260 ms           2000   20.0 ms         50.0      cached
65,536         5  33.000 s           2000   20.0 ms         50.0  read again`);
  expect(renderDepths(depths, { ...options, language: "zh" })).toBe(`\
  深度  请求  TTFT p50  pp500 token/s  TPOT p50  tg4 token/s      前缀
     0     5    250 ms           2000   20.0 ms         50.0         –
 4,096     5    260 ms           2000   20.0 ms         50.0      缓存
65,536     5  33.000 s           2000   20.0 ms         50.0  重新读入`);
});

const runAt = (request: MadeUpRequest) =>
  madeUpRun(
    madeUpRecords(5, () => request),
    { asked: { depth: { tokens: 4096, primed: 2_300_000 }, promptTokens: 4608, cache: "shared" } },
  );

test("a run says its depth, and what to know of its prefix", () => {
  const cached = runAt({ ttft: 260, usage: { promptTokens: 4600, cachedTokens: 4080 } });
  expect(depthText(cached)).toEqual({
    en: "4,096 tokens before 520 that were read at 2000 tokens/s; written at 50.0 tokens/s",
    zh: "前置 4,096 个 token，另有 520 个以 2000 token/s 读入；输出 50.0 token/s",
  });
  expect(prefixWarning(cached)).toBeNull();
  expect(prefixWarning(runAt({ ttft: 2300, usage: { cachedTokens: 0 } }))?.cause).toEqual({
    en: "the 4,096 tokens before each prompt did not come out of a cache: each request read them again, and the prefill rate is of all of them",
    zh: "每个提示词之前的 4,096 个 token 没有来自缓存：每个请求都重新读入，预填充速率包含全部 token",
  });
  expect(prefixWarning(runAt({ ttft: 260, usage: null }))?.cause).toEqual({
    en: "the endpoint counts no cached tokens: that the 4,096 before each prompt were cached is told from its shorter TTFT",
    zh: "服务端没有返回缓存的 token 数：根据更短的 TTFT 推断每个提示词之前的 4,096 个 token 来自缓存",
  });
  const other = madeUpRun(madeUpRecords(5));
  expect([depthText(other), prefixWarning(other)]).toEqual([null, null]);
});
