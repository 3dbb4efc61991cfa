import { endpointErrorFrom } from "../wire/endpoint_error.ts";
import { asArray, asObject, type JsonObject, parseJson } from "../wire/json.ts";

/** A completion that was streamed, as one value. */
export type WholeCompletion =
  | {
      readonly kind: "completion";
      readonly value: JsonObject;
      /** `[DONE]` came, or a `finish_reason` for every choice. */
      readonly isFinished: boolean;
    }
  /** The stream held an error, and no completion is made of it. */
  | { readonly kind: "error"; readonly value: JsonObject }
  /** It held nothing of a completion. */
  | { readonly kind: "nothing" };

interface WholeChoice {
  readonly message: Record<string, unknown>;
  /** Whatever else the chunks say of the choice: `finish_reason`, `logprobs`. */
  readonly rest: Record<string, unknown>;
}

/**
 * Puts the chunks of a stream together to the `chat.completion` that the same request gives without streaming. Fields
 * that are not known are kept: texts that come in deltas are joined, lists too, and of anything else the last counts.
 *
 * @example
 * ```ts
 * wholeCompletion(['{"id":"1","choices":[{"index":0,"delta":{"content":"Hi"}}]}', "[DONE]"]);
 * // { kind: "completion", value: { id: "1", object: "chat.completion", … }, isFinished: true }
 * ```
 */
export function wholeCompletion(events: Iterable<string>): WholeCompletion {
  const top: Record<string, unknown> = {};
  const choices = new Map<number, WholeChoice>();
  let isEmpty = true;
  let isDone = false;
  for (const data of events) {
    isDone = data.trim() === "[DONE]";
    if (isDone) break;
    const chunk = asObject(parseJson(data));
    if (chunk === null) continue;
    const { choices: deltas, object: _, x_groq: groq, ...fields } = chunk;
    if (endpointErrorFrom(chunk) !== null) return { kind: "error", value: chunk };
    isEmpty = false;
    const usage = asObject(groq)?.["usage"];
    for (const [name, value] of Object.entries({ ...fields, ...(usage ? { usage } : {}) })) {
      if (value !== null || !(name in top)) top[name] = value;
    }
    for (const delta of asArray(deltas)) addChoice(choices, asObject(delta) ?? {});
  }
  if (isEmpty) return { kind: "nothing" };
  const { usage = null, ...rest } = top;
  const value = {
    ...rest,
    object: "chat.completion",
    choices: [...choices]
      .toSorted(([one], [other]) => one - other)
      .map(([index, { message, rest }]) => wholeChoice(index, { message, rest })),
    ...(usage === null ? {} : { usage }),
  };
  const reasons = Array.from(choices.values(), ({ rest }) => rest["finish_reason"] ?? null);
  const isFinished = isDone || (reasons.length > 0 && !reasons.includes(null));
  return { kind: "completion", value, isFinished };
}

function wholeChoice(index: number, { message, rest }: WholeChoice): JsonObject {
  const { role = "assistant", content = "", tool_calls: calls, ...others } = message;
  const hasCalls = asArray(calls).length > 0;
  return {
    index,
    message: {
      role,
      // OpenAI's answer that is nothing but tool calls has no text.
      content: hasCalls && content === "" ? null : content,
      ...others,
      ...(hasCalls ? { tool_calls: asArray(calls).map(withoutIndex) } : {}),
    },
    finish_reason: null,
    ...rest,
  };
}

function withoutIndex(call: unknown): unknown {
  const { index: _, ...rest } = asObject(call) ?? {};
  return rest;
}

function addChoice(choices: Map<number, WholeChoice>, choice: JsonObject): void {
  const { index, delta, message, ...rest } = choice;
  const place = Number.isSafeInteger(index) ? (index as number) : 0;
  const whole = choices.get(place) ?? { message: {}, rest: {} };
  choices.set(place, whole);
  // Some endpoints end a stream with the whole message: it says nothing new.
  const added =
    asObject(delta) ?? (Object.keys(whole.message).length === 0 ? asObject(message) : null);
  for (const [name, value] of Object.entries(added ?? {})) {
    whole.message[name] = joined(whole.message[name], value, name);
  }
  for (const [name, value] of Object.entries(rest)) {
    whole.rest[name] = joined(whole.rest[name], value, name);
  }
}

/** Texts that are said once, and not in parts. */
const SAID_ONCE = new Set(["role", "finish_reason", "id", "type", "name", "stop_reason"]);

function joined(before: unknown, added: unknown, name: string): unknown {
  if (before === undefined || before === null) return added;
  if (added === undefined || added === null) return before;
  if (name === "tool_calls") return joinedCalls(asArray(before), asArray(added));
  if (typeof before === "string" && typeof added === "string") {
    if (SAID_ONCE.has(name)) return added === "" ? before : added;
    return before + added;
  }
  if (name === "content") return [...contentParts(before), ...contentParts(added)];
  if (Array.isArray(before) && Array.isArray(added)) return [...before, ...added];
  const [left, right] = [asObject(before), asObject(added)];
  if (left === null || right === null) return added;
  const merged: Record<string, unknown> = { ...left };
  for (const [key, value] of Object.entries(right)) merged[key] = joined(merged[key], value, key);
  return merged;
}

function contentParts(content: unknown): readonly unknown[] {
  return typeof content !== "string"
    ? asArray(content)
    : content === ""
      ? []
      : [{ type: "text", text: content }];
}

/** Fragments of tool calls belong together by `index`; one without belongs to the last call, or begins one with its `id`. */
function joinedCalls(before: readonly unknown[], added: readonly unknown[]): unknown[] {
  const calls = before.map((call) => asObject(call) ?? {});
  for (const fragment of added.map((call) => asObject(call) ?? {})) {
    const { index, id } = fragment;
    const isNew = typeof id === "string" && id !== "" && calls.at(-1)?.["id"] !== id;
    const found =
      index === undefined || index === null
        ? isNew
          ? -1
          : calls.length - 1
        : calls.findIndex((call) => call["index"] === index);
    if (found === -1) calls.push(fragment);
    else calls[found] = joined(calls[found], fragment, "call") as JsonObject;
  }
  return calls;
}
