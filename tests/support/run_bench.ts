import { expect } from "bun:test";
import { join } from "node:path";
import { at as endpointFlags, KEY, toolkitFolder } from "./run_ask.ts";
import { cleanEnvironment } from "./clean_environment.ts";
import { collect } from "./collect.ts";
import { temporaryFolder } from "./folder.ts";
import { linesOf, runLines } from "./run_lines.ts";

/** In milliseconds. A run that hangs is ended before its test gives up. */
const LONGEST_RUN = 25_000;

/** What a run of `bench` left behind. */
export interface BenchResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How `bench` is run. */
export interface BenchWorld {
  /** Variables beside `PATH` and `HOME`. Nothing is inherited. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  /** No file may grow beyond so many KiB: what a full disk does, without one. */
  readonly largestFile?: number | undefined;
  readonly onStart?: ((process: Bun.Subprocess) => void) | undefined;
  /** Called when more of stderr has come, with all of it. */
  readonly onStderr?: ((text: string) => void) | undefined;
}

/** The flags for a test's endpoint, with messages in English. */
export function at(server: { readonly baseUrl: string }): string[] {
  return [...endpointFlags(server), "--lang", "en"];
}

/** The command line of `bench`. */
export function benchCommand(args: readonly string[]): string[] {
  return [process.execPath, join(toolkitFolder(), "scripts", "bench.ts"), ...args];
}

/** Past the limit a write fails with EFBIG, where the signal that would end the process is ignored. */
function limited(command: string[], largestFile: number | undefined): string[] {
  if (largestFile === undefined) return command;
  const script = `trap "" XFSZ; ulimit -f ${largestFile}; exec "$@"`;
  return ["bash", "-c", script, "bash", ...command];
}

/** Runs `bench` in a process of its own. Checks that the key was not printed. */
export async function runBench(
  args: readonly string[],
  { env, cwd, largestFile, onStart, onStderr }: BenchWorld = {},
): Promise<BenchResult> {
  using folder = temporaryFolder();
  const child = Bun.spawn(limited(benchCommand(args), largestFile), {
    cwd: cwd ?? folder.path,
    env: cleanEnvironment(folder.path, env),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: LONGEST_RUN,
  });
  onStart?.(child);
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    collect(child.stderr, onStderr),
    child.exited,
  ]);
  expect(`${stdout}\n${stderr}`).not.toContain(KEY);
  return { exitCode, stdout, stderr };
}

/** Runs `bench` with several command lines in this folder and one process, one after the other. */
export async function runBenches(
  args: readonly (readonly string[])[],
  cwd: string,
): Promise<readonly BenchResult[]> {
  const env = cleanEnvironment(cwd);
  const runs = await runLines(linesOf("bench", args), { toolkit: toolkitFolder(), cwd, env });
  expect(JSON.stringify(runs)).not.toContain(KEY);
  return runs;
}
