import { expect, test } from "bun:test";
import { join } from "node:path";
import { serverReading } from "../../../lib/load/server_metrics/engines.ts";
import { parsePrometheus } from "../../../lib/load/server_metrics/prometheus.ts";
import { METRICS_PAGES } from "../../support/server_metrics.ts";

const STATE = {
  requests: 10,
  tokens: 100,
  queue: 1.5,
  prefill: 2.5,
  ttft: 4.25,
  tpot: 0.5,
  running: 8,
  waiting: 3,
  kvCache: 0.75,
  hits: 30,
  lookups: 120,
};

const read = (text: string, model = "m") => serverReading(parsePrometheus(text), { model });

test("vLLM tells queue, prefill, TTFT, TPOT, its load and its caches", () => {
  const reading = {
    engine: "vllm",
    requests: 10,
    queue: { sum: 1.5, count: 10 },
    prefill: { sum: 2.5, count: 10 },
    ttft: { sum: 4.25, count: 10 },
    tpot: { sum: 0.5, count: 10 },
    running: 8,
    waiting: 3,
    kvCache: 0.75,
    prefix: { hits: 30, lookups: 120 },
  } as const;
  const page = METRICS_PAGES.vllm(STATE);
  expect(read(page)).toEqual(reading);
  // As versions before had them.
  const old = page
    .replaceAll("kv_cache_usage_perc", "gpu_cache_usage_perc")
    .replaceAll("prefix_cache_", "gpu_prefix_cache_")
    .replaceAll("request_time_per_output_token_seconds", "time_per_output_token_seconds");
  expect(read(old)).toEqual(reading);
});

test("SGLang tells no prefill; its prefix cache is counted in tokens", () => {
  const reading = {
    engine: "sglang",
    requests: 10,
    queue: { sum: 1.5, count: 10 },
    prefill: null,
    ttft: { sum: 4.25, count: 10 },
    tpot: { sum: 0.5, count: 10 },
    running: 8,
    waiting: 3,
    kvCache: 0.75,
    prefix: { hits: 30, lookups: 120 },
  } as const;
  expect(read(METRICS_PAGES.sglang(STATE))).toEqual(reading);
  // With `_` for the colon, as behind exporters that know no colon.
  expect(read(METRICS_PAGES.sglang(STATE).replaceAll("sglang:", "sglang_"))).toEqual(reading);
});

test("llama.cpp sums up its time over prompts without counting requests", () => {
  expect(read(METRICS_PAGES.llamacpp(STATE))).toEqual({
    engine: "llamacpp",
    requests: null,
    queue: null,
    prefill: { sum: 2.5, count: null },
    ttft: null,
    tpot: { sum: 0.5, count: 100 },
    running: 8,
    waiting: 3,
    kvCache: null,
    prefix: null,
  });
  expect(read("llamacpp:kv_cache_usage_ratio 0.5\n")?.kvCache).toBe(0.5);
});

test("the page that llama.cpp's server really has tells what its prefix cache spared, too", async () => {
  const path = join(import.meta.dir, "..", "..", "fixtures", "metrics", "llamacpp.txt");
  expect(read(await Bun.file(path).text())).toEqual({
    engine: "llamacpp",
    requests: null,
    queue: null,
    prefill: { sum: 4.91427, count: null },
    ttft: null,
    tpot: { sum: expect.any(Number), count: 10_039 },
    running: 0,
    waiting: 0,
    kvCache: null,
    // What was read is counted without what was not.
    prefix: { hits: 110_733, lookups: 110_733 + 81_929 },
  });
});

test("TGI tells queue and time per token", () => {
  expect(read(METRICS_PAGES.tgi(STATE))).toEqual({
    engine: "tgi",
    requests: 10,
    queue: { sum: 1.5, count: 10 },
    prefill: null,
    ttft: null,
    tpot: { sum: 0.5, count: 10 },
    running: 8,
    waiting: 3,
    kvCache: null,
    prefix: null,
  });
});

test("of several models the asked one counts, and several engines are added up", () => {
  const page = `\
vllm:num_requests_waiting{engine="0",model_name="m"} 3
vllm:num_requests_waiting{engine="1",model_name="m"} 4
vllm:num_requests_waiting{engine="0",model_name="other"} 50
vllm:kv_cache_usage_perc{engine="0",model_name="m"} 0.2
vllm:kv_cache_usage_perc{engine="1",model_name="m"} 0.6
`;
  expect(read(page)).toMatchObject({ waiting: 7, kvCache: 0.6 });
  // A server that calls its model otherwise has only that one.
  expect(read(page, "unknown")?.waiting).toBe(57);
});

test("metrics of anything else are those of no server that is known", () => {
  expect(read("go_goroutines 12\nprocess_cpu_seconds_total 3.2\n")).toBeNull();
  expect(read("")).toBeNull();
});
