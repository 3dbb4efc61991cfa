/** How the line of a `.env` file wrote a value, for what the value alone no longer shows. */
export interface Assignment {
  /** A `#` without a blank before it ended the value, so the rest of it may be lost. */
  readonly cutAtHash: boolean;
  /** The value holds a `$` outside quotes that is more than one whole `$NAME`, so part of it may be replaced. */
  readonly holdsDollar: boolean;
}

/**
 * Looks at the last line of a `.env` text that sets `name`; `null` if none does.
 *
 * @example
 * ```ts
 * readAssignment("KEY=abc#def", "KEY"); // { cutAtHash: true, holdsDollar: false }
 * readAssignment("KEY=abc # mine", "KEY"); // { cutAtHash: false, holdsDollar: false }
 * readAssignment("KEY='a$b#c'", "KEY"); // { cutAtHash: false, holdsDollar: false }
 * ```
 */
export function readAssignment(text: string, name: string): Assignment | null {
  const written = writtenValues(text, (other) => other === name).at(-1);
  if (written === undefined) return null;
  if (/^['"]/.test(written)) return { cutAtHash: false, holdsDollar: false };
  const beforeHash = written.split("#", 1).join("");
  return {
    cutAtHash: beforeHash.length < written.length && /\S$/.test(beforeHash),
    holdsDollar: beforeHash.includes("$") && !/^\$(?:\w+|\{\w+\})$/.test(beforeHash.trim()),
  };
}

/**
 * What stands after the `=` in each line that sets a name of which `isWanted` is true, as it is written there.
 * Comment lines are left out. Nothing is unquoted or replaced.
 */
export function writtenValues(text: string, isWanted: (name: string) => boolean): string[] {
  const values: string[] = [];
  for (const line of text.split(/\r\n|\n|\r/)) {
    const match = /^\s*(?:export\s+)?([^\s=:#]+)\s*[=:]\s*(.*?)\s*$/.exec(line);
    if (match?.[1] !== undefined && isWanted(match[1])) values.push(match[2] ?? "");
  }
  return values;
}

/**
 * The first line that names one of these variables without setting it, since no `=` follows the name: a full-width `＝`
 * or `：`, a colon, a blank. Such a line is passed over by every reader, and another endpoint than the wanted one
 * would get the key. `null` when there is none. Lines are counted from 1.
 *
 * @example
 * ```ts
 * unsetName("OPENAI_BASE_URL：https://example.org/v1", ["OPENAI_BASE_URL"]); // { name: "OPENAI_BASE_URL", line: 1 }
 * ```
 */
export function unsetName(
  text: string,
  names: readonly string[],
): { readonly name: string; readonly line: number } | null {
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    const [, name = "", rest = ""] = /^\s*(?:export\s+)?([A-Za-z_]\w*)(.*)$/.exec(line) ?? [];
    if (names.includes(name) && !/^\s*=/.test(rest)) return { name, line: index + 1 };
  }
  return null;
}
