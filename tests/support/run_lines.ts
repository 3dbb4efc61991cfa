import { join } from "node:path";
import { collect } from "./collect.ts";
import { SEPARATOR } from "./lines_in_turn.ts";

/** A command line: a verb and its arguments. */
export type Line = readonly [verb: string, ...args: string[]];

/** What a line left behind. */
export interface LineRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The runs of these lines: as many as there are. */
export type LineRuns<Lines extends readonly unknown[]> = {
  readonly [Index in keyof Lines]: LineRun;
};

/** The world in which the lines run. */
export interface LinesWorld {
  /** The folder of the toolkit whose verbs run. */
  readonly toolkit: string;
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Runs command lines one after the other in one process, which is started once for all of them: most of what a quick
 * line costs. For lines that are refused, or told apart by their flags alone.
 */
export async function runLines<const Lines extends readonly Line[]>(
  lines: Lines,
  { toolkit, cwd, env }: LinesWorld,
): Promise<LineRuns<Lines>> {
  const script = join(import.meta.dir, "lines_in_turn.ts");
  const child = Bun.spawn([process.execPath, script, toolkit, JSON.stringify(lines)], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 25_000,
  });
  const [stdout, stderr] = await Promise.all([collect(child.stdout), collect(child.stderr)]);
  const exitCode = await child.exited;
  // Text and exit code in turn, and nothing behind the last.
  const [out, err] = [stdout.split(SEPARATOR), stderr.split(SEPARATOR)];
  if (exitCode !== 0 || out.length !== 2 * lines.length + 1 || out.length !== err.length) {
    throw new Error(`the lines ended with ${exitCode}: ${stdout}${stderr}`);
  }
  const runs: readonly LineRun[] = lines.map((_, index) => ({
    exitCode: Number(out[2 * index + 1]),
    stdout: out[2 * index] ?? "",
    stderr: err[2 * index] ?? "",
  }));
  return runs as LineRuns<Lines>;
}

/** Command lines of one verb. */
export function linesOf<const Args extends readonly (readonly string[])[]>(
  verb: string,
  args: Args,
): { readonly [Index in keyof Args]: Line } {
  const lines: readonly Line[] = args.map((words) => [verb, ...words]);
  return lines as { readonly [Index in keyof Args]: Line };
}
