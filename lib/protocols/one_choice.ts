import type { JsonObject } from "../base/json.ts";
import {
  type ChoiceDelta,
  type CompletionChunk,
  completionChunkFrom,
  failureIn,
} from "../wire/completion.ts";

/** An event that adds nothing. */
export const NOTHING: CompletionChunk = {
  id: null,
  model: null,
  fingerprint: null,
  choices: [],
  usage: null,
  error: null,
  isKnown: true,
};

/** An object that is none of the protocol's. It may tell of a failure all the same, in a form of any other. */
export function foreign(value: JsonObject): CompletionChunk {
  const { isKnown: _, ...unknown } = NOTHING;
  return { ...unknown, error: failureIn(completionChunkFrom(value)) };
}

const EMPTY: ChoiceDelta = {
  index: 0,
  answer: "",
  refusal: false,
  reasoning: "",
  toolCalls: [],
  finishReason: null,
  whole: false,
};

/** What a protocol that gives one answer adds to it. */
export function adding(delta: Partial<ChoiceDelta>): CompletionChunk {
  return { ...NOTHING, choices: [{ ...EMPTY, ...delta }] };
}

/** Other protocols' words for an end, in those of chat completions. What stands in no list stays as it is. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["tool_use", "tool_calls"],
  ["max_tokens", "length"],
  ["max_output_tokens", "length"],
]);

/** The end of an answer, and the endpoint's own word for it where that is another. */
export function finish(native: string): Pick<ChoiceDelta, "finishReason" | "nativeFinishReason"> {
  const finishReason = REASONS.get(native);
  return finishReason === undefined
    ? { finishReason: native }
    : { finishReason, nativeFinishReason: native };
}
