import { expect, test } from "bun:test";
import { requestMetrics } from "../../../lib/measure/metrics.ts";
import type { Language } from "../../../lib/base/message.ts";
import { renderStats } from "../../../lib/report/request/stats.ts";
import type { TimedText } from "../../../lib/wire/piece.ts";
import { messageEvents, typedStream } from "../../support/protocol_streams.ts";
import { chunk, DONE, event, type MadeUp, readPieces, timed } from "../../support/read_pieces.ts";

function stats(
  pieces: readonly TimedText[],
  { language = "en", ...madeUp }: MadeUp & { readonly language?: Language } = {},
): string {
  const { result } = readPieces(pieces, madeUp);
  const stall = 500_000;
  return renderStats(result, requestMetrics(result.reading.timeline, { stall }), {
    language,
    stall,
  });
}

/** The usage after so many tokens out, for 30 in. */
function usage(completion_tokens: number, details: Record<string, unknown> = {}) {
  const total_tokens = 30 + completion_tokens;
  return { usage: { prompt_tokens: 30, completion_tokens, total_tokens, ...details } };
}

const complete = timed(
  [183.4, chunk({ content: "" }, usage(0))],
  [195.5, chunk({ content: "你好" }, usage(1))],
  [246.2, chunk({ content: "！" }, usage(2))],
  [301.9, chunk({ content: "?" }, usage(3))],
  [310, chunk({ content: "" }, { finish_reason: "stop", ...usage(3) })],
  [310.6, DONE],
);

test("stats of a complete stream", () => {
  // TPOT: (301.9 − 195.5) / (3 − 1) = 53.2 ms. Rate: 3 / 0.3019 s. Gaps: 50.7 and 55.7 ms.
  expect(stats(complete)).toBe(`\
first byte (TTFB)   183 ms
first token (TTFT)  196 ms
gap between tokens  p50 53.2 ms · p99 – · max 55.7 ms
stalls              none above 500 ms
last token (E2E)    302 ms
closed              311 ms
decode rate         18.8 tokens/s (53.2 ms per token)
request rate        9.94 tokens/s (counted from sending)
tokens              30 in + 3 out = 33
deltas              3, 1.00 tokens each (counted by usage)
model               m
outcome             complete (stop)`);
});

/** A message whose start comes this early, in ms. */
function message(startAt: number): readonly TimedText[] {
  const [start, ...rest] = messageEvents("Hi", "!");
  return timed(
    [startAt, start === undefined ? "" : typedStream(start)],
    [250, typedStream(...rest.slice(0, 2))],
    [300, typedStream(...rest.slice(2))],
  );
}

test("stats of a message say when it was accepted, and how many tokens that were", () => {
  // TPOT: (300 − 250) / (2 − 1) = 50 ms.
  expect(stats(message(120))).toBe(`\
first byte (TTFB)   120 ms
accepted            120 ms
first token (TTFT)  250 ms
gap between tokens  p50 50.0 ms · p99 – · max 50.0 ms
stalls              none above 500 ms
last token (E2E)    300 ms
closed              300 ms
decode rate         20.0 tokens/s (50.0 ms per token)
request rate        6.67 tokens/s (counted from sending)
tokens              5 in + 2 out = 7
deltas              2, 1.00 tokens each (average)
model               m
outcome             complete (stop)`);
  expect(stats(message(120), { language: "zh" }).split("\n")[1]).toBe("已受理           120 ms");
  // Sent together with the first token it tells nothing.
  expect(stats(message(245))).not.toContain("accepted");
});

test("stats of a complete stream in Chinese", () => {
  expect(stats(complete, { language: "zh" })).toBe(`\
首字节 (TTFB)    183 ms
首 token (TTFT)  196 ms
token 间隔       p50 53.2 ms · p99 – · 最大 55.7 ms
停顿             没有超过 500 ms 的
末 token (E2E)   302 ms
结束             311 ms
解码速度         18.8 token/s（每 token 53.2 ms）
全程速度         9.94 token/s（从发送时算起）
用量             输入 30 + 输出 3 = 33
增量             3，每个 1.00 token（按用量计数）
模型             m
结果             完整 (stop)`);
});

