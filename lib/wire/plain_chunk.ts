import { asObject, type JsonObject } from "../base/json.ts";
import { hasPlainCounts } from "./odd_usage.ts";
import { isCount } from "./usage.ts";

/** A chunk of which {@linkcode isPlainChunk} is true. */
export interface PlainChunk extends JsonObject {
  readonly choices: readonly [
    { readonly index: number; readonly delta: { readonly content: string } },
  ];
  readonly usage?: JsonObject | null;
}

/**
 * Whether an object is a chunk as nearly all are: one choice with an index, whose delta adds text to the answer and nothing
 * else; a usage whose counts are all counts, or none; nothing odd, nothing that ends. Any other is for the full reader,
 * `completionChunkFrom`, which would read these alike.
 *
 * Every field that the full reader looks at is looked at here, one by one: a loop over their names takes longer than
 * the rest.
 *
 * @example
 * ```ts
 * isPlainChunk({ choices: [{ index: 0, delta: { content: "你好" } }] }); // true
 * isPlainChunk({ choices: [{ index: 0, delta: { content: "" }, finish_reason: "stop" }] }); // false
 * ```
 */
export function isPlainChunk(value: JsonObject): value is PlainChunk {
  const { choices } = value;
  return (
    Array.isArray(choices) &&
    choices.length === 1 &&
    isPlainChoice(asObject(choices[0])) &&
    isPlainUsage(value["usage"]) &&
    isNone(value["error"]) &&
    isNone(value["base_resp"]) &&
    isNone(value["x_groq"])
  );
}

function isPlainChoice(choice: JsonObject | null): boolean {
  return (
    choice !== null &&
    isCount(choice["index"]) &&
    isNone(choice["finish_reason"]) &&
    isNone(choice["usage"]) &&
    isNone(choice["error"]) &&
    isPlainDelta(asObject(choice["delta"]))
  );
}

function isPlainUsage(usage: unknown): boolean {
  if (isNone(usage)) return true;
  const counts = asObject(usage);
  return counts !== null && hasPlainCounts(counts);
}

function isPlainDelta(delta: JsonObject | null): boolean {
  return (
    delta !== null &&
    typeof delta["content"] === "string" &&
    delta["content"] !== "" &&
    isEmpty(delta["reasoning_content"]) &&
    isEmpty(delta["reasoning"]) &&
    isEmpty(delta["reasoning_details"]) &&
    isEmpty(delta["reasoning_text"]) &&
    isEmpty(delta["reasoning_summary"]) &&
    isEmpty(delta["thinking"]) &&
    isEmpty(delta["thought"]) &&
    isEmpty(delta["refusal"]) &&
    isNone(delta["tool_calls"]) &&
    isNone(delta["function_call"]) &&
    isNone(delta["audio"]) &&
    isNone(delta["images"]) &&
    isNone(delta["finish_reason"]) &&
    isNone(delta["error"])
  );
}

function isNone(value: unknown): boolean {
  return value === undefined || value === null;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}
