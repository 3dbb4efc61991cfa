import { expect, test } from "bun:test";
import { join } from "node:path";
import { loadRun } from "../../lib/load/run_file.ts";
import { type ChatServer, sendStream, startChatServer } from "../support/chat_server.ts";
import { temporaryFolder } from "../support/folder.ts";
import { useToolkit } from "../support/run_ask.ts";
import { at, runBench, runBenches } from "../support/run_bench.ts";
import { answerOf, streamOf } from "../support/stream.ts";

useToolkit();

/** Answers over each protocol; of the 9 input_tokens of Messages it is not said whether they hold the 4 of the cache. */
function answering(): Promise<ChatServer> {
  const streams: Readonly<Record<string, string>> = {
    "/v1/responses": streamOf(
      { type: "response.output_text.delta", item_id: "m", delta: "Blue." },
      {
        type: "response.completed",
        response: { status: "completed", usage: { input_tokens: 3, output_tokens: 2 } },
      },
    ),
    "/v1/messages": streamOf(
      {
        type: "message_start",
        message: { usage: { input_tokens: 9, cache_read_input_tokens: 4 } },
      },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Blue." } },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } },
      { type: "message_stop" },
    ),
    "/v1/completions": streamOf(
      {
        object: "text_completion",
        choices: [{ index: 0, text: "Blue.", finish_reason: "stop" }],
        usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
      },
      "[DONE]",
    ),
  };
  return startChatServer((exchange, { path }) => sendStream(exchange, streams[path] ?? ""));
}

/** Two requests, one after the other, behind a warm-up of one. */
const LOAD = ["--requests", "2", "--concurrency", "1", "--cache", "reuse", "--prompt", "Why?"];
const SHAPED = ["--max-tokens", "20", "--temperature", "0", "--param", "top_k=5"];

test.concurrent("a run over each protocol warms up, measures and says what it sent", async () => {
  await using server = await answering();
  using folder = temporaryFolder();
  const own: Readonly<Record<string, object>> = {
    responses: { input: "Why?", store: false, max_output_tokens: 20 },
    messages: { messages: [{ role: "user", content: "Why?" }], max_tokens: 20 },
    completions: { prompt: "Why?", max_tokens: 20, stream_options: { include_usage: true } },
  };
  const apis = Object.keys(own);
  const runs = await runBenches(
    apis.map((api) => ["--json", "--api", api].concat(LOAD, SHAPED, at(server))),
    folder.path,
  );
  for (const [index, api] of apis.entries()) {
    const run = runs[index];
    expect({ api, code: run?.exitCode, stderr: run?.stderr }).toEqual({
      api,
      code: 0,
      stderr:
        api === "responses"
          ? "Warming up: 1 request of 16 tokens, not counted\n"
          : "Warming up: 1 request of one token, not counted\n",
    });
    const { config, summary } = JSON.parse(run?.stdout ?? "{}");
    expect(summary.outcomes).toMatchObject({ complete: 2 });
    expect(summary.usage).toMatchObject({ completion_tokens: 4 });
    const limit = api === "responses" ? { max_output_tokens: 20 } : { max_tokens: 20 };
    const stored = api === "responses" ? { store: false } : {};
    expect(config).toMatchObject({ api, base_url: server.baseUrl });
    expect(config.parameters).toEqual({ ...stored, ...limit, temperature: 0, top_k: 5 });
    const bodies = server.requests.filter(({ path }) => path === `/v1/${api}`).map((r) => r.body);
    const asked = { model: "m", stream: true, temperature: 0, top_k: 5, ...own[api] };
    const fewest = api === "responses" ? { max_output_tokens: 16 } : { max_tokens: 1 };
    expect(bodies).toEqual([{ ...asked, ...fewest }, asked, asked]);
  }
});

test.concurrent("the warm-up is told in Chinese as well", async () => {
  await using server = await answering();
  using folder = temporaryFolder();
  const flags = ["--json", ...LOAD, "--model", "m", "--base-url", server.baseUrl, "--lang", "zh"];
  const runs = await runBenches(
    [
      ["--api", "responses", ...flags],
      ["--api", "completions", ...flags],
    ],
    folder.path,
  );
  expect(runs.map(({ stderr }) => stderr)).toEqual([
    "预热：1 个最多生成 16 个 token 的请求，不计入结果\n",
    "预热：1 个只生成一个 token 的请求，不计入结果\n",
  ]);
});

