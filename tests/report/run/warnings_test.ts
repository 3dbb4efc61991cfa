import { expect, test } from "bun:test";
import { formatShare } from "../../../lib/text/amounts.ts";
import {
  holdsGaps,
  isClientLimited,
  MOST_GAPS,
  type Warning,
  type WarningCode,
  warningsOf,
} from "../../../lib/report/run/warnings.ts";
import {
  type MadeUpRequest,
  madeUpRecord,
  madeUpRecords,
  madeUpRun,
} from "../../support/records.ts";

type RunOptions = NonNullable<Parameters<typeof madeUpRun>[1]>;

function warningsFor(
  request: (index: number) => MadeUpRequest = () => ({}),
  { count = 100, ...options }: RunOptions & { readonly count?: number } = {},
): Warning[] {
  return warningsOf(madeUpRun(madeUpRecords(count, request), options));
}

function codes(warnings: readonly Warning[]): WarningCode[] {
  return warnings.map(({ code }) => code);
}

/** The one warning there is, as text. */
function text(warnings: readonly Warning[], language: "en" | "zh" = "en"): string {
  expect(warnings.length).toBe(1);
  const [warning] = warnings;
  const step = warning?.step?.[language];
  return step === undefined
    ? `${warning?.cause[language]}`
    : `${warning?.cause[language]}\n${step}`;
}

test("a run without peculiarities has no warnings", () => {
  expect(warningsFor()).toEqual([]);
  expect(warningsFor(undefined, { count: 0 })).toEqual([]);
});

test("warning of too few samples says how many requests to send", () => {
  const few = warningsFor(undefined, { count: 40 });
  expect(codes(few)).toEqual(["few_samples"]);
  expect(text(few)).toBe(`\
too few samples for p99: it needs 100 complete requests, there are 40
Send 100 requests or more: --requests 100, or a longer --duration`);
  expect(text(few, "zh")).toBe(`\
样本太少，无法给出 p99：需要 100 个完整的请求，现在只有 40 个
请至少发送 100 个请求：--requests 100，或延长 --duration`);
  // With 80 complete of 120, it takes 150 to have 100.
  const third = warningsFor((index) => (index % 3 === 0 ? { outcome: "failed" } : {}), {
    count: 120,
  });
  expect(codes(third)).toEqual(["incomplete", "few_samples"]);
  expect(third[1]?.step?.en).toStartWith("Send 150 requests or more");
});

test("warning of a first request that is an outlier", () => {
  const slow = warningsFor((index) => ({ ttft: index === 0 ? 900 : 100 + (index % 7) }));
  expect(codes(slow)).toEqual(["first_request_outlier"]);
  expect(text(slow)).toBe(`\
the first request is an outlier: TTFT 900 ms, the others' median is 103 ms
Raise --warmup, so that connections and model are warm before the measuring begins`);
  expect(text(slow, "zh")).toBe(`\
第一个请求是离群值：TTFT 为 900 ms，其余请求的中位数为 103 ms
请增加 --warmup，让连接和模型在测量开始前预热`);
  // The first by its start, not by its index; and only far away from what varies anyway.
  const third = warningsFor((index) => (index === 3 ? { ttft: 900, sent: 0 } : { sent: 9 }));
  expect(codes(third)).toEqual(["first_request_outlier"]);
  expect(warningsFor((index) => ({ ttft: index === 0 ? 199 : 100 }))).toEqual([]);
  expect(warningsFor((index) => ({ ttft: index === 0 ? 900 : 100 + index * 5 }))).toEqual([]);
});

test("warning of an endpoint that does not stream", () => {
  const held = warningsFor((index) => ({ burst: index < 6, gaps: [0, 0, 0] }));
  expect(codes(held)).toEqual(["not_streamed", "shared_arrivals"]);
  const whole = warningsFor((index) => (index < 6 ? { burst: true, ttft: null } : {}));
  expect(text(whole)).toBe(`\
6 of 100 answers came whole or in one burst: of these only E2E says something about the model
Look for a proxy or gateway that holds the stream back; bun scripts/ask.ts --wire shows how it arrives`);
  expect(text(whole, "zh")).toBe(`\
100 个回答中有 6 个是一次性到达的：其中只有 E2E 能反映模型
请检查是否有代理或网关缓冲了数据流；bun scripts/ask.ts --wire 可显示到达的情形`);
  expect(warningsFor((index) => ({ burst: index < 5 }))).toEqual([]);
});

