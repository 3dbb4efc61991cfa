import { asArray, asObject, asText, type JsonObject } from "../base/json.ts";
import { completionChunkFrom } from "../wire/completion.ts";
import type { ChatMessage } from "../wire/request.ts";
import { samplingFields } from "./chat.ts";
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
    if (messages.some((message) => callsIn(message).length > 0)) lacking.push("tools");
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
    return choices.every((choice) => asObject(asObject(choice)?.["delta"]) === null);
  },
  reader: () => ({ read: completionChunkFrom }),
};

/** Whether a body, which is no event, is a completion: it looks like a chunk with all of the text. */
export function isWholeText(value: JsonObject): boolean {
  const choices = asArray(value["choices"]).map((choice) => asObject(choice)?.["text"]);
  const isText = choices.every((text) => typeof text === "string");
  return value["object"] === "text_completion" && choices.length > 0 && isText;
}

/** A text, a list of texts, or token ids, which stand for themselves. */
function promptText(prompt: unknown): string | null {
  const text = asText(prompt);
  if (text !== null) return text;
  const parts = asArray(prompt);
  if (parts.length === 0) return null;
  return parts.map((part) => (typeof part === "string" ? part : JSON.stringify(part))).join("\n");
}
