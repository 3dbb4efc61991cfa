import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { traceUnusable } from "../../lib/bench/trace_messages.ts";
import { wordCount } from "../../lib/bench/prompt_length.ts";
import { TraceError } from "../../lib/load/traffic/trace_rows.ts";
import { temporaryFolder } from "../support/folder.ts";
import { useToolkit } from "../support/run_ask.ts";
import { runBench } from "../support/run_bench.ts";
import { servingModel } from "../support/simulated.ts";

useToolkit();

/** 12 conversations of two turns: 60 prompt tokens, and 100. */
const MOONCAKE = Array.from({ length: 12 }, (_, talk) => [
  {
    session_id: talk,
    timestamp: talk * 20,
    input_length: 600,
    output_length: 5,
    hash_ids: [0, 2 * talk + 1],
  },
  {
    session_id: talk,
    timestamp: talk * 20 + 50,
    input_length: 900,
    output_length: 7,
    hash_ids: [0, 2 * talk + 2],
  },
])
  .flat()
  .map((row) => `${JSON.stringify(row)}\n`)
  .join("");

const FILES = {
  "mooncake.jsonl": MOONCAKE,
  "plain.jsonl": MOONCAKE.replaceAll(/,"hash_ids":\[[^\]]*\]/g, ""),
  "azure.csv": `TIMESTAMP,ContextTokens,GeneratedTokens
2023-11-16 18:17:03.9799600,480,10
2023-11-16 18:17:04.0319600,318,8
`,
  "burst.csv": `Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type
5,ChatGPT,472,18,490,Conversation log
5.25,ChatGPT,100,0,100,API log
`,
};

/** Replays one of the files with these flags against a simulated model, which answers as many tokens as it is asked for. */
async function replay(name: keyof typeof FILES, ...flags: string[]) {
  await using server = await servingModel({ tokens: 1000, reasoning: 0 });
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, name), FILES[name]);
  const args = ["--base-url", server.baseUrl, "--model=m", "--lang=en", `--replay=${name}`];
  const run = await runBench([...args, "--out=run.json", ...flags], { cwd: folder.path });
  const out = Bun.file(join(folder.path, "run.json"));
  return { ...run, result: (await out.exists()) ? await out.json() : null };
}

function isNear(part: { readonly sent: number; readonly recorded: number }): boolean {
  return Math.abs(part.sent / part.recorded - 1) < 0.02;
}

test("a trace is sent with prompts and answers of its lengths", async () => {
  const { exitCode, stdout, stderr, result } = await replay("mooncake.jsonl");
  expect(stderr).toContain(
    'Replaying "mooncake.jsonl": 24 requests in 12 sessions over 270 ms, 18,000 tokens in, 144 out; its lengths are cumulative\n',
  );
  expect(exitCode).toBe(0);
  expect(result.config.replay).toMatchObject({ form: "mooncake", lengths: "cumulative" });
  expect(result.replay.prompt_tokens.recorded).toBe(18_000);
  expect(isNear(result.replay.prompt_tokens)).toBe(true);
  expect(result.replay.output_tokens).toEqual({ requests: 24, sent: 144, recorded: 144 });
  expect(stdout).not.toContain("this is not the work");
});

test("without hash_ids a trace with conversations is refused until it is said how its lengths are meant", async () => {
  const refused = await replay("plain.jsonl");
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain(
    'Cannot replay "plain.jsonl": it has conversations (12 of several turns), and does not tell whether their lengths hold what was said before\n--trace-lengths cumulative: ',
  );
  const cumulative = await replay("plain.jsonl", "--trace-lengths=cumulative");
  expect(cumulative.result.replay.prompt_tokens.recorded).toBe(18_000);
  expect(isNear(cumulative.result.replay.prompt_tokens)).toBe(true);
  const delta = await replay("plain.jsonl", "--trace-lengths=delta");
  // 600, and 600 + 5 + 900.
  expect(delta.result.replay.prompt_tokens.recorded).toBe(12 * (600 + 1505));
  expect(isNear(delta.result.replay.prompt_tokens)).toBe(true);
});

