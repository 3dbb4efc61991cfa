import type { DurationFlag, EnumFlag, NumberFlag } from "./flag_types.ts";
import { UserError, type Bilingual } from "../base/message.ts";
import {
  durationTooFine,
  durationWithoutUnit,
  notDuration,
  notOption,
  outOfRange,
  rangeText,
} from "./messages/arguments.ts";
import { notInteger, notNumber, oneNumber, tooLarge } from "./messages/numbers.ts";
import { nearest } from "../base/nearest.ts";

/** A flag's name with its dashes, and its text: what a value is read from. */
export interface Given {
  readonly flag: string;
  readonly text: string;
}

/** 576h = 24 days in ms: a timer beyond 2³¹ − 1 ms (24.9 days) fires at once. */
const LONGEST_DURATION = 576 * 3_600_000;

const units = new Map([
  ["ms", 1],
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

type NumberRules = Pick<NumberFlag, "integer" | "min" | "max" | "several">;
type DurationRules = Pick<DurationFlag, "min" | "max">;

/**
 * A decimal number, an exponent allowed (`0.2`, `-1`, `1e3`). No hexadecimal, no `Infinity`, no empty text.
 *
 * @throws {UserError} if it is none, not whole where it must be, or out of range
 */
export function readNumber({ flag, text }: Given, rules: NumberRules = {}): number {
  if (!isDecimal(text)) {
    const isList = rules.several !== undefined && text.split(/[,\s]+/).every(isDecimal);
    throw new UserError(isList ? oneNumber(flag, { text, ...rules }) : notNumber(flag, text));
  }
  const value = Number(text);
  if (!Number.isFinite(value)) throw new UserError(notNumber(flag, text));
  if (rules.integer && !Number.isInteger(value)) throw new UserError(notInteger(flag, text));
  if (rules.integer && !Number.isSafeInteger(value)) throw new UserError(tooLarge(flag, text));
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
