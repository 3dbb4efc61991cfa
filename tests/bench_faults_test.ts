import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SimulatedSource } from "../lib/server/simulated_source.ts";
import { type ChatServer, sendStream, startChatServer } from "./support/chat_server.ts";
import { childrenOf, childrenRunning } from "./support/children.ts";
import { collect } from "./support/collect.ts";
import { chunk, DONE } from "./support/read_pieces.ts";
import { KEY, toolkitFolder, useToolkit } from "./support/run_ask.ts";
import {
  type BenchResult,
  cleanEnvironment,
  runBench,
  temporaryFolder,
} from "./support/run_bench.ts";
import { serving } from "./support/serving.ts";

useToolkit();

/** Which processes there are is read from /proc. */
const testOnLinux = test.skipIf(process.platform !== "linux");

const USAGE = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
const ANSWER =
  chunk({ content: "a" }) +
  chunk({ content: "b" }, { finish_reason: "stop" }) +
  chunk({}, { usage: USAGE }) +
  DONE;

function at({ baseUrl }: { readonly baseUrl: string }): string[] {
  return ["--base-url", baseUrl, "--model", "m", "--lang", "en"];
}

/** A folder with a file of prompts, each of which says its index. */
function folderWithPrompts(count: number): ReturnType<typeof temporaryFolder> {
  const folder = temporaryFolder();
  const lines = Array.from({ length: count }, (_, index) => `question ${index}.\n`);
  writeFileSync(join(folder.path, "prompts.txt"), lines.join(""));
  return folder;
}

/** Answers warm-up requests, and all others but that with this index, of which it tells once. */
function answeringAllBut(index: number, onAsked: () => void): Promise<ChatServer> {
  return startChatServer((exchange, { body }) => {
    const isHeld =
      body?.["max_tokens"] !== 1 && JSON.stringify(body).includes(`question ${index}.`);
    if (isHeld) onAsked();
    else sendStream(exchange, ANSWER);
  });
}

