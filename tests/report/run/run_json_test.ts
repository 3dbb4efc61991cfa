import { expect, test } from "bun:test";
import { benchJson, benchRunsJson } from "../../../lib/report/run/run_json.ts";
import { MOST_GAPS, warningsOf } from "../../../lib/report/run/warnings.ts";
import type { FinishedRun } from "../../../lib/measure/finished_run.ts";
import { madeUpRecord, madeUpRecords, madeUpRun } from "../../support/records.ts";

function json(run: FinishedRun, language: "en" | "zh" = "en"): Record<string, unknown> {
  const value = benchJson({ run, warnings: warningsOf(run) }, language);
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}

const run = madeUpRun(
  [
    madeUpRecord(0, { scheduled: 0, sent: 0.4, gaps: [20, 30.1234] }),
    madeUpRecord(1, { scheduled: 100, sent: 101, ttfa: 300, usage: { cachedTokens: 8 } }),
    madeUpRecord(2, { scheduled: 200, sent: 200, outcome: "failed", ttft: null, usage: null }),
  ],
  {
    serviceLevel: { ttft: 100_500 },
    price: { input: 1, output: 10 },
    asked: { rate: 10 },
    instrument: { loopLagP99: 1234, proxy: true, connections: "cold" },
  },
);

test("bench JSON has every field of its form", () => {
  // The window goes from 0.4 to 262 ms. Two requests in 261.6 ms are 7.65 a second.
  expect(json(run)).toEqual({
    schema: "streamgauge.bench/1",
    config: { model: "m" },
    environment: { bun: "1.4.5" },
    duration_ms: 261.6,
    requests: [
      {
        index: 0,
        scheduled_ms: 0,
        sent_ms: 0.4,
        ended_ms: 151.523,
        wait_ms: 0.4,
        outcome: "complete",
        ttfb_ms: 100,
        ttft_ms: 100,
        ttfa_ms: 100,
        tpot_ms: 25.062,
        e2e_ms: 150.123,
        closed_ms: 151.123,
        output_tokens_per_second: 3000 / 150.1234,
        deltas: 3,
        tokens_per_delta: 1,
        tokens_per_delta_source: "average",
        stalls: { count: 0, longest_ms: null, total_ms: 0 },
        itl_us: [20_000, 30_123],
        usage: usage(3),
        error: null,
      },
      {
        index: 1,
        scheduled_ms: 100,
        sent_ms: 101,
        ended_ms: 262,
        wait_ms: 1,
        outcome: "complete",
        ttfb_ms: 100,
        ttft_ms: 100,
        ttfa_ms: 300,
        tpot_ms: 20,
        e2e_ms: 160,
        closed_ms: 161,
        output_tokens_per_second: 25,
        deltas: 4,
        tokens_per_delta: 1,
        tokens_per_delta_source: "average",
        stalls: { count: 0, longest_ms: null, total_ms: 0 },
        itl_us: [20_000, 20_000, 20_000],
        usage: { ...usage(4), cached_tokens: 8 },
        error: null,
      },
      {
        index: 2,
        scheduled_ms: 200,
        sent_ms: 200,
        ended_ms: 250,
        wait_ms: 0,
        outcome: "failed",
        ttfb_ms: null,
        ttft_ms: null,
        ttfa_ms: null,
        tpot_ms: null,
        e2e_ms: null,
        closed_ms: 50,
        output_tokens_per_second: null,
        deltas: 0,
        tokens_per_delta: null,
        tokens_per_delta_source: null,
        stalls: { count: null, longest_ms: null, total_ms: null },
        itl_us: [],
        usage: null,
        error: { kind: "busy", status: 429, code: "20001", message: "Too many requests" },
      },
    ],
    summary: {
      ttft_ms: two(100, 100),
      ttfa_ms: two(100, 300),
      itl_ms: {
        ...two(20, 30.123),
        count: 5,
        mean: 22.025,
        p50: 20,
        p90: 26.074,
        p95: 28.098,
      },
      tpot_ms: { ...two(20, 25.062), mean: 22.531, p50: 22.531, p90: 24.555, p95: 24.808 },
      e2e_ms: { ...two(150.123, 160), mean: 155.062, p50: 155.062, p90: 159.012, p95: 159.506 },
      wait_ms: two(0.4, 1),
      ttft_scheduled_ms: two(100.4, 101),
      e2e_scheduled_ms: {
        ...two(150.523, 161),
        mean: 155.762,
        p50: 155.762,
        p90: 159.952,
        p95: 160.476,
      },
      request_output_tokens_per_second: expect.objectContaining({ count: 2, max: 25, p99: null }),
      output_tokens_per_second: 7e6 / 261_600,
      steady: { streams: null, duration_ms: null, share: null, output_tokens_per_second: null },
      upper_bounds: {
        confidence: 0.99,
        ttft_ms: { p90: null, p99: null },
        tpot_ms: { p90: null, p99: null },
        e2e_ms: { p90: null, p99: null },
      },
      requests_per_second: 2e6 / 261_600,
      usage: { prompt_tokens: 60, completion_tokens: 7, total_tokens: 67, cached_tokens: 8 },
      outcomes: { complete: 2, truncated: 0, failed: 1, timed_out: 0, interrupted: 0 },
      errors: [{ kind: "busy", message: "429 Too many requests (20001)", count: 1 }],
      goodput: { requests_per_second: 1e6 / 261_600, good_share: 1 / 3 },
      cost: { total: 0.00013, per_request: 0.00013 / 3 },
    },
    instrument: {
      loop_lag_p99_ms: 1.234,
      client_limited: false,
      connections: "cold",
      proxy: true,
    },
    warnings: [
      {
        code: "incomplete",
        message: "1 of 3 not complete: percentiles are lower bounds",
        step: "The errors say why",
      },
      {
        code: "few_samples",
        message: "too few samples for p99: it needs 100 complete requests, there are 2",
        step: "Send 150 requests or more: --requests 150, or a longer --duration",
      },
      {
        code: "cache_hits",
        message:
          "27% of the prompt tokens came out of the endpoint's cache: TTFT is shorter than without it",
        step: "Shorten --system; where it is the chat template that comes again, ask longer prompts",
      },
    ],
  });
});

