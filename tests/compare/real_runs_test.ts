import { expect, setDefaultTimeout, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startSimulatedProcess } from "../../lib/load/workers/simulated_process.ts";
import { cleanEnvironment } from "../support/clean_environment.ts";
import { collect } from "../support/collect.ts";
import { temporaryFolder } from "../support/folder.ts";

setDefaultTimeout(60_000);

const scripts = fileURLToPath(new URL("../../scripts", import.meta.url));

async function run(args: readonly string[], cwd: string, columns?: number) {
  const [script = "", ...rest] = args;
  const command = [process.execPath, join(scripts, script), ...rest, "--lang", "en"];
  const env = cleanEnvironment(cwd, columns === undefined ? {} : { TERM: "xterm-256color" });
  if (columns !== undefined) return onTerminal(command, { cwd, env, columns });
  const child = Bun.spawn(command, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr] = await Promise.all([collect(child.stdout), collect(child.stderr)]);
  return { exitCode: await child.exited, stdout, stderr };
}

/** All streams are a PTY, so what is shown stands in `stdout`. */
async function onTerminal(
  command: string[],
  world: {
    readonly cwd: string;
    readonly env: Record<string, string>;
    readonly columns: number;
  },
) {
  const decoder = new TextDecoder();
  const closed = Promise.withResolvers<void>();
  let stdout = "";
  const child = Bun.spawn(command, {
    cwd: world.cwd,
    env: world.env,
    terminal: {
      cols: world.columns,
      rows: 24,
      data: (_, bytes) => void (stdout += decoder.decode(bytes, { stream: true })),
      exit: () => closed.resolve(),
    },
  });
  const exitCode = await child.exited;
  await closed.promise;
  child.terminal?.close();
  return { exitCode, stdout, stderr: "" };
}

function bench(baseUrl: string, name: string): string[] {
  const load = "--model m --requests 4 --concurrency 4 --max-tokens 3 --repeat 4".split(" ");
  return ["bench.ts", "--base-url", baseUrl, ...load, "--out", `${name}.json`, "--record", name];
}

test("runs of one server are not called different, and those of one that is slower are", async () => {
  using folder = temporaryFolder();
  const options = { seed: 1, stamp: false };
  await using quick = await startSimulatedProcess("ttft=300ms,tps=200,tokens=3", options);
  await using slow = await startSimulatedProcess("ttft=600ms,tps=200,tokens=3", options);
  const benches = [
    bench(quick.baseUrl, "one"),
    bench(quick.baseUrl, "other"),
    bench(slow.baseUrl, "slow"),
  ];
  // At the same time: what else this machine does then makes none of them slower than the others.
  const measured = await Promise.all(benches.map((args) => run(args, folder.path)));
  expect(measured.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
  const compare = (...args: readonly string[]) => run(["compare.ts", ...args], folder.path);

  const same = await compare("one.json", "--against", "other.json", "--margin", "15%", "--json");
  expect(same.exitCode).toBe(0);
  // A difference within the margin may be called one: that is what 5 of 100 false alarms are.
  for (const { verdict, within_margin } of JSON.parse(same.stdout).metrics) {
    if (verdict === "higher" || verdict === "lower") expect(within_margin).toBe(true);
  }

  const gate = ["--against", "slow.json", "--fail-above", "5%"];
  const slower = await compare("one.json", ...gate);
  expect(slower.exitCode).toBe(7);
  expect(slower.stdout).toContain("TTFT p50   B is slower by ");
  expect(slower.stdout).toContain("--fail-above 5%: not kept by TTFT p50");

  // From the streams as from the result file: a folder of recorded runs, one of them, and its run.json.
  const [fromFile, fromStreams] = await Promise.all([
    compare("one.json", "--against", "slow.json", "--json"),
    compare("one", "--against", "slow", "--json"),
  ]);
  const [ofFile, ofStreams] = [fromFile, fromStreams].map(({ stdout }) => JSON.parse(stdout));
  expect(ofStreams.metrics).toEqual(ofFile.metrics);
  expect(ofStreams.a.sources).toEqual([1, 2, 3, 4].map((k) => join("one", `run-0${k}`)));
  const single = await compare("one/run-01", "--against", "slow/run-01/run.json");
  expect(single.exitCode).toBe(0);
  expect(single.stdout).toContain("That is so in these two runs");
  const twice = await compare("one.json", "--against", "one");
  expect(twice).toEqual({
    exitCode: 2,
    stdout: "",
    stderr: `"one.json" and "${join("one", "run-01")}" hold the same run\nEach run counts once, and on one side\n`,
  });

  for (const columns of [40, 80, 120]) {
    const { stdout, exitCode } = await run(
      ["compare.ts", "one.json", ...gate],
      folder.path,
      columns,
    );
    expect(exitCode).toBe(7);
    expect(stdout).toContain("\u001b[33m");
    const lines = Bun.stripANSI(stdout).replaceAll("\r\n", "\n").split("\n");
    const widths = lines.map((line) => (line.includes("http://") ? 0 : Bun.stringWidth(line)));
    expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
  }

  rmSync(join(folder.path, "slow", "run-02", "000001.sse"));
  const damaged = await compare("one", "--against", "slow", "--json");
  const place = join("slow", "run-02");
  expect(damaged.stderr).toBe(
    `1 stream of "${place}" cannot be read: it is left out\nbun scripts/replay.ts --report "${place}" says why\n`,
  );
  expect(JSON.parse(damaged.stdout).b.requests).toEqual([4, 3, 4, 4]);
});
