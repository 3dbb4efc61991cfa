import { readFileSync } from "node:fs";

/**
 * The most memory that a process has held, in bytes, on Linux; `null` elsewhere, and of one that has ended. What the system
 * says of a process that has ended counts that of the one that started it.
 */
export function mostMemoryOf(pid: number): number | null {
  try {
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kibibytes === undefined ? null : Number(kibibytes) * 1024;
  } catch {
    return null;
  }
}