test("bench JSON says its warnings in the reader's language", () => {
  expect(json(run, "zh")["warnings"]).toContainEqual({
    code: "incomplete",
    message: "3 个请求中有 1 个不完整：百分位数只是下界",
    step: "原因见错误列表",
  });
});

test("bench JSON has null for what a run does not have", () => {
  const closed = json(madeUpRun(madeUpRecords(100), { instrument: { loopLagP99: null } }));
  expect(closed).toMatchObject({
    summary: {
      ttft_ms: { count: 100, p99: 100, p99_9: null },
      wait_ms: { count: 0, min: null, mean: null, p50: null, p99_9: null, max: null },
      goodput: null,
      cost: null,
    },
    instrument: { loop_lag_p99_ms: null, client_limited: false },
    warnings: [],
  });
  expect(closed["requests"]).toContainEqual(
    expect.objectContaining({ index: 99, scheduled_ms: null, wait_ms: null }),
  );
});

test("bench JSON of no request at all is a whole value", () => {
  expect(json(madeUpRun([], { interrupted: true }))).toMatchObject({
    duration_ms: 0,
    requests: [],
    summary: { output_tokens_per_second: null, requests_per_second: null, errors: [] },
    warnings: [{ code: "interrupted" }],
  });
});

test("bench JSON says that the client was the limit", () => {
  const late = madeUpRun(madeUpRecords(100), { instrument: { loopLagP99: 9_000 } });
  expect(json(late)).toMatchObject({
    instrument: { loop_lag_p99_ms: 9, client_limited: true },
    warnings: [{ code: "client_limited" }],
  });
});

test("bench JSON leaves out single gaps past five million, and says so", () => {
  const one = madeUpRecord(0);
  const itl = Array.from({ length: MOST_GAPS / 100 }, () => 1);
  const long = { ...one, metrics: { ...one.metrics, itl } };
  const records = Array.from({ length: 100 }, () => long);
  const whole = { ...madeUpRun(madeUpRecords(100)), records };
  expect(withGaps(whole)).toBe(100);
  const more = { ...whole, records: [...records, one] };
  expect(withGaps(more)).toBe(0);
  expect(json(more)["warnings"]).toContainEqual(expect.objectContaining({ code: "itl_left_out" }));
});

/** How many requests have their single gaps. */
function withGaps(run: FinishedRun): number {
  const value = benchJson({ run, warnings: warningsOf(run) }, "en");
  return (value["requests"] as object[]).filter((request) => "itl_us" in request).length;
}

test("bench JSON of several runs holds each as it would stand alone", () => {
  const { schema, ...alone } = benchJson({ run, warnings: warningsOf(run) }, "en");
  const reported = { run, warnings: warningsOf(run) };
  expect(benchRunsJson([reported, reported], "en")).toEqual({ schema, runs: [alone, alone] });
});

function usage(completion: number): Record<string, number | null> {
  return {
    prompt_tokens: 30,
    completion_tokens: completion,
    total_tokens: 30 + completion,
    reasoning_tokens: null,
    cached_tokens: null,
  };
}

/** The distribution of two samples. */
function two(low: number, high: number): Record<string, number | null> {
  const at = (share: number): number => Math.round((low + (high - low) * share) * 1000) / 1000;
  return {
    count: 2,
    min: low,
    mean: at(0.5),
    p50: at(0.5),
    p90: at(0.9),
    p95: at(0.95),
    p99: null,
    p99_9: null,
    max: high,
  };
}
