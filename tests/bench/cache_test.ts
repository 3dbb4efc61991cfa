import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type BenchFlags } from "../../lib/bench/flags.ts";
import { readCache } from "../../lib/bench/flag_values.ts";
import { checkBenchFlags } from "../../lib/bench/plan.ts";
import { UserError } from "../../lib/base/message.ts";
import { sendStream, startChatServer } from "../support/chat_server.ts";
import { temporaryFolder } from "../support/folder.ts";
import { ANSWER } from "../support/read_pieces.ts";
import { useToolkit } from "../support/run_ask.ts";
import { at, runBench } from "../support/run_bench.ts";
import { runReplay } from "../support/run_replay.ts";
import { servingModel } from "../support/simulated.ts";

setDefaultTimeout(30_000);
useToolkit();

const CACHED = { cache: true, tokens: 4, prefill: 50_000 };

/** A recorded run, whose report can be made anew. */
async function recorded(server: { readonly baseUrl: string }, args: readonly string[]) {
  using folder = temporaryFolder();
  const keep = ["--out=o.json", "--record=rec", "--plan-seed=5"];
  const { exitCode, stdout, stderr } = await runBench([...at(server), ...args, ...keep], {
    cwd: folder.path,
  });
  expect(exitCode).toBe(0);
  const live = readFileSync(join(folder.path, "o.json"), "utf8");
  expect((await runReplay(["--json", "rec"], folder.path)).stdout).toBe(live);
  expect((await runReplay(["--report", "rec"], folder.path)).stdout).toBe(stdout);
  return { ...JSON.parse(live), stdout, stderr };
}

const codes = ({ warnings }: { warnings: readonly { code: string }[] }): string[] =>
  warnings.map(({ code }) => code);

test.each([0.3, 0.6, 0.9])(
  "so much as was wanted, here %p, comes out of a simulated prefix cache, within 3 points",
  async (share) => {
    await using server = await servingModel(CACHED);
    const run = await recorded(server, [
      `--cache=share=${share},groups=3`,
      "--synthetic=in=512,out=4",
      "--requests=24",
      "--concurrency=4",
      "--workers=2",
    ]);
    const { prompt_tokens: prompt, cached_tokens: cached } = run.summary.usage;
    expect(Math.abs(prompt / 24 - 512)).toBeLessThan(3);
    expect(Math.abs(cached / prompt - share)).toBeLessThan(0.03);
    // Every request found its beginning, the first one, too.
    const each = run.requests.map(
      ({ usage }: { usage: { cached_tokens: number } }) => usage.cached_tokens,
    );
    expect(Math.min(...each)).toBe(Math.max(...each));
    expect(run.config.cache).toBe(`share=${share},groups=3`);
    expect(run.stderr).toContain("Filling the cache: 3 beginnings of prompts, not counted\n");
    expect(run.stdout).toMatch(/^cache +\d+% of the prompt tokens wanted, \d+% reported$/m);
    expect(codes(run)).not.toContain("cache_hits");
    expect(codes(run)).not.toContain("cache_share");
  },
);

test("a cache that is off is told from what was wanted", async () => {
  await using server = await servingModel({ tokens: 4 });
  const asked = ["--cache=share=0.6", "--synthetic=in=64,out=4", "--requests=4"];
  const run = await recorded(server, asked);
  expect(codes(run)).toContain("cache_share");
  expect(run.stdout).toContain("60% of the prompt tokens wanted; the endpoint reports none");
  expect(run.stdout).toContain("--cache pairs sends each prompt twice");
});

