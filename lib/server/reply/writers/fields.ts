import { asArray, asObject, type JsonObject } from "../../../base/json.ts";
import type { ChatMessage } from "../../../wire/request.ts";
import { FieldError } from "../asked.ts";

/** What a field may hold, in words, and how that is told. */
const KINDS = {
  text: ["a text", (value) => typeof value === "string"],
  name: ["a text that is not empty", (value) => typeof value === "string" && value !== ""],
  flag: ["true or false", (value) => typeof value === "boolean"],
  number: ["a number", (value) => typeof value === "number"],
  count: ["a whole number above 0", (value) => isCount(value) && value > 0],
  amount: ["a whole number", isCount],
  object: ["an object", (value) => asObject(value) !== null],
  list: ["a list that is not empty", (value) => asArray(value).length > 0],
  objects: ["a list of objects", isList((item) => asObject(item) !== null)],
  texts: ["a text, or a list of texts", (value) => typeof value === "string" || isTexts(value)],
} as const satisfies Record<string, readonly [string, (value: unknown) => boolean]>;

/** What a field may hold. */
export type FieldKind = keyof typeof KINDS;

/**
 * Looks at the fields of a body. Those with a `!` have to be there; any other may be missing or `null`.
 *
 * ```ts
 * checkFields({ model: "m", stop: null }, { model: "name!", stop: "texts" }); // nothing is wrong
 * ```
 *
 * @throws {FieldError} for the first that is missing or wrong
 */
export function checkFields(
  body: JsonObject,
  kinds: Readonly<Record<string, FieldKind | `${FieldKind}!`>>,
): void {
  for (const [field, given] of Object.entries(kinds)) {
    const value = body[field] ?? null;
    const isNeeded = given.endsWith("!");
    const [words, fits] = KINDS[(isNeeded ? given.slice(0, -1) : given) as FieldKind];
    if (value === null) {
      if (isNeeded) throw new FieldError(field, `is missing: it must be ${words}`);
    } else if (!fits(value)) throw new FieldError(field, `must be ${words}, got ${shown(value)}`);
  }
}

/**
 * Looks at the messages of a body.
 *
 * @throws {FieldError} for the first that is no message
 */
export function checkMessages(body: JsonObject, roles: readonly string[]): void {
  for (const [index, given] of asArray(body["messages"]).entries()) {
    const message = asObject(given);
    const field = `messages[${index}]`;
    if (message === null) throw new FieldError(field, `must be an object, got ${shown(given)}`);
    const { role } = message;
    if (typeof role !== "string" || !roles.includes(role)) {
      const problem = role === undefined ? "is missing: it" : `${shown(role)} is unknown: it`;
      throw new FieldError(`${field}.role`, `${problem} must be one of ${roles.join(", ")}`);
    }
  }
}

/**
 * Refuses fields that ask for more than a simulated model can do. `false`, `null`, and what is missing ask for nothing.
 *
 * @throws {FieldError} for the first of them
 */
export function refuseFields(body: JsonObject, fields: readonly string[]): void {
  for (const field of fields) {
    const value = body[field] ?? false;
    if (value !== false) throw new FieldError(field, CANNOT);
  }
}

/** Why a field is refused, behind its name. */
export const CANNOT = "asks for what the simulated model cannot do";

/**
 * The only number that a field may hold.
 *
 * @throws {FieldError} for any other
 */
export function onlyOne(body: JsonObject, field: string): void {
  if ((body[field] ?? 1) !== 1) throw new FieldError(field, `must be 1 here`);
}

/** A request gets no more answers than this. */
const MOST_CHOICES = 128;

/**
 * How many answers a request wants: `n` for each prompt.
 *
 * @throws {FieldError} when they are more than 128
 */
export function choicesIn({ n }: JsonObject, { prompts = 1 } = {}): number {
  const choices = prompts * (typeof n === "number" ? n : 1);
  if (choices <= MOST_CHOICES) return choices;
  const field = prompts > MOST_CHOICES ? "prompt" : "n";
  throw new FieldError(
    field,
    `asks for ${choices} answers: no more than ${MOST_CHOICES} are given`,
  );
}

/** A limit or a count; `null` when it is not given. */
export function countIn(body: JsonObject, ...fields: readonly string[]): number | null {
  for (const field of fields) {
    const value = body[field];
    if (isCount(value)) return value;
  }
  return null;
}

/** One text, or several. */
export function textsIn(value: unknown): readonly string[] {
  const given = typeof value === "string" ? [value] : asArray(value);
  return given.filter((text): text is string => typeof text === "string" && text !== "");
}

/** Whether what a tool gave has come since the model spoke last. Some clients put words of their own behind it. */
export function answersTool(messages: readonly ChatMessage[]): boolean {
  const spoken = messages.findLastIndex(({ role }) => role === "assistant");
  return messages.slice(spoken + 1).some(({ role }) => role === "tool");
}

/** A value as JSON, in short. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60).toWellFormed()}…` : text;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isList(fits: (item: unknown) => boolean): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && asArray(value).every(fits);
}

function isTexts(value: unknown): boolean {
  return isList((item) => typeof item === "string")(value);
}