test("warning of missing usage tells all from some", () => {
  const none = warningsFor(() => ({ usage: null }));
  expect(codes(none)).toEqual(["no_usage"]);
  expect(text(none)).toBe(`\
the endpoint sent no usage: there is no TPOT, no token rate and no cost
The endpoint, and every gateway before it, must send usage in streams (chat completions: stream_options.include_usage)`);
  expect(text(none, "zh")).toBe(`\
服务端没有返回用量：因此没有 TPOT、token 速率和费用
服务端以及途中的网关都需要在流中返回用量（Chat Completions：stream_options.include_usage）`);
  const one = warningsFor((index) => (index === 0 ? { usage: null } : {}));
  expect(one[0]?.cause).toEqual({
    en: "1 of 100 answers came without usage: TPOT, token rates and cost are about the others",
    zh: "100 个回答中有 1 个没有用量：TPOT、token 速率和费用只涉及其余的回答",
  });
});

test("warning of deltas that came together", () => {
  const packed = warningsFor(() => ({ gaps: [20, 0, 20, 0] }));
  expect(codes(packed)).toEqual(["shared_arrivals"]);
  expect(text(packed)).toBe(`\
50% of the gaps are 0, because several deltas came at once: gaps say more about the way than about the model
Go by TPOT: it counts from the first delta to the last, however those between travel together`);
  expect(text(packed, "zh")).toBe(`\
50% 的间隔为 0，因为多个增量同时到达：间隔更多反映了传输途径而不是模型
请以 TPOT 为准：它只看第一个和最后一个增量，不受中间增量合并到达的影响`);
  expect(warningsFor(() => ({ gaps: [20, 20, 20, 20, 0] }))).toEqual([]);
});

test("warning of several models and deployments", () => {
  const models = warningsFor((index) => ({ models: [index % 2 === 0 ? "a" : "b"] }));
  expect(codes(models)).toEqual(["several_models"]);
  expect(text(models)).toBe(`\
the answers name several models, and the numbers mix them: a, b
Name one of them exactly with --model, and measure each alone`);
  expect(text(models, "zh")).toBe(`\
回答中出现了多个模型名，数据混在一起：a、b
请用 --model 指定其中一个的准确名称，逐个测量`);
  const prints = warningsFor((index) => ({ fingerprints: [`fp${index % 3}`] }));
  expect(codes(prints)).toEqual(["several_fingerprints"]);
  expect(text(prints)).toBe(`\
the answers have 3 system fingerprints: several deployments answered, and the numbers mix them
Repeat the run before comparing it: another mix gives other numbers`);
  expect(text(prints, "zh")).toBe(`\
回答中有 3 种 system_fingerprint：由多个部署共同应答，数据混在一起
比较之前请重复运行：混合比例不同，数据也会不同`);
});

/** Of 100 prompt tokens each, so many came out of the cache. */
function cached(cachedTokens: number): () => MadeUpRequest {
  return () => ({ usage: { promptTokens: 100, cachedTokens } });
}

test("warning of cache hits, unless they are wanted", () => {
  const hits = warningsFor(cached(6));
  expect(codes(hits)).toEqual(["cache_hits"]);
  expect(text(hits)).toBe(`\
6% of the prompt tokens came out of the endpoint's cache: TTFT is shorter than without it
Shorten --system; where it is the chat template that comes again, ask longer prompts`);
  expect(text(hits, "zh")).toBe(`\
6% 的输入 token 来自服务端缓存：TTFT 比没有缓存时短
请缩短 --system；如果重复的是对话模板，请使用更长的提示词`);
  expect(warningsFor(cached(5))).toEqual([]);
  expect(warningsFor(cached(90), { asked: { cache: "reuse" } })).toEqual([]);
});

