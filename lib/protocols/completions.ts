import { asArray, asObject, asText } from "../base/json.ts";
import { finishReasonFrom } from "../wire/finish_reason.ts";
import type { ChatMessage } from "../wire/request.ts";
import { chat, samplingFields } from "./chat.ts";
import { callsIn, hasImage, plainText } from "./conversation.ts";
import type { Feature, Protocol } from "./protocol.ts";

/**
 * Completions, `/completions`: a text that goes on, without roles, reasoning or tools. A conversation is sent as its
 * texts, with an empty line between them.
 *
 * @see https://platform.openai.com/docs/api-reference/completions
 */
export const completions: Protocol = {
  name: "completions",
  title: "Completions",
  path: "/completions",
  questionField: "prompt",
  ending: "[DONE] or a finish_reason",
  doneIsWhole: true,
  keyHeader: "authorization",
  headers: {},
  body(request) {
    // No endpoint has another name for its limit here.
    const { maxTokensField: _, ...fields } = request.fields ?? {};
    return {
      model: request.model,
      prompt: request.messages.map(({ content }) => plainText(content)).join("\n\n"),
      stream: true,
      stream_options: { include_usage: true },
      ...samplingFields({ ...request, fields }),
    };
  },
  lacks({ messages, schema }) {
    const lacking: Feature[] = [];
    if (messages.some(hasImage)) lacking.push("image");
    if (messages.some((message) => message.role === "tool" || callsIn(message).length > 0)) {
      lacking.push("tools");
    }
    if (schema !== undefined) lacking.push("schema");
    return lacking;
  },
  conversation({ prompt }): ChatMessage[] | null {
    const content = promptText(prompt);
    return content === null ? null : [{ role: "user", content }];
  },
  recognizes(value) {
    const choices = asArray(value["choices"]);
    if (value["object"] !== "text_completion") return false;
    return choices.every((choice) => {
      const object = asObject(choice);
      return asObject(object?.["delta"]) === null && asObject(object?.["message"]) === null;
    });
  },
  isWhole(value) {
    const choices = asArray(value["choices"]).map((choice) => asObject(choice) ?? {});
    // It is spelt as a chunk is, but for its end, which a chunk with text has only if it is the last.
    const isEnded = choices.every((choice) => finishReasonFrom(choice["finish_reason"]) !== null);
    const hasText = choices.some((choice) => typeof choice["text"] === "string");
    return completions.recognizes(value) && isEnded && hasText;
  },
  reader: chat.reader,
};

/** A text, a list of texts, or token ids, which stand for themselves. */
function promptText(prompt: unknown): string | null {
  const text = asText(prompt);
  if (text !== null) return text;
  const parts = asArray(prompt);
  if (parts.length === 0) return null;
  return parts.map((part) => (typeof part === "string" ? part : JSON.stringify(part))).join("\n");
}
