import { asArray, asObject, asText, type JsonObject } from "../base/json.ts";

/** The texts of one delta. */
export interface DeltaText {
  readonly answer: string;
  readonly reasoning: string;
  /** Something stands in the place of the text, and is none. */
  readonly unread?: true;
}

/** `content` is a text; Mistral's may be an array of parts, where reasoning is a part of type `thinking`. */
export function contentOf(content: unknown): DeltaText {
  if (typeof content === "string") return { answer: content, reasoning: "" };
  if (content === null || content === undefined) return { answer: "", reasoning: "" };
  return contentOfOther(content);
}

function contentOfOther(content: NonNullable<unknown>): DeltaText {
  if (typeof content !== "object") return { answer: "", reasoning: "", unread: true };
  let answer = "";
  let reasoning = "";
  for (const part of Array.isArray(content) ? content : [content]) {
    const object = asObject(part);
    const text = asText(object?.["text"]) ?? asText(part) ?? "";
    const isReasoning = /^(thinking|reasoning|thought)/.test(asText(object?.["type"]) ?? "");
    if (isReasoning) reasoning += text;
    else answer += text;
    const thinking = object?.["thinking"];
    if (thinking !== undefined) reasoning += textOf(thinking);
  }
  const isEmpty =
    answer === "" && reasoning === "" && !("text" in content || "thinking" in content);
  return !Array.isArray(content) && isEmpty && Object.keys(content).length > 0
    ? { answer, reasoning, unread: true }
    : { answer, reasoning };
}

/**
 * The reasoning that stands beside the answer; `""` when there is none. A text, or OpenRouter's, Ollama's or
 * Anthropic's objects and parts. Some endpoints send the same under several names: it counts once.
 */
export function reasoningOf(delta: JsonObject): string {
  // Written out: nearly every chunk comes through here, and has none of them.
  return (
    textOf(delta["reasoning_content"]) ||
    textOf(delta["reasoning"]) ||
    textOf(delta["reasoning_details"]) ||
    textOf(delta["reasoning_text"]) ||
    textOf(delta["reasoning_summary"]) ||
    textOf(delta["thinking"]) ||
    textOf(delta["thought"])
  );
}

/** The text of a text, of an object that holds one, or of several of either. What is encrypted is no text. */
function textOf(value: unknown): string {
  return value === undefined || value === null ? "" : textIn(value);
}

function textIn(value: NonNullable<unknown>): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value))
    return asArray(value)
      .map((part) => textOf(part))
      .join("");
  const object = asObject(value);
  if (object === null) return "";
  return (
    textOf(object["text"]) ||
    textOf(object["content"]) ||
    textOf(object["thinking"]) ||
    textOf(object["summary"])
  );
}
