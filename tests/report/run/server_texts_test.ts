import { expect, test } from "bun:test";
import type { ServerSide } from "../../../lib/measure/server_side.ts";
import { benchJson } from "../../../lib/report/run/run_json.ts";
import { serverTexts } from "../../../lib/report/run/server_texts.ts";
import { warningsOf } from "../../../lib/report/run/warnings.ts";
import { madeUpRecords, madeUpRun } from "../../support/records.ts";

const SERVER: ServerSide = {
  engine: "vllm",
  url: "http://127.0.0.1:8000/metrics",
  reads: 20,
  failedReads: 0,
  problem: null,
  requests: 100,
  queue: 20_000,
  prefill: 30_000,
  ttft: 55_000,
  tpot: 19_900,
  running: { mean: 3.5, max: 8 },
  waiting: { mean: 0, max: 2 },
  kvCache: { mean: 0.25, max: 0.5 },
  prefixHits: 0.125,
};

/** A run of 100 requests with a TTFT of 100 ms and a TPOT of 20 ms. */
function run(server: Partial<ServerSide>) {
  return madeUpRun(madeUpRecords(100), { server: { ...SERVER, ...server } });
}

const first = (server: Partial<ServerSide>) => serverTexts(run(server))[0];

test("client and server stand beside each other, in both languages", () => {
  expect(serverTexts(run({})).map(({ en }) => en)).toEqual([
    "TTFT 100 ms = 20.0 ms queue + 30.0 ms prefill + 50.0 ms outside (means)",
    "vLLM itself counts TTFT 55.0 ms (here 100 ms), TPOT 19.9 ms (here 20.0 ms)",
    "running 3.5 on average, 8 at most; waiting 0 on average, 2 at most; KV cache 25% on average, 50% at most",
    "prefix cache: 13% hit",
  ]);
  expect(serverTexts(run({})).map(({ zh }) => zh)).toEqual([
    "TTFT 100 ms = 排队 20.0 ms + 预填充 30.0 ms + 服务端之外 50.0 ms（平均值）",
    "vLLM 自身的统计：TTFT 55.0 ms（此处 100 ms），TPOT 19.9 ms（此处 20.0 ms）",
    "运行中平均 3.5，最多 8；等待中平均 0，最多 2；KV 缓存平均 25%，最多 50%",
    "前缀缓存命中 13%",
  ]);
  expect(warningsOf(run({}))).toEqual([]);
});

test("a part that the server does not tell is in what is left", () => {
  expect(first({ queue: null })).toEqual({
    en: "TTFT 100 ms = 30.0 ms prefill + 70.0 ms queue and outside (means)",
    zh: "TTFT 100 ms = 预填充 30.0 ms + 排队及服务端之外 70.0 ms（平均值）",
  });
  expect(first({ prefill: null })?.en).toBe(
    "TTFT 100 ms = 20.0 ms queue + 80.0 ms prefill and outside (means)",
  );
});

const own = (ttft: number) => serverTexts(run({ ttft }))[1];

test("what does not add up is shown as such", () => {
  expect(first({ queue: 90_000 })).toEqual({
    en: "TTFT 100 ms on average, but 90.0 ms queue + 30.0 ms prefill by the server: 20.0 ms more than it, so they do not add up",
    zh: "TTFT 平均 100 ms，但服务端为排队 90.0 ms + 预填充 30.0 ms：多出 20.0 ms，两者不符",
  });
  expect(own(80_000)).toEqual({
    en: "vLLM itself counts TTFT 80.0 ms (here 100 ms), TPOT 19.9 ms (here 20.0 ms); its TTFT is 30.0 ms more than its queue and prefill",
    zh: "vLLM 自身的统计：TTFT 80.0 ms（此处 100 ms），TPOT 19.9 ms（此处 20.0 ms）；其 TTFT 比排队与预填充之和多 30.0 ms",
  });
  expect(own(30_000)?.en).toEndWith("; its TTFT is 20.0 ms less than its queue and prefill");
});

test("a server that says nothing of a thing has no line for it", () => {
  const nothing = { queue: null, prefill: null, ttft: null, tpot: null, prefixHits: null } as const;
  const empty = { ...nothing, running: null, waiting: null, kvCache: null };
  expect(serverTexts(run(empty))).toEqual([]);
  expect(serverTexts(madeUpRun(madeUpRecords(3)))).toEqual([]);
});

const warned = (requests: number) => warningsOf(run({ requests }))[0];

test("a server that counted other requests, or fewer, is warned of", () => {
  expect(warned(120)).toMatchObject({
    code: "server_counts_others",
    cause: {
      en: "vLLM counted 120 requests where this run sent 100: what it says is about others, too",
      zh: "vLLM 统计了 120 个请求，而本次运行发送了 100 个：其数据也包含其他请求",
    },
  });
  expect(warned(60)?.cause).toEqual({
    en: "vLLM counted 60 requests where this run sent 100: what it says is not about all of them",
    zh: "vLLM 统计了 60 个请求，而本次运行发送了 100 个：其数据没有包含全部请求",
  });
  expect(warned(60)?.step?.en).toBe(
    "Is it one of several servers behind this base URL? --server-metrics names another",
  );
});

test("metrics that were lost in mid-run are a warning", () => {
  const means = { requests: null, queue: null, prefill: null, ttft: null, tpot: null } as const;
  const warning = (problem: "lost" | "restarted") => warningsOf(run({ ...means, problem }))[0];
  expect(warning("lost")).toMatchObject({
    code: "server_metrics_lost",
    cause: {
      en: "the metrics of vLLM could not be read after the run: there is nothing of its queue and prefill",
      zh: "运行结束后无法读取 vLLM 的指标：没有排队和预填充的数据",
    },
  });
  expect(warning("restarted")?.cause).toEqual({
    en: "vLLM has started anew in mid-run: there is nothing of its queue and prefill",
    zh: "vLLM 在运行期间重新启动：没有排队和预填充的数据",
  });
});

test("the JSON has what the server says, in ms, and what each request was told", () => {
  const json = benchJson({ run: run({}), warnings: [] }, "en");
  expect(json["server"]).toEqual({
    engine: "vllm",
    url: "http://127.0.0.1:8000/metrics",
    reads: 20,
    failed_reads: 0,
    problem: null,
    requests: 100,
    queue_ms: 20,
    prefill_ms: 30,
    ttft_ms: 55,
    tpot_ms: 19.9,
    running: { mean: 3.5, max: 8 },
    waiting: { mean: 0, max: 2 },
    kv_cache_usage: { mean: 0.25, max: 0.5 },
    prefix_cache_hit_share: 0.125,
    ttft_parts: { ttft_ms: 100, queue_ms: 20, prefill_ms: 30, rest_ms: 50 },
  });
  const server = { queue: null, prefill: 40_000, decode: 50_500, cachedTokens: 7 };
  const told = benchJson(
    { run: madeUpRun(madeUpRecords(2, () => ({ server }))), warnings: [] },
    "en",
  );
  expect(told["server"]).toEqual({
    ttft_parts: { ttft_ms: 100, queue_ms: null, prefill_ms: 40, rest_ms: 60 },
  });
  expect((told["requests"] as object[])[0]).toMatchObject({
    server: { queue_ms: null, prefill_ms: 40, decode_ms: 50.5, cached_tokens: 7 },
  });
  const none = benchJson({ run: madeUpRun(madeUpRecords(2)), warnings: [] }, "en");
  expect(none).not.toHaveProperty("server");
});
