import { seededRandom } from "../base/random.ts";
import type { ChatMessage } from "../wire/request.ts";

/** Whose mark it is. */
export interface MarkOf {
  readonly seed: number;
  /** Of several targets that are asked the same, each has marks of its own: they may have one cache. Default 0. */
  readonly side?: number | undefined;
  /** Of the request, or of the conversation, which keeps its mark. */
  readonly index: number;
}

/**
 * The messages with a seeded mark at the very start, so that the endpoint's prompt cache cannot answer for the model: a
 * prefix cache misses from the first token on.
 */
export function withUniqueMark(
  messages: readonly ChatMessage[],
  { seed, side = 0, index }: MarkOf,
): readonly ChatMessage[] {
  const [first, ...rest] = messages;
  if (first === undefined) return [];
  const text = mark(seed ^ Math.imul(side, 0x9e3779b1), index);
  return [{ ...first, content: marked(first.content, text) }, ...rest];
}

function mark(seed: number, index: number): string {
  const random = seededRandom(seed ^ Math.imul(index + 1, 0x85ebca6b));
  const part = (): string =>
    Math.floor(random() * 36 ** 5)
      .toString(36)
      .padStart(5, "0");
  return `[${part()}${part()}]`;
}

function marked(content: ChatMessage["content"], mark: string): ChatMessage["content"] {
  if (typeof content === "string") return `${mark} ${content}`;
  // A call of a tool comes with `content: null`.
  return [{ type: "text", text: mark }, ...(content ?? [])];
}
