import { readdirSync, readlinkSync } from "node:fs";
import { heapStats } from "bun:jsc";

/** What a process holds, after its garbage has been collected. Memory is in bytes. */
export interface Vitals {
  readonly rss: number;
  readonly heap: number;
  /** Open files, by what they are: `socket`, `pipe`, a path. Only on Linux. */
  readonly files: number;
  readonly sockets: number;
  readonly timers: number;
}

/** Of this process. */
export function vitals(): Vitals {
  Bun.gc(true);
  const { rss, heapUsed: heap } = process.memoryUsage();
  const handles = openFiles();
  return {
    rss,
    heap,
    files: handles.length,
    sockets: handles.filter((handle) => handle.startsWith("socket:")).length,
    timers: heapStats().objectTypeCounts["Timeout"] ?? 0,
  };
}

function openFiles(): string[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc/self/fd").flatMap((descriptor) => {
    try {
      return [readlinkSync(`/proc/self/fd/${descriptor}`)];
    } catch {
      // The one that the folder was read with.
      return [];
    }
  });
}

/** By how much a series grows over its length, by least squares: so that one sample more or less counts little. */
export function growth(values: readonly number[]): number {
  const count = values.length;
  if (count < 2) return 0;
  const middle = (count - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  let [above, below] = [0, 0];
  for (const [index, value] of values.entries()) {
    above += (index - middle) * (value - mean);
    below += (index - middle) ** 2;
  }
  return (above / below) * (count - 1);
}
