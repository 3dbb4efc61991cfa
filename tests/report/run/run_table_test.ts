import { expect, test } from "bun:test";
import { createColors } from "picocolors";
import { wrapColumns } from "../../../lib/text/wrap.ts";
import type { FinishedRun } from "../../../lib/measure/finished_run.ts";
import { renderRun } from "../../../lib/report/run/run_table.ts";
import { warningsOf } from "../../../lib/report/run/warnings.ts";
import type { Language } from "../../../lib/base/message.ts";
import { madeUpRecord, madeUpRecords, madeUpRun } from "../../support/records.ts";

function shown(
  run: FinishedRun,
  { width = 80, language = "en" }: { width?: number; language?: Language } = {},
): string {
  const warnings = warningsOf(run);
  return renderRun(run, {
    language,
    width,
    styles: createColors(false),
    warnings,
    wrap: wrapColumns,
  });
}

/** A closed loop where all went well: TTFT of 101 to 200 ms, gaps of 10 and 30 ms. */
const good = madeUpRun(
  madeUpRecords(100, (index) => ({ ttft: 101 + ((index * 37) % 100), gaps: [10, 30, 10, 30] })),
);

/** An open loop where much went wrong: deltas of 2.7 tokens, reasoning first, a client that is late. */
const bad = madeUpRun(
  madeUpRecords(120, (index) => ({
    scheduled: index * 100,
    sent: index * 100 + (index % 7) * 3,
    ttft: 120 + ((index * 7919) % 400),
    ttfa: 600,
    tokensEach: 2.7,
    gaps: Array.from({ length: 39 }, (_, gap) => 5 + ((index + gap) % 30)),
    usage: { cachedTokens: 6 },
    outcome: index % 17 === 5 ? "failed" : index % 31 === 7 ? "timed_out" : "complete",
  })),
  {
    serviceLevel: { ttft: 300_000 },
    price: { input: 0.5, output: 2 },
    asked: { rate: 10, promptTokens: 64 },
    instrument: { loopLagP99: 12_000, proxy: true, connections: "cold" },
    unsent: 3,
  },
);

test("bench table of a run where all went well", () => {
  expect(shown(good)).toBe(`\
                           min  mean   p50   p90   p95   p99   max
first token (TTFT)    ms   101   151   151   190   195   199   200
gap between tokens    ms  10.0  20.0  20.0  30.0  30.0  30.0  30.0
per token (TPOT)      ms  20.0  20.0  20.0  20.0  20.0  20.0  20.0
last token (E2E)      ms   181   231   231   270   275   279   280
tokens/s per request      17.9  22.0  21.7  26.2  26.9  27.5  27.6

requests     100, all complete, in 20.045 s: 4.99 requests/s
output       24.9 tokens/s
99% sure     TTFT p90 ≤ 198 ms; TPOT p90 ≤ 20.0 ms; E2E p90 ≤ 278 ms
tokens       3,000 in + 500 out = 3,500
connections  warm: open before the run`);
});

test("bench table of a run where all went well, in Chinese", () => {
  expect(shown(good, { language: "zh" })).toBe(`\
                     最小  平均   p50   p90   p95   p99  最大
首 token (TTFT)  ms   101   151   151   190   195   199   200
token 间隔       ms  10.0  20.0  20.0  30.0  30.0  30.0  30.0
每 token (TPOT)  ms  20.0  20.0  20.0  20.0  20.0  20.0  20.0
末 token (E2E)   ms   181   231   231   270   275   279   280
单请求 token/s       17.9  22.0  21.7  26.2  26.9  27.5  27.6

请求  100 个，全部完整，用时 20.045 s：每秒 4.99 个请求
输出  24.9 token/s
上界  TTFT p90 ≤ 198 ms；TPOT p90 ≤ 20.0 ms；E2E p90 ≤ 278 ms（99% 置信）
用量  输入 3,000 + 输出 500 = 3,500
连接  已预热：测量前已建立`);
});

