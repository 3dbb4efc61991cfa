import { asArray, asObject, asText, type JsonObject } from "../base/json.ts";
import type { ChatMessage } from "../wire/request.ts";

/** The messages in a list; `null` where there is none. */
export function messagesIn(value: unknown): ChatMessage[] | null {
  const messages = asArray(value).filter((message) => asObject(message) !== null);
  return messages.length === 0 ? null : (messages as unknown as ChatMessage[]);
}

/** The text in the content of a message, whichever form it has; other parts are passed over. */
export function plainText(content: unknown): string {
  if (typeof content === "string") return content;
  return asArray(content)
    .map((part) => asText(asObject(part)?.["text"]) ?? "")
    .join("");
}

/** Whether a message holds a picture. */
export function hasImage({ content }: ChatMessage): boolean {
  return asArray(content).some((part) => asObject(part)?.["type"] === "image_url");
}

/** The text of the system's messages, and all others. Several are one text, with an empty line between them. */
export function apartFromSystem(messages: readonly ChatMessage[]): {
  readonly system: string | undefined;
  readonly others: readonly ChatMessage[];
} {
  const texts = messages.filter(isSystem).map(({ content }) => plainText(content));
  return {
    system: texts.length === 0 ? undefined : texts.join("\n\n"),
    others: messages.filter((message) => !isSystem(message)),
  };
}

function isSystem({ role }: ChatMessage): boolean {
  return role === "system" || role === "developer";
}

/** A call of a tool in a message of the assistant. */
export interface SentCall {
  readonly id: string;
  readonly name: string;
  /** JSON. */
  readonly arguments: string;
}

/** The calls of tools that a message holds. */
export function callsIn(message: ChatMessage): SentCall[] {
  const { tool_calls: calls } = message as unknown as JsonObject;
  return asArray(calls).flatMap((call) => {
    const object = asObject(call);
    const called = asObject(object?.["function"]);
    const name = asText(called?.["name"]);
    if (name === null) return [];
    const given = called?.["arguments"];
    return [
      {
        id: asText(object?.["id"]) ?? "",
        name,
        arguments: typeof given === "string" ? given : JSON.stringify(given ?? {}),
      },
    ];
  });
}

/** A message of the assistant that calls tools. */
export function callingMessage(content: string, calls: readonly SentCall[]): ChatMessage {
  const toolCalls = calls.map(({ id, ...called }) => ({ id, type: "function", function: called }));
  return { role: "assistant", content, tool_calls: toolCalls } as ChatMessage;
}

/** A message of a tool: what it gave for that call. */
export function toolMessage(id: string, content: unknown): ChatMessage {
  return { role: "tool", tool_call_id: id, content: plainText(content) } as ChatMessage;
}

/** The call that a message of a tool answers. */
export function answeredCall(message: ChatMessage): string {
  return asText((message as unknown as JsonObject)["tool_call_id"]) ?? "";
}

/** The URL of a picture in a part of a message; `null` for any other part. */
export function imageUrl(part: JsonObject): string | null {
  if (part["type"] !== "image_url") return null;
  return asText(asObject(part["image_url"])?.["url"]) ?? asText(part["image_url"]);
}

/** A picture as a part of a message. */
export function imagePart(url: string): JsonObject {
  return { type: "image_url", image_url: { url } };
}

/** The content that these parts are: a single text is a text. */
export function contentOfParts(parts: readonly JsonObject[]): ChatMessage["content"] {
  const [only = {}] = parts;
  const text = only["text"];
  if (parts.length === 0) return "";
  return parts.length === 1 && typeof text === "string" ? text : parts;
}

/** The same conversation with the calls that follow a message of the assistant in that message, as in a chat. */
export function withCallsJoined(messages: readonly ChatMessage[]): ChatMessage[] {
  const joined: ChatMessage[] = [];
  for (const message of messages) {
    const calls = callsIn(message);
    const before = joined.at(-1);
    const goesOn = before?.role === "assistant" && calls.length > 0 && message.content === "";
    if (!goesOn || typeof before.content !== "string") joined.push(message);
    else joined.splice(-1, 1, callingMessage(before.content, [...callsIn(before), ...calls]));
  }
  return joined;
}
