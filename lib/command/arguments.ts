import { parseArgs } from "node:util";
import { type Command, usageLine } from "./declaration.ts";
import type { Flag, Flags, FlagValues } from "./flag_types.ts";
import { readPair } from "./flag_pairs.ts";
import { isDecimal, readDuration, readNumber, readOption } from "./flag_values.ts";
import { UserError } from "../base/message.ts";
import {
  emptyValue,
  emptyWord,
  givenTwice,
  missingValue,
  mutuallyExclusive,
  pairGivenTwice,
  tooFewWords,
  tooManyWords,
  unexpectedValue,
  unexpectedWord,
  unknownFlag,
} from "./messages/arguments.ts";
import { nearest } from "../base/nearest.ts";

/** A command line that is right. */
export interface ParsedArguments<Declared extends Flags> {
  readonly flags: FlagValues<Declared>;
  /** The words that are no flags. A lone `-`, which stands for stdin, is one of them. */
  readonly positionals: readonly string[];
  /** The command behind `--`, where the declaration has one, and one is given. */
  readonly command?: readonly string[];
}

/**
 * Reads a command line strictly: what is not declared is an error, and nothing is guessed.
 *
 * Values follow their flag after a space or `=`. After a space a word that looks like a flag is no value
 * (`--model --json`), a negative number is one (`--seed -1`). `--` ends the flags. A flag that takes `words` takes those
 * up to the next flag or `--`.
 *
 * @param args what the script was given, from {@linkcode rawArguments}
 * @throws {UserError} for the first mistake
 */
export function parseArguments<Declared extends Flags>(
  command: Command<Declared>,
  args: readonly string[],
): ParsedArguments<Declared> {
  const values = new Map<string, unknown>();
  const words: string[] = [];
  const afterTerminator: string[] = [];
  let terminated = false;
  /** The flag that takes the words behind it. */
  let taking: GivenFlag | null = null;
  for (const token of tokenize(command, args)) {
    if (token.kind === "option-terminator") {
      terminated = true;
      taking = null;
    } else if (token.kind === "positional") {
      if (!terminated) rejectTypographicDash(command, token.value);
      if (taking !== null) {
        if (token.value === "") throw new UserError(emptyValue(taking.dashed));
        setValue(values, { ...taking, text: token.value });
      } else (terminated ? afterTerminator : words).push(token.value);
    } else {
      const typed = args[token.index] ?? token.rawName;
      const { name, flag, negated } = findFlag(command, { typed, name: token.name });
      const text = token.value;
      taking = null;
      if (flag.type === "boolean") setSwitch(values, { name, flag, negated, text });
      else {
        const given = { name, dashed: `--${name}`, flag };
        checkValue(command, { ...given, text, inline: token.inlineValue ?? false });
        setValue(values, { ...given, text: text ?? "" });
        if (flag.type === "text" && flag.words) taking = given;
      }
    }
  }
  checkExclusive(command, values);
  const hasCommand = command.positional?.command === true && afterTerminator.length > 0;
  const positionals = gatherPositionals(command, {
    words,
    afterTerminator: hasCommand ? [] : afterTerminator,
  });
  const flags = Object.fromEntries(
    Array.from(values, ([name, value]) => [camelCase(name), value] as const),
  );
  // Every value was read by the rule of its own flag, which is what the type says.
  return {
    flags: flags as FlagValues<Declared>,
    positionals,
    ...(hasCommand ? { command: afterTerminator } : undefined),
  };
}