async function replay(args: readonly string[], cwd: string): Promise<BenchResult> {
  const script = join(toolkitFolder(), "scripts", "replay.ts");
  const child = Bun.spawn([process.execPath, script, ...args, "--lang", "en"], {
    cwd,
    env: cleanEnvironment(cwd),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([collect(child.stdout), collect(child.stderr)]);
  return { exitCode: await child.exited, stdout, stderr };
}

/** What can be said of every run with a dead worker, wherever it was killed. */
function expectWhole(json: Record<string, any>, { of }: { readonly of: number }): void {
  const { requests, summary, incomplete, warnings } = json;
  expect(incomplete).toBe(true);
  expect(summary.outcomes).toMatchObject({ complete: requests.length, failed: 0, interrupted: 0 });
  const [{ message }] = warnings.filter(({ code }: { code: string }) => code === "worker_died");
  expect(message).toContain("a worker process died (SIGKILL, probably because memory ran out): ");
  const counts = [...message.matchAll(/(?:became of|and) (\d+) (?:requests?|planned)/g)];
  const missing = counts.reduce((sum, [, count]) => sum + Number(count), 0);
  expect(requests.length + missing).toBe(of);
}

testOnLinux("when a worker is killed, the rest is shown, saved and recorded: 1", async () => {
  using folder = folderWithPrompts(40);
  let pid = 0;
  await using server = await answeringAllBut(9, () => {
    process.kill(childrenRunning(pid, "worker.ts")[1] ?? 0, "SIGKILL");
  });
  const load = ["--prompts=prompts.txt", "--requests=40", "--concurrency=4", "--workers=4"];
  const keep = ["--json", "--out=o.json", "--record=rec"];
  const { exitCode, stdout, stderr } = await runBench([...at(server), ...load, ...keep], {
    cwd: folder.path,
    onStart: (child) => (pid = child.pid),
  });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("a worker process died (SIGKILL, probably because memory ran out): ");
  expectWhole(JSON.parse(stdout), { of: 40 });
  expect(readFileSync(join(folder.path, "o.json"), "utf8")).toBe(stdout);
  expect(await replay(["--json", "rec"], folder.path)).toEqual({
    exitCode: 0,
    stdout,
    stderr: "",
  });
  const report = await replay(["--report", "--strict", "rec"], folder.path);
  expect(report.exitCode).toBe(1);
  expect(report.stdout).toContain(
    "the run is incomplete, since a process died: percentiles are lower bounds",
  );
  expect(report.stdout).toMatch(/^requests {5}\d+, all complete, in .* requests\/s; \d+ unknown$/m);
});

testOnLinux("after a worker was killed, the next run of a series has a fresh one", async () => {
  using folder = folderWithPrompts(12);
  let pid = 0;
  let held = 0;
  await using server = await startChatServer((exchange, { body }) => {
    const isHeld = body?.["max_tokens"] !== 1 && JSON.stringify(body).includes("question 5.");
    if (!isHeld || held++ > 0) return sendStream(exchange, ANSWER);
    process.kill(childrenRunning(pid, "worker.ts")[1] ?? 0, "SIGKILL");
  });
  const load = ["--prompts=prompts.txt", "--requests=12", "--concurrency=2", "--workers=2"];
  const { exitCode, stdout } = await runBench([...at(server), ...load, "--repeat=2", "--json"], {
    cwd: folder.path,
    onStart: (child) => (pid = child.pid),
  });
  const { runs, incomplete } = JSON.parse(stdout);
  expect([exitCode, incomplete]).toEqual([1, true]);
  expectWhole({ ...runs[0], incomplete }, { of: 12 });
  expect(runs[1].requests).toHaveLength(12);
  expect(runs[1].summary.outcomes.complete).toBe(12);
});

testOnLinux("a search ends where a worker was killed, and says so", async () => {
  using folder = folderWithPrompts(40);
  let pid = 0;
  await using server = await answeringAllBut(5, () => {
    process.kill(childrenRunning(pid, "worker.ts")[1] ?? 0, "SIGKILL");
  });
  const load = ["--prompts=prompts.txt", "--requests=12", "--concurrency=2", "--workers=2"];
  const { exitCode, stderr } = await runBench(
    [...at(server), ...load, "--find-max", "--slo=ttft=10m", "--json"],
    { cwd: folder.path, onStart: (child) => (pid = child.pid) },
  );
  expect(exitCode).toBe(1);
  expect(stderr).toContain("The search ends here: with a process gone, this step tells nothing");
});

testOnLinux(
  "a worker that is killed in the warm-up is replaced, and the run is whole: 1",
  async () => {
    let pid = 0;
    let warmed = 0;
    await using server = await startChatServer((exchange, { body }) => {
      if (body?.["max_tokens"] === 1 && warmed++ === 0) {
        process.kill(childrenRunning(pid, "worker.ts")[0] ?? 0, "SIGKILL");
        process.kill(childrenRunning(pid, "worker.ts")[1] ?? 0, "SIGKILL");
      } else if (body?.["max_tokens"] !== 1) {
        sendStream(exchange, ANSWER);
      }
    });
    const { exitCode, stdout } = await runBench(
      [...at(server), "--requests=6", "--concurrency=2", "--workers=2", "--json"],
      { onStart: (child) => (pid = child.pid) },
    );
    const { requests, incomplete, instrument, warnings } = JSON.parse(stdout);
    expect([exitCode, requests.length, incomplete]).toEqual([1, 6, undefined]);
    expect(instrument.connections).toBe("cold");
    expect(warnings).toContainEqual({
      code: "worker_died",
      message:
        "2 worker processes died (SIGKILL, probably because memory ran out): that was in the warm-up, so a fresh one took its place, over connections that were not warm",
    });
  },
);

testOnLinux("two Ctrl-C end a run with a worker that hangs: 130", async () => {
  using folder = folderWithPrompts(8);
  let bench: Bun.Subprocess | undefined;
  await using server = await answeringAllBut(1, () => {
    const pid = bench?.pid ?? 0;
    process.kill(childrenRunning(pid, "worker.ts")[1] ?? 0, "SIGSTOP");
    bench?.kill("SIGINT");
  });
  const load = ["--prompts=prompts.txt", "--requests=8", "--concurrency=2", "--workers=2"];
  const { exitCode, stdout, stderr } = await runBench([...at(server), ...load, "--json"], {
    cwd: folder.path,
    onStart: (child) => (bench = child),
    onStderr(text) {
      if (text.includes("Stopping: no more")) bench?.kill("SIGTERM");
    },
  });
  expect(exitCode).toBe(130);
  expect(JSON.parse(stdout)).toMatchObject({ interrupted: true, incomplete: true });
  expect(stderr).toContain("it did not answer, so it was ended");
});

testOnLinux("one Ctrl-C ends a run in which a worker is dead: 130", async () => {
  using folder = folderWithPrompts(1000);
  let bench: Bun.Subprocess | undefined;
  const held: (() => void)[] = [];
  await using server = await startChatServer((exchange, { body }) => {
    if (body?.["max_tokens"] === 1) return sendStream(exchange, ANSWER);
    held.push(() => sendStream(exchange, ANSWER));
    if (held.length !== 2) return;
    process.kill(childrenRunning(bench?.pid ?? 0, "worker.ts")[1] ?? 0, "SIGKILL");
    bench?.kill("SIGTERM");
  });
  const load = ["--prompts=prompts.txt", "--requests=1000", "--concurrency=2", "--workers=2"];
  const { exitCode, stdout } = await runBench([...at(server), ...load, "--json"], {
    cwd: folder.path,
    onStart: (child) => (bench = child),
    onStderr(text) {
      if (text.includes("Stopping: no more")) for (const answer of held.splice(0)) answer();
    },
  });
  expect(exitCode).toBe(130);
  expect(JSON.parse(stdout)).toMatchObject({ interrupted: true, incomplete: true });
});

testOnLinux(
  "when the simulated model of --demo is killed, what was measured is shown: 1",
  async () => {
    using folder = temporaryFolder();
    let pid = 0;
    // The file of --out is written when the measured part begins.
    const watcher = watch(folder.path, (_, name) => {
      if (name !== "o.json" || !existsSync(join(folder.path, "o.json"))) return;
      watcher.close();
      for (const simulated of childrenRunning(pid, "serve.ts")) process.kill(simulated, "SIGKILL");
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
          process.kill(childrenRunning(pid, "serve.ts").at(-1) ?? 0, "SIGKILL");
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
    expect([running("worker.ts"), running("serve.ts")]).toEqual([2, 1]);
    for (const { command, environment } of processes) {
      expect(environment).toContain("TZ=UTC\0");
      expect(environment + command).not.toMatch(/sk-|_KEY/);
      expect(command).toContain("\0--no-env-file\0");
    }
  },
);

testOnLinux("a calibration is right when the system's clock was set back before it", async () => {
  const preload = join(import.meta.dir, "support", "shifted_clock.ts");
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

test("results that cannot be written leave the last good ones, and no half of a file: 1", async () => {
  await using server = await startChatServer((exchange) => sendStream(exchange, ANSWER));
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, "o.json"), "the last good ones");
  const args = [...at(server), "--requests=3", "--out=o.json", "--force"];
  const { exitCode, stderr } = await runBench(args, { cwd: folder.path, largestFile: 1 });
  expect(exitCode).toBe(1);
  expect(stderr).toContain(
    'Cannot save results in "o.json": the file would be too large; the run goes on',
  );
  expect(readFileSync(join(folder.path, "o.json"), "utf8")).toBe("the last good ones");
  expect(readdirSync(folder.path)).toEqual(["o.json"]);
});