test("warning of requests that are not complete", () => {
  const some = warningsFor((index) => (index < 3 ? { outcome: "timed_out" } : {}), { count: 103 });
  expect(codes(some)).toEqual(["incomplete"]);
  expect(text(some)).toBe(
    "3 of 103 not complete: percentiles are lower bounds\nThe errors say why",
  );
  expect(text(some, "zh")).toBe("103 个请求中有 3 个不完整：百分位数只是下界\n原因见错误列表");
  const all = warningsFor(() => ({ outcome: "failed", ttft: null, usage: null }));
  expect(text(all)).toBe("no request is complete: there are no percentiles\nThe errors say why");
  expect(text(all, "zh")).toBe("没有完整的请求：无法给出百分位数\n原因见错误列表");
});

test("warning of complete requests that brought no token", () => {
  const empty = warningsFor((index) => (index === 9 ? { ttft: null } : {}));
  expect(codes(empty)).toEqual(["left_out"]);
  expect(text(empty)).toBe(`\
1 request ended without a token and is in no percentile
Ask the same with bun scripts/ask.ts --wire to see what comes instead`);
  expect(text(empty, "zh")).toBe(`\
有 1 个请求没有输出任何 token 就结束了，未计入百分位数
可用 bun scripts/ask.ts --wire 提同样的问题，看看返回了什么`);
});

test("warning of answers shorter than asked", () => {
  const records = madeUpRecords(100, (index) => ({
    usage: { completionTokens: index < 6 ? 90 : 128 },
  }));
  // The made-up streams have few deltas for so many tokens, which is another warning.
  const short = warningsOf(madeUpRun(records, { asked: { outputTokens: 128 } })).filter(
    ({ code }) => code !== "tpot_estimated",
  );
  expect(codes(short)).toEqual(["short_answers"]);
  expect(text(short)).toBe(`\
6 of 100 answers are shorter than the 128 tokens asked for (median 128)
Where the endpoint knows it (vLLM, SGLang): --param ignore_eos=true; else ask for longer answers`);
  expect(text(short, "zh")).toBe(`\
100 个回答中有 6 个短于要求的 128 个 token（中位数 128）
若服务端支持（vLLM、SGLang），可加 --param ignore_eos=true；否则请换成需要更长回答的提示词`);
  const long = warningsOf(madeUpRun(records, { asked: { outputTokens: 90 } }));
  expect(codes(long)).toEqual(["tpot_estimated"]);
});

test("warning of prompts that are longer or shorter than asked says what comes closer", () => {
  const records = madeUpRecords(100, () => ({ usage: { promptTokens: 540 } }));
  const long = warningsOf(madeUpRun(records, { asked: { promptTokens: 512 } }));
  expect(codes(long)).toEqual(["prompt_length"]);
  // 512 × 512 / 540 = 485
  expect(text(long)).toBe(`\
prompts have 540 tokens at the median, 5.5% more than the 512 asked for
With this model's tokenizer, --synthetic in=485 comes closer`);
  expect(text(long, "zh")).toBe(`\
提示词的中位数为 540 个 token，比要求的 512 个多 5.5%
对于该模型的分词器，--synthetic in=485 更接近`);
  const short = warningsOf(madeUpRun(records, { asked: { promptTokens: 600 } }));
  expect(text(short)).toContain("10% fewer than the 600 asked for");
  expect(text(short, "zh")).toContain("比要求的 600 个少 10%");
  expect(warningsOf(madeUpRun(records, { asked: { promptTokens: 520 } }))).toEqual([]);
});

test("warning of a client whose event loop is late", () => {
  // A tenth of the median gap of 20 ms is 2 ms.
  const late = warningsFor(undefined, { instrument: { loopLagP99: 2_001 } });
  expect(isClientLimited(late)).toBe(true);
  expect(text(late)).toBe(`\
this computer was the limit, so the numbers are also about it: its event loop was 2.00 ms late at p99, with a median gap of 20.0 ms
Lower --concurrency or --rate, raise --workers, or close what else is running`);
  expect(text(late, "zh")).toBe(`\
瓶颈在本机，数据也反映了本机的状况：事件循环延迟的 p99 为 2.00 ms，而间隔的中位数只有 20.0 ms
请降低 --concurrency 或 --rate，增加 --workers，或关闭其他程序`);
  expect(warningsFor(undefined, { instrument: { loopLagP99: 2_000 } })).toEqual([]);
  expect(warningsFor(undefined, { instrument: { loopLagP99: null } })).toEqual([]);
  // A millisecond of lag is what timers have; and where most gaps are zero, TPOT stands for them.
  const quick = madeUpRecords(100, () => ({ gaps: [2, 2] }));
  expect(warningsOf(madeUpRun(quick, { instrument: { loopLagP99: 1_000 } }))).toEqual([]);
  const packed = madeUpRecords(100, () => ({ gaps: [0, 0, 30] }));
  const lag = (loopLagP99: number) =>
    codes(warningsOf(madeUpRun(packed, { instrument: { loopLagP99 } })));
  expect(lag(1_001)).toEqual(["client_limited", "shared_arrivals"]);
  expect(lag(1_000)).toEqual(["shared_arrivals"]);
});

