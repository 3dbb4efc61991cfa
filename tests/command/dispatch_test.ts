import { expect, test } from "bun:test";
import { join } from "node:path";
import { collect } from "../support/collect.ts";
import { toolkitFolder, useToolkit } from "../support/run_ask.ts";
import { cleanEnvironment } from "../support/clean_environment.ts";
import { temporaryFolder } from "../support/folder.ts";

useToolkit();

async function streamgauge(...args: string[]) {
  using folder = temporaryFolder();
  const child = Bun.spawn(
    [process.execPath, join(toolkitFolder(), "scripts", "streamgauge.ts"), ...args],
    { cwd: folder.path, env: cleanEnvironment(folder.path), stdio: ["ignore", "pipe", "pipe"] },
  );
  const [stdout, stderr] = await Promise.all([collect(child.stdout), collect(child.stderr)]);
  return { exitCode: await child.exited, stdout, stderr };
}

test.concurrent("one command has all verbs, and its texts name what was typed", async () => {
  const [demo, help, mistake] = await Promise.all([
    streamgauge("ask", "--demo"),
    streamgauge("bench", "--help"),
    streamgauge("ask", "--dry-run", "--prompt", "", "--lang", "en"),
  ]);
  expect({ ...demo, stderr: "" }).toEqual({
    exitCode: 0,
    stdout: "你好！有什么问题或者需要帮助的吗？\n",
    stderr: "",
  });
  expect(help.stdout).toContain("Usage: streamgauge bench [FLAGS]\n");
  expect(help.stdout).toContain("  streamgauge bench --demo --concurrency 8\n");
  expect(help.stdout).not.toContain("scripts/");
  expect(mistake.exitCode).toBe(2);
});

test.concurrent(
  "without a verb it shows what there is, and a mistyped one is named with the nearest",
  async () => {
    const [none, asked, unknown, far] = await Promise.all([
      streamgauge(),
      streamgauge("--help", "--lang", "zh"),
      streamgauge("repaly", "a.sse"),
      streamgauge("measure"),
    ]);
    expect(none.exitCode).toBe(0);
    for (const verb of ["ask", "bench", "compare", "replay", "report", "serve", "doctor"]) {
      expect(none.stdout).toContain(`  streamgauge ${verb} --help\n`);
    }
    expect(asked.stdout).toContain("用法：streamgauge [选项] 命令\n");
    expect(unknown).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: 'Unknown verb "repaly"; did you mean replay?\nSee all verbs: streamgauge --help\n',
    });
    expect(far.stderr).toBe('Unknown verb "measure"\nSee all verbs: streamgauge --help\n');
  },
);

test.concurrent("flags that every verb has may stand before it", async () => {
  const [demo, help, unknown, alone, foreign] = await Promise.all([
    streamgauge("--no-color", "--lang", "zh", "ask", "--demo"),
    streamgauge("--help", "--lang=zh", "ask"),
    streamgauge("--lang", "zh", "repaly"),
    streamgauge("--lang", "zh"),
    streamgauge("--demo", "ask", "--lang", "en"),
  ]);
  expect(demo).toMatchObject({ exitCode: 0, stdout: "你好！有什么问题或者需要帮助的吗？\n" });
  expect(help.stdout).toContain("用法：streamgauge ask ");
  expect(unknown.stderr).toStartWith('未知的命令 "repaly"，是不是想写 replay？\n');
  expect(alone).toMatchObject({ exitCode: 2, stdout: "" });
  expect(alone.stderr).toStartWith("缺少命令\n");
  expect(foreign).toMatchObject({ exitCode: 2, stdout: "" });
  expect(foreign.stderr).toStartWith("Unknown flag --demo\n");
});

test.concurrent("what follows -- behind a verb is no flag", async () => {
  const { stdout } = await streamgauge("ask", "--dry-run", "--demo", "--", "--help", "me");
  expect(stdout).toContain('"content": "--help me"');
});
