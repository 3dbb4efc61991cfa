import { fileURLToPath } from "node:url";
import { BATCH, type FuzzLine } from "./child.ts";

const CHILD = fileURLToPath(new URL("child.ts", import.meta.url));
const MIB = 1024 * 1024;

/** The most that a target may have kept in the end of what it tried, and the most it may ever have taken: bytes. */
const MOST_KEPT = 32 * MIB;
const MOST_MEMORY = 1024 * MIB;

/** How a target is tried. */
export interface Trial {
  readonly seed: number;
  readonly runs: number;
  /** In milliseconds. A batch that takes longer hangs. */
  readonly longest: number;
}

/** What became of it. */
export interface TrialResult {
  /** Inputs a second. */
  readonly rate: number;
  readonly kept: number;
  readonly peak: number;
  /** What went wrong, with the input where there is one; `null` for nothing. */
  readonly problem: string | null;
}

/** Tries a target in a process of its own. One that hangs or dies is tried again, input by input, to find which does it. */
export async function tryTarget(name: string, trial: Trial): Promise<TrialResult> {
  const began = performance.now();
  const { lines, ended } = await watch(name, trial);
  const seconds = (performance.now() - began) / 1000;
  const last = lines.at(-1);
  const seed = lines.findLast((line) => line.kind === "batch")?.seed ?? trial.seed;
  const nothing = { rate: 0, kept: 0, peak: 0 };
  if (last?.kind === "end") {
    const { kept, peak } = last;
    const problem =
      kept > MOST_KEPT || peak > MOST_MEMORY
        ? `memory is not bounded: ${mebibytes(kept)} kept, ${mebibytes(peak)} at most\n${again(name, trial)}`
        : null;
    return { rate: trial.runs / seconds, kept, peak, problem };
  }
  const batch = { seed, runs: Math.min(BATCH, trial.runs), longest: trial.longest };
  if (last?.kind === "failed") {
    const problem = `${last.error}\ninput, shrunk: ${last.shown}\n${again(name, batch)}`;
    return { ...nothing, problem };
  }
  const single = await watch(name, { ...batch, singly: true });
  const input = single.lines.findLast((line) => line.kind === "input")?.shown;
  const which = input === undefined ? "" : `input: ${input}\n`;
  return { ...nothing, problem: `${ended}\n${which}${again(name, batch)}` };
}

/** Bytes for people. */
export function mebibytes(bytes: number): string {
  return `${(bytes / MIB).toFixed(0)} MiB`;
}

function again(name: string, { seed, runs }: Pick<Trial, "seed" | "runs">): string {
  return `again: bun run fuzz --only ${name} --seed ${seed} --runs ${runs}`;
}

/** Runs the child, and ends it when it says nothing for too long. Of the inputs only the last is kept. */
async function watch(
  name: string,
  { seed, runs, longest, singly = false }: Trial & { readonly singly?: boolean },
): Promise<{ readonly lines: readonly FuzzLine[]; readonly ended: string }> {
  const args = [name, String(seed), String(runs), ...(singly ? ["singly"] : [])];
  const child = Bun.spawn([process.execPath, CHILD, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let hung = false;
  const hangs = (): void => {
    hung = true;
    child.kill("SIGKILL");
  };
  let timer = setTimeout(hangs, longest);
  const lines: FuzzLine[] = [];
  let rest = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    clearTimeout(timer);
    timer = setTimeout(hangs, longest);
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) {
      const line = JSON.parse(part) as FuzzLine;
      if (line.kind === "input" && lines.at(-1)?.kind === "input") lines.pop();
      lines.push(line);
    }
  }
  clearTimeout(timer);
  const code = await child.exited;
  const ended = hung
    ? `it hangs: nothing for ${longest / 1000} s`
    : `its process ended with ${child.signalCode ?? code}`;
  return { lines, ended };
}
