import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeEnvFile, LARGEST_ENV_FILE } from "@std/dotenv";
import { FileTooLargeError, readBoundedSync } from "../base/bounded_file.ts";
import { checkoutFolder } from "./checkout_folder.ts";
import type { ReadEnvFile } from "./env_file_reader.ts";
import { type Environment, readEnvironment } from "./environment.ts";
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

/** Variables that lead requests elsewhere, trust whom they should not, or make a child process run what they name. */
const LEADS_REQUESTS =
  /^(?:(?:https?|all|no)_proxy|node_tls_reject_unauthorized|node_extra_ca_certs|node_use_system_ca|ssl_cert_(?:file|dir)|(?:bun|node)_options|(?:ld|dyld|nix_ld)_\w+|git_\w+)$/i;

/**
 * Takes back what Bun loaded on its own from the `.env` files of the current folder and what would lead requests astray:
 * with a proxy and no check of certificates, a folder from elsewhere could listen to a key. What was exported stays.
 * To be called before anything is sent.
 */
export function forgetLoadedNetworkVariables(): void {
  const names = Object.keys(process.env).filter((name) => LEADS_REQUESTS.test(name));
  if (names.length === 0) return;
  const exported = reallyExported(process.cwd());
  for (const name of names) if (!Object.hasOwn(exported, name)) delete process.env[name];
}

function reallyExported(currentFolder: string): Record<string, string> {
  const procEnviron = process.platform === "linux" ? readProcEnviron() : null;
  return exportedEnvironment({
    processEnv: process.env,
    procEnviron,
    // Where the kernel still knows, no file is opened: one may be a pipe that somebody waits at.
    bunLoaded:
      procEnviron === null ? BUN_LOADS.map((name) => readText(join(currentFolder, name))) : [],
  });
}

function readFile(path: string): Uint8Array | null {
  return existsSync(path) ? readBoundedSync(path, { largest: LARGEST_ENV_FILE }) : null;
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
