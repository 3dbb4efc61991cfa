/**
 * Preloaded into a script: at its end it writes the most memory the process took, in KiB, into the file that
 * PEAK_MEMORY_FILE names. Linux only.
 *
 * The parent cannot tell: what `wait4` reports for a child begins with the size its parent had when it forked.
 *
 * @module
 */

import { readFileSync, writeFileSync } from "node:fs";

process.on("exit", () => {
  const peak = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  writeFileSync(process.env["PEAK_MEMORY_FILE"] ?? "/dev/null", peak ?? "");
});