test("warning of a client that sends later than planned", () => {
  const asked = { rate: 10 };
  // Every request 5 % later than planned: at the end by 495 ms.
  const slower = warningsFor((index) => ({ scheduled: index * 100, sent: index * 105 }), { asked });
  expect(text(slower)).toContain(
    "also about it: it sent 9.52 requests/s instead of 10.0; it sent up to 490 ms later than planned\n",
  );
  expect(text(slower, "zh")).toContain(
    "：每秒只发送了 9.52 个请求，而不是 10.0 个；发送最多比计划晚 490 ms\n",
  );
  expect(text(warningsFor(lateAtTimes, { asked }))).toContain(
    ": it sent up to 11.0 ms later than planned\n",
  );
  expect(warningsFor((index) => ({ ...lateAtTimes(index), ttft: 200 }), { asked })).toEqual([]);
});

/** Every tenth request is sent 11 ms late, with a TTFT of 100 ms. */
function lateAtTimes(index: number): MadeUpRequest {
  const scheduled = index * 100;
  return { scheduled, sent: scheduled + (index % 10 === 3 ? 11 : 0) };
}

test("warning of a cap that held the rate down is not about the client", () => {
  const capped = warningsFor((index) => ({ scheduled: index * 100, sent: index * 125 }), {
    asked: { rate: 10, cap: 4 },
  });
  expect(codes(capped)).toEqual(["rate_capped"]);
  expect(text(capped)).toBe(`\
the cap of 4 at a time held the rate down to 8.00 of 10.0 requests/s
Go by the times with the wait; or raise --concurrency, or lower --rate`);
  expect(text(capped, "zh")).toBe(`\
并发上限 4 使速率降到每秒 8.00 个请求，要求为 10.0 个
请以含等待的时间为准；或提高 --concurrency，或降低 --rate`);
});

test("warning of a run that ended before its plan did", () => {
  const stopped = warningsFor(undefined, { interrupted: true, count: 120 });
  expect(codes(stopped)).toEqual(["interrupted"]);
  expect(text(stopped)).toBe(
    "the run was interrupted: the numbers are about the 120 requests sent until then",
  );
  expect(text(stopped, "zh")).toBe("运行被提前中断：数据只包含此前发送的 120 个请求");
  const left = warningsFor(undefined, { unsent: 3 });
  expect(codes(left)).toEqual(["unsent"]);
  expect(text(left)).toBe(`\
3 arrivals fell due and were never sent: sending ended while they waited for a place
Raise --concurrency, or lower --rate`);
  expect(text(left, "zh")).toBe(`\
有 3 个到期的请求始终没有发出：发送结束时它们还在排队
请提高 --concurrency，或降低 --rate`);
  expect(text(warningsFor(undefined, { unsent: 1 }))).toStartWith(
    "1 arrival fell due and was never",
  );
});

test("warning of gaps that are too many for the JSON", () => {
  const most = madeUpRecord(0);
  const itl = { length: MOST_GAPS / 100, reduce: () => 0 } as unknown as readonly number[];
  const long = { ...most, metrics: { ...most.metrics, itl } };
  const records = Array.from({ length: 100 }, () => long);
  const run = madeUpRun(madeUpRecords(100));
  expect(holdsGaps(records)).toBe(true);
  expect(warningsOf({ ...run, records })).toEqual([]);
  expect(holdsGaps([...records, most])).toBe(false);
  const left = warningsOf({ ...run, records: [...records, most] });
  expect(codes(left)).toEqual(["itl_left_out"]);
  expect(text(left)).toBe(`\
the JSON leaves out the single gaps (itl_us): 5,000,003 are more than 5,000,000
--record keeps every stream, gaps and all`);
  expect(text(left, "zh")).toBe(`\
JSON 中省略了逐个间隔 (itl_us)：共 5,000,003 个，超过 5,000,000 个
--record 可保存每个数据流，包括所有间隔`);
});

