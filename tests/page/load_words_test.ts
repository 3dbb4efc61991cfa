import { expect, test } from "bun:test";
import { loadOf } from "../../lib/page/load_words.ts";

const replay = (speed: number) => ({ arrival: "recorded", rate: null, replay: { speed } });

test("a load is said in a few words, that of a replay too", () => {
  expect([
    loadOf({ concurrency: 4 }),
    loadOf({ rate: 2, arrival: "poisson", concurrency: 3 }),
    loadOf(replay(1)),
    loadOf({ ...replay(2), concurrency: 3 }),
  ]).toEqual([
    { en: "4 at a time", zh: "同时 4 个" },
    {
      en: "2 requests/s, poisson, at most 3 at a time",
      zh: "每秒 2 个请求，poisson，最多同时 3 个",
    },
    { en: "as recorded", zh: "按录制的时间" },
    {
      en: "as recorded, 2× as fast, at most 3 at a time",
      zh: "按录制的时间，2 倍速，最多同时 3 个",
    },
  ]);
});

test("a ramp and a depth are a part of the load", () => {
  const ramp = { from: 1, to: 32, duration_ms: 60_000 };
  expect([
    loadOf({ concurrency: 32, ramp }),
    loadOf({ rate: 32, arrival: "poisson", concurrency: null, ramp }),
    loadOf({ concurrency: 1, depth: 0 }),
    loadOf({ concurrency: 1, depth: 16_384 }),
  ]).toEqual([
    { en: "1 to 32 at a time over 60.000 s", zh: "同时 1 至 32 个（历时 60.000 s）" },
    {
      en: "1 to 32 requests/s over 60.000 s, poisson",
      zh: "每秒 1 至 32 个请求（历时 60.000 s），poisson",
    },
    { en: "1 at a time, at depth 0", zh: "同时 1 个，深度 0" },
    { en: "1 at a time, at depth 16,384", zh: "同时 1 个，深度 16,384" },
  ]);
});
