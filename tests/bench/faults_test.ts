import { expect, test } from "bun:test";
import { existsSync, readFileSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SimulatedSource } from "../../lib/server/reply/simulated_source.ts";
import { childrenOf, childrenRunning, signalTo } from "../support/children.ts";
import { KEY, useToolkit } from "../support/run_ask.ts";
import { temporaryFolder } from "../support/folder.ts";
import { at, runBench } from "../support/run_bench.ts";
import { serving } from "../support/serving.ts";

useToolkit();

/** Which processes there are is read from /proc. */
const testOnLinux = test.skipIf(process.platform !== "linux");

testOnLinux(
  "when the simulated model of --demo is killed, what was measured is shown: 1",
  async () => {
    using folder = temporaryFolder();
    let pid = 0;
    // The file of --out is written when the measured part begins.
    const watcher = watch(folder.path, (_, name) => {
      if (name !== "o.json" || !existsSync(join(folder.path, "o.json"))) return;
      watcher.close();
      for (const simulated of childrenRunning(pid, "simulated.ts")) signalTo(simulated, "SIGKILL");
    });
    const { exitCode, stdout, stderr } = await runBench(
      ["--demo", "--duration=10m", "--concurrency=2", "--out=o.json", "--lang=en"],
      { cwd: folder.path, onStart: (child) => (pid = child.pid) },
    );
    expect(exitCode).toBe(1);
    expect(stderr).not.toContain("fault");
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(
      "warning: the simulated model died (SIGKILL, probably because memory ran out): no more was sent, and what failed then says nothing about an endpoint",
    );
    const json = JSON.parse(readFileSync(join(folder.path, "o.json"), "utf8"));
    expect(json).toMatchObject({ incomplete: true });
  },
);

testOnLinux(
  "when the simulated model of --calibrate is killed, the run stays and the calibration is said to be impossible: 1",
  async () => {
    let pid = 0;
    let isKilled = false;
    const { exitCode, stdout, stderr } = await runBench(
      ["--demo", "--requests=4", "--concurrency=2", "--calibrate", "--json", "--lang=en"],
      {
        onStart: (child) => (pid = child.pid),
        onStderr(text) {
          if (isKilled || !text.includes("Calibrating against")) return;
          isKilled = true;
          signalTo(childrenRunning(pid, "simulated.ts").at(-1), "SIGKILL");
        },
      },
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      "The calibration could not be done: the simulated model died (SIGKILL, probably because memory ran out)",
    );
    const json = JSON.parse(stdout);
    expect([json.requests.length, json.calibration, json.incomplete]).toEqual([
      4,
      undefined,
      undefined,
    ]);
  },
);

testOnLinux(
  "no process that bench starts has a key in its environment or its arguments",
  async () => {
    using folder = temporaryFolder();
    const planted = "sk-planted8Wq3Lm6Tz1";
    writeFileSync(join(folder.path, ".env"), `OPENAI_API_KEY=${planted}\n`);
    const model = { ttft: 5_000, tps: 500, tokens: 5, reasoning: 0, chunk: 1, jitter: 0 };
    await using server = await serving(
      new SimulatedSource(model, { seed: 1, concurrency: Infinity }),
    );
    const seen = new Map<number, { readonly command: string; readonly environment: string }>();
    let pid = 0;
    const look = (): void => {
      for (const child of childrenOf(pid)) {
        const environment = readFileSync(`/proc/${child.pid}/environ`, "utf8");
        seen.set(child.pid, { command: child.commandLine, environment });
      }
    };
    const load = ["--requests=4", "--concurrency=2", "--workers=2", "--calibrate"];
    const { exitCode, stderr } = await runBench([...at(server), "--key-env=MY_KEY", ...load], {
      cwd: folder.path,
      env: { MY_KEY: KEY, SILICONFLOW_API_KEY: KEY, TZ: "UTC" },
      onStart: (child) => (pid = child.pid),
      onStderr: look,
    });
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    const processes = [...seen.values()];
    const running = (script: string): number =>
      processes.filter(({ command }) => command.includes(`/${script}\0`)).length;
    expect([running("worker.ts"), running("simulated.ts")]).toEqual([2, 1]);
    for (const { command, environment } of processes) {
      expect(environment).toContain("TZ=UTC\0");
      expect(environment + command).not.toMatch(/sk-|_KEY/);
      expect(command).toContain("\0--no-env-file\0");
    }
  },
);

testOnLinux("a calibration is right when the system's clock was set back before it", async () => {
  const preload = join(import.meta.dir, "..", "support", "shifted_clock.ts");
  const { exitCode, stdout, stderr } = await runBench(
    [
      "--demo",
      "--requests=4",
      "--concurrency=2",
      "--workers=2",
      "--calibrate",
      "--json",
      "--lang=en",
    ],
    { env: { BUN_OPTIONS: `--preload=${preload}` } },
  );
  const { calibration, warnings, summary } = JSON.parse(stdout);
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/the clock of another process was 60 min 0\d s behind/);
  expect(warnings.map(({ code }: { code: string }) => code)).toContain("clock_offset");
  // A TTFT of 120 ms, and not one of an hour; in ms.
  expect(summary.ttft_ms.max).toBeLessThan(60_000);
  expect(calibration.ttft_ms.actual_p50).toBeLessThan(60_000);
  expect(calibration.ttft_ms.error_max).toBeLessThan(60_000);
  expect(Math.abs(calibration.clock_offset_ms + 3_600_000)).toBeLessThan(60_000);
});

testOnLinux(
  "a .env of the current folder has no say in how the processes of bench are started",
  async () => {
    using folder = temporaryFolder();
    const trace = join(folder.path, "ran.txt");
    const code = `require("node:fs").writeFileSync(${JSON.stringify(trace)}, "x");\n`;
    writeFileSync(join(folder.path, "preloaded.js"), code);
    const options = `BUN_OPTIONS=--preload=${join(folder.path, "preloaded.js").replaceAll(" ", "\\ ")}`;
    writeFileSync(join(folder.path, ".env"), `${options}\nNODE_OPTIONS=--require=./preloaded.js\n`);
    const load = ["--demo", "--requests=2", "--concurrency=2", "--workers=2"];
    const { exitCode } = await runBench(load, { cwd: folder.path });
    expect([exitCode, existsSync(trace)]).toEqual([0, false]);
  },
);
