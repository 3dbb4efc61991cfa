import { asArray, asObject } from "../../base/json.ts";

/** Texts that are said once, and not in parts. */
const SAID_ONCE = new Set(["role", "finish_reason", "id", "type", "name", "stop_reason"]);

/**
 * Adds the fields of a delta to those that came before: texts that come in parts are joined, lists too, objects by their
 * fields, and of anything else the last counts. `null` and what is missing add nothing. Lists and objects of earlier
 * deltas are added to in place: a copy for each delta would cost the square of their number.
 *
 * @example
 * ```ts
 * const message = { content: "Hel" };
 * joinFields(message, { content: "lo", refusal: null }); // message is { content: "Hello", refusal: null }
 * ```
 */
export function joinFields(target: Record<string, unknown>, added: object): void {
  for (const [name, value] of Object.entries(added)) {
    // As a name it would lead to what all objects have in common.
    if (name !== "__proto__") target[name] = joined(target[name], value, name);
  }
}

function joined(before: unknown, added: unknown, name: string): unknown {
  if (before === undefined || before === null) return added;
  if (added === undefined || added === null) return before;
  if (typeof before === "string" && typeof added === "string") {
    if (SAID_ONCE.has(name)) return added === "" ? before : added;
    return before + added;
  }
  if (name === "content") return appended(contentParts(before), contentParts(added));
  if (Array.isArray(before) && Array.isArray(added)) return appended(before, added);
  const [left, right] = [asObject(before), asObject(added)];
  if (left === null || right === null) return added;
  joinFields(left as Record<string, unknown>, right);
  return left;
}

function appended(list: unknown[], added: readonly unknown[]): unknown[] {
  for (const item of added) list.push(item);
  return list;
}

function contentParts(content: unknown): unknown[] {
  if (typeof content !== "string") return asArray(content) as unknown[];
  return content === "" ? [] : [{ type: "text", text: content }];
}