test("share is never rounded to all or nothing", () => {
  expect([0, 0.0001, 0.004, 0.055, 0.0994, 0.0995, 0.123].map(formatShare)).toEqual([
    "0%",
    "0.1%",
    "0.4%",
    "5.5%",
    "9.9%",
    "10%",
    "12%",
  ]);
  expect([0.99, 0.9999, 1, null].map(formatShare)).toEqual(["99%", "99.9%", "100%", "–"]);
});

test("warning of a TPOT that does not know the tokens of the first chunk", () => {
  const records = madeUpRecords(100, () => ({ usage: { completionTokens: 128 } }));
  const estimated = warningsOf(madeUpRun(records)).find(({ code }) => code === "tpot_estimated");
  const deltas = records[0]?.metrics.deltas ?? 0;
  const low = Math.round((100 * (128 / deltas - 1)) / 127);
  expect(estimated?.cause.en).toBe(
    `usage comes only at the end and a chunk holds several tokens: those of the first chunk are not known and count as 1, so TPOT may read ${low}% too low`,
  );
});

test("failures of this machine are told apart from the endpoint's, with the limit that was reached", () => {
  const failure = {
    kind: "client",
    status: null,
    code: "EMFILE",
    message: "this process may open no more files and connections (ulimit -n)",
  } as const;
  const run = madeUpRun(
    madeUpRecords(200, (index) => (index < 146 ? { outcome: "failed", failure } : {})),
  );
  const warnings = warningsOf({ ...run, environment: { open_files: 64 } });
  expect(isClientLimited(warnings)).toBe(true);
  const limited = warnings.filter(({ code }) => code === "client_limited");
  expect(text(limited)).toBe(
    "this computer was the limit, so the numbers are also about it: 146 of 200 requests failed here, and not at the " +
      "endpoint: this process may open no more files and connections (ulimit -n): 64\n" +
      "Lower --concurrency or --rate, raise --workers, or close what else is running",
  );
  expect(text(limited, "zh")).toContain("200 个请求中有 146 个是在本机失败的，与服务端无关");
});

test("connections that the endpoint had closed are warned of, failed or sent once more", () => {
  const failure = {
    kind: "network",
    status: null,
    code: "connection_reused",
    message: "the endpoint had closed the open connection that was used again",
  } as const;
  const failed = warningsFor((index) => (index === 3 ? { outcome: "failed", failure } : {})).filter(
    ({ code }) => code === "connection_reused",
  );
  expect(text(failed)).toBe(
    "1 request failed over an open connection that the endpoint had closed: that says something about keep-alive, and " +
      "nothing about the model\n" +
      "--resend-reused sends such a request once more, over a connection of its own",
  );
  const resent = warningsFor((index) => ({ resent: index < 2 }));
  expect(text(resent)).toBe(
    "2 requests were sent once more, after an open connection that the endpoint had closed: that says something about " +
      "keep-alive, and nothing about the model",
  );
  expect(text(resent, "zh")).toBe(
    "有 2 个请求重发了一次，因为先前使用的是服务端已关闭的连接：这只反映连接保持的设置，与模型无关",
  );
});

test("streams that were odd though complete are warned of, by what was odd", () => {
  const warnings = warningsFor((index) =>
    index < 3
      ? { oddities: ["not_a_field"] }
      : index === 3
        ? { oddities: ["error_after_done", "not_a_field"] }
        : {},
  );
  expect(codes(warnings)).toEqual(["odd_streams"]);
  expect(text(warnings)).toBe(
    "4 of 100 complete streams were odd: lines that are no field (4), an error behind the last event (1)\n" +
      "Ask the same with bun scripts/ask.ts --wire to see what came",
  );
  expect(text(warnings, "zh")).toBe(
    "100 个完整的流中有 4 个异常：不是字段的行 (4)、最后一个事件之后的错误 (1)\n" +
      "可用 bun scripts/ask.ts --wire 提同样的问题，看看返回了什么",
  );
});
