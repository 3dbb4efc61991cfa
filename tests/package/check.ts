/**
 * Tries the package as its users have it: packed, installed into an empty folder with an empty home, called with `npx`, and
 * imported by Node, Deno, Bun and TypeScript; then the program in one file. Takes most of a minute and installs packages,
 * so it is no part of the gate.
 *
 * @module
 */

import { copyFileSync, cpSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import manifest from "../../package.json" with { type: "json" };
import { startLocalEndpoint } from "../../lib/server/http/local_endpoint.ts";
import { withFaults } from "../../lib/server/reply/fault.ts";
import { SimulatedSource } from "../../lib/server/reply/simulated_source.ts";
import { readFault } from "../../lib/server/values.ts";
import { childrenOf } from "../support/children.ts";
import { moduleExample, promisedOutput } from "../support/module_examples.ts";
import { lesson } from "../support/stream.ts";
import { Machine, type Ran } from "./machine.ts";

/** Installed by this check only, since nobody who sets up needs its 90 MB. */
const DENO = "deno@2.9.6";

const LARGEST_ARCHIVE = 1_000_000;

const root = fileURLToPath(new URL("../../", import.meta.url));
const tool = (name: string): string => join(root, "node_modules", ".bin", name);

using machine = new Machine();
const { folder } = machine;
const archive = join(folder, `${manifest.name}-${manifest.version}.tgz`);
const binary = join(root, "build", "streamgauge");

await step("the package is built and packed, under 1 MB", async () => {
  await succeeds([process.execPath, join(root, "packaging", "build.ts")], { cwd: root });
  await succeeds(["npm", "pack", "--ignore-scripts", "--pack-destination", folder], { cwd: root });
  const { size } = statSync(archive);
  equal(size < LARGEST_ARCHIVE, true);
  const listed = (await succeeds(["tar", "-tzf", archive])).out.trimEnd().split("\n");
  const tops = new Set(listed.map((path) => path.split("/")[1] ?? ""));
  equal([...tops].toSorted(), [
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "README.zh-CN.md",
    "bin",
    "dist",
    "docs",
    "package.json",
  ]);
});

await step("publint and attw find nothing", async () => {
  await succeeds([tool("publint"), "--strict", archive]);
  await succeeds([tool("attw"), archive, "--profile", "esm-only"]);
});

await step("it installs into an empty project, with install scripts switched off", async () => {
  writeFileSync(join(folder, "package.json"), '{"name":"project","private":true,"type":"module"}');
  await succeeds(["npm", "install", "--ignore-scripts", "--no-audit", archive, DENO]);
});

copyFileSync(join(root, "lib", "server", "demo.sse"), join(folder, "hello.sse"));

await step("npx streamgauge ask --demo answers", async () => {
  equal((await succeeds(["npx", "streamgauge", "ask", "--demo"])).out, `${lesson.content}\n`);
});

await step("npx streamgauge report makes a page", async () => {
  await succeeds(["npx", "streamgauge", "report", "hello.sse", "--html", "hello.html"]);
  contains(readFileSync(join(folder, "hello.html"), "utf8"), '<html lang="en">');
});

// It mostly waits: the steps until it is awaited run meanwhile.
const measured = step("npx streamgauge bench --demo measures", async () => {
  const { out } = await succeeds(["npx", "streamgauge", "bench", "--demo", "--requests", "8"]);
  contains(out, "requests     8, all complete");
});

const runtimes = {
  Node: ["node"],
  Deno: [join(folder, "node_modules", ".bin", "deno"), "run", "--allow-all", "--quiet"],
  Bun: [join(folder, "node_modules", "bun", "bin", "bun.exe")],
};
cpSync(join(root, "tests", "package", "consumer"), folder, { recursive: true });
const examples = doorExamples();

for (const [name, command] of Object.entries(runtimes)) {
  await step(`${name} replays a transcript`, async () => {
    const { out } = await succeeds([...command, "replay.mjs"]);
    equal(out, `${lesson.content}\ntrue true\n`);
  });
  await step(`${name} serves, asks and measures`, async () => {
    const { out } = await succeeds([...command, "live.mjs"]);
    equal(out, "complete true true 7\n6 48\nnetwork true\n");
  });
  await step(`${name} runs the example of each door`, async () => {
    equal(examples.length, 5);
    for (const { file, promised } of examples) {
      const { out } = await succeeds([...command, file]);
      if (promised.length > 0) equal(out.trimEnd().split("\n"), promised);
    }
  });
}

await step("TypeScript takes its types: of the parts with web standards alone", async () => {
  await succeeds([tool("tsc"), "-p", join(folder, "tsconfig.json")]);
  const types = ["--typeRoots", join(root, "node_modules", "@types")];
  await succeeds([tool("tsc"), "-p", join(folder, "tsconfig.main.json"), ...types]);
});

await measured;

await step("what is no door is not reachable", async () => {
  const program = 'await import("streamgauge/dist/main.js").catch(({ code }) => console.log(code))';
  const { out } = await succeeds(["node", "--input-type=module", "-e", program]);
  equal(out, "ERR_PACKAGE_PATH_NOT_EXPORTED\n");
});

await step("vitest on Node runs the example", async () => {
  const cwd = machine.newFolder("vitest");
  cpSync(join(root, "examples", "vitest"), cwd, { recursive: true });
  await succeeds(["npm", "install", "--ignore-scripts", "--no-audit", archive], { cwd });
  const { out } = await succeeds(["npm", "test"], { cwd });
  contains(stripVTControlCharacters(out), "6 passed (6)");
});

await step("the gate for CI opens, and shuts where streams break", async () => {
  const model = { ttft: 20_000, tps: 1000, tokens: 20, reasoning: 0, chunk: 1, jitter: 0 };
  const source = new SimulatedSource(model, { seed: 1 });
  const broken = withFaults(source, [
    readFault({ flag: "faults", text: "cut:after=50%:share=20%" }),
  ]);
  for (const [code, served] of [
    [0, source],
    [7, broken],
  ] as const) {
    const cwd = machine.newFolder(`gate ${code}`);
    const endpoint = await startLocalEndpoint({ source: served });
    const key = "sk-example-of-a-secret";
    const known: Record<string, string> = {
      "secrets.OPENAI_API_KEY": key,
      "vars.OPENAI_BASE_URL": endpoint.baseUrl,
      "vars.MODEL": "simulated",
    };
    let ran: Ran | null = null;
    for (const { run, env = {} } of gateSteps()) {
      const command = run.replace(/streamgauge@\S+/, `"${archive}"`);
      const environment = Object.entries(env).map(([name, value]) => [name, filled(value, known)]);
      ran = await machine.run(["bash", "-e", "-c", filled(command, known)], {
        cwd,
        environment: { ...machine.environment, ...Object.fromEntries(environment) },
      });
      if (ran.code !== 0) break;
    }
    await endpoint.close();
    if (ran?.code !== code)
      throw new Error(`the gate ended with ${ran?.code}\n${ran?.out}${ran?.error}`);
    equal(readdirSync(join(cwd, "streams")).length > 40, true);
    equal((await machine.run(["grep", "-rlF", key, "."], { cwd })).out, "");
  }
});

await step("the program in one file answers and measures, with nothing around it", async () => {
  await succeeds([process.execPath, join(root, "packaging", "binary.ts")], { cwd: root });
  const alone = { environment: {}, cwd: machine.newFolder("alone") };
  equal((await succeeds([binary, "ask", "--demo"], alone)).out, `${lesson.content}\n`);
  const load = ["--requests", "8", "--workers", "2", "--concurrency", "2"];
  const [run, calibrated] = await Promise.all([
    succeeds([binary, "bench", "--demo", ...load], alone),
    succeeds([binary, "bench", "--demo", "--requests", "4", "--calibrate"], alone),
  ]);
  contains(run.out, "requests     8, all complete");
  contains(calibrated.out, "own error");
  await succeeds([binary, "report", join(folder, "hello.sse"), "--html", "hello.html"], alone);
  const page = readFileSync(join(alone.cwd, "hello.html"), "utf8");
  equal(page, readFileSync(join(folder, "hello.html"), "utf8"));
  const hook = readFileSync(join(root, "lib", "doctor", "pre_commit.sh"), "utf8");
  equal((await succeeds([binary, "doctor", "--hook"], alone)).out, hook);
});

await step("the program in one file reads no .env and no bunfig.toml by itself", async () => {
  const cwd = machine.newFolder("hostile");
  writeFileSync(join(cwd, ".env"), "LANG=zh_CN.UTF-8\n");
  writeFileSync(join(cwd, "bunfig.toml"), 'preload = ["./preload.ts"]\n');
  writeFileSync(join(cwd, "preload.ts"), 'console.log("preloaded");\n');
  const { out } = await succeeds([binary, "ask", "--help"], { environment: {}, cwd });
  contains(out, "Usage: streamgauge ask");
  equal(out.includes("preloaded"), false);
});

if (process.platform === "linux") {
  await step("its processes end with it, also when it is killed", async () => {
    const load = ["--duration", "60s", "--workers", "2", "--concurrency", "2"];
    const child = Bun.spawn([binary, "bench", "--demo", ...load], {
      env: {},
      cwd: machine.newFolder("killed"),
      stdio: ["ignore", "ignore", "pipe"],
    });
    await child.stderr.getReader().read();
    while (childrenOf(child.pid).length < 3) await Bun.sleep(20);
    const children = childrenOf(child.pid).map(({ pid }) => pid);
    child.kill("SIGKILL");
    await child.exited;
    const deadline = Date.now() + 10_000;
    while (children.some(isThere) && Date.now() < deadline) await Bun.sleep(20);
    equal(children.filter(isThere), []);
  });
}

/** The examples of the doors that need no endpoint, written into the project. */
function doorExamples() {
  return Object.entries(manifest.exports).flatMap(([door, { types }]) => {
    if (door === ".") return [];
    const source = types.replace("./dist/", "lib/").replace(/\.d\.ts$/, ".ts");
    const example = moduleExample(readFileSync(join(root, source), "utf8")) ?? "";
    const file = `example_${door.slice("./".length)}.mjs`;
    writeFileSync(join(folder, file), example.replaceAll('"@std/dotenv"', '"streamgauge/dotenv"'));
    return [{ file, promised: promisedOutput(example) }];
  });
}

/** The steps of the example for GitHub Actions that run something. */
function gateSteps(): { readonly run: string; readonly env?: Record<string, string> }[] {
  const text = readFileSync(join(root, "examples", "ci", "streaming-gate.yml"), "utf8");
  const { jobs } = Bun.YAML.parse(text) as { jobs: { gate: { steps: { run?: string }[] } } };
  return jobs.gate.steps.flatMap(({ run, ...rest }) =>
    run === undefined ? [] : [{ ...rest, run }],
  );
}

/** A text with its `${{ … }}`, as GitHub fills them in. */
function filled(text: string, known: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{\{ ([\w.]+) \}\}/g, (whole, name: string) => known[name] ?? whole);
}

function isThere(pid: number): boolean {
  try {
    // A zombie that nobody has waited for yet is no process any more.
    return !/^\S+ \(.*\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

async function step(name: string, work: () => Promise<void>): Promise<void> {
  const began = performance.now();
  try {
    await work();
  } catch (error) {
    console.log(`✗ ${name}`);
    console.error(error instanceof Error ? error.message : error);
    machine[Symbol.dispose]();
    process.exit(1);
  }
  console.log(`✓ ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
}

async function succeeds(...given: Parameters<Machine["run"]>): Promise<Ran> {
  const ran = await machine.run(...given);
  if (ran.code === 0) return ran;
  throw new Error(`${given[0].join(" ")} ended with ${ran.code}\n${ran.out}${ran.error}`);
}

function equal(found: unknown, wanted: unknown): void {
  if (Bun.deepEquals(found, wanted)) return;
  throw new Error(`found ${Bun.inspect(found)}\nand not ${Bun.inspect(wanted)}`);
}

function contains(text: string, wanted: string): void {
  if (!text.includes(wanted)) throw new Error(`found no "${wanted}" in\n${text}`);
}