test("pairs show how much sooner a prompt is answered that was sent before", async () => {
  // 512 tokens at 4000 a second: 128 ms, or one block and the rest.
  await using server = await servingModel({ cache: true, tokens: 4, prefill: 4000 });
  const run = await recorded(server, [
    "--cache=pairs",
    "--synthetic=in=512,out=4",
    "--requests=8",
    "--concurrency=2",
  ]);
  const { pairs } = run.summary;
  expect(pairs.count).toBe(4);
  const halves = (half: string): number[] =>
    run.requests.flatMap(({ pair, ttft_ms: ttft }: { pair: string; ttft_ms: number }) =>
      pair === half ? [ttft] : [],
    );
  expect(pairs.cold_ttft_ms).toMatchObject({ count: 4, max: Math.max(...halves("cold")) });
  expect(pairs.warm_ttft_ms).toMatchObject({ count: 4, min: Math.min(...halves("warm")) });
  // A new prompt takes its 128 ms, whatever the machine does.
  expect(pairs.cold_ttft_ms.min).toBeGreaterThan(100);
  expect(typeof pairs.saved_share).toBe("number");
  expect(pairs.cached_share).toBeGreaterThan(0.95);
  expect(run.requests.map(({ pair }: { pair: string }) => pair)).toEqual([
    "cold",
    "warm",
    "cold",
    "warm",
    "cold",
    "warm",
    "cold",
    "warm",
  ]);
  expect(run.stdout).toMatch(/^TTFT, prompt is new .*\nTTFT, sent again /m);
  expect(run.stdout).toMatch(
    /sent again, prompts were answered [\d.]+% (?:sooner|later) \(median of 4 pairs\); /,
  );
  expect(codes(run)).not.toContain("cache_hits");
});

test("the second of a pair is sent when the first has ended, and not when it failed", async () => {
  const seen: string[] = [];
  await using server = await startChatServer((exchange, { body }) => {
    const [message] = (body?.["messages"] ?? []) as { content: string }[];
    seen.push(message?.content ?? "");
    if (seen.length > 2) exchange.head(500, {});
    else sendStream(exchange, ANSWER);
    if (seen.length > 2) exchange.end();
  });
  const args = ["--cache=pairs", "--requests=4", "--cold", "--json"];
  const { stdout } = await runBench([...at(server), ...args]);
  expect(seen).toHaveLength(3);
  expect(seen[1]).toBe(seen[0] ?? "");
  expect(seen[2]).not.toBe(seen[0] ?? "");
  expect(JSON.parse(stdout).summary.pairs).toMatchObject({ count: 1, cached_share: null });
});

const misread = (text: string): string => {
  try {
    return JSON.stringify(readCache(text, "--cache"));
  } catch (error) {
    return error instanceof UserError ? error.userMessage.cause.en : String(error);
  }
};

test("what is asked of the cache is read as it is written", () => {
  expect(misread("reuse")).toBe('"reuse"');
  expect(misread("share=0.6")).toBe('{"share":0.6,"groups":8}');
  expect(misread("groups=2,share=.25")).toBe('{"share":0.25,"groups":2}');
  expect(misread("uniqe")).toBe(
    '--cache must be one of unique, reuse, pairs, share=, got "uniqe"; did you mean unique?',
  );
  expect(misread("groups=2")).toBe('--cache takes a form like share=0.6,groups=8, not "groups=2"');
  expect(misread("share=60%")).toBe('--cache share must be a number, got "60%"');
  expect(misread("share=1")).toBe("--cache share must be from 0.01 to 0.99, got 1");
  expect(misread("share=0.5,groups=0")).toBe("--cache groups must be from 1 to 100000, got 0");
});

const refused = (given: Partial<BenchFlags>): string => {
  try {
    checkBenchFlags(given as BenchFlags);
  } catch (error) {
    return error instanceof UserError ? error.userMessage.cause.en : String(error);
  }
  return "taken";
};

test("what does not go with a use of the cache is refused", () => {
  const cache = { share: 0.6, groups: 8 };
  const synthetic = { in: 8, out: 8 };
  expect(refused({ cache })).toBe("--cache share= needs --synthetic");
  expect(refused({ cache, synthetic, rate: 3 })).toBe("taken");
  expect(refused({ cache, synthetic, turns: 2 })).toStartWith("--cache share= and --turns exclude");
  expect(refused({ cache: "pairs", rate: 3 })).toStartWith("--cache pairs and --rate exclude");
  expect(refused({ cache: "pairs", turns: 3 })).toStartWith("--cache pairs and --turns exclude");
  expect(refused({ cache: "reuse", turns: 3 })).toBe("taken");
});
