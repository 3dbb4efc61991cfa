import { decodeEnvFile, EnvExpansionError, type ExpansionProblem } from "@std/dotenv";
import { writtenVariables } from "../settings/dotenv/syntax.ts";
import { variablesIn } from "../settings/dotenv/variables.ts";
import { type QuoteFault, readAssignments, showableName } from "../settings/assignment.ts";
import { inspectKey } from "../settings/key.ts";
import { PROVIDERS } from "../settings/providers.ts";
import { Secret } from "../base/secret.ts";
import { holdsKey, isSecret } from "./key_shape.ts";

/** How the bytes of a `.env` file were written. */
export interface EnvEncoding {
  readonly encoding: "UTF-8" | "UTF-16LE" | "UTF-16BE";
  readonly byteOrderMark: boolean;
  readonly crlf: boolean;
  /** Bytes that are not in that encoding: mostly the file was saved as GBK ("ANSI"). */
  readonly invalid: boolean;
}

/** A line that its writer may take for a setting, and that is none. Counted from 1. */
export interface StrayLine {
  readonly line: number;
  /**
   * `unnamed`: a key and no name. `commented`: a key behind a `#`. `unread`: the name of a key variable, but not of the
   * form `NAME=value`. `ignored`: anything else that is not of it.
   */
  readonly fault: "unnamed" | "commented" | "unread" | "ignored";
}

/** A variable that is set to nothing, since what it refers to is not set, or leads back to it. */
export interface EmptiedValue {
  /** `null` when it may be a key. */
  readonly name: string | null;
  readonly line: number;
}

/** A value whose quotes are wrong. `name` is `null` when it may be a key; the line is counted from 1. */
export interface BrokenValue {
  readonly name: string | null;
  readonly line: number;
  readonly fault: QuoteFault;
}

/** The variable whose references grow without measure, and how. */
export interface UnexpandableValue {
  readonly name: string | null;
  readonly line: number;
  readonly problem: ExpansionProblem;
}

/** What can be said of a `.env` file without showing what is in it. */
export interface EnvText extends EnvEncoding {
  /** How many variables it sets to something. */
  readonly variables: number;
  /** Variables that no script reads by itself although they hold a key. Names that may be keys are left out. */
  readonly strayKeys: readonly string[];
  readonly strayLines: readonly StrayLine[];
  readonly brokenValues: readonly BrokenValue[];
  readonly emptiedValues: readonly EmptiedValue[];
  /** `null` where all references can be replaced; else the values are looked at as they are written. */
  readonly unexpandable: UnexpandableValue | null;
  /** The values that must stand nowhere else. */
  readonly secrets: readonly Secret[];
}

const KEY_VARIABLES = PROVIDERS.flatMap(({ keyVariable }) => keyVariable ?? []);

/**
 * Looks at a `.env` file: how it was written, and what in it looks like a key in the wrong place.
 *
 * @example
 * ```ts
 * const bytes = new TextEncoder().encode("API_KEY=sk-" + "a1b2c3d4e5f6a7b8c9d0");
 * describeEnvFile(bytes).strayKeys; // ["API_KEY"]
 * ```
 */
export function describeEnvFile(bytes: Uint8Array): EnvText {
  const text = decodeEnvFile(bytes);
  const { variables, unexpandable } = expanded(text);
  const settings = Object.entries(variables).filter(([, value]) => value.trim() !== "");
  return {
    ...describeEncoding(bytes, text),
    variables: settings.length,
    strayKeys: settings
      .filter(([name, value]) => isStray(name) && (holdsKey(value) || isSecret(name, value)))
      .map(([name]) => name),
    strayLines: strayLines(text),
    brokenValues: brokenValues(text, variables),
    emptiedValues: emptiedValues(text, variables),
    unexpandable,
    secrets: settings.flatMap(([name, value]) => {
      const inspection = inspectKey(value);
      if (!inspection.usable) return [];
      const key = inspection.key.reveal();
      return isSecret(name, key) || holdsKey(key) ? [new Secret(key)] : [];
    }),
  };
}

