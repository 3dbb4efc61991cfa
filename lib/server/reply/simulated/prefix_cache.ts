import type { ChatMessage } from "../../../wire/request.ts";
import { eachToken } from "../prompt_tokens.ts";

/** So many tokens are remembered together, as vLLM's are: half of a block is not found again. */
const BLOCK = 16;

/** Some millions of blocks are more than a test asks for; then it begins anew. */
const MOST_BLOCKS = 4_000_000;

/**
 * A simulated prefix cache: remembers every prompt, in blocks of 16 tokens, and tells how much of the next one it knows from
 * its beginning on. It is not told apart what runs at the same time: a prompt is known as soon as it was asked.
 *
 * @example
 * ```ts
 * const cache = new PrefixCache();
 * const messages = [{ role: "user", content: "so ".repeat(40) }] as const;
 * cache.take(messages); // 0
 * cache.take(messages); // 32: of 44 tokens, the two blocks that are full
 * ```
 */
export class PrefixCache {
  readonly #blocks = new Set<string>();

  /** How many tokens of the prompt are known; afterwards all of it is. The last token is always computed anew. */
  take(messages: readonly ChatMessage[]): number {
    if (this.#blocks.size > MOST_BLOCKS) this.#blocks.clear();
    const hash = new ChainedHash();
    let [tokens, cached] = [0, 0];
    let isKnown = true;
    const found: string[] = [];
    eachToken(messages, (text) => {
      // A block helps when a token follows it: there has to be one to compute.
      if (isKnown && tokens % BLOCK === 0) cached = tokens;
      // Blanks behind a word are the next one's: the end of a prompt has none.
      hash.add(text.trimEnd());
      tokens++;
      if (tokens % BLOCK !== 0) return;
      const block = hash.text();
      isKnown &&= this.#blocks.has(block);
      found.push(block);
    });
    for (const block of found) this.#blocks.add(block);
    return cached;
  }
}

/** Of everything so far, so that a block is known only behind the same beginning. Two halves of 32 bits, after FNV-1a. */
class ChainedHash {
  #a = 0x811c9dc5;
  #b = 0x01000193;

  add(text: string): void {
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      this.#a = Math.imul(this.#a ^ code, 0x01000193);
      this.#b = Math.imul(this.#b ^ code, 0x85ebca6b);
    }
    // Where a token ends is part of it.
    this.#a = Math.imul(this.#a ^ 0x110000, 0x01000193);
    this.#b = Math.imul(this.#b ^ 0x110000, 0x85ebca6b);
  }

  text(): string {
    return `${(this.#a >>> 0).toString(36)}.${(this.#b >>> 0).toString(36)}`;
  }
}
