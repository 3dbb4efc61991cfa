/** A variable as a `.env` text sets it, before anything is replaced. */
export interface WrittenVariable {
  readonly name: string;
  /** The value: between the quotes, without line breaks next to them; or plain, without blanks around it. */
  readonly text: string;
  readonly quote: "'" | '"' | null;
  /** What stands behind the closing quote on its line; of a plain value, the comment. */
  readonly rest: string;
  /** Where the line of the name begins, and where the last line of the value ends. */
  readonly start: number;
  readonly end: number;
}

const VALID_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Whether a `.env` text can set a variable of this name. */
export function isVariableName(name: string): boolean {
  return VALID_NAME.test(name);
}

const BLANK = String.raw`[^\S\r\n]`;

/** A line begins at `(?:^|[\r\n])`: for `^` with the flag `m` it also would at a U+2028 in a comment. */
const ASSIGNMENT = new RegExp(
  String.raw`(?:^|[\r\n])${BLANK}*(?:export${BLANK}+)?(?<name>[^\s=#]+)${BLANK}*=${BLANK}*` +
    String.raw`(?:'(?<single>[^']*)'|"(?<double>[^"\\]*(?:\\[\s\S][^"\\]*)*)"|(?<plain>[^\r\n#]*))(?<rest>[^\r\n]*)`,
  "g",
);

/**
 * The variables that a `.env` text sets, in its order, one that is set twice twice. `onIgnored` gets what stands in the
 * place of a name and is none. Linear in the text.
 *
 * @example
 * ```ts
 * [...writtenVariables("A='b' # c")]; // [{ name: "A", text: "b", quote: "'", rest: " # c", start: 0, end: 9 }]
 * ```
 */
export function* writtenVariables(
  text: string,
  { onIgnored }: { readonly onIgnored?: ((name: string) => void) | undefined } = {},
): Generator<WrittenVariable> {
  for (const match of text.matchAll(ASSIGNMENT)) {
    const { name = "", single, double, plain = "", rest = "" } = match.groups ?? {};
    if (!VALID_NAME.test(name)) {
      onIgnored?.(name);
      continue;
    }
    const quoted = single ?? double;
    const start = match.index + (/^[\r\n]/.test(match[0]) ? 1 : 0);
    yield {
      name,
      text: quoted === undefined ? plain.trim() : withoutEdgeLineBreaks(quoted),
      quote: single !== undefined ? "'" : double !== undefined ? '"' : null,
      rest,
      start,
      end: match.index + match[0].length,
    };
  }
}

function withoutEdgeLineBreaks(quoted: string): string {
  return quoted.replaceAll(/^\r?\n|\r?\n$/g, "");
}
