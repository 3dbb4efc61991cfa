import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { LARGEST_ENV_FILE } from "@std/dotenv";
import manifest from "../../package.json" with { type: "json" };
import { FileTooLargeError, readBoundedSync } from "../base/bounded_file.ts";
import { checkoutFolder } from "../settings/checkout_folder.ts";
import type { EndpointFlags } from "../settings/endpoint_choice.ts";
import { envFileReader, type ReadEnvFile } from "../settings/env_file_reader.ts";
import type { Environment } from "../settings/environment.ts";
import { systemEnvironment } from "../settings/system_environment.ts";
import { type Message, UserError } from "../base/message.ts";
import type { Secret } from "../base/secret.ts";
import { describeEnvFile } from "./env_text.ts";
import type { EnvFileFact, Facts, GitFact, NeighbourFact } from "./facts.ts";
import { askGit } from "./git.ts";
import { PROXY_VARIABLES } from "../settings/proxy_choice.ts";

/** The flags that {@linkcode gatherFacts} looks at. */
export type FactFlags = EndpointFlags & {
  readonly envFile?: string | undefined;
  readonly demo?: boolean | undefined;
};

/**
 * Looks at this machine: the `.env` files and their neighbours, git, the variables and Bun. Sends nothing.
 * What is found is judged by `examine`.
 *
 * @throws the signal's reason, when it is aborted while a `.env` that is a pipe lets wait.
 */
export async function gatherFacts(
  flags: FactFlags,
  { signal }: { readonly signal: AbortSignal },
): Promise<Facts> {
  const folders = [process.cwd(), checkoutFolder() ?? process.cwd()];
  const paths =
    flags.envFile === undefined
      ? [...new Set(folders.map((folder) => join(folder, ".env")))]
      : [resolve(flags.envFile)];
  const readFile = await envFileReader({ envFile: flags.envFile, signal });
  const files = paths.map((path) => lookAt(path, readFile));
  const secrets = files.flatMap((file) => (file.state === "read" ? file.secrets : []));
  return {
    windows: process.platform === "win32",
    bun: { version: Bun.version, wanted: manifest.engines.bun },
    files,
    neighbours: paths.flatMap(neighboursOf),
    git: await askAboutAll(paths, { secrets, signal }),
    proxies: Object.fromEntries(
      [...PROXY_VARIABLES, "no_proxy", "NO_PROXY"].map((name) => [name, process.env[name]]),
    ),
    flags,
    environment: readEnvironment(flags, readFile),
  };
}

function readEnvironment({ envFile }: FactFlags, readFile: ReadEnvFile): Environment | Message {
  try {
    return systemEnvironment({ envFile, readFile });
  } catch (error) {
    if (error instanceof UserError) return error.userMessage;
    throw error;
  }
}

function lookAt(path: string, readFile: ReadEnvFile): EnvFileFact {
  try {
    const bytes = readFile(path);
    if (bytes === null) return { state: "missing", path };
    return { state: "read", path, ...describeEnvFile(bytes) };
  } catch (error) {
    if (error instanceof FileTooLargeError) return { state: "too large", path };
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    return { state: "unreadable", path, code };
  }
}

/** Windows hides `.txt`, and Notepad adds it; some programs cannot save a name that begins with a dot. */
function neighboursOf(path: string): NeighbourFact[] {
  const folder = dirname(path);
  const name = basename(path);
  return namesIn(folder).flatMap((other) => {
    const isMeant = [`${name}.txt`, "env", "env.txt"].includes(other.toLowerCase());
    const isVariant = other.startsWith(`${name}.`);
    if (other === name || (!isMeant && !isVariant)) return [];
    const file = join(folder, other);
    const text = describeFile(file);
    if (text === null) return [];
    const { secrets, strayLines } = text;
    const holdsKey =
      secrets.length > 0 || strayLines.some(({ fault }) => /^(?:unnamed|commented)$/.test(fault));
    return isMeant || holdsKey ? { path: file, insteadOf: path, holdsKey } : [];
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}

/**
 * `null` for a folder, such as a Python environment in `env`, for a device or a pipe, which may never end, and for what
 * cannot be read or is too large for a `.env`.
 */
function describeFile(path: string): ReturnType<typeof describeEnvFile> | null {
  try {
    if (!statSync(path).isFile()) return null;
    return describeEnvFile(readBoundedSync(path, { largest: LARGEST_ENV_FILE }));
  } catch {
    return null;
  }
}

/** One answer says it all where there is no git. */
async function askAboutAll(
  paths: readonly string[],
  options: { readonly secrets: readonly Secret[]; readonly signal: AbortSignal },
): Promise<GitFact[]> {
  const facts = await Promise.all(
    paths
      .filter((path) => existsSync(dirname(path)))
      .map((path) => askGit(join(realpathSync(dirname(path)), basename(path)), options)),
  );
  return facts.some(({ state }) => state === "no git") ? [{ state: "no git" }] : facts;
}
