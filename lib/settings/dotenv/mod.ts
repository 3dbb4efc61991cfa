/**
 * Reads and writes `.env` files: the API of [`@std/dotenv`](https://jsr.io/@std/dotenv) on Bun.
 * The original calls `Deno.*`; `paths` in `tsconfig.json` leads its specifier here.
 *
 * - `NAME=value`, one a line. A name matches `/^[a-zA-Z_][a-zA-Z0-9_]*$/`; any other is warned of on the console
 *   and ignored. Other lines, comments and empty lines are skipped. `export ` before the name is allowed. Of two equal
 *   names the last counts.
 * - `plain`: without the blanks around it, up to a `#`, which begins a comment even without a blank before it.
 * - `'single'`: exactly what stands between the quotes.
 * - `"double"`: with `\n`, `\r`, `\t`, `\"`, `\'`, `\$` and `\\`; any other backslash stays.
 * - Quoted values may span lines; a line break next to a quote is not part of the value.
 * - `$NAME`, `${NAME}`, `${NAME:-default}` and `$NAME:-default` are replaced in plain and double-quoted values, never
 *   in single quotes: by the file's variable, else the process's, else the default (which may hold references), else
 *   nothing. `NAME=$NAME` takes the process's variable. `\$NAME` is no reference.
 *   So a key with `$` or `#` in it belongs in single quotes.
 *
 * A file may be UTF-8 or UTF-16 with any line ends: see {@linkcode decodeEnvFile}.
 * Bun's own loading of `.env` plays no part.
 *
 * @example
 * ```ts
 * import { load, parse, stringify } from "@std/dotenv";
 *
 * parse("GREETING=hello world"); // { GREETING: "hello world" }
 * stringify({ GREETING: "hello world" }); // "GREETING='hello world'"
 * await load({ envPath: ".env", export: true });
 * ```
 *
 * @module
 */

import process from "node:process";
import { FileTooLargeError, readBounded, readBoundedSync } from "../../base/bounded_file.ts";
import { decodeEnvFile, LARGEST_ENV_FILE } from "./env_file.ts";
import { isVariableName } from "./syntax.ts";
import { processVariable, variablesIn } from "./variables.ts";

export { decodeEnvFile, LARGEST_ENV_FILE } from "./env_file.ts";
export { EnvExpansionError, type ExpansionProblem } from "./expansion.ts";

/** Options for {@linkcode load} and {@linkcode loadSync}. */
export interface LoadOptions {
  /** The file to read, `"./.env"` by default; `null` reads none. */
  envPath?: string | URL | null;
  /** Whether to set the variables in `process.env` too, where they are not set yet. `false` by default. */
  export?: boolean;
}

/**
 * The variables of a `.env` file; none when there is no such file.
 *
 * @throws {Error} when the file is there but cannot be read, or has more than 256 KiB; the message names it.
 * @throws {EnvExpansionError} as {@linkcode parse} does.
 * @example
 * ```ts
 * const { SILICONFLOW_API_KEY } = await load();
 * ```
 */
export async function load(options: LoadOptions = {}): Promise<Record<string, string>> {
  const { envPath = "./.env" } = options;
  if (envPath === null) return parse("");
  const bytes = await readBounded(envPath, { largest: LARGEST_ENV_FILE }).catch((error) =>
    nothingIfMissing(error, envPath),
  );
  return variablesOf(bytes, options);
}

/** Works as {@linkcode load} does, at once. */
export function loadSync(options: LoadOptions = {}): Record<string, string> {
  const { envPath = "./.env" } = options;
  if (envPath === null) return parse("");
  return variablesOf(readBytes(envPath), options);
}

function readBytes(envPath: string | URL): Uint8Array {
  try {
    return readBoundedSync(envPath, { largest: LARGEST_ENV_FILE });
  } catch (error) {
    return nothingIfMissing(error, envPath);
  }
}

function nothingIfMissing(error: unknown, envPath: string | URL): Uint8Array {
  if (!(error instanceof Error)) throw error;
  if ("code" in error && error.code === "ENOENT") return new Uint8Array();
  if (error instanceof FileTooLargeError) throw error;
  throw new Error(`Cannot read env file "${envPath}": ${error.message}`, { cause: error });
}

function variablesOf(bytes: Uint8Array, options: LoadOptions): Record<string, string> {
  const variables = parse(decodeEnvFile(bytes));
  if (options.export) {
    for (const [name, value] of Object.entries(variables)) {
      if (processVariable(name) === undefined) process.env[name] = value;
    }
  }
  return variables;
}

/**
 * The variables in the text of a `.env` file, by the rules at the top of this module: an object without prototype, so that
 * what is not set is not found. A name that does not match the pattern is ignored, with a warning on the console.
 *
 * @throws {EnvExpansionError} when references bring in more than 1,000,000 characters, when defaults are nested more than
 *   100 deep, or when more than 1000 variables refer to each other in a circle.
 *
 * @example
 * ```ts
 * parse("HOST=localhost\nURL=http://${HOST}:${PORT:-80}/"); // { HOST: "localhost", URL: "http://localhost:80/" }
 * ```
 */
export function parse(text: string): Record<string, string> {
  return variablesIn(text, { onIgnored: warnOfIgnored });
}

/** In the words of the original. */
function warnOfIgnored(name: string): void {
  warn(
    `Ignored the key "${name}" as it is not a valid identifier: The key need to match the pattern /^[a-zA-Z_][a-zA-Z0-9_]*$/.`,
  );
}

const LETTER: Readonly<Record<string, string>> = { "\n": "n", "\r": "r", "\t": "t" };

/**
 * The text of a `.env` file that holds these variables: `parse(stringify(variables))` gives them back, whatever the values.
 * A value of word characters stands plain. Any other is put in single quotes, which most readers take as they are;
 * only one with a `'`, a `\`, a tab or a line break needs double quotes. A name that `parse` would not take is left out, with
 * a warning on the console.
 *
 * @example
 * ```ts
 * stringify({ MODEL: "gpt", KEY: "sk-a$b", NOTE: "it's" }); // "MODEL=gpt\nKEY='sk-a$b'\nNOTE=\"it's\""
 * ```
 */
export function stringify(object: Record<string, string>): string {
  return Object.entries(object)
    .filter(([name]) => {
      const isValid = isVariableName(name);
      if (name.startsWith("#")) warnOfComment(name);
      else if (!isValid) warnOfIgnored(name);
      return isValid;
    })
    .map(([name, value]) => `${name}=${quote(value ?? "")}`)
    .join("\n");
}

function warn(text: string): void {
  // oxlint-disable-next-line no-console -- as the original does
  console.warn(text);
}

function warnOfComment(name: string): void {
  warn(`key starts with a '#' indicates a comment and is ignored: '${name}'`);
}

function quote(value: string): string {
  if (/^\w*$/.test(value)) return value;
  if (!/['\\\n\r\t]/.test(value)) return `'${value}'`;
  const escaped = value.replaceAll(
    /["$\\\n\r\t]/g,
    (character) => `\\${LETTER[character] ?? character}`,
  );
  return `"${escaped}"`;
}
