/**
 * Measures real engines: llama.cpp's own server, and that of llama-cpp-python, with a tiny model of random weights:
 * `bun run long:llama`. What a simulated endpoint cannot tell is whether its forms are those of an engine.
 *
 * It installs both from PyPI (`--tools DIR`: there, to be taken again; else in a folder that is removed). The first comes built, in
 * `xllamacpp`; the second is compiled, which takes a quarter of an hour on two cores; `--native` leaves it out. So it is not in the
 * gate. Exits with 2 where there is no Python or PyPI, and with 1 where something is not as expected.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bareEnvironment, cleanEnvironment } from "../support/clean_environment.ts";
import { installPythonTool, type NotInstalled, type PythonTool } from "../support/python_tool.ts";
import { type Engine, ENGINES, GGUF } from "./llama/engines.ts";

/** In ms. */
const START = 60_000;
const WORDS = "Why is the sky blue?";

const { values } = parseArgs({
  args: Bun.argv.slice(2),
  options: { tools: { type: "string" }, native: { type: "boolean", default: false } },
});
const work = mkdtempSync(join(tmpdir(), "streamgauge-llama-"));
const tools = values.tools === undefined ? join(work, "tools") : resolve(values.tools);
const failures: string[] = [];
mkdirSync(tools, { recursive: true });
try {
  const maker = installPythonTool(GGUF, { folder: join(tools, "gguf") });
  if ("why" in maker) unable(maker);
  else await tryEngines(maker);
} finally {
  rmSync(work, { recursive: true, force: true });
}
for (const failure of failures) process.stderr.write(`✗ ${failure}\n`);
if (failures.length > 0) process.exitCode = 1;

function unable({ why, words }: NotInstalled): void {
  process.stderr.write(`${why}: nothing was tried\n${words}\n`);
  process.exitCode = 2;
}

async function tryEngines(maker: PythonTool): Promise<void> {
  const model = join(work, "tiny.gguf");
  const script = fileURLToPath(new URL("./llama/tiny_model.py", import.meta.url));
  const made = Bun.spawnSync([maker.program("python"), script, model]);
  if (!made.success) return unable({ why: "No model was made", words: made.stderr.toString() });
  for (const engine of ENGINES) {
    if (values.native && engine.name !== "llama.cpp") continue;
    const tool = installPythonTool(engine.requirement, {
      folder: join(tools, engine.name),
      env: { CMAKE_ARGS: "-DGGML_NATIVE=OFF", CMAKE_BUILD_PARALLEL_LEVEL: "1" },
    });
    if ("why" in tool) {
      unable(tool);
      continue;
    }
    await tryEngine(engine, { tool, model });
  }
}

async function tryEngine(
  engine: Engine,
  { tool, model }: { readonly tool: PythonTool; readonly model: string },
): Promise<void> {
  const port = freePort();
  const child = Bun.spawn(engine.command({ tool, model, port }), {
    env: { ...bareEnvironment, HOME: work },
    stdio: ["pipe", "ignore", "ignore"],
  });
  try {
    const baseUrl = `http://127.0.0.1:${port}/v1`;
    if (!(await isReady(baseUrl, child))) {
      failures.push(`${engine.name} did not start`);
      return;
    }
    for (const api of engine.apis) await tryApi(engine, { api, baseUrl });
    await tryLoad(engine, baseUrl);
    await tryDepth(engine, baseUrl);
    await tryPairs(engine, baseUrl);
  } finally {
    child.kill();
    await child.exited;
  }
}

async function tryApi(
  { name, usage }: Engine,
  { api, baseUrl }: { readonly api: string; readonly baseUrl: string },
): Promise<void> {
  const file = join(work, `${name}-${api}.sse`);
  const target = ["--base-url", baseUrl, "--api", api, "--lang", "en"];
  const live = await run(["ask", ...target, "--max-tokens", "20", "--json", "--save", file, WORDS]);
  const again = await run(["replay", file, "--json"]);
  const { outcome, streamed, metrics, usage: counted } = live;
  tell(
    name,
    `${api}: ${outcome}, ${metrics?.deltas} deltas, ${counted?.completion_tokens ?? "no"} tokens out`,
  );
  expectEqual(
    `${name} ${api}: ask`,
    { outcome, streamed },
    { outcome: "complete", streamed: true },
  );
  expectEqual(`${name} ${api}: usage`, counted !== null && counted !== undefined, usage);
  expectEqual(`${name} ${api}: replay`, again.metrics, metrics);
}

