/**
 * Reads and writes `.env` files: the API of [`@std/dotenv`](https://jsr.io/@std/dotenv) on Bun.
 * The original calls `Deno.*`; `paths` in `tsconfig.json` leads its specifier here.
 *
 * - `NAME=value`, one a line. A name matches `/^[a-zA-Z_][a-zA-Z0-9_]*$/`; other lines, comments and empty lines
 *   are skipped. `export ` before the name is allowed. Of two equal names the last counts.
 * - `plain`: without the blanks around it, up to a `#`, which begins a comment even without a blank before it.
 * - `'single'`: exactly what stands between the quotes.
 * - `"double"`: with `\n`, `\r`, `\t`, `\"`, `\$` and `\\`; any other backslash stays.
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
 * stringify({ GREETING: "hello world" }); // GREETING='hello world'
 * await load({ envPath: ".env", export: true });
 * ```
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";

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
 * @throws {Error} when the file is there but cannot be read; the message names it.
 * @example
 * ```ts
 * const { SILICONFLOW_API_KEY } = await load();
 * ```
 */
export async function load(options: LoadOptions = {}): Promise<Record<string, string>> {
  const { envPath = "./.env" } = options;
  if (envPath === null) return {};
  const bytes = await readFile(envPath).catch((error) => nothingIfMissing(error, envPath));
  return variablesOf(bytes, options);
}

/** Works as {@linkcode load} does, at once. */
export function loadSync(options: LoadOptions = {}): Record<string, string> {
  const { envPath = "./.env" } = options;
  if (envPath === null) return {};
  return variablesOf(readBytes(envPath), options);
}

function readBytes(envPath: string | URL): Uint8Array {
  try {
    return readFileSync(envPath);
  } catch (error) {
    return nothingIfMissing(error, envPath);
  }
}

function nothingIfMissing(error: unknown, envPath: string | URL): Uint8Array {
  if (!(error instanceof Error)) throw error;
  if ("code" in error && error.code === "ENOENT") return new Uint8Array();
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

/** Only an own property is a variable: `process.env.toString` is a function. */
function processVariable(name: string): string | undefined {
  return Object.hasOwn(process.env, name) ? process.env[name] : undefined;
}

/**
 * The text of a `.env` file from its bytes, without byte order mark and with LF line ends.
 * UTF-8, or UTF-16 as PowerShell 5.1 writes it with `>`. UTF-16 without a mark is known by a NUL in its first character:
 * a `.env` begins with a name, a `#` or a blank, all of them ASCII. An invalid byte becomes U+FFFD.
 *
 * @example
 * ```ts
 * decodeEnvFile(Uint8Array.of(0xff, 0xfe, 0x41, 0x00, 0x3d, 0x00)); // "A="
 * ```
 */
export function decodeEnvFile(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const littleEndian = (first === 0xff && second === 0xfe) || (first !== 0 && second === 0);
  const bigEndian = (first === 0xfe && second === 0xff) || (first === 0 && second !== 0);
  const encoding = littleEndian ? "utf-16le" : bigEndian ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding).decode(bytes).replaceAll("\r\n", "\n");
}

const VALID_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

const BLANK = String.raw`[^\S\r\n]`;

/** A line begins at `(?:^|[\r\n])`: for `^` with the flag `m` it also would at a U+2028 in a comment. */
const ASSIGNMENT = new RegExp(
  String.raw`(?:^|[\r\n])${BLANK}*(?:export${BLANK}+)?(?<name>[^\s=#]+)${BLANK}*=${BLANK}*` +
    String.raw`(?:'(?<single>[^']*)'|"(?<double>[^"\\]*(?:\\[\s\S][^"\\]*)*)"|(?<plain>[^\r\n#]*))[^\r\n]*`,
  "g",
);

/**
 * The variables in the text of a `.env` file, by the rules at the top of this module.
 *
 * @example
 * ```ts
 * parse("HOST=localhost\nURL=http://${HOST}:${PORT:-80}/"); // { HOST: "localhost", URL: "http://localhost:80/" }
 * ```
 */
