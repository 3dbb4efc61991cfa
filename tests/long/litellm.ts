/**
 * Asks a LiteLLM proxy over each protocol, keeps the streams, plays them again and puts it under load:
 * `bun tests/long/litellm.ts`. Nobody here wrote it, and it makes Responses and Messages of the chat completions of the
 * model behind it, here a simulated one.
 *
 * It installs LiteLLM from PyPI, 740 MB in a folder that is removed afterwards, which takes minutes, so it is not in the gate.
 * Exits with 2 where there is no Python or PyPI, and with 1 where something is not as expected.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startSimulatedProcess } from "../../lib/load/workers/simulated_process.ts";
import { bareEnvironment, cleanEnvironment } from "../support/clean_environment.ts";
import { installPythonTool, type NotInstalled, type PythonTool } from "../support/python_tool.ts";

const LITELLM = "litellm[proxy]==1.105.7";
const APIS = ["chat", "completions", "responses", "messages"] as const;
const MOCKED = "The sky is blue because air scatters short waves most. 天空是蓝色的。";
/** In ms: the proxy imports a lot. */
const START = 120_000;

const folder = mkdtempSync(join(tmpdir(), "streamgauge-litellm-"));
const failures: string[] = [];
try {
  const litellm = installPythonTool(LITELLM, { folder: join(folder, "venv") });
  if ("why" in litellm) unable(litellm);
  else await tryProxy(litellm);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function unable({ why, words }: NotInstalled): void {
  process.stderr.write(`${why}: nothing was tried\n${words}\n`);
  process.exitCode = 2;
}

async function tryProxy({ program }: PythonTool): Promise<void> {
  await using model = await startSimulatedProcess("ttft=60ms,tps=100,tokens=20", {
    seed: 1,
    stamp: false,
  });
  const key = `sk-${crypto.randomUUID().replaceAll("-", "")}`;
  const config = {
    model_list: [
      {
        model_name: "bridged",
        // Of this provider LiteLLM knows chat completions only, and makes the other protocols of them.
        litellm_params: { model: "custom_openai/m", api_base: model.baseUrl, api_key: "none" },
      },
      { model_name: "mocked", litellm_params: { model: "openai/m", mock_response: MOCKED } },
    ],
    router_settings: { disable_cooldowns: true },
  };
  // JSON is YAML.
  const path = join(folder, "config.yaml");
  writeFileSync(path, JSON.stringify(config));
  const port = freePort();
  const proxy = Bun.spawn(
    [program("litellm"), "--config", path, "--host", "127.0.0.1", "--port", String(port)],
    {
      env: {
        ...bareEnvironment,
        HOME: folder,
        LITELLM_MASTER_KEY: key,
        LITELLM_LOCAL_MODEL_COST_MAP: "True",
        LITELLM_LOG: "ERROR",
      },
      stdio: ["ignore", "ignore", "ignore"],
    },
  );
  try {
    const baseUrl = `http://127.0.0.1:${port}/v1`;
    if (!(await isReady(baseUrl, proxy))) {
      unable({ why: "LiteLLM did not start", words: "" });
      return;
    }
    for (const api of APIS) await tryApi(api, { baseUrl, key });
    await tryMocked({ baseUrl, key });
  } finally {
    proxy.kill();
    await proxy.exited;
  }
  for (const failure of failures) process.stderr.write(`✗ ${failure}\n`);
  if (failures.length > 0) process.exitCode = 1;
}

interface Place {
  readonly baseUrl: string;
  readonly key: string;
}

async function tryApi(api: string, place: Place): Promise<void> {
  const file = join(folder, `${api}.sse`);
  const live = await run(["ask", ...at(api, place), "--json", "--save", file, "Why?"], place);
  const again = await run(["replay", file, "--json"], place);
  const load = ["--requests", "8", "--concurrency", "2", "--max-tokens", "20", "--json"];
  const bench = await run(["bench", ...at(api, place), ...load], place);
  const { outcome, streamed, finish_reason, usage, metrics } = live;
  const complete = bench?.summary?.outcomes?.complete;
  process.stdout.write(
    `${api.padEnd(12)} ${outcome}, ${metrics?.deltas} deltas, TTFT ${metrics?.ttft_ms} ms, ` +
      `${usage?.prompt_tokens} in + ${usage?.completion_tokens} out; ${complete} of 8 under load\n`,
  );
  expectEqual(
    `${api}: ask`,
    { outcome, streamed, finish_reason },
    {
      outcome: "complete",
      streamed: true,
      finish_reason: "stop",
    },
  );
  expectEqual(`${api}: tokens`, usage?.completion_tokens, 20);
  expectEqual(`${api}: replay`, again.metrics, metrics);
  expectEqual(`${api}: bench`, complete, 8);
}

/** LiteLLM streams what it mocks over chat completions, and gives it whole over Messages. */
async function tryMocked(place: Place): Promise<void> {
  for (const api of ["chat", "messages"]) {
    const asked = await run(["ask", ...at(api, place, "mocked"), "--json", "Why?"], place);
    const { outcome, streamed, content } = asked;
    process.stdout.write(
      `${api.padEnd(12)} mocked: ${outcome}, ${streamed ? "streamed" : "whole"}\n`,
    );
    expectEqual(`${api}: mocked`, { outcome, content }, { outcome: "complete", content: MOCKED });
  }
}

function at(api: string, { baseUrl }: Place, model = "bridged"): string[] {
  const endpoint = [
    "--api",
    api,
    "--base-url",
    baseUrl,
    "--key-env",
    "PROXY_KEY",
    "--model",
    model,
  ];
  return endpoint.concat("--lang", "en");
}

/** What a script prints as JSON. */
// oxlint-disable-next-line no-explicit-any
async function run([verb = "", ...args]: string[], { key }: Place): Promise<any> {
  const script = fileURLToPath(new URL(`../../scripts/${verb}.ts`, import.meta.url));
  const child = Bun.spawn([process.execPath, script, ...args], {
    cwd: folder,
    env: cleanEnvironment(folder, { PROXY_KEY: key }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if (`${out}${err}`.includes(key)) failures.push(`${verb} printed the key`);
  try {
    return JSON.parse(out);
  } catch {
    failures.push(`${verb} ${args.slice(0, 2).join(" ")}: ${err.trim()}`);
    return {};
  }
}

function expectEqual(what: string, found: unknown, wanted: unknown): void {
  if (Bun.deepEquals(found, wanted)) return;
  failures.push(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
}

function freePort(): number {
  const socket = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = socket;
  socket.stop();
  return port;
}

async function isReady(baseUrl: string, proxy: Bun.Subprocess): Promise<boolean> {
  const url = new URL("/health/readiness", baseUrl);
  const until = performance.now() + START;
  while (performance.now() < until && proxy.exitCode === null) {
    const answered = await fetch(url).catch(() => null);
    if (answered?.ok) return true;
    await Bun.sleep(250);
  }
  return false;
}