test.concurrent("--synthetic bounds the answers over each protocol", async () => {
  await using server = await answering();
  using folder = temporaryFolder();
  const flags = [
    "--json",
    "--cold",
    "--requests",
    "1",
    "--synthetic",
    "in=5,out=40",
    ...at(server),
  ];
  await runBenches(
    ["responses", "messages", "completions"].map((api) => ["--api", api].concat(flags)),
    folder.path,
  );
  const limits = server.requests.map(({ path, body }) => [
    path,
    body?.["max_output_tokens"] ?? body?.["max_tokens"],
  ]);
  for (const path of ["/v1/responses", "/v1/messages", "/v1/completions"]) {
    expect(limits).toContainEqual([path, 40]);
  }
});

test.concurrent(
  "a recorded run keeps its protocol, and how its prompt tokens are counted",
  async () => {
    await using server = await answering();
    using folder = temporaryFolder();
    const recorded = join(folder.path, "runs");
    const run = await runBench(
      ["--json", "--api", "messages", "--usage-cache", "apart", "--record", recorded].concat(
        LOAD,
        at(server),
      ),
    );
    expect(run.exitCode).toBe(0);
    expect(JSON.parse(run.stdout).summary.usage).toMatchObject({ prompt_tokens: 26 });
    const file = await Bun.file(join(recorded, "run.json")).json();
    expect(file).toMatchObject({ schema: "streamgauge.run/1", config: { api: "messages" } });
    const prompts = async (usageCache?: "included" | "apart") => {
      const loaded = await loadRun(recorded, { usageCache });
      expect(loaded).toMatchObject({
        missing: 0,
        unread: [],
        run: { config: { api: "messages" } },
      });
      return loaded.run.records.map(({ usage }) => usage?.promptTokens);
    };
    expect(await prompts("apart")).toEqual([13, 13]);
    expect(await prompts("included")).toEqual([9, 9]);
  },
);

test.concurrent(
  "a recorded run keeps how its reasoning begins, unless it is read otherwise",
  async () => {
    const stream = streamOf(answerOf("hm</think>"), answerOf("Hi", { finish: "stop" }), "[DONE]");
    await using server = await startChatServer((exchange) => sendStream(exchange, stream));
    using folder = temporaryFolder();
    const recorded = join(folder.path, "runs");
    const flags = ["--json", "--think", "open", "--record", recorded].concat(LOAD, at(server));
    const run = await runBench(flags);
    expect(run.exitCode).toBe(0);
    expect(run.stderr).not.toContain("think");
    const odd = async (think?: "tagged") =>
      (await loadRun(recorded, { think })).run.records.map(({ oddities }) => oddities);
    expect(await odd()).toEqual([[], []]);
    expect(await odd("tagged")).toEqual([["unopened_think"], ["unopened_think"]]);
  },
);

test.concurrent("what a protocol has no field for is refused before the warm-up", async () => {
  await using server = await answering();
  const picture = { type: "image_url", image_url: { url: "data:image/png;base64,aa" } };
  const content = [{ type: "text", text: "What is it?" }, picture];
  using folder = temporaryFolder();
  const prompts = join(folder.path, "prompts.jsonl");
  await Bun.write(prompts, `${JSON.stringify({ messages: [{ role: "user", content }] })}\n`);
  const endpoint = ["--base-url", server.baseUrl];
  const runs = await runBenches(
    [
      ["--api", "messages", "--seed", "7", ...endpoint],
      ["--api", "responses", "--stop", "x", ...endpoint],
      ["--api", "completions", "--prompts", prompts, ...endpoint],
      ["--api", "responses", "--demo", "--seed", "7"],
    ],
    folder.path,
  );
  expect(server.requests).toEqual([]);
  for (const { exitCode, stdout } of runs) expect([exitCode, stdout]).toEqual([2, ""]);
  expect(runs.map(({ stderr }) => stderr.split("\n")[0] ?? "")).toEqual([
    "Cannot use --seed over Messages (--api messages): this protocol has no field for a seed",
    "Cannot use --stop over Responses (--api responses): this protocol has no field for stop texts",
    "Cannot use --prompts over Completions (--api completions): this protocol has no place for pictures",
    "Cannot use --seed over Responses (--api responses): this protocol has no field for a seed",
  ]);
});

test.concurrent(
  "the limit that Messages must have is said of a run with --verbose, once",
  async () => {
    await using server = await answering();
    using folder = temporaryFolder();
    const flags = ["--json", "--api", "messages", "--verbose", ...LOAD, ...at(server)];
    const [free, bound] = await runBenches([flags, [...flags, "--max-tokens", "9"]], folder.path);
    const said = "max_tokens is 4096; --max-tokens sets another\n";
    expect(free?.stderr.split(said)).toHaveLength(2);
    expect(bound?.stderr).not.toContain("max_tokens is");
    const limits = server.requests.map(({ body }) => body?.["max_tokens"]);
    expect(limits).toEqual([1, 4096, 4096, 1, 9, 9]);
  },
);
