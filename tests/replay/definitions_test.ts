import { expect, setDefaultTimeout, test } from "bun:test";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bareEnvironment } from "../support/clean_environment.ts";
import { temporaryFolder } from "../support/folder.ts";
import { linesOf, runLines } from "../support/run_lines.ts";

setDefaultTimeout(30_000);

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DEMO = join(ROOT, "lib", "server", "demo.sse");
const REASONED = join(ROOT, "tests", "fixtures", "definitions.sse");

const env = { ...bareEnvironment, LANG: "C" };

test.concurrent("replay --as gives a transcript's numbers as other tools define them", async () => {
  const lines = linesOf("replay", [
    ["--report", DEMO],
    ["--report", DEMO, "--as", "vllm", "--as", "aiperf,guidellm"],
    ["--json", REASONED, "--as", "inference-perf"],
  ]);
  const [plain, asked, json] = await runLines(lines, { toolkit: ROOT, cwd: ROOT, env });
  expect(asked.stdout).toStartWith(plain.stdout);
  expect({ ...asked, stdout: asked.stdout.slice(plain.stdout.length) }).toEqual({
    exitCode: 0,
    stderr: "",
    stdout: `\

                         Streamgauge  vLLM  AIPerf  guidellm
TTFT                 ms          196   183     196       196
first answer         ms          196     –     196       196
ITL            mean  ms         54.4  47.1    54.4      54.4
ICL            mean  ms            –     –    54.4         –
TPOT                 ms         54.4     ?       –      68.5
E2E                  ms          685   701     685       702
tokens                            10     ?      10        10
tokens/s                        14.6     –    14.6      14.2
tokens/s, run                   14.2     ?    14.6         –

vLLM starts at the first chunk with choices, also one without text: TTFT 183 ms instead of 196 ms
vLLM counts the gaps of chunks without text into ITL: 11 of 47.1 ms on average, instead of 9 of
  54.4 ms
guidellm divides the time to the last token, TTFT included, by all tokens: TPOT 68.5 ms instead of
  54.4 ms
vLLM ends at the last chunk with choices, also one without text: E2E 701 ms instead of 685 ms
guidellm ends at [DONE]: E2E 702 ms instead of 685 ms
? cannot be given: vLLM's Python client takes usage from a chunk without choices alone, and where
  none comes it counts with the model's tokenizer, which a recording does not have (its Rust client
  takes usage from any chunk)
AIPerf is given with --use-server-token-count; by default it counts with the model's tokenizer,
  which a recording does not have
`,
  });
  expect(JSON.parse(json.stdout).definitions.tools["inference-perf"]).toMatchObject({
    ttft_ms: { mean: 340 },
    tpot_ms: { mean: 10 },
    ntpot_ms: { mean: 77.2 },
    cannot_be_given: ["itl_ms"],
  });
});

test.concurrent("replay --as of several files has one table for all", async () => {
  using folder = temporaryFolder();
  copyFileSync(DEMO, join(folder.path, "a.sse"));
  copyFileSync(REASONED, join(folder.path, "b.sse"));
  const lines = linesOf("replay", [
    ["--report", ".", "--as=otel", "--lang=zh"],
    ["--json", ".", "--as=otel"],
  ]);
  const [shown, json] = await runLines(lines, { toolkit: ROOT, cwd: folder.path, env });
  expect(shown).toMatchObject({ exitCode: 0, stderr: "" });
  // TTFT: of the first chunks 183.402 and 100 ms, of the first deltas 195.518 and 300 ms.
  expect(shown.stdout).toContain(`
完整 2 个

                    Streamgauge  OTel
TTFT      平均  ms          248   142
          p50   ms          248   142
          p99   ms            –   183
`);
  expect(shown.stdout).toContain(
    "\nOTel 从第一个数据块算起，不论内容：TTFT 平均为 142 ms，而不是 248 ms\n",
  );
  const { files, definitions } = JSON.parse(json.stdout);
  expect(files.map(({ file }: { file: string }) => file)).toEqual(["a.sse", "b.sse"]);
  expect(definitions.streams).toBe(2);
  expect(definitions.tools.otel.ttft_ms).toMatchObject({ count: 2, mean: 141.701 });
});

