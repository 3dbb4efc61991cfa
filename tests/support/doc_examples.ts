import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the checkout, with a slash at its end. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** A block of TypeScript in a doc comment. */
export interface DocExample {
  /** `lib/base/nearest.ts:8` */
  readonly place: string;
  readonly file: string;
  readonly code: string;
}

/** One statement of an example, with what its comment says it gives. */
export interface Statement {
  readonly code: string;
  readonly comment: string | null;
}

/** Stands for `…` in a value that is told in part: the rest of an object or a list, or any value. */
export const OPEN = Symbol("…");

/** Every block of TypeScript in the doc comments of lib. */
export function docExamples(): DocExample[] {
  return libFiles().flatMap((file) => {
    const text = readFileSync(join(root, file), "utf8");
    return examplesIn(text).map(({ code, index }) => ({
      place: `${file}:${text.slice(0, index).split("\n").length}`,
      file,
      code,
    }));
  });
}

/** The blocks of TypeScript in the doc comments of a text, each with where it begins. */
export function examplesIn(text: string): { readonly code: string; readonly index: number }[] {
  return [...text.matchAll(/^ *\* ```ts\n([\s\S]*?)^ *\* ```$/gm)].map((match) => ({
    code: (match[1] ?? "").replaceAll(/^ *\* ?/gm, ""),
    index: match.index,
  }));
}

/** Which files of lib export a name. */
export function exportsOfLib(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const file of libFiles()) {
    const text = readFileSync(join(root, file), "utf8");
    const declared =
      /^export (?:async )?(?:function\*?|class|const|interface|type) (\w+)|^export const \{([^}]*)\}/gm;
    for (const [, name = ""] of text.matchAll(declared)) {
      found.set(name, [...(found.get(name) ?? []), file]);
    }
  }
  return found;
}

function libFiles(): string[] {
  return [...new Bun.Glob("lib/**/*.ts").scanSync(root)].toSorted();
}

/** The statements of an example, in order. A comment behind a statement, or on the lines below it, belongs to it. */
export function statementsOf({ code }: DocExample): Statement[] {
  const statements: { code: string; comment: string | null }[] = [];
  let open = "";
  for (const line of code.trimEnd().split("\n")) {
    const comment = /^\/\/ (.*)$/.exec(line)?.[1];
    const last = statements.at(-1);
    if (comment !== undefined && open === "" && last !== undefined && last.comment === null) {
      last.comment = comment;
      continue;
    }
    open += `${line}\n`;
    const [, statement = "", behind = null] =
      /^([\s\S]*?[;}])(?:[ \t]+\/\/ ([^\n]*))?\n$/.exec(open) ?? [];
    if (statement === "" || !isClosed(statement)) continue;
    statements.push({ code: statement, comment: behind });
    open = "";
  }
  if (open.trim() !== "") statements.push({ code: open, comment: null });
  return statements;
}

/** Whether all brackets are closed. */
function isClosed(code: string): boolean {
  let depth = 0;
  for (const character of withoutTexts(code)) {
    if ("([{".includes(character)) depth++;
    else if (")]}".includes(character)) depth--;
  }
  return depth === 0;
}

/** The code without its comments, and with empty texts, but for what is put into them. */
export function withoutTexts(code: string): string {
  return code.replaceAll(
    /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\/[^\n]*|`((?:[^`\\]|\\.)*)`/g,
    (text, template?: string) => {
      if (text.startsWith("//")) return "";
      return `""${template === undefined ? "" : (template.match(/\$\{[^}]*\}/g) ?? []).join("")}`;
    },
  );
}

/** The value that a comment tells, before the words that may follow behind a colon or a comma. */
export function toldValue(comment: string): { readonly value: unknown } | "prose" | "unreadable" {
  if (!/^(?:["'`{[\d]|-\d|(?:true|false|null|undefined|new Set)\b)/.test(comment)) return "prose";
  const ends = [comment.length, ...[...comment.matchAll(/: |, | if /g)].map(({ index }) => index)];
  for (const end of ends) {
    const source = withOpenRests(comment.slice(0, end));
    try {
      // oxlint-disable-next-line no-implied-eval
      return { value: new Function("OPEN", `return (${source});`)(OPEN) as unknown };
    } catch {
      // It is longer or shorter than this.
    }
  }
  return "unreadable";
}

/** Puts {@linkcode OPEN} where `…` stands outside of texts: `{ a: 1, … }` becomes `{ a: 1, [OPEN]: OPEN }`. */
function withOpenRests(source: string): string {
  const tokens = source.match(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[\s\S]/gu) ?? [];
  const brackets: string[] = [];
  return tokens
    .map((token, index) => {
      if ("{[(".includes(token)) brackets.push(token);
      else if ("}])".includes(token)) brackets.pop();
      if (token !== "…") return token;
      const before = tokens.slice(0, index).join("").trimEnd();
      return brackets.at(-1) === "{" && /[{,]$/.test(before) ? "[OPEN]: OPEN" : "OPEN";
    })
    .join("");
}

/** Whether a value is what was told, as far as it was told. */
export function isAsTold(value: unknown, told: unknown): boolean {
  if (told === OPEN) return true;
  if (Array.isArray(told)) {
    if (!Array.isArray(value)) return false;
    const isOpen = told.at(-1) === OPEN;
    const known = isOpen ? told.slice(0, -1) : told;
    if (isOpen ? value.length < known.length : value.length !== known.length) return false;
    return known.every((one, index) => isAsTold(value[index], one));
  }
  if (typeof told !== "object" || told === null || told instanceof Set) {
    return Bun.deepEquals(value, told);
  }
  if (typeof value !== "object" || value === null) return false;
  const keys = Object.keys(told);
  const isWhole = OPEN in told || Object.keys(value).length === keys.length;
  return (
    isWhole &&
    keys.every((key) => key in value && isAsTold(Reflect.get(value, key), Reflect.get(told, key)))
  );
}
