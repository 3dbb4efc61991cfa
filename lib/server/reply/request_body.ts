import { asArray, asObject, asText, type JsonObject } from "../../base/json.ts";
import { inOneOrder } from "./in_one_order.ts";

/** Whether a request asks for its usage in the stream. */
export function asksForUsage(body: JsonObject): boolean {
  return asObject(body["stream_options"])?.["include_usage"] === true;
}

/** The text of the last message of the user; `null` when there is none. */
export function lastUserText(body: JsonObject): string | null {
  const message = asArray(body["messages"]).findLast(
    (message) => asObject(message)?.["role"] === "user",
  );
  const content = plainContent(asObject(message)?.["content"]);
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
