import type { TimedText } from "../wire/text.ts";

/** Header values that say nothing about who sent them. All others are left out of a transcript. */
const KEPT_HEADERS = new Set([
  "accept",
  "accept-encoding",
  "age",
  "cache-control",
  "content-encoding",
  "content-language",
  "content-length",
  "content-type",
  "date",
  "location",
  "openai-processing-ms",
  "openai-version",
  "retry-after",
  "retry-after-ms",
  "server",
  "transfer-encoding",
  "user-agent",
  "vary",
  "via",
  "x-accel-buffering",
  "x-cache",
  "x-request-id",
  "x-siliconcloud-trace-id",
]);

/** Also every rate limit: `x-ratelimit-remaining-tokens` and its like. */
const KEPT_PREFIX = /^x-ratelimit-/;

/** The headers that a transcript may hold, by lower-case name. */
export function keptHeaders(headers: Iterable<readonly [string, string]>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (KEPT_HEADERS.has(lower) || KEPT_PREFIX.test(lower)) kept[lower] = value;
  }
  return kept;
}

/** The URL with the values of query parameters that name a key, token or signature masked. */
export function redactedUrl(url: string): string {
  return url.replace(
    /([?&][^=&#]*(?:key|token|sig)[^=&#]*=)([^&#]*)/gi,
    (_, name: string, value: string) => `${name}${"*".repeat(value.length)}`,
  );
}

/** Every place of `key` in the text, overwritten by as many `*`. */
export function masked(text: string, key: string | null): string {
  return key === null || key === "" ? text : text.replaceAll(key, "*".repeat(key.length));
}

/**
 * Masks a key in a stream of pieces, also where it is cut over several. Pieces keep their lengths and times. A piece
 * whose end may be the beginning of the key is held back until the next one tells.
 *
 * @example
 * ```ts
 * const mask = new KeyMask("sk-abcdef12");
 * mask.push({ text: "key sk-ab", at: 1 }); // []
 * mask.push({ text: "cdef12!", at: 2 }); // [{ text: "key *****", at: 1 }, { text: "******!", at: 2 }]
 * ```
 */
export class KeyMask {
  readonly #key: string | null;
  #held: TimedText[] = [];

  constructor(key: string | null) {
    this.#key = key === "" ? null : key;
  }

  /** Takes the next piece and returns those that are safe now. */
  push(piece: TimedText): TimedText[] {
    const key = this.#key;
    if (key === null) return [piece];
    this.#held.push(piece);
    const text =
      this.#held.length === 1 ? piece.text : this.#held.map((held) => held.text).join("");
    if (mayContinue(text, key)) return [];
    return this.#release(masked(text, key));
  }

  /** The stream has ended: what was held back. */
  end(): TimedText[] {
    return this.#release(masked(this.#held.map(({ text }) => text).join(""), this.#key));
  }

  #release(text: string): TimedText[] {
    let start = 0;
    const released = this.#held.map((held) => {
      const end = start + held.text.length;
      const piece = { text: text.slice(start, end), at: held.at };
      start = end;
      return piece;
    });
    this.#held = [];
    return released;
  }
}

/** Whether the end of the text may be the beginning of the key. */
function mayContinue(text: string, key: string): boolean {
  for (let length = Math.min(key.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(key.slice(0, length))) return true;
  }
  return false;
}
