import { expect, test } from "bun:test";
import { metricsNotUrl, metricsUnreadable } from "../../lib/bench/server_messages.ts";
import { sendBody, sendStream, startChatServer } from "../support/chat_server.ts";
import { temporaryFolder } from "../support/folder.ts";
import { ANSWER } from "../support/read_pieces.ts";
import { KEY, useToolkit } from "../support/run_ask.ts";
import { at, runBench } from "../support/run_bench.ts";
import { runReplay } from "../support/run_replay.ts";
import type { ServerExchange } from "../support/server.ts";
import { METRICS_PAGES } from "../support/server_metrics.ts";

useToolkit();

const KEY_FLAG = ["--key-env=MY_KEY"];
const KEY_ENV = { MY_KEY: KEY };

/** A server that has waited 1 ms and prefilled 2 ms for each request that it has answered. */
async function servingMetrics(
  engine: keyof typeof METRICS_PAGES,
  {
    page = (exchange, body) => sendBody(exchange, 200, { body }),
    stream = ANSWER,
  }: {
    page?: (exchange: ServerExchange, body: string, reads: number) => void;
    stream?: string;
  } = {},
) {
  let requests = 0;
  let reads = 0;
  const keys: (string | undefined)[] = [];
  const server = await startChatServer(
    (exchange) => {
      requests++;
      sendStream(exchange, stream);
    },
    {
      metrics(exchange) {
        keys.push(exchange.headers["authorization"]);
        const times = {
          queue: requests * 0.001,
          prefill: requests * 0.002,
          ttft: requests * 0.003,
        };
        const state = {
          requests,
          ...times,
          tpot: requests * 0.004,
          hits: requests,
          lookups: requests * 4,
        };
        page(exchange, METRICS_PAGES[engine](state), ++reads);
      },
    },
  );
  return Object.assign(server, { keys });
}

test("a server on this machine is read by itself, and stands beside what was measured", async () => {
  await using server = await servingMetrics("vllm");
  using folder = temporaryFolder();
  const args = [...at(server), "--requests=6", "--record=rec", "--out=run.json"];
  const { exitCode, stdout, stderr } = await runBench([...args, "--verbose", ...KEY_FLAG], {
    cwd: folder.path,
    env: KEY_ENV,
  });
  expect(exitCode).toBe(0);
  expect(stderr).toContain(
    `The server's side: vLLM tells of itself at ${server.baseUrl.replace("/v1", "/metrics")}\n`,
  );
  expect(stdout).toMatch(/^server +TTFT .* 1\.00 ms queue \+ 2\.00 ms prefill /m);
  expect(stdout).toContain("vLLM itself counts TTFT 3.00 ms (here ");
  expect(stdout).toContain("prefix cache: 25% hit\n");
  const json = await Bun.file(`${folder.path}/run.json`).json();
  expect(json.server).toMatchObject({
    engine: "vllm",
    requests: 6,
    queue_ms: 1,
    prefill_ms: 2,
    ttft_ms: 3,
    tpot_ms: 4,
    prefix_cache_hit_share: 0.25,
    problem: null,
  });
  // The last moment is that of the reading after the run, which was over before a second was.
  const { over_time: moments } = json.server;
  expect(moments.at(-1)).toMatchObject({ running: 0, queue_ms: 1, prefill_ms: 2 });
  const ends = json.requests.map(({ ended_ms: ended }: { ended_ms: number }) => ended);
  expect(moments.at(-1).at_ms).toBeGreaterThanOrEqual(Math.max(...ends));
  // Of the same origin: it may ask for the key.
  expect(new Set(server.keys)).toEqual(new Set([`Bearer ${KEY}`]));
  const report = await runReplay(["--report", "rec"], folder.path);
  expect(report.stdout).toBe(stdout);
});

test("--server-metrics names another page, which gets no key; off reads none", async () => {
  await using server = await servingMetrics("vllm");
  await using other = await servingMetrics("sglang");
  const url = other.baseUrl.replace("/v1", "/metrics");
  const args = [...at(server), "--requests=2", "--json"];
  const flags = [`--server-metrics=${url}`, ...KEY_FLAG];
  const named = await runBench([...args, ...flags], { env: KEY_ENV });
  expect(JSON.parse(named.stdout).server).toMatchObject({ engine: "sglang", url, requests: 0 });
  expect(new Set(other.keys)).toEqual(new Set([undefined]));
  expect(server.requests.every(({ headers }) => headers["authorization"] === `Bearer ${KEY}`)).toBe(
    true,
  );
  expect(server.keys).toEqual([]);
  const off = await runBench([...args, "--server-metrics=off"]);
  expect(JSON.parse(off.stdout)).not.toHaveProperty("server");
  expect(server.keys).toEqual([]);
});

