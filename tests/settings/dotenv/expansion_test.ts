import { expect, test } from "bun:test";
import { EnvExpansionError, parse } from "@std/dotenv";
import * as fc from "fast-check";
import { dependenciesFirst } from "../../../lib/settings/dotenv/order.ts";
import { runs } from "../../support/runs.ts";

/**
 * The rules by recursion on slices: simple, and without measure. What it gives for small texts, the one pass gives, too.
 */
function expandSimply(written: ReadonlyMap<string, { text: string; quote: string }>, name: string) {
  function valueOf(name: string, within: readonly string[]): string | undefined {
    const own = written.get(name);
    if (own === undefined || within.includes(name)) return process.env[name];
    if (own.quote === "'") return own.text;
    return expand(own.text, { quote: own.quote, within: [...within, name] });
  }
  function expand(text: string, how: { quote: string; within: readonly string[] }): string {
    const literal = (text: string): string =>
      how.quote === '"'
        ? text.replaceAll(/\\([nrt"'$\\])/g, (_, letter: string) =>
            letter === "n" ? "\n" : letter === "r" ? "\r" : letter === "t" ? "\t" : letter,
          )
        : text;
    const match =
      /(?<=(?<!\\)(?:\\\\)*)\$(?<brace>\{?)(?<name>[a-zA-Z_][a-zA-Z0-9_]*)(?<dash>(?::-)?)/.exec(
        text,
      );
    if (match === null) return literal(text);
    const { brace = "", name = "", dash = "" } = match.groups ?? {};
    const before = literal(text.slice(0, match.index));
    const after = text.slice(match.index + match[0].length);
    const end = brace ? closingBrace(after) : dash ? after.length : 0;
    if (end === -1 || (!dash && end > 0)) return before + match[0] + expand(after, how);
    const value = valueOf(name, how.within) ?? expand(after.slice(0, end), how);
    return before + value + expand(after.slice(end + brace.length), how);
  }
  return valueOf(name, []) ?? "";
}

function closingBrace(text: string): number {
  let depth = 0;
  for (const { 0: brace, index } of text.matchAll(/[{}]/g)) {
    if (brace === "{") depth++;
    else if (depth-- === 0) return index;
  }
  return -1;
}

const parts = fc.constantFrom(
  ..."$ { } ${ :- \\ \\\\ \" ' A B C D $A ${B $C:- ${D:- ${A} ${B:-x} N x . \\$ \\n # 5 😀".split(
    " ",
  ),
  " ",
);

test("references are replaced as recursion on slices replaces them, in circles and defaults, too", () => {
  process.env["B"] = "outer $A \\n";
  try {
    const value = fc.record({
      parts: fc.array(parts, { maxLength: 14 }),
      quote: fc.constantFrom("", '"', "'"),
    });
    const file = fc.dictionary(fc.constantFrom("A", "B", "C", "D"), value);
    fc.assert(
      fc.property(file, (file) => {
        const written = new Map<string, { text: string; quote: string }>();
        const lines: string[] = [];
        for (const [name, { parts, quote }] of Object.entries(file)) {
          let text = parts.join("");
          if (quote === "'") text = text.replaceAll("'", "");
          if (quote === '"') text = inDoubleQuotes(text);
          if (quote === "") text = plain(text);
          written.set(name, { text, quote });
          lines.push(`${name}=${quote}${text}${quote}`);
        }
        const expected = [...written.keys()].map((name): [string, string] => [
          name,
          expandSimply(written, name),
        ]);
        expect(Object.entries(parse(lines.join("\n")))).toEqual(expected);
      }),
      { numRuns: runs(2000) },
    );
  } finally {
    delete process.env["B"];
  }
});

/** No quote and no backslash that would end the value or reach past its end. */
function inDoubleQuotes(text: string): string {
  const escaped = text.replaceAll(/\\[^]|"/g, (found) => (found === '"' ? "" : found));
  return /(?<!\\)(?:\\\\)*\\$/.test(escaped) ? escaped.slice(0, -1) : escaped;
}

/** No comment, no quote at the start, no outer blanks. */
function plain(text: string): string {
  return text
    .replaceAll("#", "")
    .replace(/^[\s'"]+/, "")
    .trim();
}

function problemOf(text: string): string {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof EnvExpansionError) return error.message;
    throw error;
  }
  return "none";
}

/** `A0=x`, `A1=$A0$A0` and so on. */
function doubling(lines: number): string {
  return [...Array(lines).keys()]
    .map((n) => (n === 0 ? "A0=x" : `A${n}=$A${n - 1}$A${n - 1}`))
    .join("\n");
}

test("values that double with each line are given up with the variable that goes too far", () => {
  expect(parse(doubling(16))["A15"]).toBe("x".repeat(2 ** 15));
  for (const lines of [21, 40, 400]) {
    expect(problemOf(doubling(lines))).toBe(
      'Cannot expand the variable "A19": its references bring in more than 1000000 characters',
    );
  }
});

test("twenty variables that all refer to each other are given up", () => {
  const names = [...Array(20).keys()].map((n) => `A${n}`);
  const text = names.map((name) => `${name}=${names.map((other) => `$${other}`).join("")}`);
  expect(problemOf(text.join("\n"))).toContain("bring in more than 1000000 characters");
});

function nested(depth: number): string {
  return `A=${"${NONE:-".repeat(depth)}x${"}".repeat(depth)}`;
}

test("defaults nested up to a hundred deep are replaced, deeper ones are given up", () => {
  expect(parse(nested(100))).toEqual({ A: "x" });
  for (const depth of [101, 10_000]) {
    expect(problemOf(nested(depth))).toBe(
      'Cannot expand the variable "A": its defaults are nested more than 100 deep',
    );
  }
  expect(problemOf(`A=${"$NONE:-".repeat(10_000)}`)).toContain("nested more than 100 deep");
  // A default that is not needed is not looked into.
  expect(parse(`B=b\nA=${"${B:-".repeat(10_000)}x${"}".repeat(10_000)}`)["A"]).toBe("b");
});

test("a circle of thousands of variables is given up, a chain of as many is not", () => {
  const chain = [...Array(12_000).keys()].map((n) => `A${n}=$A${n + 1}`);
  expect(parse([...chain, "A12000=x"].join("\n"))["A0"]).toBe("x");
  expect(problemOf([...chain, "A12000=$A0"].join("\n"))).toContain("in a circle of more than 1000");
});

test("fifty thousand references in a line, and braces that are never closed, are one pass", () => {
  const count = 50_000;
  expect(parse(`A=x\nB=${"$A".repeat(count)}`)["B"]).toBe("x".repeat(count));
  for (const part of ["${NONE", "${NONE:-", "{", "\\", "\\$", "${NONE.}", "$5"]) {
    expect(parse(`B=${part.repeat(count)}`)["B"]).toBe(part.repeat(count));
  }
});

test("names come after those that they refer to, circles together, and nothing twice", () => {
  const name = fc.integer({ min: 0, max: 9 }).map(String);
  fc.assert(
    fc.property(fc.dictionary(name, fc.array(name)), (references) => {
      const groups = dependenciesFirst(Object.keys(references), (name) => references[name] ?? []);
      expect(groups.flatMap((group) => [...group]).toSorted()).toEqual(
        Object.keys(references).toSorted(),
      );
      const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
        (references[from] ?? []).some((next) => {
          if (next === to) return true;
          if (seen.has(next)) return false;
          seen.add(next);
          return reaches(next, to, seen);
        });
      for (const [index, group] of groups.entries()) {
        for (const member of group) {
          for (const other of Object.keys(references)) {
            const isCircle = other === member || (reaches(member, other) && reaches(other, member));
            expect(group.has(other)).toBe(isCircle);
          }
          for (const to of references[member] ?? []) {
            const place = groups.findIndex((other) => other.has(to));
            expect(place).toBeLessThanOrEqual(index);
          }
        }
      }
    }),
  );
});

test("variables have no prototype to be found through", () => {
  const prototype = Object.prototype as Record<string, unknown>;
  prototype["foo"] = 1;
  try {
    expect(parse("bar=1")["foo"]).toBeUndefined();
    expect("foo" in parse("bar=1")).toBe(false);
    expect(parse("bar=$foo:-none")["bar"]).toBe("none");
  } finally {
    delete prototype["foo"];
  }
});
