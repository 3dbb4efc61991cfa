import { asObject, asText, type JsonObject } from "../../base/json.ts";
import { toolCallDeltaFrom } from "../../wire/completion.ts";
import { ToolCalls } from "../../wire/tool_calls.ts";
import { joinFields } from "./join_fields.ts";

/**
 * Puts tool calls together from their fragments, with whatever fields these have. Which fragments belong to one call is
 * decided as for a client, by {@linkcode ToolCalls}: some servers number all calls 0, or not at all.
 */
export class WholeCalls {
  readonly #places = new ToolCalls();
  /** By the index of their place, in the order in which they began. */
  readonly #calls = new Map<number, Record<string, unknown>>();

  /** Adds one fragment. What is no object adds nothing. */
  add(fragment: unknown): void {
    const object = asObject(fragment);
    if (object === null) return;
    const { index: _, ...fields } = withTextArguments(object);
    const { index, isRepetition } = this.#places.place(toolCallDeltaFrom(object));
    const call = this.#calls.get(index) ?? {};
    this.#calls.set(index, call);
    if (isRepetition) return;
    // The first id counts: some servers give each fragment an id of its own.
    if (asText(call["id"]) !== null) delete fields["id"];
    joinFields(call, fields);
  }

  /** The calls so far, in the order in which they began. */
  all(): readonly JsonObject[] {
    return [...this.#calls.values()];
  }
}

/** A call with its arguments as JSON text, where a server gave the value itself. */
export function withTextArguments(call: JsonObject): Record<string, unknown> {
  const called = asObject(call["function"]);
  return called === null ? { ...call } : { ...call, function: textArguments(called) };
}

/** The same of what is called. */
export function textArguments(called: JsonObject): JsonObject {
  const { arguments: given } = called;
  if (given === undefined || given === null || typeof given === "string") return called;
  return { ...called, arguments: JSON.stringify(given) };
}
