import { join } from "node:path";
import { cleanEnvironment } from "./clean_environment.ts";
import { collect } from "./collect.ts";
import { toolkitFolder } from "./run_ask.ts";
import type { BenchResult } from "./run_bench.ts";

/** Runs `replay` in this folder, in a process of its own. */
export async function runReplay(args: readonly string[], cwd: string): Promise<BenchResult> {
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
