import type { ChatMessage } from "../../wire/request.ts";
import { syntheticText } from "../synthetic.ts";
import type { LengthsContent } from "./traffic.ts";

/** How the endpoint counts words that are made up: so many of them to a token, and so many tokens around a prompt. */
export interface WordCount {
  readonly perToken: number;
  readonly around: number;
}

/** As long as nobody knows better. */
export const ONE_TO_ONE: WordCount = { perToken: 1, around: 0 };

/**
 * Messages of the lengths that a trace has. The same seed gives the same words, and a shorter part the first of them: what
 * shared a prefix shares one again. What the endpoint counts around a prompt is left off its last part.
 *
 * `salt`: another one gives other words to all.
 *
 * @example
 * ```ts
 * const messages = [{ role: "user", parts: [{ seed: 1, tokens: 3 }] }] as const;
 * const [message] = madeUpMessages({ messages }, { words: { perToken: 1, around: 0 }, salt: 0 });
 * String(message?.content).split(" ").length; // 3
 * ```
 */
export function madeUpMessages(
  { messages }: Pick<LengthsContent, "messages">,
  { words, salt }: { readonly words: WordCount; readonly salt: number },
): ChatMessage[] {
  return messages.map(({ role, parts }, place) => {
    const texts = parts.map(({ seed, tokens }, index) => {
      const isLast = place === messages.length - 1 && index === parts.length - 1;
      const counted = isLast ? tokens - words.around : tokens;
      return syntheticText(Math.max(1, Math.round(counted * words.perToken)), seed ^ salt);
    });
    return { role, content: texts.join(" ") };
  });
}
