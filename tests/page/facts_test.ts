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
