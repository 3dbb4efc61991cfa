// Bun as its npm package brings it, run from Node: plain Node without packages, and without a shell, so that it runs the
// same everywhere and before anything is installed.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";

/** The program in a folder that holds the package `bun`. */
export function bunIn(folder) {
  return join(folder, "bin", "bun.exe");
}

/** Where install scripts are switched off, the program is a stub of a few hundred bytes. */
export function isReal(bun) {
  return existsSync(bun) && statSync(bun).size > 1_000_000;
}

/**
 * Puts the program in the place of a stub with the package's own installer. It finds the program in a package beside it,
 * which npm has installed for this machine; its output goes to stderr.
 *
 * @returns whether the program is there now
 */
export function completeBun(folder) {
  if (isReal(bunIn(folder))) return true;
  if (!existsSync(join(folder, "install.js"))) return false;
  spawnSync(process.execPath, ["install.js"], { cwd: folder, stdio: ["ignore", 2, 2] });
  return isReal(bunIn(folder));
}

/** The version of a program that is Bun; `null` where there is none. */
export function versionOf(bun) {
  const { stdout } = spawnSync(bun, ["--version"], { encoding: "utf8" });
  return stdout?.trim() || null;
}

/** Runs Bun in this process's place: with its terminal, its signals and its exit code. */
export function runBun(bun, args, options) {
  const child = spawn(bun, args, { ...options, stdio: "inherit" });
  // The terminal sends Ctrl-C to both: the child decides what it means.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  process.on("SIGHUP", () => child.kill("SIGHUP"));
  child.on("error", (error) => {
    console.error(`Cannot run Bun: ${error.message}`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => {
    if (signal !== null) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    } else process.exitCode = code;
  });
}
