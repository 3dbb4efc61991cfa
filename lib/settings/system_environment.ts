import { existsSync } from "node:fs";
import { LARGEST_ENV_FILE } from "@std/dotenv";
import { readBoundedSync } from "../base/bounded_file.ts";
import { checkoutFolder } from "./checkout_folder.ts";
import type { ReadEnvFile } from "./env_file_reader.ts";
import { type Environment, readEnvironment } from "./environment.ts";
import { reallyExported } from "./really_exported.ts";

/**
 * The variables of this process, of the `.env` files in the current folder and the toolkit's, or of `--env-file`.
 * This is where the toolkit meets the real environment.
 *
 * @throws {UserError} when `--env-file` is missing, or a file cannot be read.
 * @example
 * ```ts
 * systemEnvironment({ envFile: undefined }).get("SILICONFLOW_API_KEY")?.source;
 * ```
 */
export function systemEnvironment(
  options: {
    readonly envFile?: string | undefined;
    /** Default: what is there is read at once, and a pipe is waited at. */
    readonly readFile?: ReadEnvFile;
  } = {},
): Environment {
  const currentFolder = process.cwd();
  return readEnvironment({
    exported: reallyExported(currentFolder),
    currentFolder,
    toolkitFolder: checkoutFolder() ?? currentFolder,
    envFile: options.envFile,
    readFile: options.readFile ?? readFile,
  });
}

function readFile(path: string): Uint8Array | null {
  return existsSync(path) ? readBoundedSync(path, { largest: LARGEST_ENV_FILE }) : null;
}
