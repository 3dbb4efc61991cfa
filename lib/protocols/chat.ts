import { asArray, asObject } from "../base/json.ts";
import { completionChunkFrom, isWholeCompletion } from "../wire/completion.ts";
import { messagesIn } from "./conversation.ts";
import type { CompletionRequest, Protocol } from "./protocol.ts";

/**
 * Chat completions, `/chat/completions`: what most endpoints speak, each in its own way. How their chunks are read is told
 * in `wire/completion.ts`.
 *
 * @see https://platform.openai.com/docs/api-reference/chat-streaming
 */
export const chat: Protocol = {
  name: "chat",
  title: "Chat Completions",
  path: "/chat/completions",
  questionField: "messages",
  ending: "[DONE] or a finish_reason",
  doneIsWhole: true,
  keyHeader: "authorization",
  headers: {},
  body(request) {
    const { schema } = request;
    return {
      model: request.model,
      messages: request.messages,
      stream: true,
      stream_options: { include_usage: true },
      ...(schema === undefined
        ? undefined
        : { response_format: { type: "json_schema", json_schema: { strict: true, ...schema } } }),
      ...samplingFields(request),
    };
  },
  lacks: () => [],
  conversation: (body) => messagesIn(body["messages"]),
  recognizes(value) {
    return asArray(value["choices"]).some((choice) => {
      const object = asObject(choice);
      return asObject(object?.["delta"]) !== null || asObject(object?.["message"]) !== null;
    });
  },
  isWhole: (value) => isWholeCompletion(completionChunkFrom(value)),
  reader: () => ({ read: completionChunkFrom }),
};

/** How chat completions, and completions, name what shapes the answer. */
export function samplingFields({
  sampling = {},
  fields = {},
}: Pick<CompletionRequest, "sampling" | "fields">): Record<string, unknown> {
  const { exactTokens, maxTokens = exactTokens } = sampling;
  const { maxTokensField = "max_tokens", minTokensField, ignoreEosField } = fields;
  const isExact = exactTokens !== undefined;
  return {
    ...(isExact && minTokensField !== undefined ? { [minTokensField]: exactTokens } : undefined),
    ...(isExact && ignoreEosField !== undefined ? { [ignoreEosField]: true } : undefined),
    temperature: sampling.temperature,
    top_p: sampling.topP,
    [maxTokensField]: maxTokens,
    seed: sampling.seed,
    stop: sampling.stop,
  };
}
