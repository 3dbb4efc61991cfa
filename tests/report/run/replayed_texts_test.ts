import { expect, test } from "bun:test";
import type { FinishedRun } from "../../../lib/measure/finished_run.ts";
import { replayedTexts } from "../../../lib/report/run/replayed_texts.ts";
import { benchJson } from "../../../lib/report/run/run_json.ts";
import { renderRun } from "../../../lib/report/run/run_table.ts";
import { warningsOf } from "../../../lib/report/run/warnings.ts";
import { createColors } from "picocolors";
import { wrapColumns } from "../../../lib/text/wrap.ts";
import { madeUpRecords, madeUpRun } from "../../support/records.ts";

/** 100 requests of 30 prompt tokens each, where so many were recorded. */
function replay(promptTokens: number | null, { late = false } = {}): FinishedRun {
  const count = 100;
  const records = madeUpRecords(count, (index) => ({
    scheduled: index * 200 - (late ? 150 : 0),
  }));
  const each = (tokens: number | null): (number | null)[] => Array(count).fill(tokens);
  const replayed = {
    requests: count,
    sessions: 60,
    span: 20_000_000,
    promptTokens: each(promptTokens),
    outputTokens: each(4),
  };
  return madeUpRun(records, { asked: { cache: "reuse" }, replayed });
}

const codes = (run: FinishedRun) => warningsOf(run).map(({ code }) => code);

test("prompts that are as long as the recorded ones, within 5 %, need no warning", () => {
  expect(codes(replay(30))).toEqual([]);
  // 30 for 28.6 is 4.9 % more.
  expect(codes(replay(28.6))).toEqual([]);
  expect(codes(replay(null))).toEqual([]);
});

test("prompts of another length are the first thing that is said of a replay", () => {
  const run = replay(12, { late: true });
  expect(codes(run)).toEqual(["replayed_apart", "client_limited"]);
  const [warning] = warningsOf(run);
  expect(warning?.cause.en).toBe(
    "this is not the work that was recorded: 3,000 prompt tokens were sent where it had 1,200 (+150%)",
  );
  expect(warning?.cause.zh).toBe(
    "这不是录制时的负载：发送了 3,000 个提示 token，而录制时为 1,200 个（+150%）",
  );
  expect(warning?.step?.en).toBe(
    "Another tokenizer or chat template counts otherwise; of a trace, see whether --trace-lengths is right",
  );
  expect(warning?.step?.zh).toBe(
    "可能是分词器或对话模板不同；如果是轨迹文件，请检查 --trace-lengths 是否正确",
  );
  const options = { language: "en", width: 100, styles: createColors(false) } as const;
  const table = renderRun(run, { ...options, warnings: warningsOf(run), wrap: wrapColumns });
  expect(table).toStartWith("warning: this is not the work that was recorded: ");
});

test("the tokens of both times stand in the table, and how many requests that is about", () => {
  const run = replay(33);
  expect(replayedTexts(run)).toEqual([
    {
      en: "3,000 tokens in, 3,300 recorded (−9.1%)",
      zh: "输入 3,000 个 token，录制时 3,300 个（−9.1%）",
    },
    { en: "400 tokens out, 400 recorded (+0%)", zh: "输出 400 个 token，录制时 400 个（+0%）" },
  ]);
  const half = replay(30);
  const replayed = half.replayed ?? { requests: 0, sessions: 0, span: 0, outputTokens: [] };
  const promptTokens = Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? 30 : null));
  const texts = replayedTexts({ ...half, replayed: { ...replayed, promptTokens } });
  expect(texts[0]).toEqual({
    en: "1,500 tokens in, 1,500 recorded (+0%), of 50 of 100 requests",
    zh: "输入 1,500 个 token，录制时 1,500 个（+0%），100 个请求中的 50 个",
  });
  expect(replayedTexts(replay(null))[0]).toEqual({
    en: "tokens in: not counted both times",
    zh: "输入 token：没有两次都有计数的请求",
  });
  expect(replayedTexts(madeUpRun([]))).toEqual([]);
});

test("the JSON of a replay has both sums, over the requests that were counted both times", () => {
  const run = replay(33);
  const json = benchJson({ run, warnings: warningsOf(run) }, "en");
  expect(json["replay"]).toEqual({
    requests: 100,
    sessions: 60,
    span_ms: 20_000,
    prompt_tokens: { requests: 100, sent: 3000, recorded: 3300 },
    output_tokens: { requests: 100, sent: 400, recorded: 400 },
  });
  expect(benchJson({ run: replay(null), warnings: [] }, "en")["replay"]).toMatchObject({
    prompt_tokens: null,
  });
  expect(benchJson({ run: madeUpRun([]), warnings: [] }, "en")).not.toHaveProperty("replay");
});