test("the timings of llama.cpp are read from its streams, also from their recordings", async () => {
  const last = { choices: [], timings: { prompt_ms: 0.25, predicted_ms: 10.5, cache_n: 3 } };
  const stream = ANSWER.replace("data: [DONE]", `data: ${JSON.stringify(last)}\n\ndata: [DONE]`);
  await using server = await servingMetrics("llamacpp", { stream });
  using folder = temporaryFolder();
  const args = [...at(server), "--requests=3", "--record=rec", "--out=run.json"];
  const { stdout } = await runBench(args, { cwd: folder.path });
  expect(stdout).toMatch(/^server +TTFT .* = 0\.25 ms prefill \+ .* queue and outside \(means\)$/m);
  const json = await Bun.file(`${folder.path}/run.json`).json();
  expect(json.requests[0].server).toEqual({
    queue_ms: null,
    prefill_ms: 0.25,
    decode_ms: 10.5,
    cached_tokens: 3,
  });
  const report = await runReplay(["--report", "rec"], folder.path);
  expect(report.stdout).toBe(stdout);
});

test("a page that is missing or broken is a sentence where it was named, and the run goes on", async () => {
  const pages = {
    gone: (exchange: ServerExchange) => sendBody(exchange, 404),
    html: (exchange: ServerExchange) => sendBody(exchange, 200, { body: "<html></html>" }),
    other: (exchange: ServerExchange) => sendBody(exchange, 200, { body: "go_goroutines 3\n" }),
    cut: (exchange: ServerExchange) => exchange.reset(),
  };
  const said: Record<string, string> = {};
  for (const [name, page] of Object.entries(pages)) {
    await using server = await servingMetrics("vllm", { page });
    const url = server.baseUrl.replace("/v1", "/metrics");
    const args = [...at(server), "--requests=1", "--json"];
    const { exitCode, stdout, stderr } = await runBench([...args, `--server-metrics=${url}`]);
    expect([exitCode, JSON.parse(stdout).summary.outcomes.complete]).toEqual([0, 1]);
    said[name] = stderr.split("\n").find((line) => line.includes("Cannot read metrics")) ?? "";
    said[name] = said[name].replace(url, "URL");
    if (name === "gone") {
      // Where nobody has asked for it, nobody misses it.
      expect((await runBench(args)).stderr).not.toContain("metrics");
    }
  }
  const goesOn = "; the run goes on without the server's side";
  expect(said).toEqual({
    gone: `Cannot read metrics at URL: it answers with status 404${goesOn}`,
    html: `Cannot read metrics at URL: what is there are no metrics${goesOn}`,
    other: `Cannot read metrics at URL: they are of no server that is known (vLLM, SGLang, llama.cpp, TGI)${goesOn}`,
    cut: expect.stringContaining(goesOn),
  });
});

test("a llama-server that was started without its metrics says so", async () => {
  await using server = await servingMetrics("llamacpp", {
    page: (exchange) => sendBody(exchange, 501, { body: { error: { code: 501 } } }),
  });
  const { stderr } = await runBench([...at(server), "--requests=1", "--json"]);
  expect(stderr).toContain(
    "it answers with status 501; the run goes on without the server's side\n",
  );
  expect(stderr).toContain("llama-server shows them with --metrics\n");
});

test("metrics that are gone after the run are a warning", async () => {
  await using server = await servingMetrics("vllm", {
    page: (exchange, body, reads) =>
      reads > 2 ? sendBody(exchange, 503) : sendBody(exchange, 200, { body }),
  });
  const { exitCode, stdout } = await runBench([...at(server), "--requests=2", "--json"]);
  expect(exitCode).toBe(0);
  const { server: side, warnings } = JSON.parse(stdout);
  expect(side).toMatchObject({ problem: "lost", requests: null, queue_ms: null });
  expect(warnings.map(({ code }: { code: string }) => code)).toContain("server_metrics_lost");
});

test("what is no page of metrics is refused, and so is a password in its URL: 2", async () => {
  const message = metricsNotUrl("--server-metrics").cause;
  for (const value of ["8000", "ftp://a/metrics", "http://u:p@127.0.0.1/metrics"]) {
    const { exitCode, stderr } = await runBench([
      "--demo",
      "--lang=en",
      `--server-metrics=${value}`,
    ]);
    expect([exitCode, stderr]).toEqual([
      2,
      `${message.en}\nFor example http://127.0.0.1:8000/metrics\n`,
    ]);
  }
  expect(message).toEqual({
    en: "--server-metrics takes the URL of a page of metrics, without a user or a password, or off",
    zh: "--server-metrics 应为指标页面的网址（不含用户名和密码），或 off",
  });
});

function zh(...given: Parameters<typeof metricsUnreadable>): string {
  return metricsUnreadable(...given).cause.zh;
}

test("why metrics cannot be read is said in both languages", () => {
  expect([
    zh("U", { kind: "status", status: 404 }),
    zh("U", { kind: "network", message: "ECONNRESET" }),
    zh("U", { kind: "no_metrics" }),
    zh("U", { kind: "unknown_server" }),
    zh("U", { kind: "too_long" }),
  ]).toEqual([
    "无法读取 U 的指标：返回状态码 404；运行继续，但没有服务端数据",
    "无法读取 U 的指标：ECONNRESET；运行继续，但没有服务端数据",
    "无法读取 U 的指标：其内容不是指标；运行继续，但没有服务端数据",
    "无法读取 U 的指标：不是已知服务器（vLLM、SGLang、llama.cpp、TGI）的指标；运行继续，但没有服务端数据",
    "无法读取 U 的指标：超过 16 MiB；运行继续，但没有服务端数据",
  ]);
});
