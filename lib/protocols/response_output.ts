import { asArray, asObject, asText, type JsonObject } from "../base/json.ts";
import { type MediaKind, mediaOfPart } from "../wire/media.ts";
import type { ChoiceDelta, ToolCallDelta } from "../wire/completion.ts";

/** What a client is to call, by the types of items. All other tools run at the endpoint. */
const CALLED = new Set(["function_call", "custom_tool_call"]);

/** Whether an item is a call of a tool that the client is to run. */
export function isCalled(item: JsonObject): boolean {
  return CALLED.has(asText(item["type"]) ?? "");
}

/** The call that such an item is, as far as it holds it. */
export function callIn(item: JsonObject): Omit<ToolCallDelta, "index"> {
  const isText = item["type"] === "custom_tool_call";
  return {
    id: asText(item["call_id"]) ?? asText(item["id"]),
    name: asText(item["name"]),
    arguments: asText(item["arguments"]) ?? asText(item["input"]) ?? "",
    ...(isText ? { isText } : undefined),
  };
}

/** What a text of an item is. */
export type TextKind = "answer" | "refusal" | "reasoning";

/** A text in an item. */
export interface ItemText {
  readonly kind: TextKind;
  /** Its place in the item. */
  readonly index: number;
  readonly text: string;
}

/** The texts that an item holds, in order. Of reasoning, the summary counts where the reasoning itself is not given. */
export function contentsOf(item: JsonObject): ItemText[] {
  const isReasoning = item["type"] === "reasoning";
  const texts = asArray(item["content"]).flatMap((given, index): ItemText[] => {
    const part = asObject(given) ?? {};
    const declined = asText(part["refusal"]);
    if (declined !== null) return [{ kind: "refusal", index, text: declined }];
    const text = asText(part["text"]) ?? asText(part["transcript"]);
    if (text === null) return [];
    const kind = isReasoning || part["type"] === "reasoning_text" ? "reasoning" : "answer";
    return [{ kind, index, text }];
  });
  if (texts.length > 0) return texts;
  return asArray(item["summary"]).flatMap((given, index): ItemText[] => {
    const text = asText(asObject(given)?.["text"]);
    return text === null ? [] : [{ kind: "reasoning", index, text }];
  });
}

/** The media that an item is: a picture that the endpoint has made, or sound in its content; `null`: none. */
export function mediaOfItem(item: JsonObject): MediaKind | null {
  if (item["type"] === "image_generation_call") {
    return asText(item["result"]) === null ? null : "image";
  }
  const kinds = asArray(item["content"]).map((part) => mediaOfPart(asObject(part)));
  return kinds.find((kind) => kind !== null) ?? null;
}

/** All that the output of a response holds, as one delta. */
export function outputDelta(
  response: JsonObject,
): Pick<ChoiceDelta, "answer" | "reasoning" | "refusal" | "toolCalls" | "media"> {
  let [answer, reasoning, refusal] = ["", "", false];
  const toolCalls: ToolCallDelta[] = [];
  const media = new Set<MediaKind>();
  for (const given of asArray(response["output"])) {
    const item = asObject(given) ?? {};
    for (const { kind, text } of contentsOf(item)) {
      if (kind === "refusal") refusal = true;
      if (kind === "reasoning") reasoning += text;
      else answer += text;
    }
    const kind = mediaOfItem(item);
    if (kind !== null) media.add(kind);
    if (isCalled(item)) toolCalls.push({ index: toolCalls.length, ...callIn(item) });
  }
  const found = media.size === 0 ? undefined : { media: [...media] };
  return { answer, reasoning, refusal, toolCalls, ...found };
}
