import { asArray, asObject, asText } from "../../base/json.ts";
import type { ChatMessage } from "../../wire/request.ts";
import { inOneOrder } from "./in_one_order.ts";

/** The text of the last message of the user; `null` when there is none. */
export function lastUserText(messages: readonly ChatMessage[]): string | null {
  const content = plainContent(messages.findLast(({ role }) => role === "user")?.content);
  if (typeof content === "string" || content === null) return content;
  return JSON.stringify(inOneOrder(content));
}

/** Content as one text, where it is nothing but text: SDKs write it in both forms. */
export function plainContent(content: unknown): {} | null {
  const parts = asArray(content);
  let text = "";
  for (const part of parts) {
    const object = asObject(part);
    if (object?.["type"] !== "text") return content ?? null;
    text += asText(object["text"]) ?? "";
  }
  return parts.length > 0 ? text : (content ?? null);
}
