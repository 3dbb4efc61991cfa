import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { collect } from "./support/collect.ts";

const scripts = fileURLToPath(new URL("../scripts", import.meta.url));

async function run(script: string, args: readonly string[], cwd: string) {
  const child = Bun.spawn([process.execPath, join(scripts, script), ...args], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", LANG: "C" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([collect(child.stdout), collect(child.stderr)]);
  return { exitCode: await child.exited, stdout, stderr };
}

test("replay reports on a recorded run as bench did, to the last character", async () => {
  const folder = mkdtempSync(join(tmpdir(), "streamgauge-report-"));
  try {
    const load = ["--demo", "--rate=40", "--concurrency=2", "--requests=6", "--max-tokens=8"];
    const asked = [...load, "--slo=ttft=140ms", "--price=1,2", "--record=kept", "--out=live.json"];
    const live = await run("bench.ts", asked, folder);
    expect(live.exitCode).toBe(0);
    const json = await run("replay.ts", ["--json", "kept"], folder);
    expect(json).toEqual({
      exitCode: 0,
      stdout: readFileSync(join(folder, "live.json"), "utf8"),
      stderr: "",
    });
    const report = await run("replay.ts", ["--report", "kept"], folder);
    expect(report).toEqual({ exitCode: 0, stdout: live.stdout, stderr: "" });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("replay refuses a folder whose run.json is none, and says which", async () => {
  const folder = mkdtempSync(join(tmpdir(), "streamgauge-report-"));
  try {
    writeFileSync(join(folder, "run.json"), "{}");
    const { exitCode, stderr } = await run("replay.ts", ["--report", folder], folder);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("it is not of the form streamgauge.run/1");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
