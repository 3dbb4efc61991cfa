import { expect, test } from "bun:test";
import { join } from "node:path";
import { readFileSync } from "node:fs";
import { useToolkit, toolkitFolder } from "../support/run_ask.ts";
import { temporaryFolder } from "../support/folder.ts";
import { linesOf, runLines } from "../support/run_lines.ts";
import { cleanEnvironment } from "../support/clean_environment.ts";

useToolkit();

function runWorkers(lines: readonly (readonly string[])[], cwd: string) {
  const env = cleanEnvironment(cwd);
  return runLines(linesOf("worker", lines), { toolkit: toolkitFolder(), cwd, env });
}

function pinned(language: string): string {
  return readFileSync(
    join(import.meta.dir, "..", "fixtures", `worker_help_${language}.txt`),
    "utf8",
  );
}

test("worker has its help in both languages, and refuses what it cannot use", async () => {
  using folder = temporaryFolder();
  const [english, chinese, unset, alone] = await runWorkers(
    [
      ["--help", "--lang", "en"],
      ["--help", "--lang", "zh"],
      ["--lang", "en"],
      ["--fleet", "redis://127.0.0.1:1", "--key-env", "MY_KEY", "--lang", "en"],
    ],
    folder.path,
  );
  expect(english).toEqual({ exitCode: 0, stdout: pinned("en"), stderr: "" });
  expect(chinese).toEqual({ exitCode: 0, stdout: pinned("zh"), stderr: "" });
  expect(unset?.exitCode).toBe(2);
  expect(unset?.stderr).toStartWith(
    "It is not known which fleet to join: neither --fleet nor STREAMGAUGE_FLEET is set\n",
  );
  expect(alone?.exitCode).toBe(2);
  expect(alone?.stderr).toContain("--key-env needs --base-url");
});
