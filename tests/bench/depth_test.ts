import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readDepths } from "../../lib/bench/flag_values.ts";
import { UserError } from "../../lib/base/message.ts";
import { sendBody, sendStream, startChatServer } from "../support/chat_server.ts";
import { temporaryFolder } from "../support/folder.ts";
import { chunk, DONE } from "../support/read_pieces.ts";
import { useToolkit } from "../support/run_ask.ts";
import { at, runBench } from "../support/run_bench.ts";
import { runReplay } from "../support/run_replay.ts";
import { servingModel } from "../support/simulated.ts";

setDefaultTimeout(30_000);
useToolkit();

interface Run {
  readonly config: { readonly depth: number };
  readonly requests: readonly {
    readonly ttft_ms: number;
    readonly usage: Record<"prompt_tokens" | "cached_tokens", number>;
  }[];
  readonly summary: {
    readonly depth: {
      readonly depth_tokens: number;
      readonly fresh_tokens: number;
      readonly prefix: string | null;
      readonly prefill_tokens_per_second: { readonly p50: number };
      readonly decode_tokens_per_second: { readonly p50: number };
    };
  };
  readonly warnings: readonly { readonly code: string }[];
}

test("prefill over the depth of a context is that of a simulated model", async () => {
  // 512 tokens take 512 ms, whatever stands before them.
  await using server = await servingModel({ prefill: 1000, cache: true, tps: 100, tokens: 5 });
  using folder = temporaryFolder();
  const args = ["--depth=0,1k", "--synthetic=in=512,out=5", "--requests=3"];
  const keep = ["--out=o.json", "--record=rec", "--plan-seed=3", "--param=max_tokens=5"];
  const { exitCode, stdout } = await runBench([...at(server), ...args, ...keep], {
    cwd: folder.path,
  });
  expect(exitCode).toBe(0);
  const { runs, planned_runs: planned } = JSON.parse(
    readFileSync(join(folder.path, "o.json"), "utf8"),
  ) as { runs: readonly Run[]; planned_runs: number };
  expect(planned).toBe(2);
  expect(runs.map(({ config }) => config.depth)).toEqual([0, 1024]);
  for (const { summary, requests, warnings } of runs) {
    const { depth } = summary;
    const { depth_tokens: tokens, fresh_tokens: fresh } = depth;
    expect(depth.prefix).toBe(tokens === 0 ? null : "cached");
    // Behind the blocks of 16 that were cached.
    expect(Math.abs(fresh - 512)).toBeLessThan(20);
    for (const { usage } of requests) {
      expect(Math.abs(usage.prompt_tokens - (tokens + 512))).toBeLessThan(0.01 * (tokens + 512));
    }
    const rates = requests.map(
      ({ usage, ttft_ms: ttft }) => ((usage.prompt_tokens - usage.cached_tokens) * 1000) / ttft,
    );
    // A busy machine makes a first token late, and never early.
    expect(Math.max(...rates)).toBeLessThan(1030);
    const [, median = 0] = rates.toSorted((a, b) => a - b);
    expect(depth.prefill_tokens_per_second.p50).toBeCloseTo(median, 6);
    const codes = warnings.map(({ code }) => code);
    expect(codes).not.toContain("prompt_length");
    expect(codes).not.toContain("depth_prefix");
    expect(codes).not.toContain("cache_hits");
  }
  expect(stdout).toMatch(
    /^depth +requests +TTFT p50 +pp512 token\/s +TPOT p50 +tg5 token\/s +prefix$/m,
  );
  expect(stdout).toMatch(/^1,024 +3 +\d+ ms .* cached$/m);
  // Each depth is a run of its own, and its report can be made anew.
  const [, second] = runs;
  const again = await runReplay(["--json", "rec/run-02"], folder.path);
  expect({ ...JSON.parse(again.stdout), schema: undefined }).toEqual({
    ...second,
    schema: undefined,
  });
  const report = await runReplay(["--report", "rec/run-02"], folder.path);
  expect(report.stdout).toMatch(/^depth +1,024 tokens before \d+ that were read at /m);
});

