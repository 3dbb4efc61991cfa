import { afterAll, beforeAll, expect, test } from "bun:test";
import { LLMock } from "@copilotkit/aimock";
import { runAsk, useToolkit } from "../support/run_ask.ts";

useToolkit();

const text = "The sky is blue because air scatters short waves most. 天空是蓝色的。";
const mock = new LLMock({ port: 0, host: "127.0.0.1", chunkSize: 7 });
mock.onMessage("plain", { content: text });
mock.onMessage("counted", {
  content: text,
  reasoning: "Rayleigh.",
  model: "mock-1",
  usage: { prompt_tokens: 11, completion_tokens: 17, total_tokens: 28 },
});
mock.onMessage("cut", { content: text }, { truncateAfterChunks: 3, latency: 5 });
mock.onMessage("limited", {
  error: { message: "Slow down", type: "rate_limit_error", code: "rate_limited" },
  status: 429,
});
mock.onMessage("unknown", {
  error: { message: "The model `x` does not exist", code: "model_not_found" },
  status: 404,
});
mock.onMessage("garbled", { content: text }, { chaos: { malformedRate: 1 } });
mock.onMessage("gone", { content: text }, { chaos: { disconnectRate: 1 } });

beforeAll(async () => void (await mock.start()));
afterAll(() => mock.stop());

function asked(question: string, ...flags: string[]): ReturnType<typeof runAsk> {
  const endpoint = ["--base-url", `${mock.url}/v1`, "--model", "mock-1", "--retries", "0"];
  return runAsk([...endpoint, ...flags, question]);
}

test.concurrent("aimock's stream is printed as it is", async () => {
  expect(await asked("plain")).toMatchObject({ exitCode: 0, stdout: `${text}\n` });
});

test.concurrent("aimock's reasoning, usage and chunks are read", async () => {
  const { exitCode, stdout } = await asked("counted", "--json");
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    outcome: "complete",
    streamed: true,
    content: text,
    reasoning: "Rayleigh.",
    finish_reason: "stop",
    model: "mock-1",
    usage: { prompt_tokens: 11, completion_tokens: 17, total_tokens: 28 },
    error: null,
  });
});

test.concurrent("aimock's errors keep their words and get their exit codes", async () => {
  const [limited, unknown, garbled, gone, cut] = await Promise.all(
    ["limited", "unknown", "garbled", "gone", "cut"].map((question) => asked(question)),
  );
  expect(limited).toMatchObject({ exitCode: 4, stdout: "" });
  expect(limited?.stderr).toContain("is busy (429): Slow down (rate_limited) [trace ");
  expect(unknown).toMatchObject({ exitCode: 3, stdout: "" });
  expect(unknown?.stderr).toContain("refused (404): The model `x` does not exist");
  expect(garbled).toMatchObject({ exitCode: 6, stdout: "" });
  expect(gone).toMatchObject({ exitCode: 5, stdout: "" });
  expect(cut?.exitCode).toBe(6);
  expect(text).toStartWith((cut?.stdout ?? "-").trimEnd());
  expect(cut?.stderr).toStartWith("The stream was cut: ");
});

test.concurrent("aimock's list of models is printed", async () => {
  const run = await runAsk(["--base-url", `${mock.url}/v1`, "--list-models"]);
  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  expect(run.stdout.split("\n").length).toBeGreaterThan(1);
});
