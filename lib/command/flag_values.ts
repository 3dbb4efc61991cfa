import type { DurationFlag, EnumFlag, NumberFlag, PairsFlag } from "./flag_types.ts";
import { UserError, type Bilingual } from "../base/message.ts";
import {
  durationTooFine,
  durationWithoutUnit,
  notDuration,
  notInteger,
  notJson,
  notNumber,
  notOption,
  notPair,
  outOfRange,
  rangeText,
} from "./messages/arguments.ts";
import { nearest } from "../base/nearest.ts";

/** A flag's name with its dashes, and its text: what a value is read from. */
export interface Given {
  readonly flag: string;
  readonly text: string;
}

/** 576h = 24 days in ms: a timer beyond 2³¹ − 1 ms (24.9 days) fires at once. */
export const LONGEST_DURATION = 576 * 3_600_000;

const units = new Map([
  ["ms", 1],
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

type NumberRules = Pick<NumberFlag, "integer" | "min" | "max">;
type DurationRules = Pick<DurationFlag, "min" | "max">;

/**
 * A decimal number, an exponent allowed (`0.2`, `-1`, `1e3`). No hexadecimal, no `Infinity`, no empty text.
 *
 * @throws {UserError} if it is none, not whole where it must be, or out of range
 */
export function readNumber({ flag, text }: Given, rules: NumberRules = {}): number {
  if (!isDecimal(text)) throw new UserError(notNumber(flag, text));
  const value = Number(text);
  if (!Number.isFinite(value)) throw new UserError(notNumber(flag, text));
  if (rules.integer && !Number.isSafeInteger(value)) throw new UserError(notInteger(flag, text));
  const { min = -Infinity, max = Infinity } = rules;
  const range = numberRange(rules);
  if (range !== null && (value < min || value > max)) {
    throw new UserError(outOfRange(flag, { text, range }));
  }
  return value;
}

/** Whether the text reads as a decimal number, so that `--seed -1` is no missing value. */
export function isDecimal(text: string): boolean {
  return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(text);
}

/** The declared range of a number as words, or `null`. */
export function numberRange({ min, max }: NumberRules): Bilingual | null {
  return rangeText(min === undefined ? null : String(min), max === undefined ? null : String(max));
}

/**
 * A duration in whole **milliseconds**: a decimal number and a unit, `300ms`, `1.5s`, `1m`, `2h`. A number
 * without a unit is an error, for some tools mean seconds by it and others milliseconds.
 *
 * ```ts
 * readDuration({ flag: "--timeout", text: "1.5s" }); // 1500
 * ```
 *
 * @throws {UserError} if it is none, finer than a millisecond, or out of range
 */
export function readDuration({ flag, text }: Given, rules: DurationRules = {}): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d*)?|\.\d+)([a-z]*)$/.exec(text) ?? [];
  const factor = units.get(unit);
  if (number === undefined || (unit !== "" && factor === undefined)) {
    throw new UserError(notDuration(flag, text));
  }
  if (factor === undefined) throw new UserError(durationWithoutUnit(flag, text));
  const exact = Number(number) * factor;
  const value = Math.round(exact);
  // 1.001 s is 1000.9999999999999 in doubles.
  if (Math.abs(exact - value) > 1e-6) throw new UserError(durationTooFine(flag, text));
  const { min = 1, max = LONGEST_DURATION } = rules;
  const range = durationRange({ min, max });
  if (range !== null && (value < min || value > max)) {
    throw new UserError(outOfRange(flag, { text, range }));
  }
  return value;
}

/** The declared range of a duration as words, or `null`. */
export function durationRange({ min, max }: DurationRules): Bilingual | null {
  return rangeText(
    min === undefined ? null : formatDuration(min),
    max === undefined ? null : formatDuration(max),
  );
}

/** Whole milliseconds as {@linkcode readDuration} reads them, in the greatest unit that leaves a whole number. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return "0ms";
  const [unit, factor] = Array.from(units).findLast(([, size]) => milliseconds % size === 0) ?? [
    "ms",
    1,
  ];
  return `${milliseconds / factor}${unit}`;
}

/**
 * One of the options, exactly as declared.
 *
 * @throws {UserError} if it is none: the message lists them
 */
export function readOption({ flag, text }: Given, { options }: Pick<EnumFlag, "options">): string {
  if (options.includes(text)) return text;
  throw new UserError(notOption(flag, { text, options, suggestion: nearest(text, options) }));
}

/**
 * `NAME=VALUE`, cut at the first `=`. The value may be empty, the name may not.
 *
 * @throws {UserError} if there is no `=` or no name
 */
export function readTextPair({ flag, text }: Given): readonly [name: string, value: string] {
  return cutPair({ flag, text }, { example: '"NAME=VALUE"' });
}

/**
 * `NAME=JSON`, cut at the first `=`: the value as JSON, else as JSON5 (https://spec.json5.org).
 *
 * JSON5 is there for its single quotes. Windows PowerShell 5.1 strips the double quotes inside an argument and cmd
 * knows no single ones, so `user="me"` does not survive there; `--param "user='me'"` and
 * `--param "response_format={type:'json_object'}"` mean the same in bash, PowerShell and cmd. A bare word is an
 * error, not a text: `enable_thinking=False` must not send the text "False".
 *
 * ```ts
 * readJsonPair({ flag: "--param", text: "top_k=5" }); // ["top_k", 5]
 * readJsonPair({ flag: "--param", text: "user='me'" }); // ["user", "me"]
 * ```
 *
 * @throws {UserError} if there is no `=` or no name, or the value is neither, or holds a number that JSON cannot
 * (`NaN`, `Infinity`)
 */
export function readJsonPair({ flag, text }: Given): readonly [name: string, value: unknown] {
  const [name, json] = cutPair({ flag, text }, { example: '"top_k=5"' });
  const value = parseLeniently(json);
  if (value !== undefined) return [name, value];
  const word = json.trim().toLowerCase();
  const suggestion = word === "none" ? "null" : word;
  const known = ["true", "false", "null"].includes(suggestion);
  throw new UserError(notJson(flag, { name, text: json, suggestion: known ? suggestion : null }));
}

/** Reads one `--header`/`--param` as its declaration says. */
export function readPair(
  given: Given,
  { value }: Pick<PairsFlag, "value">,
): readonly [name: string, value: unknown] {
  return value === "json" ? readJsonPair(given) : readTextPair(given);
}

function cutPair(
  { flag, text }: Given,
  { example }: { readonly example: string },
): readonly [name: string, value: string] {
  const equals = text.indexOf("=");
  const name = text.slice(0, Math.max(0, equals)).trim();
  if (name === "") throw new UserError(notPair(flag, example));
  return [name, text.slice(equals + 1)];
}

/** The value, or `undefined` if it is no JSON. */
function parseLeniently(text: string): unknown {
  for (const parse of [JSON.parse, Bun.JSON5.parse]) {
    try {
      const value: unknown = parse(text);
      return isFiniteThroughout(value) ? value : undefined;
    } catch {
      continue;
    }
  }
  return undefined;
}

/** `1e999` is JSON, but reads as `Infinity` and would be sent as `null`. */
function isFiniteThroughout(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return true;
  return Object.values(value).every(isFiniteThroughout);
}
