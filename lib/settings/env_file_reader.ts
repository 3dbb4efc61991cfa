import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { LARGEST_ENV_FILE } from "@std/dotenv";
import { readBounded, readBoundedSync } from "../base/bounded_file.ts";
import { unlessAborted } from "../base/unless_aborted.ts";
import { checkoutFolder } from "./checkout_folder.ts";

/** The bytes of a `.env` file; `null` if there is none. @throws whatever reading it throws. */
export type ReadEnvFile = (path: string) => Uint8Array | null;

/**
 * Reads `.env` files at once. What is no regular file, as the pipe of a secret manager (`--env-file <(…)`), is read
 * beforehand, once, and may let wait: until the signal is aborted.
 *
 * @throws the signal's reason. What goes wrong with a file is thrown when it is asked for.
 *
 * @example
 * ```ts
 * const readFile = await envFileReader({ envFile: "/dev/fd/63", signal });
 * systemEnvironment({ envFile: "/dev/fd/63", readFile });
 * ```
 */
export async function envFileReader(options: {
  readonly envFile?: string | undefined;
  readonly signal: AbortSignal;
}): Promise<ReadEnvFile> {
  const { envFile, signal } = options;
  const folders = [process.cwd(), checkoutFolder() ?? process.cwd()];
  const paths = envFile === undefined ? folders.map((folder) => join(folder, ".env")) : [envFile];
  const read = new Map<string, PromiseSettledResult<Uint8Array>>();
  for (const path of new Set(paths.map((one) => resolve(one)))) {
    if (!mayWait(path)) continue;
    const work = Promise.allSettled([readBounded(path, { largest: LARGEST_ENV_FILE })]);
    const [result] = await unlessAborted(work, signal);
    read.set(path, result);
  }
  return (path) => {
    const known = read.get(resolve(path));
    if (known?.status === "fulfilled") return known.value;
    if (known?.status === "rejected") throw known.reason;
    // A pipe beside them, under a name that is only looked for, is nobody's `.env`.
    if (!existsSync(path) || mayWait(path)) return null;
    return readBoundedSync(path, { largest: LARGEST_ENV_FILE });
  };
}

/** Whether it is a pipe, a device or a socket. A folder fails at once. */
function mayWait(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && !stat.isFile() && !stat.isDirectory();
}
