import type { JsonObject } from "../base/json.ts";
import { count, type Usage } from "../wire/usage.ts";
import type { UsageCache } from "./protocol.ts";

const FIELDS = [
  "input_tokens",
  "cache_read_input_tokens",
  "cache_creation_input_tokens",
  "output_tokens",
] as const;

type Counts = Partial<Record<(typeof FIELDS)[number], number>>;

/**
 * Puts the usage of a message together, which comes in parts: the prompt's in `message_start`, the answer's in the last
 * `message_delta`. A later value of a field takes the place of an earlier one; nothing is summed. A later 0 takes
 * nothing back, as no prompt has no tokens.
 *
 * Whether `input_tokens` hold those out of the cache has to be known, or is proved where they are fewer. Where nobody
 * knows, the prompt has no total.
 *
 * @example
 * ```ts
 * new MessagesUsage("apart").add({ input_tokens: 12, cache_read_input_tokens: 100 })?.promptTokens; // 112
 * ```
 */
export class MessagesUsage {
  readonly #usageCache: UsageCache | null;
  #counts: Counts = {};

  constructor(usageCache: UsageCache | null) {
    this.#usageCache = usageCache;
  }

  /** Takes the next part, and returns all that is known; `null` when nothing is. */
  add(usage: JsonObject): Usage | null {
    for (const field of FIELDS) {
      const value = count(usage[field]);
      if (value !== null && (value > 0 || this.#counts[field] === undefined)) {
        this.#counts = { ...this.#counts, [field]: value };
      }
    }
    if (Object.keys(this.#counts).length === 0) return null;
    const { output_tokens: completionTokens = null, cache_read_input_tokens: read } = this.#counts;
    const promptTokens = this.#promptTokens();
    const isKnown = promptTokens !== null && completionTokens !== null;
    return {
      promptTokens,
      completionTokens,
      totalTokens: isKnown ? promptTokens + completionTokens : null,
      reasoningTokens: null,
      cachedTokens: read ?? null,
      native: this.#counts,
    };
  }

  #promptTokens(): number | null {
    const {
      input_tokens: input,
      cache_read_input_tokens: read = 0,
      cache_creation_input_tokens: written = 0,
    } = this.#counts;
    const cached = read + written;
    if (input === undefined || cached === 0) return input ?? null;
    if (this.#usageCache === "included") return input;
    return this.#usageCache === "apart" || input < cached ? input + cached : null;
  }
}
