import { referencesIn } from "./dotenv/expansion.ts";
import { type WrittenVariable, writtenVariables } from "./dotenv/syntax.ts";

/**
 * What is wrong with the quotes of a value. `open`: it begins or ends with a quote that has no partner. `several lines`:
 * its quotes stand on different lines, as when one is forgotten. `text after`: it goes on after the closing quote.
 */
export type QuoteFault = "open" | "several lines" | "text after";

/** How a `.env` file wrote a value, for what the value alone no longer shows. */
export interface Assignment {
  /** Of the name, counted from 1. */
  readonly line: number;
  /** A `#` without a blank before it ended the value, so the rest of it may be lost. */
  readonly cutAtHash: boolean;
  /**
   * The value holds a `$` that is more than one whole `$NAME`, so part of it may be replaced: any outside quotes, a
   * reference in double quotes.
   */
  readonly holdsDollar: boolean;
  readonly quoteFault: QuoteFault | null;
}

/**
 * How each variable of a `.env` text is written, by its last line. Linear in the text.
 *
 * @example
 * ```ts
 * readAssignments("KEY=abc#def").get("KEY"); // { line: 1, cutAtHash: true, holdsDollar: false, quoteFault: null }
 * readAssignments("KEY=abc # mine").get("KEY")?.cutAtHash; // false
 * readAssignments("KEY='a$b#c'").get("KEY")?.holdsDollar; // false
 * readAssignments('KEY="abc').get("KEY")?.quoteFault; // "open"
 * ```
 */
export function readAssignments(text: string): Map<string, Assignment> {
  const assignments = new Map<string, Assignment>();
  for (const { variable, line } of numbered(text)) {
    assignments.set(variable.name, {
      line,
      cutAtHash: isCutAtHash(variable, text),
      holdsDollar: holdsDollar(variable),
      quoteFault: quoteFaultOf(variable),
    });
  }
  return assignments;
}

/** The variables with the lines that they begin on. */
function* numbered(
  text: string,
): Generator<{ readonly variable: WrittenVariable; readonly line: number }> {
  let line = 1;
  let counted = 0;
  for (const variable of writtenVariables(text)) {
    line += lineBreaksIn(text.slice(counted, variable.start));
    counted = variable.start;
    yield { variable, line };
  }
}

function lineBreaksIn(text: string): number {
  return text.match(/\r\n|\n|\r/g)?.length ?? 0;
}

function isCutAtHash({ quote, text, rest, end }: WrittenVariable, file: string): boolean {
  if (quote !== null || text === "" || !rest.startsWith("#")) return false;
  return /\S/.test(file.charAt(end - rest.length - 1));
}

function holdsDollar({ quote, text }: WrittenVariable): boolean {
  if (quote === "'" || /^\$(?:\w+|\{\w+\})$/.test(text)) return false;
  return quote === '"' ? referencesIn(text).length > 0 : text.includes("$");
}

const OPENING_QUOTE = /^['"`“”‘’「＂]/;
const CLOSING_QUOTE = /['"`“”‘’」＂]$/;

function quoteFaultOf({ quote, text, rest }: WrittenVariable): QuoteFault | null {
  if (quote === null) {
    return OPENING_QUOTE.test(text) !== CLOSING_QUOTE.test(text) || /^['"]./s.test(text)
      ? "open"
      : null;
  }
  if (/[\r\n]/.test(text)) return "several lines";
  return /^[;,]?\s*(?:#|$)/.test(rest.trim()) ? null : "text after";
}

/** What stands over several lines of a value and was meant to be a line of its own. */
export interface SwallowedLine {
  readonly name: string;
  readonly line: number;
  /** The line whose quote is still open there. */
  readonly openedAt: number;
}

/**
 * The first line that sets one of these variables for whoever wrote it, and in truth is a part of a quoted value that
 * begins above: a quote was forgotten there. `null` when there is none.
 *
 * @example
 * ```ts
 * swallowedLine('NOTE="x\nKEY="y"', ["KEY"]); // { name: "KEY", line: 2, openedAt: 1 }
 * ```
 */
export function swallowedLine(text: string, names: readonly string[]): SwallowedLine | null {
  for (const { variable, line } of numbered(text)) {
    if (variable.quote === null) continue;
    const lines = text.slice(variable.start, variable.end).split(/\r\n|\n|\r/);
    for (const [index, written] of lines.entries()) {
      const [, name = ""] = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/.exec(written) ?? [];
      if (index > 0 && names.includes(name)) return { name, line: line + index, openedAt: line };
    }
  }
  return null;
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
    const [start = "", name = ""] = /^\s*(?:export\s+)?([A-Za-z_]\w*)/.exec(line) ?? [];
    if (names.includes(name) && !/^\s*=/.test(line.slice(start.length))) {
      return { name, line: index + 1 };
    }
  }
  return null;
}

/**
 * A name as it may be shown: `null` for one that may be a key in the wrong place. Keys of mixed or lower case can look like
 * names; a name in capitals is no key.
 */
export function showableName(name: string): string | null {
  return /^(?:[A-Za-z_]{1,40}|[A-Z_][A-Z0-9_]{0,39})$/.test(name) ? name : null;
}
