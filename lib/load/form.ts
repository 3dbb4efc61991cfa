import type { Bilingual } from "../base/message.ts";
import { asObject, type JsonObject } from "../base/json.ts";

/** Where a value is of another form than it should be, and what should be there. */
export interface FormProblem {
  /** As `requests[3].sent_us`; empty for the whole. */
  readonly place: string;
  readonly expected: Bilingual;
}

/** Looks at a value, which stands at a place; `null` when it is as it should be. */
export type Check = (value: unknown, place: string) => FormProblem | null;

const OBJECT: Bilingual = { en: "an object", zh: "对象" };

export const isNumber = (value: unknown): boolean =>
  typeof value === "number" && Number.isFinite(value);
export const isText = (value: unknown): boolean => typeof value === "string";

export const number = is({ en: "a number", zh: "数字" }, isNumber);
export const count = is(
  { en: "a whole number", zh: "非负整数" },
  (value) => Number.isInteger(value) && Number(value) >= 0,
);
export const boolean = is(
  { en: "true or false", zh: "true 或 false" },
  (value) => typeof value === "boolean",
);
export const text = is({ en: "a text", zh: "文本" }, isText);
export const anyObject = is(OBJECT, (value) => asObject(value) !== null);

/** A value of which this holds. */
export function is(expected: Bilingual, holds: (value: unknown) => boolean): Check {
  return (value, place) => (holds(value) ? null : { place, expected });
}

/** One of these texts. */
export function oneOf(values: readonly string[]): Check {
  return is(
    { en: `one of ${values.join(", ")}`, zh: `${values.join("、")} 之一` },
    (value) => isText(value) && values.includes(`${value}`),
  );
}

/** `null`, or what the check asks for. */
export function orNull(check: Check): Check {
  return (value, place) => (value === null ? null : check(value, place));
}

/** Absent, or what the check asks for. */
export function optional(check: Check): Check {
  return (value, place) => (value === undefined ? null : check(value, place));
}

/** The first problem of the last form, where none fits. */
export function either(checks: readonly Check[]): Check {
  return (value, place) => {
    const problems = checks.map((check) => check(value, place));
    return problems.includes(null) ? null : (problems.at(-1) ?? null);
  };
}

/** A list whose entries are all of one form. */
export function listOf(check: Check): Check {
  return (value, place) => {
    if (!Array.isArray(value)) return { place, expected: { en: "a list", zh: "列表" } };
    for (const [index, entry] of value.entries()) {
      const problem = check(entry, `${place}[${index}]`);
      if (problem !== null) return problem;
    }
    return null;
  };
}

/** An object with these fields. Others may stand beside them. */
export function object<Value = JsonObject>(
  fields: Readonly<Record<string & keyof Value, Check>>,
): Check {
  return (value, place) => {
    const given = asObject(value);
    if (given === null) return { place, expected: OBJECT };
    for (const [name, check] of Object.entries<Check>(fields)) {
      const found = Object.hasOwn(given, name) ? given[name] : undefined;
      const problem = check(found, place === "" ? name : `${place}.${name}`);
      if (problem !== null) return problem;
    }
    return null;
  };
}
