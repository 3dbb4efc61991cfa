import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FileTooLargeError, readBoundedSync } from "../base/bounded_file.ts";
import { decodeEnvFile, LARGEST_ENV_FILE } from "./dotenv/env_file.ts";
import { exportedEnvironment } from "./exported_environment.ts";

/** The files that Bun may load from the current folder before any script runs. */
const BUN_LOADS = [
  ".env",
  ".env.local",
  ".env.development",
  ".env.development.local",
  ".env.production",
  ".env.production.local",
  ".env.test",
  ".env.test.local",
];

/** The variables of this process that were exported to it, without those that Bun took from the current folder's files. */
export function reallyExported(currentFolder: string): Record<string, string> {
  const procEnviron = process.platform === "linux" ? readProcEnviron() : null;
  return exportedEnvironment({
    processEnv: process.env,
    procEnviron,
    // Where the kernel still knows, no file is opened: one may be a pipe that somebody waits at.
    bunLoaded:
      procEnviron === null ? BUN_LOADS.map((name) => readText(join(currentFolder, name))) : [],
  });
}

/** `null` in a sandbox that hides `/proc`. */
function readProcEnviron(): Uint8Array | null {
  try {
    return readFileSync("/proc/self/environ");
  } catch {
    return null;
  }
}

/** What cannot be read here cannot be read by Bun either; `null` for what is too long. */
function readText(path: string): string | null {
  try {
    return decodeEnvFile(readBoundedSync(path, { largest: LARGEST_ENV_FILE }));
  } catch (error) {
    return error instanceof FileTooLargeError ? null : "";
  }
}
