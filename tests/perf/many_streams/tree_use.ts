import { readdirSync, readFileSync } from "node:fs";

/** In ms. */
const EVERY = 200;

/**
 * Watches the memory of a process and of those it started, and gives the most that they took together, in MiB: what is each
 * one's own, and once what it shares with others, such as the program itself. `NaN` where there is no `/proc`.
 */
export function treeUse(pid: number): { stop(): number } {
  let most = Number.NaN;
  const look = (): void => {
    const all = pidsOf(pid).map(memoryOf);
    const own = all.reduce((sum, one) => sum + one.own, 0);
    const now = own + Math.max(0, ...all.map(({ shared }) => shared));
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

/** In MiB; none for a process that is gone. */
function memoryOf(pid: number): { own: number; shared: number } {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    const sum = (kind: string): number =>
      [...rollup.matchAll(new RegExp(`^${kind}_(?:Clean|Dirty):\\s+(\\d+) kB$`, "gm"))].reduce(
        (total, [, size]) => total + Number(size) / 1024,
        0,
      );
    return { own: sum("Private"), shared: sum("Shared") };
  } catch {
    return { own: 0, shared: 0 };
  }
}
