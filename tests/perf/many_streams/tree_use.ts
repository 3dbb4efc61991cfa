import { readdirSync, readFileSync } from "node:fs";

/** In ms. */
const EVERY = 200;

/**
 * Watches the memory of a process and of those it started, and gives the most that they had together, in MiB: each page
 * counts once, however many share it (`Pss`). `NaN` where there is no `/proc`.
 */
export function treeUse(pid: number): { stop(): number } {
  let most = Number.NaN;
  const look = (): void => {
    const now = pidsOf(pid).reduce((sum, one) => sum + memoryOf(one), 0);
    if (!(now <= most)) most = now;
  };
  const timer = setInterval(look, EVERY);
  return {
    stop() {
      clearInterval(timer);
      return most;
    },
  };
}

function pidsOf(pid: number): number[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean),
    );
    return [pid, ...children.flatMap((child) => pidsOf(Number(child)))];
  } catch {
    return [];
  }
}

/** In MiB; 0 for a process that is gone. */
function memoryOf(pid: number): number {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