test("bench table of a run where much went wrong", () => {
  expect(shown(bad)).toBe(`\
warning: this computer was the limit, so the numbers are also about it: its
  event loop was 12.0 ms late at p99, with a median gap of 20.0 ms
  Lower --concurrency or --rate, raise --workers, or close what else is running

                            min   mean    p50    p90    p95    p99    max
first token (TTFT)    ms    120    325    328    487    501    511    516
first answer (TTFA)   ms    600    600    600    600    600    600    600
gap between chunks    ms    5.0   19.5   20.0   32.0   33.0   34.0   34.0
(2.7 tokens each)
per token (TPOT)      ms   6.22   7.11   7.15   7.82   7.91   7.99   7.99
last token (E2E)      s   0.786  1.086  1.084  1.266  1.287  1.327  1.346
wait to be sent       ms   0.00   8.94   9.00  18.00  18.00  18.00  18.00
wait + TTFT           ms    120    334    337    495    512    519    526
wait + E2E            s   0.786  1.095  1.092  1.274  1.302  1.338  1.364
tokens/s per request       80.2  100.9   99.6  117.4  123.6  130.3  137.4
11 of 120 not complete: percentiles are lower bounds

requests     109 of 120 complete in 13.069 s: 8.34 requests/s
output       901 tokens/s; requests that are not complete: 90.9 more
tokens       3,600 in (20% cached) + 12,960 out = 16,560
goodput      3.52 requests/s; 38% of all sent met every limit
cost         0.0277 in all, 0.000231 a request
connections  cold: opened by the measured requests, through a proxy
outcomes     109 complete · 7 failed · 4 timed out
errors       7 × 429 Too many requests (20001)
             4 × nothing arrived for 60 s (idle)

warning: 20% of the prompt tokens came out of the endpoint's cache: TTFT is
  shorter than without it
  Shorten --system; where it is the chat template that comes again, ask longer
  prompts
warning: prompts have 30 tokens at the median, 53% fewer than the 64 asked for
  With this model's tokenizer, --synthetic in=137 comes closer
warning: 3 arrivals fell due and were never sent: sending ended while they
  waited for a place
  Raise --concurrency, or lower --rate`);
});

test("bench table of a run where much went wrong, in Chinese", () => {
  expect(shown(bad, { language: "zh" })).toBe(`\
注意：瓶颈在本机，数据也反映了本机的状况：事件循环延迟的 p99 为 12.0 ms，而间
  隔的中位数只有 20.0 ms
  请降低 --concurrency 或 --rate，增加 --workers，或关闭其他程序

                         最小   平均    p50    p90    p95    p99   最大
首 token (TTFT)     ms    120    325    328    487    501    511    516
首个回答 (TTFA)     ms    600    600    600    600    600    600    600
数据块间隔          ms    5.0   19.5   20.0   32.0   33.0   34.0   34.0
（每块 2.7 token）
每 token (TPOT)     ms   6.22   7.11   7.15   7.82   7.91   7.99   7.99
末 token (E2E)      s   0.786  1.086  1.084  1.266  1.287  1.327  1.346
等待发送            ms   0.00   8.94   9.00  18.00  18.00  18.00  18.00
等待 + TTFT         ms    120    334    337    495    512    519    526
等待 + E2E          s   0.786  1.095  1.092  1.274  1.302  1.338  1.364
单请求 token/s           80.2  100.9   99.6  117.4  123.6  130.3  137.4
120 个请求中有 11 个不完整：百分位数只是下界

请求      120 个中有 109 个完整，用时 13.069 s：每秒 8.34 个请求
输出      901 token/s；不完整的请求另有 90.9
用量      输入 3,600（缓存 20%） + 输出 12,960 = 16,560
有效吞吐  每秒 3.52 个请求；占全部已发送请求的 38%
费用      共 0.0277，每个请求 0.000231
连接      未预热：由被测请求建立，经过代理
结果      完整 109 · 失败 7 · 超时 4
错误      7 × 429 Too many requests (20001)
          4 × nothing arrived for 60 s (idle)

注意：20% 的输入 token 来自服务端缓存：TTFT 比没有缓存时短
  请缩短 --system；如果重复的是对话模板，请使用更长的提示词
注意：提示词的中位数为 30 个 token，比要求的 64 个少 53%
  对于该模型的分词器，--synthetic in=137 更接近
注意：有 3 个到期的请求始终没有发出：发送结束时它们还在排队
  请提高 --concurrency，或降低 --rate`);
});

