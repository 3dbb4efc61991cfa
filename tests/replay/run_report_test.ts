import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bareEnvironment } from "../support/clean_environment.ts";
import { collect } from "../support/collect.ts";

const scripts = fileURLToPath(new URL("../../scripts", import.meta.url));

async function run(script: string, args: readonly string[], cwd: string) {
  const child = Bun.spawn([process.execPath, join(scripts, script), ...args], {
    cwd,
    env: { ...bareEnvironment, LANG: "C" },
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

/** A recorded run of four requests, that a test then damages. */
async function damaged(
  damage: (kept: string) => void,
  ...flags: string[]
): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }> {
  const folder = mkdtempSync(join(tmpdir(), "streamgauge-report-"));
  try {
    const load = ["--demo", "--requests=4", "--concurrency=4", "--max-tokens=8", "--record=kept"];
    expect((await run("bench.ts", load, folder)).exitCode).toBe(0);
    damage(join(folder, "kept"));
    return await run("replay.ts", [...flags, "kept"], folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const broken: readonly (readonly [name: string, text: string, cause: string])[] = [
  ["half", '{"schema":"streamgauge.run/1","requests":[', "it is not of the form streamgauge.run/1"],
  ["empty", "", "it is not of the form streamgauge.run/1"],
  ["without fields", '{"schema":"streamgauge.run/1","requests":[]}', "config is not an object"],
];

test.concurrent.each(broken)(
  "when run.json is %s its streams are reported as files, and it is named: 2",
  async (_, text, cause) => {
    const { exitCode, stdout, stderr } = await damaged(
      (kept) => writeFileSync(join(kept, "run.json"), text),
      "--report",
    );
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      `Cannot read run "kept/run.json": ${cause}\nThe streams beside it are reported one by one, without what the run says of itself\n`,
    );
    expect(stdout.match(/^\S*00000\d\.sse /gm)).toHaveLength(4);
  },
);

test.concurrent("a broken run.json is named in Chinese, too", async () => {
  const { stderr } = await damaged(
    (kept) => writeFileSync(join(kept, "run.json"), '{"schema":"streamgauge.run/1"}'),
    "--report",
    "--lang=zh",
  );
  expect(stderr).toBe(
    '无法读取运行记录 "kept/run.json"：config 应为对象\n将逐个汇总旁边的流，但缺少运行本身的信息\n',
  );
});

test.concurrent(
  "streams that are missing or broken are named, and the rest is reported: 2",
  async () => {
    const { exitCode, stdout, stderr } = await damaged((kept) => {
      rmSync(join(kept, "000001.sse"));
      writeFileSync(join(kept, "000002.sse"), ":@transcript nonsense\n\n");
    }, "--json");
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Cannot read "kept/000001.sse": there is no such file or folder\n');
    expect(stderr).toContain('Cannot read transcript "000002.sse": line 1 ');
    expect(JSON.parse(stdout).requests.map(({ index }: { index: number }) => index)).toEqual([
      0, 3,
    ]);
  },
);