test("a prefix is paid once for each depth, and fitted anew where the count is off", async () => {
  const prompts: { readonly words: number; readonly start: string }[] = [];
  await using server = await startChatServer((exchange, { body }) => {
    const [message] = (body?.["messages"] ?? []) as { content: string }[];
    const words = (message?.content ?? "").split(" ");
    prompts.push({ words: words.length, start: words.slice(0, 200).join(" ") });
    // A word is one token up to 1000 words, and two beyond.
    const tokens = Math.min(1000, words.length) + 2 * Math.max(0, words.length - 1000);
    const usage = { prompt_tokens: tokens, completion_tokens: 2, total_tokens: tokens + 2 };
    sendStream(
      exchange,
      chunk({ content: "a" }) +
        chunk({ content: "b" }, { finish_reason: "stop" }) +
        chunk({}, { usage }) +
        DONE,
    );
  });
  const args = ["--depth=2k", "--synthetic=in=100,out=2", "--requests=2", "--json"];
  const { stdout, exitCode } = await runBench([...at(server), ...args]);
  expect(exitCode).toBe(0);
  // Two to fit, the prefix, the prefix once more, one to warm up, and two that are measured.
  expect(prompts).toHaveLength(7);
  const [, , first, ...behind] = prompts;
  expect(first?.words).toBeGreaterThan(2100);
  const [fitted] = behind;
  expect(fitted?.words).toBeLessThan(1800);
  expect(behind.every(({ words }) => words === fitted?.words)).toBe(true);
  expect(behind.every(({ start }) => start === first?.start)).toBe(true);
  const [run] = JSON.parse(stdout).runs as Run[];
  expect(run?.warnings.map(({ code }) => code)).toContain("depth_prefix");
});

const misread = (text: string): string => {
  try {
    return readDepths(text, "--depth").join(" ");
  } catch (error) {
    return error instanceof UserError ? error.userMessage.cause.en : String(error);
  }
};

test("depths are read in tokens, k is 1024", () => {
  expect(misread("0,4k,16K,1000")).toBe("0 4096 16384 1000");
  expect(misread("0,,4k")).toBe('--depth takes a form like 0,4k,16k,64k, not "0,,4k"');
  expect(misread("k")).toBe('--depth takes a form like 0,4k,16k,64k, not "k"');
  expect(misread("4m")).toBe('--depth must be a number, got "4m"');
  expect(misread("-1")).toBe("--depth must be from 0 to 100000000, got -1");
  expect(misread("1.5k")).toBe("--depth must be a whole number, got 1.5");
});

test("what does not go with depths is refused before anything is sent", async () => {
  await using server = await startChatServer(() => {});
  const said = async (...args: string[]) => (await runBench([...at(server), ...args])).stderr;
  expect(await said("--depth=0,4k")).toBe("--depth needs --synthetic\n");
  const asked = ["--depth=0,4k", "--synthetic=in=5,out=5"];
  expect(await said(...asked, "--repeat=2")).toContain("--repeat and --depth exclude each other");
  expect(await said(...asked, "--cache=reuse")).toContain("exclude each other");
  expect(await said(...asked, "--versus")).toContain("--depth cannot be used with several targets");
  expect(server.requests).toHaveLength(0);
});

test("where the endpoint counts no prompt tokens, and refuses a depth, both are said", async () => {
  await using server = await startChatServer((exchange, { body }) => {
    const { messages } = body as unknown as { messages: { content: string }[] };
    const words = messages.at(-1)?.content.split(" ").length ?? 0;
    if (words > 400) {
      const message = "Requested tokens exceed context window of 400";
      return sendBody(exchange, 400, { body: { error: { message } } });
    }
    sendStream(exchange, chunk({ content: "a" }, { finish_reason: "stop" }) + DONE);
  });
  const args = ["--depth=0,1k", "--synthetic=in=50,out=5", "--requests=2"];
  const { stdout, stderr } = await runBench([...at(server), ...args]);
  expect(stdout).toMatch(
    /^--depth 1024: .*, 2 failed\n {2}2 × 400 Requested tokens exceed context window of 400$/m,
  );
  // Nothing is known of a prefix of which nothing came back.
  expect(stdout).toMatch(/^1,024 +0 +– +– +– +– +–$/m);
  expect(stderr).toContain(
    "the endpoint counts no prompt tokens: each word that was made up is taken for one, so depths and prefill rates are of words\n",
  );
  const target = at(server).slice(0, at(server).indexOf("--lang"));
  const { stderr: chinese } = await runBench([...target, ...args, "--lang", "zh"]);
  expect(chinese).toContain("服务端没有返回输入 token 数：每个合成的词按一个 token 计");
});
