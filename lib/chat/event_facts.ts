import type { StreamEvent } from "../measure/definitions/stream_event.ts";
import { asArray, asObject, asText, type JsonObject, parseJson } from "../base/json.ts";
import { usageFrom } from "../wire/usage.ts";

/** What an event brings, without its time. */
export type EventFacts = Omit<StreamEvent, "at">;

const NOTHING: EventFacts = {
  done: false,
  hasChoices: false,
  content: false,
  reasoning: false,
  toolCalls: false,
  usage: null,
};

/**
 * What the data of an event brings as it stands there, the way benchmark clients look at it: nothing is mended, and
 * of several choices the first one counts. `null` for what is neither a JSON object nor `[DONE]`: they would not read it.
 *
 * @example
 * ```ts
 * eventFacts('{"choices":[{"delta":{"role":"assistant","content":""}}]}');
 * // { done: false, hasChoices: true, content: false, reasoning: false, toolCalls: false, usage: null }
 * ```
 */
export function eventFacts(data: string): EventFacts | null {
  if (data.trim() === "[DONE]") return { ...NOTHING, done: true };
  const value = asObject(parseJson(data));
  return value === null ? null : objectFacts(value);
}

/** The same for data that is parsed already. */
export function objectFacts(value: JsonObject): EventFacts {
  const choices = asArray(value["choices"]);
  const choice = asObject(choices[0]);
  const delta = asObject(choice?.["delta"]);
  return {
    done: false,
    hasChoices: choices.length > 0,
    content: isText(delta?.["content"]) || isText(choice?.["text"]),
    reasoning: isText(delta?.["reasoning_content"]) || isText(delta?.["reasoning"]),
    toolCalls: asArray(delta?.["tool_calls"]).length > 0,
    usage: usageFrom(value)?.completionTokens ?? null,
  };
}

function isText(value: unknown): boolean {
  return asText(value) !== null;
}
