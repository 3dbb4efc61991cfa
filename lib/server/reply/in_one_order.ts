import { asObject } from "../../base/json.ts";

/**
 * The same value with the keys of its objects in one order, so that equal values have equal JSON. It goes as deep as the
 * value, which {@linkcode nestsTooDeep} bounds.
 *
 * @example
 * ```ts
 * JSON.stringify(inOneOrder({ b: 1, a: 2 })); // '{"a":2,"b":1}'
 * ```
 */
export function inOneOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOneOrder);
  const object = asObject(value);
  if (object === null) return value;
  const entries = Object.entries(object).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, entry]) => [key, inOneOrder(entry)]));
}