test("bench table at 60 columns does without some statistics", () => {
  expect(shown(bad, { width: 60 })).toBe(`\
warning: this computer was the limit, so the numbers are
  also about it: its event loop was 12.0 ms late at p99,
  with a median gap of 20.0 ms
  Lower --concurrency or --rate, raise --workers, or close
  what else is running

                           mean    p50    p95    p99    max
first token (TTFT)    ms    325    328    501    511    516
first answer (TTFA)   ms    600    600    600    600    600
gap between chunks    ms   19.5   20.0   33.0   34.0   34.0
(2.7 tokens each)
per token (TPOT)      ms   7.11   7.15   7.91   7.99   7.99
last token (E2E)      s   1.086  1.084  1.287  1.327  1.346
wait to be sent       ms   8.94   9.00  18.00  18.00  18.00
wait + TTFT           ms    334    337    512    519    526
wait + E2E            s   1.095  1.092  1.302  1.338  1.364
tokens/s per request      100.9   99.6  123.6  130.3  137.4
11 of 120 not complete: percentiles are lower bounds

requests     109 of 120 complete in 13.069 s: 8.34
               requests/s
output       901 tokens/s; requests that are not complete:
               90.9 more
tokens       3,600 in (20% cached) + 12,960 out = 16,560
goodput      3.52 requests/s; 38% of all sent met every
               limit
cost         0.0277 in all, 0.000231 a request
connections  cold: opened by the measured requests,
               through a proxy
outcomes     109 complete · 7 failed · 4 timed out
errors       7 × 429 Too many requests (20001)
             4 × nothing arrived for 60 s (idle)

warning: 20% of the prompt tokens came out of the
  endpoint's cache: TTFT is shorter than without it
  Shorten --system; where it is the chat template that comes
  again, ask longer prompts
warning: prompts have 30 tokens at the median, 53% fewer
  than the 64 asked for
  With this model's tokenizer, --synthetic in=137 comes
  closer
warning: 3 arrivals fell due and were never sent: sending
  ended while they waited for a place
  Raise --concurrency, or lower --rate`);
});

test("bench table at 60 columns in Chinese", () => {
  expect(shown(bad, { width: 60, language: "zh" })).toBe(`\
注意：瓶颈在本机，数据也反映了本机的状况：事件循环延迟的
  p99 为 12.0 ms，而间隔的中位数只有 20.0 ms
  请降低 --concurrency 或 --rate，增加 --workers，或关闭其他
  程序

                         平均    p50    p95    p99   最大
首 token (TTFT)     ms    325    328    501    511    516
首个回答 (TTFA)     ms    600    600    600    600    600
数据块间隔          ms   19.5   20.0   33.0   34.0   34.0
（每块 2.7 token）
每 token (TPOT)     ms   7.11   7.15   7.91   7.99   7.99
末 token (E2E)      s   1.086  1.084  1.287  1.327  1.346
等待发送            ms   8.94   9.00  18.00  18.00  18.00
等待 + TTFT         ms    334    337    512    519    526
等待 + E2E          s   1.095  1.092  1.302  1.338  1.364
单请求 token/s          100.9   99.6  123.6  130.3  137.4
120 个请求中有 11 个不完整：百分位数只是下界

请求      120 个中有 109 个完整，用时 13.069 s：每秒 8.34
            个请求
输出      901 token/s；不完整的请求另有 90.9
用量      输入 3,600（缓存 20%） + 输出 12,960 = 16,560
有效吞吐  每秒 3.52 个请求；占全部已发送请求的 38%
费用      共 0.0277，每个请求 0.000231
连接      未预热：由被测请求建立，经过代理
结果      完整 109 · 失败 7 · 超时 4
错误      7 × 429 Too many requests (20001)
          4 × nothing arrived for 60 s (idle)

注意：20% 的输入 token 来自服务端缓存：TTFT 比没有缓存时短
  请缩短 --system；如果重复的是对话模板，请使用更长的提示词
注意：提示词的中位数为 30 个 token，比要求的 64 个少 53%
  对于该模型的分词器，--synthetic in=137 更接近
注意：有 3 个到期的请求始终没有发出：发送结束时它们还在排
  队
  请提高 --concurrency，或降低 --rate`);
});

test("bench table is no wider than its terminal", () => {
  for (const language of ["en", "zh"] as const) {
    for (const run of [good, bad]) {
      for (let width = 40; width <= 100; width++) {
        for (const line of shown(run, { width, language }).split("\n")) {
          expect(Bun.stringWidth(line)).toBeLessThanOrEqual(width);
        }
      }
    }
  }
});

test("bench table says first that the client was the limit", () => {
  const late = madeUpRun(madeUpRecords(100), { instrument: { loopLagP99: 9_000 }, unsent: 1 });
  expect(shown(late)).toStartWith("warning: this computer was the limit, ");
  expect(shown(late, { language: "zh" })).toStartWith("注意：瓶颈在本机，");
  expect(shown(late).split("\n\n").at(-1)).toStartWith("warning: 1 arrival fell due");
});

test("bench table of a run without a complete request has no distributions", () => {
  const failure = {
    kind: "network",
    status: null,
    code: "ECONNREFUSED",
    message: "\u001b[2JUnable to connect",
  } as const;
  const run = madeUpRun([
    madeUpRecord(0, { outcome: "failed", failure, ttft: null, usage: null }),
    madeUpRecord(1, { outcome: "truncated", ttft: 100, usage: null }),
  ]);
  expect(shown(run)).toBe(`\
no request is complete: there are no percentiles

requests     0 of 2 complete in 361 ms: 0.00 requests/s
output       – tokens/s
tokens       not reported by the endpoint
connections  warm: open before the run
outcomes     1 truncated · 1 failed
errors       1 × ␛[2JUnable to connect (ECONNREFUSED)
             1 × 200 the stream ended without [DONE] or a finish_reason`);
  expect(shown(madeUpRun([], { interrupted: true }))).toBe(`\
requests     none was sent
output       – tokens/s
tokens       not reported by the endpoint
connections  warm: open before the run

warning: the run was interrupted: the numbers are about the 0 requests sent
  until then`);
});