test.concurrent("--as is refused where it is no definition, or nothing is reported", async () => {
  const lines = linesOf("replay", [
    [DEMO, "--as", "vllm"],
    ["--report", "no-such-file.sse", "--as", "vlm"],
  ]);
  const [played, unknown] = await runLines(lines, { toolkit: ROOT, cwd: ROOT, env });
  expect(played).toEqual({ exitCode: 2, stdout: "", stderr: "--as needs --report / --json\n" });
  expect(unknown).toEqual({
    exitCode: 2,
    stdout: "",
    stderr:
      '--as must be one of vllm, aiperf, guidellm, evalscope, sglang, inference-perf, otel, all, got "vlm"; did you mean vllm?\n',
  });
  const bench = [
    ["--demo", "--as", "vlm"],
    ["--demo", "--find-max", "--slo=ttft=1s", "--as=vllm"],
  ] as const;
  const refused = await runLines(linesOf("bench", bench), { toolkit: ROOT, cwd: ROOT, env });
  expect(refused.map(({ exitCode, stdout }) => ({ exitCode, stdout }))).toEqual([
    { exitCode: 2, stdout: "" },
    { exitCode: 2, stdout: "" },
  ]);
  expect(refused[0].stderr).toBe(unknown.stderr);
  expect(refused[1].stderr).toContain("--as and --find-max exclude each other");
});

test.concurrent(
  "bench --as gives what replay --as gives of its recording, from workers, too",
  async () => {
    using folder = temporaryFolder();
    const load = ["--demo", "--concurrency=2", "--requests=5", "--max-tokens=6", "--as=all"];
    const [live, rebuilt, again] = await runLines(
      [
        ["bench", ...load, "--workers=2", "--record=kept", "--out=live.json"],
        ["replay", "--report", "kept", "--as=all"],
        ["replay", "--json", "kept", "--as=all"],
      ],
      { toolkit: ROOT, cwd: folder.path, env },
    );
    expect(live.exitCode).toBe(0);
    expect(live.stdout).toContain("tokens/s, run ");
    expect(rebuilt).toEqual({ exitCode: 0, stdout: live.stdout, stderr: "" });
    expect(again.stdout).toBe(readFileSync(join(folder.path, "live.json"), "utf8"));
    const { definitions, requests } = JSON.parse(again.stdout);
    expect(definitions.tools.vllm).toMatchObject({ requests: 5, token_sources: ["usage"] });
    expect(definitions.tools.vllm.run_output_tokens_per_second).toBeGreaterThan(0);
    expect(requests[0]).not.toHaveProperty("trace");
  },
);

test.concurrent.each(["docs/benching.md", "docs/benching.zh-CN.md"])(
  "what %s shows of --as is what it prints",
  async (name) => {
    const page = readFileSync(join(ROOT, name), "utf8");
    const [, args = "", block = ""] =
      /^\$ bun scripts\/replay\.ts (--report lib\/server\/demo\.sse --as \S+)\n([\s\S]*?)^```$/m.exec(
        page,
      ) ?? [];
    const [printed] = await runLines(linesOf("replay", [args.split(" ")]), {
      toolkit: ROOT,
      cwd: ROOT,
      env,
    });
    const parts = block.split("…\n").filter((part) => part !== "");
    expect(parts.length).toBe(2);
    for (const part of parts) expect(printed?.stdout).toContain(part);
  },
);

test.concurrent("over a protocol that other tools define nothing for, that is said", async () => {
  const anthropic = join(ROOT, "tests", "fixtures", "corpus", "messages-anthropic.sse");
  const lines = linesOf("replay", [["--report", anthropic, "--as", "all"]]);
  const [run] = await runLines(lines, { toolkit: ROOT, cwd: ROOT, env });
  expect(run.stdout).toEndWith(
    "The definitions of other tools are those for chat completions and completions: over this protocol\n  they are not given\n",
  );
});
