/**
 * Tries one target, in a process of its own: `child.ts NAME SEED RUNS`, and `singly` to tell each input before it is tried.
 * What it has to say it writes as a line of JSON each.
 */
import { writeSync } from "node:fs";
import fc from "fast-check";
import { PLANTED, TARGETS } from "../../support/fuzz/targets.ts";

/** How many inputs are tried under one seed. */
export const BATCH = 500;

/** What the child says. Memory is in bytes. */
export type FuzzLine =
  /** A batch begins. */
  | { readonly kind: "batch"; readonly seed: number }
  /** This is tried next. */
  | { readonly kind: "input"; readonly shown: string }
  | {
      readonly kind: "failed";
      readonly seed: number;
      readonly shown: string;
      readonly error: string;
    }
  /** All have been tried. */
  | { readonly kind: "end"; readonly kept: number; readonly peak: number };

if (import.meta.main) {
  const [name = "", seed = "1", runs = "1", singly] = process.argv.slice(2);
  await fuzz(name, { seed: Number(seed), runs: Number(runs), singly: singly === "singly" });
}

async function fuzz(
  name: string,
  {
    seed,
    runs,
    singly,
  }: { readonly seed: number; readonly runs: number; readonly singly: boolean },
): Promise<void> {
  const target = [...TARGETS, ...PLANTED].find((one) => one.name === name);
  if (target === undefined) throw new Error(`there is no target ${name}`);
  // `parse` of a `.env` warns of every name that is none.
  Object.assign(console, { warn: () => {} });
  const { property, finish } = await target.open();
  if (singly) {
    const run = property.run.bind(property);
    property.run = (input) => {
      say({ kind: "input", shown: fc.stringify(input[0]) });
      return run(input);
    };
  }
  let keptFirst = 0;
  for (let done = 0; done < runs; done += BATCH) {
    const batchSeed = seed + done / BATCH;
    say({ kind: "batch", seed: batchSeed });
    const result = await fc.check(property, {
      seed: batchSeed,
      numRuns: Math.min(BATCH, runs - done),
    });
    if (result.failed) {
      const shown = fc.stringify(result.counterexample?.[0]);
      const error = result.errorInstance;
      const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
      say({ kind: "failed", seed: batchSeed, shown, error: words });
      process.exit(1);
    }
    // What is compiled and cached once is no leak.
    if (done + BATCH >= runs / 4 && keptFirst === 0) keptFirst = kept();
  }
  const keptLast = kept();
  await finish?.();
  const peak = process.resourceUsage().maxRSS * 1024;
  say({ kind: "end", kept: keptLast - keptFirst, peak });
  process.exit(0);
}

function kept(): number {
  Bun.gc(true);
  return process.memoryUsage().heapUsed;
}

function say(line: FuzzLine): void {
  let left = Buffer.from(`${JSON.stringify(line)}\n`);
  while (left.length > 0) left = left.subarray(writeSync(1, left));
}
