import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import fc from "fast-check";
import { collect } from "./support/collect.ts";
import { bareEnvironment } from "./support/clean_environment.ts";
import { silentConsole } from "./support/silent_console.ts";
import { TARGETS } from "./support/fuzz/targets.ts";
import { runs } from "./support/runs.ts";

setDefaultTimeout(60_000);

/** Inputs over all targets, as many as take some seconds. `bun run fuzz` tries a million. */
const RUNS = 5000;

for (const { name, share, open } of TARGETS) {
  test(`random input of ${name} crashes nothing and is read alike wherever it is cut`, async () => {
    using _ = silentConsole();
    const { property, finish } = await open();
    await fc.assert(property, { seed: 1, numRuns: Math.ceil((runs(RUNS) * share) / 1000) });
    await finish?.();
  });
}

async function fuzz(...args: readonly string[]): Promise<{ exitCode: number; stdout: string }> {
  const script = join(import.meta.dir, "long", "fuzz.ts");
  const child = Bun.spawn([process.execPath, script, "--seed", "1", ...args], {
    env: bareEnvironment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const stdout = await collect(child.stdout);
  return { stdout, exitCode: await child.exited };
}

test("the fuzzer says what it tried and how fast", async () => {
  const { exitCode, stdout } = await fuzz("--only", "splitter", "--runs", "700");
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(
    /^seed 1\nsplitter +700 inputs, \d+\/s, -?\d+ MiB kept, \d+ MiB at most\n/,
  );
  expect(stdout).toEndWith("targets that failed: 0\n");
});

test("the fuzzer shrinks an input that fails, and says how to try it again", async () => {
  const { exitCode, stdout } = await fuzz("--only", "planted-failure", "--runs", "20000");
  expect(exitCode).toBe(1);
  expect(stdout).toContain("Error: it is 1000 or more\n");
  expect(stdout).toContain("input, shrunk: 1000\n");
  const [, again = ""] = /again: bun run fuzz (.*)\n/.exec(stdout) ?? [];
  expect((await fuzz(...again.split(" "))).stdout).toContain("input, shrunk: 1000\n");
});

test("the fuzzer finds the input that hangs, that ends the process, and what is kept for ever", async () => {
  const [hang, crash, leak] = await Promise.all([
    fuzz("--only", "planted-hang", "--runs", "20000", "--longest", "3"),
    fuzz("--only", "planted-crash", "--runs", "20000"),
    fuzz("--only", "planted-leak", "--runs", "20000"),
  ]);
  for (const { stdout, exitCode } of [hang, crash, leak]) {
    expect(exitCode).toBe(1);
    expect(stdout).toContain("again: bun run fuzz --only planted-");
  }
  expect(hang.stdout).toContain("it hangs: nothing for 3 s\n");
  expect(crash.stdout).toContain("its process ended with SIGKILL\n");
  for (const { stdout } of [hang, crash]) expect(stdout).toMatch(/input: \d*07\n/);
  expect(leak.stdout).toContain("memory is not bounded: ");
});