test("bench table sums up errors of many kinds", () => {
  const records = madeUpRecords(30, (index) => ({
    outcome: "failed",
    failure: {
      kind: "endpoint",
      status: null,
      code: null,
      message: `fault ${index < 20 ? "one" : index}`,
    },
  }));
  const lines = shown(madeUpRun(records)).split("\n");
  const first = lines.findIndex((line) => line.startsWith("errors"));
  expect(lines[first]).toBe("errors       20 × fault one");
  expect(lines[first + 8]).toBe("             3 × 3 other kinds");
  expect(shown(madeUpRun(records), { language: "zh" })).toContain("\n      3 × 其他 3 种");
});

test("bench table has seconds for slow endpoints and dashes for what is not there", () => {
  const records = madeUpRecords(2, () => ({ ttft: 12_350, gaps: [], usage: null }));
  const lines = shown(madeUpRun(records)).split("\n");
  expect(lines.slice(0, 6)).toEqual([
    "                            min   mean    p50    p90    p95  p99    max",
    "first token (TTFT)    s   12.35  12.35  12.35  12.35  12.35    –  12.35",
    "gap between chunks    ms      –      –      –      –      –    –      –",
    "per token (TPOT)      ms      –      –      –      –      –    –      –",
    "last token (E2E)      s   12.35  12.35  12.35  12.35  12.35    –  12.35",
    "tokens/s per request          –      –      –      –      –    –      –",
  ]);
});

test("bench table is the same with colours, but for the colours", () => {
  const options = {
    language: "en",
    width: 80,
    warnings: warningsOf(bad),
    wrap: wrapColumns,
  } as const;
  const colored = renderRun(bad, { ...options, styles: createColors(true) });
  expect(Bun.stripANSI(colored)).toBe(shown(bad));
  expect(colored).toContain("\u001b[33mwarning: ");
});

test("connections that only a part of the requests found open are cold in part", () => {
  // Each takes 160 ms, and one is sent every 50 ms: four at a time.
  const records = madeUpRecords(8, (index) => ({ sent: index * 50 }));
  const line = (warmup: number, language: Language = "en") => {
    const run = madeUpRun(records, { instrument: { connections: "cold" } });
    const text = shown({ ...run, config: { warmup } }, { width: 120, language });
    return text.split("\n").find((one) => /^(?:connections|连接)/.test(one));
  };
  expect([line(0), line(1), line(4), line(1, "zh")]).toEqual([
    "connections  cold: opened by the measured requests",
    "connections  cold in part: up to 4 requests at a time, with fewer open before the run (--warmup 4 opens more)",
    "connections  cold in part: up to 4 requests at a time, with fewer open before the run",
    "连接  未完全预热：最多同时 4 个请求，测量前建立的连接不足此数（--warmup 4 可建立更多）",
  ]);
});

test("a full closed loop, and tails of many requests, have lines that wrap with the others", () => {
  const records = madeUpRecords(700, (index) => ({ sent: Math.floor(index / 2) * 162, ttft: 100 }));
  const full = madeUpRun(records, { concurrency: 2 });
  const lines = (width: number, language: Language): string =>
    /\n((?:when full|满载)[^]*?)\n(?:tokens|用量)/.exec(shown(full, { width, language }))?.[1] ??
    "";
  expect(lines(80, "en")).toBe(`\
when full    49.7 tokens/s, while at least 2 streams ran: 99.4% of the time
99% sure     TTFT p90 ≤ 100 ms, p99 ≤ 100 ms
             TPOT p90 ≤ 20.0 ms, p99 ≤ 20.0 ms
             E2E p90 ≤ 160 ms, p99 ≤ 160 ms`);
  expect(lines(80, "zh")).toBe(`\
满载  49.7 token/s，至少 2 个请求同时进行：占 99.4% 的时间
上界  TTFT p90 ≤ 100 ms，p99 ≤ 100 ms（99% 置信）
      TPOT p90 ≤ 20.0 ms，p99 ≤ 20.0 ms
      E2E p90 ≤ 160 ms，p99 ≤ 160 ms`);
  const widest = Math.max(
    ...lines(40, "en")
      .split("\n")
      .map((line) => line.length),
  );
  expect(widest).toBeLessThanOrEqual(40);
});
