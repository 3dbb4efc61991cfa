import { join } from "node:path";
import { decodeEnvFile, EnvExpansionError, LARGEST_ENV_FILE } from "@std/dotenv";
import { variablesIn } from "./dotenv/variables.ts";
import { FileTooLargeError } from "../base/bounded_file.ts";
import { Secret } from "../base/secret.ts";
import {
  type Assignment,
  type QuoteFault,
  readAssignments,
  showableName,
  swallowedLine,
  unsetName,
} from "./assignment.ts";
import { UserError } from "../base/message.ts";
import {
  envFileMissing,
  envFileTooLarge,
  envFileUnreadable,
  envLineSwallowed,
  envLineUnset,
  envUnexpandable,
} from "./messages/env_file.ts";
import { PROVIDERS } from "./providers.ts";

/** The variables that decide which endpoint gets which key. */
const DECIDING_NAMES = [
  "OPENAI_BASE_URL",
  ...PROVIDERS.flatMap(({ keyVariable }) => keyVariable ?? []),
];

/** Where a variable came from. Rules on keys depend on it. */
export type SettingSource =
  { readonly kind: "exported" } | { readonly kind: "file"; readonly path: string };

/** A variable that is set. Any variable may hold a key, so its value is wrapped until it is needed. */
export interface Setting {
  readonly name: string;
  readonly value: Secret;
  readonly source: SettingSource;
  /**
   * Whether the source itself spells the value out. `false` when a `.env` line took it, or a part of it, from another
   * variable: such a value may hold an exported key although it stands in a file.
   */
  readonly literal: boolean;
  /** A `#` in its `.env` line ended the value where a key would not end. */
  readonly cutAtHash: boolean;
  /** Its `.env` line holds a `$`, which is read as a reference to another variable. */
  readonly holdsDollar: boolean;
  /** What is wrong with the quotes in its `.env` line; `null` for nothing, and when it was exported. */
  readonly quoteFault: QuoteFault | null;
  /** Its line in the `.env` file, counted from 1; `null` when it was exported. */
  readonly line: number | null;
}

/** A `.env` file that was looked for. */
export interface EnvFile {
  readonly path: string;
  readonly found: boolean;
  /** What stands there under the name that an editor on Windows gives it, which hides the ending: `.env.txt`. */
  readonly misnamed?: string;
}

/** The variables of all layers: what was exported, then each `.env` file in order. */
export class Environment {
  readonly #layers: readonly ReadonlyMap<string, Setting>[];
  /** The `.env` files that were looked for, in order. */
  readonly files: readonly EnvFile[];

  constructor(layers: readonly ReadonlyMap<string, Setting>[], files: readonly EnvFile[] = []) {
    this.#layers = layers;
    this.files = files;
  }

  /** The variable from the first layer that sets it; `null` if none does. One that is empty or blank is not set. */
  get(name: string): Setting | null {
    for (const layer of this.#layers) {
      const setting = layer.get(name);
      if (setting !== undefined && setting.value.reveal().trim() !== "") return setting;
    }
    return null;
  }
}

/** What {@linkcode readEnvironment} needs of the outside. */
export interface EnvironmentOptions {
  /** What was really exported: see `exportedEnvironment`. */
  readonly exported: Readonly<Record<string, string>>;
  readonly currentFolder: string;
  /** The folder of the toolkit, whose `.env` is the last layer. */
  readonly toolkitFolder: string;
  /** `--env-file`: read instead of both `.env` files. */
  readonly envFile?: string | undefined;
  /** The bytes of a file, or `null` if there is none. May throw for one that is there and cannot be read. */
  readonly readFile: (path: string) => Uint8Array | null;
}

/**
 * Puts the layers together: exported variables, the `.env` of the current folder, the `.env` of the toolkit;
 * or exported variables and `--env-file`.
 *
 * @throws {UserError} when `--env-file` is missing, or a file cannot be read, has more than 256 KiB, holds references
 *   without measure, or a line that decides where a key goes and sets nothing.
 * @example
 * ```ts
 * const environment = readEnvironment({
 *   exported: {},
 *   currentFolder: "/home/me",
 *   toolkitFolder: "/opt/streamgauge",
 *   readFile: (path) => (path === "/home/me/.env" ? new TextEncoder().encode("KEY=value") : null),
 * });
 * environment.get("KEY")?.source; // { kind: "file", path: "/home/me/.env" }
 * ```
 */
