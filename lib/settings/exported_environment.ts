/** What {@linkcode exportedEnvironment} needs of the outside. */
export interface ExportedEnvironmentOptions {
  /** `process.env`, to which Bun may have added the current folder's `.env` files. */
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  /** The content of `/proc/self/environ`; `null` where there is none (macOS, Windows). */
  readonly procEnviron: Uint8Array | null;
  /**
   * The texts of the current folder's files that Bun loads by itself: `.env`, `.env.local` and so on. `null` for one that is
   * too long to be looked through: then nothing counts as exported.
   */
  readonly bunLoaded: readonly (string | null)[];
}

/**
 * The variables that were really exported, without those that Bun took from the current folder's `.env` files on its own
 * (with `$` expanded even inside single quotes).
 *
 * On Linux the kernel still has them in `/proc/self/environ`, and nothing else is asked.
 * Elsewhere a variable that one of these files also sets cannot be told from Bun's copy of it, unless every line that sets
 * it is so plain that Bun could only have read what stands there, and the value is another. When in doubt the variable
 * counts as not exported: then the file's own value is used, and no file can pass its base URL off as exported and so
 * draw an exported key to its host.
 *
 * @example
 * ```ts
 * const environ = new TextEncoder().encode("HOME=/home/me\0KEY=value\0");
 * exportedEnvironment({ processEnv: {}, procEnviron: environ, bunLoaded: [] }); // { HOME: "/home/me", KEY: "value" }
 * ```
 */
export function exportedEnvironment(options: ExportedEnvironmentOptions): Record<string, string> {
  const { processEnv, procEnviron, bunLoaded } = options;
  if (procEnviron !== null) return readProcEnviron(procEnviron);
  const files = bunLoaded.map((text) => (text === null ? null : writtenIn(text)));
  const exported = Object.entries(processEnv).filter((entry): entry is [string, string] => {
    const [name, value] = entry;
    return value !== undefined && files.every((file) => cannotComeFrom(file, name, value));
  });
  return Object.fromEntries(exported);
}

/** `NAME=value` pieces, each ended by a NUL. Of two equal names the first counts, as for C's `getenv`. */
function readProcEnviron(bytes: Uint8Array): Record<string, string> {
  const variables = new Map<string, string>();
  for (const piece of new TextDecoder().decode(bytes).split("\0")) {
    const equals = piece.indexOf("=");
    const name = piece.slice(0, equals);
    if (equals > 0 && !variables.has(name)) variables.set(name, piece.slice(equals + 1));
  }
  return Object.fromEntries(variables);
}

/** Only these characters mean themselves to every reader of `.env` files. */
const PLAIN = /^[\w./:@%+,-]*$/;

/** How often a file may set one name before it is in doubt whatever it says: each value may run to the end of its line. */
const MOST_VALUES = 100;

/**
 * What a file writes behind each name, in lower case. Deliberately wider than any reader of `.env` files: a name counts
 * wherever `=` or `:` follows it, even on a later line (Bun reads `NAME`, line break, `=value`), and in any letter case (on
 * Windows `openai_base_url` sets `OPENAI_BASE_URL`). Linear in the text: a word is looked at from its beginning only.
 */
function writtenIn(text: string): Map<string, string[]> {
  const written = new Map<string, string[]>();
  let lineEnd = -1;
  const withoutComments = text.replaceAll(/^[ \t]*#.*$/gm, "");
  for (const match of withoutComments.matchAll(/(?<!\w)(\w+)\s*[=:]/g)) {
    const name = match[1]?.toLowerCase() ?? "";
    const start = match.index + match[0].length;
    if (start > lineEnd) lineEnd = endOfLine(withoutComments, start);
    const values = written.get(name) ?? [];
    if (values.length <= MOST_VALUES) values.push(withoutComments.slice(start, lineEnd));
    written.set(name, values);
  }
  return written;
}

function endOfLine(text: string, start: number): number {
  const lineBreak = /[\r\n]/g;
  lineBreak.lastIndex = start;
  return lineBreak.exec(text)?.index ?? text.length;
}

function cannotComeFrom(file: Map<string, string[]> | null, name: string, value: string): boolean {
  if (file === null) return false;
  const written = file.get(name.toLowerCase()) ?? [];
  if (written.length > MOST_VALUES) return false;
  return written.every((rest) => {
    const plain = rest.replace(/^[ \t]+|(?<![ \t])[ \t]+$/g, "");
    return PLAIN.test(plain) && plain !== value;
  });
}
