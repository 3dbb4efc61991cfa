import { asObject, asText, type JsonObject } from "../../base/json.ts";
import { joinFields } from "./join_fields.ts";

interface WholeCall {
  readonly index: number | null;
  readonly fields: Record<string, unknown>;
}

/**
 * Puts tool calls together from their fragments, with whatever fields these have. A fragment belongs to the call with its
 * `index`; without one to that with its `id`, and without both to the last one.
 *
 * A new `id` with a name begins a call, whatever the `index`: some servers number all calls 0. So does a new `id`, or
 * another name, where there is no `index`.
 */
export class WholeCalls {
  readonly #calls: WholeCall[] = [];
  readonly #byIndex = new Map<number, WholeCall>();
  readonly #byId = new Map<string, WholeCall>();
  #last: WholeCall | null = null;

  /** Adds one fragment. What is no object adds nothing. */
  add(fragment: unknown): void {
    const object = asObject(fragment);
    if (object === null) return;
    const { index: given, ...fields } = withTextArguments(object);
    const index = indexFrom(given);
    const found = this.#callOf(fields, index);
    const call = found ?? { index, fields: {} };
    // The first id and name count: some servers give each fragment an id of its own.
    if (found !== null && idOf(call.fields) !== null) delete fields["id"];
    joinFields(call.fields, fields);
    if (found === null) this.#calls.push(call);
    if (index !== null) this.#byIndex.set(index, call);
    const id = idOf(call.fields);
    if (id !== null && !this.#byId.has(id)) this.#byId.set(id, call);
    this.#last = call;
  }

  /** The calls so far, in the order in which they began. */
  all(): readonly JsonObject[] {
    return this.#calls.map(({ fields }) => fields);
  }

  #callOf(fields: JsonObject, index: number | null): WholeCall | null {
    const [id, name] = [idOf(fields), nameOf(fields)];
    const known = id === null ? null : (this.#byId.get(id) ?? null);
    const last = index === null ? this.#last : (this.#byIndex.get(index) ?? null);
    if (last === null) return index === null ? known : null;
    if (known !== null && (index === null || known.index === index)) return known;
    const isNamed = nameOf(last.fields) !== null;
    if (index === null) return id !== null || (name !== null && isNamed) ? null : last;
    const isAnother = id !== null && name !== null && (idOf(last.fields) !== null || isNamed);
    return isAnother ? null : last;
  }
}

function idOf(fields: JsonObject): string | null {
  return asText(fields["id"]);
}

/** The name of what is called: a function, or a tool of the caller's own kind. */
function nameOf(fields: JsonObject): string | null {
  return asText((asObject(fields["function"]) ?? asObject(fields["custom"]))?.["name"]);
}

/** An index as a number; `null` for what is none. Some servers write it as text. */
export function indexFrom(value: unknown): number | null {
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) && (number as number) >= 0 ? (number as number) : null;
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