test("stats call the gaps of larger deltas gaps between chunks", () => {
  // TPOT: (300 − 100) / (8 − 1) = 28.6 ms, as the first delta counts for 1 without usage on its chunk.
  const pieces = timed(
    [100, chunk({ content: "a b c" })],
    [200, chunk({ content: "d e f" })],
    [300, chunk({ content: "g h" }, { finish_reason: "stop" })],
    [310, event({ choices: [], ...usage(8) }) + DONE],
  );
  expect(stats(pieces)).toBe(`\
first byte (TTFB)                     100 ms
first token (TTFT)                    100 ms
gap between chunks (2.7 tokens each)  p50 100 ms · p99 – · max 100 ms
stalls                                none above 500 ms
last token (E2E)                      300 ms
closed                                310 ms
decode rate                           35.0 tokens/s (28.6 ms per token)
request rate                          26.7 tokens/s (counted from sending)
tokens                                30 in + 8 out = 38
deltas                                3, 2.67 tokens each (average)
model                                 m
outcome                               complete (stop)`);
  expect(stats(pieces, { language: "zh" })).toContain(
    "数据块间隔（每块 2.7 token）  p50 100 ms · p99 – · 最大 100 ms\n",
  );
});

test("stats of a stream without usage have no rates", () => {
  const pieces = timed(
    [100, chunk({ content: "a" })],
    [150, chunk({ content: "b" }, { finish_reason: "stop" })],
    [151, DONE],
  );
  expect(stats(pieces)).toBe(`\
first byte (TTFB)   100 ms
first token (TTFT)  100 ms
gap between chunks  p50 50.0 ms · p99 – · max 50.0 ms
stalls              none above 500 ms
last token (E2E)    150 ms
closed              151 ms
decode rate         –
request rate        –
tokens              not reported by the endpoint
deltas              2
model               m
outcome             complete (stop)`);
  expect(stats(pieces, { language: "zh" })).toContain("用量             服务端没有返回\n");
});

test("stats of a reasoning model tell the first answer apart", () => {
  const pieces = timed(
    [100, chunk({ reasoning_content: "hm" }, usage(1))],
    [200, chunk({ content: "Hi" }, usage(2))],
    [
      210,
      chunk(
        {},
        {
          finish_reason: "stop",
          ...usage(2, {
            completion_tokens_details: { reasoning_tokens: 1 },
            prompt_tokens_details: { cached_tokens: 16 },
          }),
        },
      ) + DONE,
    ],
  );
  expect(stats(pieces)).toBe(`\
first byte (TTFB)    100 ms
first token (TTFT)   100 ms
first answer (TTFA)  200 ms
gap between tokens   p50 100 ms · p99 – · max 100 ms
stalls               none above 500 ms
last token (E2E)     200 ms
closed               210 ms
decode rate          10.0 tokens/s (100 ms per token)
request rate         10.0 tokens/s (counted from sending)
tokens               30 in (16 cached) + 2 out (1 reasoning) = 32
deltas               2, 1.00 tokens each (counted by usage)
model                m
outcome              complete (stop)`);
  expect(stats(pieces, { language: "zh" })).toContain("首个回答 (TTFA)  200 ms\n");
});

test("stats say that reasoning is hidden, and count it out of the decode rate", () => {
  // 100 of 102 tokens were billed, not streamed: 2 streamed, 1 after the first, in 50 ms.
  const pieces = timed(
    [3000, chunk({ content: "a" })],
    [3050, chunk({ content: "b" }, { finish_reason: "stop" })],
    [
      3060,
      event({
        choices: [],
        ...usage(102, { completion_tokens_details: { reasoning_tokens: 100 } }),
      }) + DONE,
    ],
  );
  expect(stats(pieces)).toBe(`\
first byte (TTFB)   3.000 s
first token (TTFT)  3.000 s
gap between tokens  p50 50.0 ms · p99 – · max 50.0 ms
stalls              none above 500 ms
last token (E2E)    3.050 s
closed              3.060 s
decode rate         20.0 tokens/s (50.0 ms per token)
request rate        33.4 tokens/s (counted from sending)
tokens              30 in + 102 out (100 hidden reasoning) = 132
deltas              2, 1.00 tokens each (average)
model               m
outcome             complete (stop)`);
  expect(stats(pieces, { language: "zh" })).toContain("输入 30 + 输出 102（隐藏推理 100） = 132");
});

test("stats of a stream without times have one line for them", () => {
  const text = chunk({ content: "a" }, usage(1)) + chunk({ content: "b" }, usage(2)) + DONE;
  expect(stats(timed([null, text]))).toBe(`\
times    none were recorded
tokens   30 in + 2 out = 32
deltas   2, 1.00 tokens each (counted by usage)
model    m
outcome  complete`);
  expect(stats(timed([null, text]), { language: "zh" })).toContain("时间  没有记录\n");
});

