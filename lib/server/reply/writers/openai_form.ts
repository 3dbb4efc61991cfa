import type { JsonObject } from "../../../base/json.ts";
import type { CompletionHead } from "../asked.ts";
import type { WrittenError, WrittenEvent } from "./writer.ts";

/** OpenAI's `{"error":{…}}`. */
export function openaiError({ status, code, message, field }: WrittenError): JsonObject {
  const type = status >= 500 ? "server_error" : "invalid_request_error";
  return { error: { message, type, param: field ?? null, code } };
}

/** The same as an event without a name, which ends a stream of chat completions. */
export function openaiErrorEvents(error: WrittenError): WrittenEvent[] {
  return [{ name: null, data: JSON.stringify(openaiError(error)) }];
}

/** A model, in OpenAI's form. */
export function openaiModel(id: string): JsonObject {
  return { id, object: "model", created: 0, owned_by: "streamgauge" };
}

/** A list of models, in OpenAI's form. */
export function openaiModels(ids: readonly string[]): JsonObject {
  return { object: "list", data: ids.map(openaiModel) };
}

/** Whether data is `[DONE]`. */
export function isDone(data: string): boolean {
  return data.trim() === "[DONE]";
}

/** What a model made of an answer, in tokens. */
interface Counted {
  readonly completionTokens: number;
  readonly reasoningTokens: number;
}

/** The end of a stream of chunks: the usage, if wanted, in one of its own, and `[DONE]`. `begin`: how each chunk begins. */
export function openaiEnd(
  head: CompletionHead,
  { begin, counted }: { readonly begin: string; readonly counted: Counted },
): WrittenEvent[] {
  const done = { name: null, data: "[DONE]" };
  if (!head.withUsage) return [done];
  const usage = JSON.stringify(openaiUsage(head, counted));
  return [{ name: null, data: `${begin}[],"usage":${usage}}` }, done];
}

/** The counts as chat completions and completions give them. */
function openaiUsage({ promptTokens, cachedTokens }: CompletionHead, counted: Counted): JsonObject {
  const { completionTokens, reasoningTokens } = counted;
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    ...(cachedTokens === null ? {} : { prompt_tokens_details: { cached_tokens: cachedTokens } }),
    ...(reasoningTokens === 0
      ? {}
      : { completion_tokens_details: { reasoning_tokens: reasoningTokens } }),
  };
}
