import { Buffer } from "node:buffer";
import { imagePart } from "../protocols/conversation.ts";
import type { JsonObject } from "../base/json.ts";
import type { ChatMessage } from "../wire/request.ts";
import { syntheticPng } from "./png.ts";

/** The pictures that go with the questions of a run, one each. Plain data. */
export type ImageSource =
  /** As data URLs, taken in turn. */
  | { readonly kind: "files"; readonly urls: readonly string[] }
  /** Made up, another one for each request. In pixels. */
  | { readonly kind: "synthetic"; readonly width: number; readonly height: number };

/**
 * The messages with the picture of this request behind the text of the last message of the user.
 *
 * @example
 * ```ts
 * const source = { kind: "files", urls: ["data:image/png;base64,AA=="] } as const;
 * withImage([{ role: "user", content: "What is it?" }], source, { index: 0, seed: 1 }).length; // 1
 * ```
 */
export function withImage(
  messages: readonly ChatMessage[],
  source: ImageSource,
  { index, seed }: { readonly index: number; readonly seed: number },
): readonly ChatMessage[] {
  const place = messages.findLastIndex(({ role }) => role === "user");
  const message = messages[place];
  if (message === undefined) return messages;
  const { content } = message;
  const parts: readonly JsonObject[] =
    typeof content === "string" ? [{ type: "text", text: content }] : content;
  const part = imagePart(urlAt(source, { index, seed }));
  return messages.with(place, { ...message, content: [...parts, part] });
}

function urlAt(
  source: ImageSource,
  { index, seed }: { readonly index: number; readonly seed: number },
): string {
  if (source.kind === "files") return source.urls[index % source.urls.length] ?? "";
  const bytes = syntheticPng(source, seed ^ Math.imul(index + 1, 0x165667b1));
  return `data:image/png;base64,${Buffer.from(bytes).toString("base64")}`;
}
