import { readdirSync, readFileSync } from "node:fs";

/** A process as Linux shows it. */
export interface ShownProcess {
  readonly pid: number;
  /** Its arguments, each ended by a NUL. */
  readonly commandLine: string;
}

/** The processes that this one has started and that still run. Only on Linux. */
export function childrenOf(pid: number): ShownProcess[] {
  const children: ShownProcess[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      // The name of a program stands in parentheses and may hold anything; the parent is the second field behind it.
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (Number(parent) !== pid || state === "Z") continue;
      const commandLine = readFileSync(`/proc/${name}/cmdline`, "utf8");
      children.push({ pid: Number(name), commandLine });
    } catch {
      // It has ended meanwhile.
    }
  }
  return children.toSorted((a, b) => a.pid - b.pid);
}

/** Those of them that run this script. */
export function childrenRunning(pid: number, script: string): number[] {
  return childrenOf(pid)
    .filter(({ commandLine }) => commandLine.includes(`/${script}\0`))
    .map((child) => child.pid);
}

/**
 * Sends a signal to a process that is there. A test that expected one and has none fails: as 0, its pid would stand for
 * every process of the test's own group.
 */
export function signalTo(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined || pid <= 0) throw new Error(`there is no process to send ${signal} to`);
  process.kill(pid, signal);
}
