import { afterAll, beforeAll, expect, test } from "bun:test";
import { LLMock } from "@copilotkit/aimock";
import { cleanEnvironment } from "../support/clean_environment.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Line, type LineRuns, runLines } from "../support/run_lines.ts";
import { toolkitFolder, useToolkit } from "../support/run_ask.ts";

// An endpoint that nobody here wrote, over each protocol that it speaks.

useToolkit();

const APIS = ["chat", "responses", "messages"] as const;

const text = "The sky is blue because air scatters short waves most. 天空是蓝色的。";
const usage = { prompt_tokens: 11, completion_tokens: 17, total_tokens: 28 };
const mock = new LLMock({ port: 0, host: "127.0.0.1", chunkSize: 7 });
mock.onMessage("reason", { content: text, reasoning: "Rayleigh.", usage });
mock.onMessage("tool", { toolCalls: [{ name: "get_weather", arguments: '{"city":"Paris"}' }] });
mock.onMessage("slow", { content: text, usage }, { latency: 10 });
mock.onMessage("cut", { content: text }, { truncateAfterChunks: 3, latency: 5 });
mock.onMessage("limited", {
  error: { message: "Slow down", type: "rate_limit_error", code: "rate_limited" },
  status: 429,
});
mock.onMessage(/.*/, { content: text });

beforeAll(async () => void (await mock.start()));
afterAll(() => mock.stop());

function at(api: string): string[] {
  return ["--api", api, "--base-url", `${mock.url}/v1`, "--model", "mock-1", "--retries", "0"];
}

async function run<const Lines extends readonly Line[]>(lines: Lines): Promise<LineRuns<Lines>> {
  using folder = temporaryFolder();
  const env = cleanEnvironment(folder.path, {});
  return await runLines(lines, { toolkit: toolkitFolder(), cwd: folder.path, env });
}

for (const api of APIS) {
  test.concurrent(`aimock's answer over ${api} is asked, kept and played again`, async () => {
    const [asked, played, live, again] = await run([
      ["ask", ...at(api), "--save", "plain.sse", "plain"],
      ["replay", "plain.sse", "--speed", "max"],
      ["ask", ...at(api), "--json", "--save", "reason.sse", "reason"],
      ["replay", "reason.sse", "--json"],
    ]);
    expect(asked).toMatchObject({ exitCode: 0, stdout: `${text}\n` });
    expect(asked.stderr).toEndWith('Saved in "plain.sse"\n');
    expect(played).toMatchObject({ exitCode: 0, stdout: `${text}\n` });
    const [told, replayed] = [JSON.parse(live.stdout), JSON.parse(again.stdout)];
    expect(told).toMatchObject({
      outcome: "complete",
      streamed: true,
      content: text,
      reasoning: "Rayleigh.",
      finish_reason: "stop",
      usage,
      error: null,
    });
    expect(replayed.metrics).toEqual(told.metrics);
    expect(replayed.content).toBe(text);
  });

  test.concurrent(`aimock's tool call, cut and refusal over ${api} are told as such`, async () => {
    const [tool, cut, limited] = await run([
      ["ask", ...at(api), "--json", "tool"],
      ["ask", ...at(api), "cut"],
      ["ask", ...at(api), "limited"],
    ]);
    expect(JSON.parse(tool.stdout)).toMatchObject({
      outcome: "complete",
      finish_reason: "tool_calls",
      tool_calls: [{ name: "get_weather", arguments: '{"city":"Paris"}' }],
    });
    expect(cut.exitCode).toBe(6);
    expect(text).toStartWith(cut.stdout.trimEnd());
    expect(cut.stderr).toStartWith("The stream was cut: ");
    expect(limited).toMatchObject({ exitCode: 4, stdout: "" });
    expect(limited.stderr).toContain("is busy (429): Slow down");
  });

  test.concurrent(`aimock is put under load over ${api}`, async () => {
    const load = ["--requests", "8", "--concurrency", "2", "--prompt", "plain", "--record", "runs"];
    const [bench, report] = await run([
      ["bench", ...at(api), "--json", ...load],
      ["replay", "--json", "runs"],
    ]);
    expect(bench.exitCode).toBe(0);
    const result = JSON.parse(bench.stdout);
    expect(result.config).toMatchObject({ api, base_url: `${mock.url}/v1` });
    expect(result.summary.outcomes).toMatchObject({ complete: 8 });
    expect(result.summary.ttft_ms.p50).toBeGreaterThan(0);
    expect(JSON.parse(report.stdout).summary).toEqual(result.summary);
  });
}

test.concurrent("a run over another protocol is calibrated like any", async () => {
  const load = ["--requests", "2", "--prompt", "slow", "--calibrate"];
  const [bench] = await run([["bench", ...at("messages"), "--json", ...load]]);
  expect(bench.exitCode).toBe(0);
  const { config, calibration } = JSON.parse(bench.stdout);
  expect(config.api).toBe("messages");
  expect(calibration).not.toBeNull();
  expect(bench.stderr).toContain("Calibrating");
});