export function readEnvironment(options: EnvironmentOptions): Environment {
  const { envFile, currentFolder, toolkitFolder } = options;
  const paths =
    envFile === undefined
      ? new Set([join(currentFolder, ".env"), join(toolkitFolder, ".env")])
      : new Set([envFile]);
  const layers = [exportedLayer(options.exported)];
  const files: EnvFile[] = [];
  for (const path of paths) {
    const bytes = readBytes(path, options.readFile);
    if (bytes === null && envFile !== undefined) throw new UserError(envFileMissing(path));
    const misnamed = `${path}.txt`;
    const isMisnamed = bytes === null && isThere(misnamed, options.readFile);
    files.push({ path, found: bytes !== null, ...(isMisnamed ? { misnamed } : undefined) });
    if (bytes === null) continue;
    const text = decodeEnvFile(bytes);
    const unset = unsetName(text, DECIDING_NAMES);
    if (unset !== null) throw new UserError(envLineUnset(path, unset));
    const swallowed = swallowedLine(text, DECIDING_NAMES);
    if (swallowed !== null) throw new UserError(envLineSwallowed(path, swallowed));
    layers.push(fileLayer(text, path));
  }
  return new Environment(layers, files);
}

/** Whether both values were set by the same hand: both exported, or both in the same file. */
export function isSameSource(one: SettingSource, other: SettingSource): boolean {
  if (one.kind === "file") return other.kind === "file" && one.path === other.path;
  return one.kind === "exported" && other.kind === "exported";
}

function isThere(path: string, readFile: EnvironmentOptions["readFile"]): boolean {
  try {
    return readFile(path) !== null;
  } catch {
    return false;
  }
}

function readBytes(path: string, readFile: EnvironmentOptions["readFile"]): Uint8Array | null {
  try {
    return readFile(path);
  } catch (error) {
    if (error instanceof FileTooLargeError) {
      throw new UserError(envFileTooLarge(path, LARGEST_ENV_FILE));
    }
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    throw new UserError(envFileUnreadable(path, code));
  }
}

function exportedLayer(variables: Readonly<Record<string, string>>): Map<string, Setting> {
  const layer = new Map<string, Setting>();
  for (const [name, value] of Object.entries(variables)) {
    layer.set(name, {
      name,
      value: new Secret(value),
      source: { kind: "exported" },
      literal: true,
      cutAtHash: false,
      holdsDollar: false,
      quoteFault: null,
      line: null,
    });
  }
  return layer;
}

function fileLayer(text: string, path: string): Map<string, Setting> {
  const layer = new Map<string, Setting>();
  const assignments = readAssignments(text);
  for (const [name, value] of Object.entries(variablesOf(text, { path, assignments }))) {
    const assignment = assignments.get(name);
    layer.set(name, {
      name,
      value: new Secret(value),
      source: { kind: "file", path },
      // Looked for only when it is asked: for each of thousands of variables it would take a while.
      get literal() {
        return text.includes(value);
      },
      cutAtHash: assignment?.cutAtHash ?? false,
      holdsDollar: assignment?.holdsDollar ?? false,
      quoteFault: assignment?.quoteFault ?? null,
      line: assignment?.line ?? null,
    });
  }
  return layer;
}

function variablesOf(
  text: string,
  file: { readonly path: string; readonly assignments: ReadonlyMap<string, Assignment> },
): Record<string, string> {
  try {
    return variablesIn(text);
  } catch (error) {
    if (!(error instanceof EnvExpansionError)) throw error;
    const { variable, problem } = error;
    const line = file.assignments.get(variable)?.line ?? 1;
    throw new UserError(
      envUnexpandable(file.path, { name: showableName(variable), line, problem }),
    );
  }
}