function expanded(text: string): {
  readonly variables: Record<string, string>;
  readonly unexpandable: UnexpandableValue | null;
} {
  try {
    return { variables: variablesIn(text), unexpandable: null };
  } catch (error) {
    if (!(error instanceof EnvExpansionError)) throw error;
    const { variable, problem } = error;
    const line = readAssignments(text).get(variable)?.line ?? 1;
    const variables: Record<string, string> = Object.create(null);
    for (const { name, text: value } of writtenVariables(text)) variables[name] = value;
    return { variables, unexpandable: { name: showableName(variable), line, problem } };
  }
}

/** In another value than a key, lines are there on purpose, and a quote at the end alone belongs to the text. */
function brokenValues(text: string, variables: Readonly<Record<string, string>>): BrokenValue[] {
  return [...readAssignments(text)].flatMap(([name, { line, quoteFault: fault }]) => {
    const isText =
      fault === "several lines" || (fault === "open" && !/^['"]/.test(variables[name] ?? ""));
    if (fault === null || (isText && !KEY_VARIABLES.includes(name))) return [];
    return [{ name: showableName(name), line, fault }];
  });
}

/** Whoever writes a default, as in `${A:-}`, means it to be nothing. */
function emptiedValues(text: string, variables: Readonly<Record<string, string>>): EmptiedValue[] {
  const lines = readAssignments(text);
  const written = new Map([...writtenVariables(text)].map((own) => [own.name, own]));
  return [...written.values()].flatMap(({ name, text: value, quote }) => {
    const isEmptied = quote !== "'" && variables[name] === "" && value !== "";
    if (!isEmptied || value.includes(":-")) return [];
    return [{ name: showableName(name), line: lines.get(name)?.line ?? 1 }];
  });
}

function describeEncoding(bytes: Uint8Array, text: string): EnvEncoding {
  const [first, second, third] = bytes;
  const little = (first === 0xff && second === 0xfe) || (first !== 0 && second === 0);
  const big = (first === 0xfe && second === 0xff) || (first === 0 && second !== 0);
  return {
    encoding: little ? "UTF-16LE" : big ? "UTF-16BE" : "UTF-8",
    byteOrderMark:
      first === 0xff || first === 0xfe || (first === 0xef && second === 0xbb && third === 0xbf),
    crlf: includesCrlf(bytes),
    invalid: text.includes("\uFFFD"),
  };
}

/** In UTF-16 a NUL stands between the two. */
function includesCrlf(bytes: Uint8Array): boolean {
  const line = new TextDecoder("latin1").decode(bytes).replaceAll("\0", "");
  return line.includes("\r\n");
}

/** A name of letters and `_` that is no known variable. A name with digits may itself be a key. */
function isStray(name: string): boolean {
  return /^[A-Za-z_]{1,40}$/.test(name) && !KEY_VARIABLES.includes(name);
}

const ASSIGNMENT = /^\s*(?:export\s+)?[A-Za-z_][A-Za-z0-9_]*\s*=/;

function strayLines(text: string): StrayLine[] {
  const within = linesWithinValues(text);
  return text.split(/\r\n|\n|\r/).flatMap((written, index) => {
    const line = index + 1;
    const fault = faultOf(written.trim());
    return fault === null || (fault === "ignored" && within.has(line)) ? [] : { line, fault };
  });
}

/** The lines on which a quoted value goes on. */
function linesWithinValues(text: string): Set<number> {
  const lines = new Set<number>();
  let line = 1;
  let counted = 0;
  for (const { start, end } of writtenVariables(text)) {
    line += lineBreaksIn(text.slice(counted, start));
    counted = start;
    const more = lineBreaksIn(text.slice(start, end));
    for (let offset = 1; offset <= more; offset++) lines.add(line + offset);
  }
  return lines;
}

function lineBreaksIn(text: string): number {
  return text.match(/\r\n|\n|\r/g)?.length ?? 0;
}

function faultOf(line: string): StrayLine["fault"] | null {
  if (line === "" || ASSIGNMENT.test(line)) return null;
  if (line.startsWith("#")) return holdsKey(line) ? "commented" : null;
  if (KEY_VARIABLES.some((name) => line.includes(name))) return "unread";
  return holdsKey(line) ? "unnamed" : "ignored";
}
