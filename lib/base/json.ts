import { JsonNesting } from "./json_nesting.ts";

/** A JSON object of unknown content. */
export type JsonObject = { readonly [key: string]: unknown };

/** The value as an object, or `null` if it is none (an array is none). */
export function asObject(value: unknown): JsonObject | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : null;
}

/** The value as an array, or an empty one. */
export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value as a text that is not empty, or `null`. */
export function asText(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** JSON may be nested so deep. What endpoints send has a dozen levels; what has more would overflow the stack. */
export const DEEPEST_JSON = 512;

/**
 * The parsed text, or `undefined` if it is not JSON, or is nested more than {@linkcode DEEPEST_JSON} levels deep: so
 * whoever walks or prints what comes out needs no guard of its own.
 */
export function parseJson(text: string): unknown {
  if (isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether text that may be JSON is nested too deep to be parsed. One look tells for any text of ordinary length. */
export function isTooDeep(text: string): boolean {
  // So many brackets need as much room again to close.
  if (text.length <= 2 * DEEPEST_JSON) return false;
  const nesting = new JsonNesting();
  nesting.push(text);
  return nesting.deepest > DEEPEST_JSON;
}