test("stats of an answer that did not stream have no times of tokens", () => {
  const message = { role: "assistant", content: "Hi" };
  const choices = [{ index: 0, message, finish_reason: "stop" }];
  const whole = JSON.stringify({ model: "m", choices, ...usage(2) });
  expect(stats(timed([900, whole]), { endAt: 910_000 })).toBe(`\
first byte (TTFB)  900 ms
closed             910 ms
tokens             30 in + 2 out = 32
model              m
outcome            complete (stop)`);
});

test("stats of a request that failed before a byte are its outcome", () => {
  const ending = { kind: "no_response", code: "ECONNREFUSED", message: "refused" } as const;
  expect(stats([], { ending })).toBe("outcome  failed");
  expect(stats([], { ending, language: "zh" })).toBe("结果  失败");
});

test("stats of a refused request have the times of its answer", () => {
  const refusal = timed([90, '{"error":{"message":"Invalid token"}}']);
  expect(stats(refusal, { ending: { kind: "ended", status: 401 }, endAt: 91_000 })).toBe(`\
first byte (TTFB)  90.0 ms
closed             91.0 ms
outcome            failed`);
});

test("stats of a stream that was cut keep what came", () => {
  const pieces = timed([100, chunk({ content: "a" })], [150, chunk({ content: "b" })]);
  const outcome = (ending: NonNullable<MadeUp["ending"]>, language: Language) =>
    stats(pieces, { ending, language }).split("\n").at(-1);
  const timeout = { kind: "timed_out", timer: "idle", limit: 60_000_000 } as const;
  expect(outcome({ kind: "ended", status: 200 }, "en")).toBe("outcome             truncated");
  expect(outcome({ kind: "ended", status: 200 }, "zh")).toBe("结果             被截断");
  expect(outcome(timeout, "en")).toBe("outcome             timed out");
  expect(outcome(timeout, "zh")).toBe("结果             超时");
  expect(outcome({ kind: "interrupted" }, "en")).toBe("outcome             interrupted");
  expect(outcome({ kind: "interrupted" }, "zh")).toBe("结果             已中断");
});

test("stats count stalls", () => {
  const pieces = timed(
    [100, chunk({ content: "a" })],
    [700, chunk({ content: "b" })],
    [750, chunk({ content: "c" })],
    [2050, chunk({ content: "d" }) + DONE],
  );
  // Gaps: 600, 50 and 1300 ms.
  expect(stats(pieces)).toContain(
    "stalls              2 above 500 ms, longest 1.300 s, 1.900 s in all\n",
  );
  expect(stats(pieces, { language: "zh" })).toContain(
    "停顿             2 次超过 500 ms，最长 1.300 s，共 1.900 s\n",
  );
});

test("stats of a hundred gaps have a p99", () => {
  // Gaps of 10 ms, the last one of 20 ms: p99 is rank 98.01 of 0…99.
  const pieces = Array.from({ length: 101 }, (_, index) => ({
    at: index * 10_000 + (index === 100 ? 10_000 : 0),
    text: chunk({ content: "a" }),
  }));
  expect(stats(pieces)).toContain("p50 10.0 ms · p99 10.1 ms · max 20.0 ms\n");
});

test("stats name every model and the finish reason of every choice, made harmless", () => {
  const choices = ["stop\u001b[2J", "length"].map((finish_reason, index) => ({
    index,
    delta: { content: "a" },
    finish_reason,
  }));
  const rest = event({ model: "b\u001b[2J", choices }) + DONE;
  const lines = stats(timed([100, chunk({ content: "a" }, { model: "a" })], [110, rest])).split(
    "\n",
  );
  expect(lines.slice(-2)).toEqual([
    "model               a, b␛[2J",
    "outcome             complete (stop␛[2J, length)",
  ]);
});

function angled(text: string): string {
  return `<${text}>`;
}

test("labels stand back where there is colour", () => {
  const ending = { kind: "interrupted" } as const;
  const { result } = readPieces([], { ending });
  const metrics = requestMetrics(result.reading.timeline, { stall: 1 });
  expect(renderStats(result, metrics, { language: "en", stall: 1, dim: angled })).toBe(
    "<outcome>  interrupted",
  );
});