function tokenize(command: Command, args: readonly string[]) {
  const options: Record<string, { type: "boolean" | "string"; short?: string }> = {};
  for (const [name, flag] of Object.entries(command.flags)) {
    if (flag.type !== "boolean") options[name] = { type: "string" };
    else {
      const { short } = flag;
      options[name] = short === undefined ? { type: "boolean" } : { type: "boolean", short };
    }
  }
  return parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

interface FoundFlag {
  readonly name: string;
  readonly flag: Flag;
  readonly negated: boolean;
}

/** `typed` is the whole word; `name` what the tokenizer made of it, for `-help` only `help` of its `-h`. */
function findFlag(
  command: Command,
  { typed, name }: { readonly typed: string; readonly name: string },
): FoundFlag {
  const isLong = typed.startsWith("--");
  if (isLong || Array.from(typed).length === 2) {
    const flag = flagNamed(command, name);
    if (flag !== null) return { name, flag, negated: false };
    const base = name.replace(/^no-/, "");
    const negatable = base === name ? null : flagNamed(command, base);
    if (negatable?.type === "boolean" && negatable.negatable) {
      return { name: base, flag: negatable, negated: true };
    }
  }
  // Only the name: behind the `=` may be a key.
  const shown = typed.split("=", 1)[0] ?? typed;
  const suggestion = nearestFlag(command, shown.replace(/^-+/, ""));
  throw new UserError(unknownFlag(shown, { suggestion, command: command.name }));
}

function flagNamed({ flags }: Command, name: string): Flag | null {
  return Object.hasOwn(flags, name) ? (flags[name] ?? null) : null;
}

function nearestFlag({ flags }: Command, word: string): string | null {
  const names = Object.entries(flags).flatMap(([name, flag]) =>
    flag.type === "boolean" && flag.negatable ? [name, `no-${name}`] : [name],
  );
  const begun = names.filter((name) => name.startsWith(word));
  const found = word.length === 1 && begun.length === 1 ? begun[0] : nearest(word, names);
  return found === null || found === undefined ? null : `--${found}`;
}

/** Word processors and chats turn `--seed` into `—seed`, which would pass for a question. */
function rejectTypographicDash(command: Command, word: string): void {
  const [, dashed, name] = /^([‐-―−﹘﹣－]+([a-z][\w-]*))(?:=|$)/i.exec(word) ?? [];
  if (dashed === undefined || name === undefined) return;
  const suggestion = nearestFlag(command, name);
  if (suggestion !== null) {
    throw new UserError(unknownFlag(dashed, { suggestion, command: command.name }));
  }
}

function setSwitch(
  values: Map<string, unknown>,
  given: FoundFlag & { readonly text: string | undefined },
): void {
  const { name, flag, negated, text } = given;
  const dashed = negated ? `--no-${name}` : `--${name}`;
  if (text !== undefined) {
    const negatable = flag.type === "boolean" && flag.negatable === true && !negated;
    throw new UserError(unexpectedValue(dashed, { text, negatable }));
  }
  const before = values.get(name);
  if (before === !negated) throw new UserError(givenTwice(dashed));
  if (before === negated) throw new UserError(mutuallyExclusive(`--${name}`, `--no-${name}`));
  values.set(name, !negated);
}

type ValueFlag = Exclude<Flag, { type: "boolean" }>;

function checkValue(
  command: Command,
  given: {
    readonly name: string;
    readonly dashed: string;
    readonly flag: ValueFlag;
    readonly text: string | undefined;
    readonly inline: boolean;
  },
): void {
  const { name, dashed, flag, text, inline } = given;
  if (text === undefined || (!inline && looksLikeFlag(text))) {
    const { valueHint = "" } = command.args[name] ?? {};
    const known = text === undefined || text === "--" || isKnown(command, text);
    throw new UserError(missingValue(dashed, { hint: valueHint, dashed: known ? null : text }));
  }
  const mayBeEmpty = flag.type === "text" && flag.mayBeEmpty;
  if (text === "" && !mayBeEmpty) throw new UserError(emptyValue(dashed));
}

/** `--json`, `-x` and `--`, but not `-`, `-1`, `---` or a text with spaces. */
function looksLikeFlag(text: string): boolean {
  return text === "--" || (/^--?[a-z]\S*$/i.test(text) && !isDecimal(text));
}

function isKnown(command: Command, typed: string): boolean {
  const name = typed.replace(/^--(?:no-)?/, "").split("=", 1)[0] ?? "";
  return flagNamed(command, name) !== null;
}

interface GivenFlag {
  readonly name: string;
  readonly dashed: string;
  readonly flag: ValueFlag;
}

interface GivenValue extends GivenFlag {
  readonly text: string;
}

function setValue(values: Map<string, unknown>, { name, dashed, flag, text }: GivenValue): void {
  const given = { flag: dashed, text };
  const before = values.get(name);
  if (flag.type === "pairs") {
    const pairs = Array.isArray(before) ? before : [];
    const pair = readPair(given, flag);
    const same = (other: string): string => (flag.value === "text" ? other.toLowerCase() : other);
    if (pairs.some(([known]) => same(known) === same(pair[0]))) {
      throw new UserError(pairGivenTwice(dashed, pair[0]));
    }
    values.set(name, [...pairs, pair]);
  } else if (flag.type === "text" && flag.repeatable) {
    values.set(name, [...(Array.isArray(before) ? before : []), text]);
  } else {
    if (values.has(name)) throw new UserError(givenTwice(dashed));
    values.set(name, readSingle(flag, given));
  }
}

function readSingle(
  flag: Exclude<ValueFlag, { type: "pairs" }>,
  given: { readonly flag: string; readonly text: string },
): unknown {
  switch (flag.type) {
    case "text":
      return given.text;
    case "enum":
      return readOption(given, flag);
    case "number":
      return readNumber(given, flag);
    case "duration":
      return readDuration(given, flag);
    case "custom":
      return flag.read(given.text, given.flag);
  }
}

function checkExclusive(command: Command, values: ReadonlyMap<string, unknown>): void {
  for (const names of command.exclusive ?? []) {
    const given = names.filter((name) => (values.get(name) ?? false) !== false);
    const [first, second] = given;
    if (first !== undefined && second !== undefined) {
      throw new UserError(mutuallyExclusive(`--${first}`, `--${second}`));
    }
  }
}

function gatherPositionals(
  command: Command,
  typed: { readonly words: readonly string[]; readonly afterTerminator: readonly string[] },
): readonly string[] {
  const { positional } = command;
  const { words, afterTerminator } = typed;
  if (positional === undefined) {
    const [unexpected] = [...words, ...afterTerminator];
    if (unexpected === undefined) return [];
    throw new UserError(unexpectedWord(unexpected, nearestFlag(command, unexpected)));
  }
  const isJoined = positional.spoken === true && afterTerminator.length > 0;
  const all = [...words, ...(isJoined ? [afterTerminator.join(" ")] : afterTerminator)];
  if (all.length > positional.max) throw new UserError(tooManyWords(positional, all));
  if (all.some((word) => word.trim() === "")) throw new UserError(emptyWord(positional));
  if (all.length < positional.min) {
    const usage = usageLine(command);
    throw new UserError(tooFewWords(positional, { given: all.length, usage }));
  }
  return all;
}

function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