test("tables of Azure's and BurstGPT's are sent, too, without what has no answer", async () => {
  const azure = await replay("azure.csv");
  expect(azure.result.config.replay).toMatchObject({ form: "azure", lengths: null, requests: 2 });
  expect(isNear(azure.result.replay.prompt_tokens)).toBe(true);
  expect(azure.result.requests.map((one: any) => one.scheduled_ms)).toEqual([0, 52]);
  const burst = await replay("burst.csv");
  expect(burst.stderr).toContain('Not sent of "burst.csv": 1 without an answer\n');
  expect(burst.result.replay.output_tokens).toEqual({ requests: 1, sent: 18, recorded: 18 });
});

function said(...given: ConstructorParameters<typeof TraceError>): string[] {
  const { cause, step } = traceUnusable("t", new TraceError(...given));
  return [cause.en, cause.zh, step?.en ?? "", step?.zh ?? ""];
}

test("a trace that cannot be used says why in both languages", () => {
  const [form, formZh, forms, formsZh] = said("unknown_form");
  expect([form, formZh]).toEqual([
    'Cannot replay "t": it is no trace of a known form',
    '无法重放 "t"：不是已知格式的轨迹',
  ]);
  expect(forms).toStartWith("Traces are JSON lines of Mooncake's (timestamp, input_length, ");
  expect(formsZh).toStartWith("轨迹文件应为 Mooncake 的 JSON Lines（timestamp、");
  expect(said("no_object", { line: 3 }).slice(0, 2)).toEqual([
    'Cannot replay "t": line 3 is not a JSON object',
    '无法重放 "t"：第 3 行不是 JSON 对象',
  ]);
  expect(said("no_time", { line: 3 }).slice(0, 2)).toEqual([
    'Cannot replay "t": line 3 has no time',
    '无法重放 "t"：第 3 行没有时间',
  ]);
  expect(said("no_lengths", { line: 3 }).slice(0, 2)).toEqual([
    'Cannot replay "t": line 3 has no lengths: a prompt has one token at least, an answer none or more',
    '无法重放 "t"：第 3 行没有长度：提示词至少 1 个 token，回答至少 0 个',
  ]);
  expect(said("columns", { line: 3, found: "2/3" })).toEqual([
    'Cannot replay "t": line 3 has 2 columns, not 3',
    '无法重放 "t"：第 3 行有 2 列，而不是 3 列',
    "",
    "",
  ]);
  expect(said("blocks", { line: 3, found: "4/1000/512" })).toEqual([
    'Cannot replay "t": line 3 has 4 hash_ids for 1000 tokens: they are not of 512 tokens each',
    '无法重放 "t"：第 3 行的 1000 个 token 有 4 个 hash_ids：它们并非各代表 512 个 token',
    "--trace-block says how many tokens each stands for",
    "请用 --trace-block 给出每个代表的 token 数",
  ]);
  expect(said("lengths_unknown", { found: "2" })).toEqual([
    'Cannot replay "t": it has conversations (2 of several turns), and does not tell whether their lengths hold what was said before',
    '无法重放 "t"：其中有会话（2 个有多轮），但没有说明长度是否包含先前的内容',
    "--trace-lengths cumulative: each row's length is that of its whole prompt; --trace-lengths delta: it is what the turn adds. The wrong one makes prompts much too long or too short",
    "--trace-lengths cumulative 表示每行的长度是整个提示词的长度；--trace-lengths delta 表示只是该轮新增的长度。选错会使提示词过长或过短",
  ]);
  expect(said("lengths_known", { found: "cumulative" })).toEqual([
    'Cannot replay "t": its hash_ids tell that its lengths are cumulative, and --trace-lengths says otherwise',
    '无法重放 "t"：其 hash_ids 表明长度为 cumulative，而 --trace-lengths 与之不符',
    "Leave --trace-lengths out",
    "请去掉 --trace-lengths",
  ]);
});

test("two counts tell how many words a token has; counts that tell nothing take each for one", () => {
  const short = { words: 50, tokens: 85 };
  expect(wordCount({ short, long: { words: 100, tokens: 160 } })).toEqual({
    perToken: 50 / 75,
    around: 10,
  });
  expect(wordCount({ short, long: { words: 100, tokens: 85 } })).toEqual({
    perToken: 1,
    around: 0,
  });
});