export function parse(text: string): Record<string, string> {
  const written = new Map<string, { text: string; literal: ((text: string) => string) | null }>();
  for (const { groups = {} } of text.matchAll(ASSIGNMENT)) {
    const { name = "", single, double, plain = "" } = groups;
    if (!VALID_NAME.test(name)) continue;
    if (single !== undefined) {
      written.set(name, { text: withoutEdgeLineBreaks(single), literal: null });
    } else if (double !== undefined) {
      written.set(name, { text: withoutEdgeLineBreaks(double), literal: withoutEscapes });
    } else {
      written.set(name, { text: plain.trim(), literal: asItStands });
    }
  }

  /** `within` holds the names being expanded: one that refers back to itself means the process's variable. */
  function valueOf(name: string, within: readonly string[]): string | undefined {
    const own = written.get(name);
    if (own === undefined || within.includes(name)) return processVariable(name);
    const { text, literal } = own;
    if (literal === null) return text;
    return expand(text, { literal, valueOf: (other) => valueOf(other, [...within, name]) });
  }

  return Object.fromEntries(Array.from(written.keys(), (name) => [name, valueOf(name, []) ?? ""]));
}

function withoutEdgeLineBreaks(quoted: string): string {
  return quoted.replaceAll(/^\r?\n|\r?\n$/g, "");
}

const CONTROL: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

function withoutEscapes(text: string): string {
  return text.replaceAll(/\\([nrt"$\\])/g, (_, letter: string) => CONTROL[letter] ?? letter);
}

function asItStands(text: string): string {
  return text;
}

/** How {@linkcode expand} gets at values, and what it makes of the text between references. */
interface Expansion {
  readonly literal: (text: string) => string;
  readonly valueOf: (name: string) => string | undefined;
}

/** The opening of a reference: `$NAME`, `$NAME:-`, `${NAME` or `${NAME:-`, behind an even number of backslashes. */
const REFERENCE =
  /(?<=(?<!\\)(?:\\\\)*)\$(?<brace>\{?)(?<name>[a-zA-Z_][a-zA-Z0-9_]*)(?<dash>(?::-)?)/;

/** Replaces the references in a value. What only looks like one (`$5`, `${a.b}`, an open `${A`) stays. */
function expand(text: string, expansion: Expansion): string {
  const match = REFERENCE.exec(text);
  if (match === null) return expansion.literal(text);
  const { brace = "", name = "", dash = "" } = match.groups ?? {};
  const before = expansion.literal(text.slice(0, match.index));
  const after = text.slice(match.index + match[0].length);
  // Without braces a default runs to the end.
  const end = brace ? closingBrace(after) : dash ? after.length : 0;
  if (end === -1 || (!dash && end > 0)) return before + match[0] + expand(after, expansion);
  const value = expansion.valueOf(name) ?? expand(after.slice(0, end), expansion);
  return before + value + expand(after.slice(end + brace.length), expansion);
}

/** Where the `}` stands that closes what was opened before `text`; -1 if nowhere. */
function closingBrace(text: string): number {
  let depth = 0;
  for (const { 0: brace, index } of text.matchAll(/[{}]/g)) {
    if (brace === "{") depth++;
    else if (depth-- === 0) return index;
  }
  return -1;
}

const LETTER: Readonly<Record<string, string>> = { "\n": "n", "\r": "r", "\t": "t" };

/**
 * The text of a `.env` file that holds these variables: `parse(stringify(variables))` gives them back, whatever the values.
 * A value of word characters stands plain. Any other is put in single quotes, which most readers take as they are;
 * only one with a `'`, a `\`, a tab or a line break needs double quotes. A name that `parse` would not take is left out.
 *
 * @example
 * ```ts
 * stringify({ MODEL: "gpt", KEY: "sk-a$b", NOTE: "it's" }); // MODEL=gpt\nKEY='sk-a$b'\nNOTE="it's"
 * ```
 */
export function stringify(object: Record<string, string>): string {
  return Object.entries(object)
    .filter(([name]) => VALID_NAME.test(name))
    .map(([name, value]) => `${name}=${quote(value ?? "")}`)
    .join("\n");
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
