import type { WrittenVariable } from "./syntax.ts";
import { dependenciesFirst } from "./order.ts";

/**
 * The most that the references of one text may bring in, in characters and references together. The largest `.env`
 * that is read has a quarter of that.
 */
const LARGEST_EXPANSION = 1_000_000;

/** How deep defaults may stand in defaults. */
const DEEPEST_DEFAULT = 100;

/** How many variables of a circle, with their defaults, may wait for each other: each takes of the stack. */
const DEEPEST_CIRCLE = 1000;

const PROBLEMS = {
  large: `its references bring in more than ${LARGEST_EXPANSION} characters`,
  nested: `its defaults are nested more than ${DEEPEST_DEFAULT} deep`,
  circle: `it is in a circle of more than ${DEEPEST_CIRCLE} variables`,
};

/** Why the references of a variable cannot be replaced. */
export type ExpansionProblem = keyof typeof PROBLEMS;

/** A variable whose references grow without measure. */
export class EnvExpansionError extends RangeError {
  readonly variable: string;
  readonly problem: ExpansionProblem;

  constructor(variable: string, problem: ExpansionProblem) {
    super(`Cannot expand the variable "${variable}": ${PROBLEMS[problem]}`);
    this.name = "EnvExpansionError";
    this.variable = variable;
    this.problem = problem;
  }
}

/** A reference that can be replaced. Places are in the text of its value. */
interface Reference {
  readonly name: string;
  readonly start: number;
  /** Where its name and, where there is one, its `:-` end. */
  readonly nameEnd: number;
  readonly hasDefault: boolean;
  /** Where its `}` stands; `null` without braces: a default then runs as far as what it stands in. */
  readonly brace: number | null;
}

interface Value extends WrittenVariable {
  readonly references: readonly Reference[];
}

const CONTROL: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

function withoutEscapes(text: string): string {
  return text.replaceAll(/\\([nrt"'$\\])/g, (_, letter: string) => CONTROL[letter] ?? letter);
}

/**
 * The values of variables with their references replaced. `outer` gives the process's variables.
 *
 * Linear in the texts and in what the references bring in, which is bounded. Each variable is expanded once, after those
 * that it refers to; only one in a circle of references is expanded for each way to it, since what a reference means
 * there depends on the way.
 *
 * @throws {EnvExpansionError} past {@linkcode LARGEST_EXPANSION}, or when defaults or circles are too deep.
 *
 * @example
 * ```ts
 * expandVariables(new Map([...writtenVariables("A=1\nB=$A$A")].map((own) => [own.name, own])), () => undefined).get("B"); // "11"
 * ```
 */
export function expandVariables(
  written: ReadonlyMap<string, WrittenVariable>,
  outer: (name: string) => string | undefined,
): Map<string, string> {
  const values = new Map<string, Value>();
  for (const [name, own] of written) {
    values.set(name, { ...own, references: own.quote === "'" ? [] : referencesIn(own.text) });
  }
  const expanded = new Map<string, string>();
  let left = LARGEST_EXPANSION;

  let level = 0;
  /** The names being expanded: one that refers back to itself means the process's variable. */
  const within = new Set<string>();

  function valueOf(name: string): string | undefined {
    const value = values.get(name);
    if (value === undefined || within.has(name)) return outer(name);
    const known = expanded.get(name);
    if (known !== undefined) return known;
    if (value.quote === "'") return value.text;
    within.add(name);
    const text = expand(value);
    within.delete(name);
    return text;
  }

  function expand({ name, text, quote, references }: Value): string {
    const fail = (problem: ExpansionProblem): never => {
      throw new EnvExpansionError(name, problem);
    };
    const spend = (amount: number): void => {
      left -= amount;
      if (left < 0) fail("large");
    };
    let next = 0;
    function expandRange(start: number, end: number, depth: number): string {
      if (depth > DEEPEST_DEFAULT) fail("nested");
      if (++level > DEEPEST_CIRCLE) fail("circle");
      const parts: string[] = [];
      let done = start;
      for (let at = references[next]; at !== undefined && at.start < end; at = references[next]) {
        next++;
        const isSkipped = at.start < done; // It stands in a default that was not needed.
        const value = isSkipped ? "" : valueOf(at.name);
        spend(1 + (value?.length ?? 0));
        if (isSkipped) continue;
        parts.push(literal(text.slice(done, at.start), quote));
        const defaultEnd = at.brace ?? (at.hasDefault ? end : at.nameEnd);
        parts.push(value ?? (at.hasDefault ? expandRange(at.nameEnd, defaultEnd, depth + 1) : ""));
        done = defaultEnd + (at.brace === null ? 0 : 1);
      }
      parts.push(literal(text.slice(done, end), quote));
      level--;
      return parts.join("");
    }
    return expandRange(0, text.length, 0);
  }

  const names = (name: string): Iterable<string> =>
    (values.get(name)?.references ?? []).map((reference) => reference.name);
  for (const group of dependenciesFirst(values.keys(), names)) {
    const found = [...group].map((name) => [name, valueOf(name) ?? ""] as const);
    for (const [name, text] of found) expanded.set(name, text);
  }
  return new Map([...written.keys()].map((name) => [name, expanded.get(name) ?? ""]));
}

function literal(text: string, quote: WrittenVariable["quote"]): string {
  return quote === '"' ? withoutEscapes(text) : text;
}

/** The opening of a reference: `$NAME`, `$NAME:-`, `${NAME` or `${NAME:-`. */
const OPENING = /\$(\{?)([a-zA-Z_][a-zA-Z0-9_]*)((?::-)?)/g;

/**
 * The references in a value, by their places. What only looks like one (`$5`, `${a.b}`, an open `${A`, a `$` behind an
 * odd number of backslashes) is none.
 *
 * @example
 * ```ts
 * referencesIn("a$B").map(({ name }) => name); // ["B"]
 * ```
 */
export function referencesIn(text: string): Reference[] {
  if (!text.includes("$")) return [];
  const closings = matchingBraces(text);
  const references: Reference[] = [];
  for (const match of text.matchAll(OPENING)) {
    const [opening, brace = "", name = "", dash = ""] = match;
    if (isEscaped(text, match.index)) continue;
    const nameEnd = match.index + opening.length;
    const closing = brace === "" ? null : (closings.get(match.index + 1) ?? -1);
    if (closing !== null && (closing === -1 || (dash === "" && closing > nameEnd))) continue;
    const hasDefault = dash !== "";
    references.push({ name, start: match.index, nameEnd, hasDefault, brace: closing });
  }
  return references;
}

/** Whether an odd number of backslashes stands before this place. */
function isEscaped(text: string, at: number): boolean {
  let start = at;
  while (text[start - 1] === "\\") start--;
  return (at - start) % 2 === 1;
}

/** Where each `{` that is closed is closed. */
function matchingBraces(text: string): Map<number, number> {
  const open: number[] = [];
  const closings = new Map<number, number>();
  for (const { 0: brace, index } of text.matchAll(/[{}]/g)) {
    if (brace === "{") open.push(index);
    else {
      const opening = open.pop();
      if (opening !== undefined) closings.set(opening, index);
    }
  }
  return closings;
}