async function tryLoad({ name, usage, metrics }: Engine, baseUrl: string): Promise<void> {
  const load = ["--requests", "100", "--concurrency", "4", "--max-tokens", "30", "--warmup", "4"];
  const result = await bench(baseUrl, load);
  const { summary, server, instrument, requests = [] } = result;
  const timings = requests.filter((one: { server?: object }) => one.server !== undefined).length;
  const [queue, prefill] = [
    server?.ttft_parts?.queue_ms ?? "–",
    server?.ttft_parts?.prefill_ms ?? "–",
  ];
  tell(
    name,
    `${summary?.outcomes?.complete} of 100 complete, connections ${instrument?.connections}; TTFT p50 ${summary?.ttft_ms?.p50} ms, ` +
      `TPOT p50 ${summary?.tpot_ms?.p50} ms; timings with ${timings}; server: queue ${queue}, prefill ${prefill} ms`,
  );
  expectEqual(`${name}: bench`, summary?.outcomes?.complete, 100);
  expectEqual(`${name}: TPOT`, summary?.tpot_ms?.p50 !== null, usage);
  expectEqual(`${name}: metrics`, server?.engine ?? null, metrics);
  expectEqual(`${name}: timings`, timings, metrics === null ? 0 : 100);
  if (metrics !== null) expectEqual(`${name}: connections`, instrument?.connections, "closed");
}

async function tryDepth({ name, usage }: Engine, baseUrl: string): Promise<void> {
  const asked = ["--synthetic", "in=128,out=16", "--depth", "0,512,1k", "--requests", "5"];
  const { runs = [] } = await bench(baseUrl, asked);
  for (const { config, summary, requests } of runs) {
    const { depth } = summary;
    const counts: (number | null)[] = requests.map(
      (one: { usage: { prompt_tokens: number } | null }) => one.usage?.prompt_tokens ?? null,
    );
    tell(
      name,
      `depth ${config.depth}: ${counts[0] ?? "?"} tokens in, pp ${round(depth.prefill_tokens_per_second.p50)}/s, ` +
        `tg ${round(depth.decode_tokens_per_second.p50)}/s, prefix ${depth.prefix}`,
    );
    if (!usage) continue;
    const wanted = config.depth + 128;
    // This vocabulary spells most words, each in two to ten tokens: of few words a prompt is as long as chance has it.
    const isFitted = counts.every((count) => Math.abs((count ?? 0) - wanted) <= 0.03 * wanted + 70);
    expectEqual(
      `${name}: lengths at depth ${config.depth}`,
      isFitted ? "fitted" : counts,
      "fitted",
    );
    expectEqual(
      `${name}: prefix at depth ${config.depth}`,
      depth.prefix,
      config.depth === 0 ? null : "cached",
    );
  }
  expectEqual(`${name}: depths`, runs.length, 3);
}

async function tryPairs({ name }: Engine, baseUrl: string): Promise<void> {
  const pairs = ["--synthetic", "in=400,out=8", "--cache", "pairs", "--requests", "40"];
  const { summary } = await bench(baseUrl, pairs);
  const { cold_ttft_ms: cold, warm_ttft_ms: warm, saved_share: saved } = summary?.pairs ?? {};
  tell(name, `pairs: TTFT p50 ${cold?.p50} ms, sent again ${warm?.p50} ms`);
  expectEqual(`${name}: pairs`, summary?.pairs?.count, 20);
  expectEqual(`${name}: sooner when sent again`, (saved ?? 0) > 0.2, true);
}

// oxlint-disable-next-line no-explicit-any
function bench(baseUrl: string, flags: readonly string[]): Promise<any> {
  return run(["bench", "--base-url", baseUrl, "--lang", "en", ...flags, "--json"]);
}

/** What a script prints as JSON. */
// oxlint-disable-next-line no-explicit-any
async function run([verb = "", ...args]: readonly string[]): Promise<any> {
  const script = fileURLToPath(new URL(`../../scripts/${verb}.ts`, import.meta.url));
  const child = Bun.spawn([process.execPath, script, ...args], {
    cwd: work,
    env: cleanEnvironment(work),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  try {
    return JSON.parse(out);
  } catch {
    failures.push(`${verb} ${args.slice(0, 6).join(" ")}: ${err.trim()}`);
    return {};
  }
}

function tell(name: string, words: string): void {
  process.stdout.write(`${name.padEnd(16)} ${words}\n`);
}

function round(value: number | null): string {
  return value === null ? "–" : value.toFixed(0);
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

async function isReady(baseUrl: string, child: Bun.Subprocess): Promise<boolean> {
  const until = performance.now() + START;
  while (performance.now() < until && child.exitCode === null) {
    const answered = await fetch(`${baseUrl}/models`).catch(() => null);
    if (answered?.ok) return true;
    await Bun.sleep(250);
  }
  return false;
}
