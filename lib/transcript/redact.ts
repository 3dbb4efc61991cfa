import type { Secret } from "../wire/secret.ts";
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
    if (!KEPT_HEADERS.has(lower) && !KEPT_PREFIX.test(lower)) continue;
    kept[lower] = lower === "location" ? redactedUrl(value) : value;
  }
  return kept;
}

/** The URL with a password, and the values of query parameters that name a key, token or signature, masked. */
export function redactedUrl(url: string): string {
  return url
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)([^/?#@]+)@/i, (_, scheme: string, user: string) => {
      return `${scheme}${mask(user)}@`;
    })
    .replace(
      /([?&][^=&#]*(?:key|token|sig)[^=&#]*=)([^&#]*)/gi,
      (_, name: string, value: string) => `${name}${mask(value)}`,
    );
}

/**
 * The shortest text that counts as a key: characters. What people put where none is needed (`1`, `none`, `test`) is
 * shorter, and masking it wherever it stands would ruin what is recorded. Services give out far longer keys.
 */
export const SHORTEST_KEY = 5;

/** The text that must not stand in a transcript; `null` when there is none. */
export function textToMask(key: Secret | null): string | null {
  const text = key?.reveal() ?? "";
  return text.length < SHORTEST_KEY ? null : text;
}

/** Every place of `key` in the text, overwritten by as many `*`. */
export function masked(text: string, key: string | null): string {
  return key === null || key === "" ? text : maskedFrom(text, key, 0);
}

/** The JSON value with every place of `key` in its texts and names overwritten. */
export function maskedJson(value: unknown, key: string | null): unknown {
  if (key === null) return value;
  if (typeof value === "string") return masked(value, key);
  if (Array.isArray(value)) return value.map((entry) => maskedJson(entry, key));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [masked(name, key), maskedJson(entry, key)]),
  );
}

/**
 * Masks a key in a stream of pieces, also where it is cut over several. Pieces keep their lengths and times. A piece
 * that holds what may be the beginning of the key is held back until the next ones tell, and those with it.
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
  /** Not masked yet: what is held back begins the key, or follows its beginning. */
  #held: TimedText[] = [];
  /** How much of what is held back ends a key that began before it. */
  #covered = 0;

  /** `null`: there is no key, and nothing is masked. */
  constructor(key: string | null) {
    this.#key = key === "" ? null : key;
  }

  /** Takes the next piece and returns those that are safe now. */
  push(piece: TimedText): TimedText[] {
    const key = this.#key;
    if (key === null) return [piece];
    this.#held.push(piece);
    const text = joined(this.#held);
    return this.#release(text, text.length - beginningAtEnd(text, key));
  }

  /** The stream has ended: what was held back. */
  end(): TimedText[] {
    const text = joined(this.#held);
    return this.#release(text, text.length);
  }

  /** Hands over the pieces that end at `safe` or before. */
  #release(text: string, safe: number): TimedText[] {
    const key = this.#key;
    if (key === null) return [];
    const shown = maskedFrom(text, key, this.#covered);
    const released: TimedText[] = [];
    let start = 0;
    for (const held of this.#held) {
      const end = start + held.text.length;
      if (end > safe) break;
      released.push({ text: shown.slice(start, end), at: held.at });
      start = end;
    }
    if (released.length === 0) return released;
    this.#held = this.#held.slice(released.length);
    const last = text.lastIndexOf(key, start - 1);
    const coveredTo = Math.max(this.#covered, last === -1 ? 0 : last + key.length);
    this.#covered = Math.max(0, coveredTo - start);
    return released;
  }
}

function joined(pieces: readonly TimedText[]): string {
  return pieces.length === 1 ? (pieces[0]?.text ?? "") : pieces.map(({ text }) => text).join("");
}

/** Masks the first `covered` characters and every place of the key, also where these overlap. */
function maskedFrom(text: string, key: string, covered: number): string {
  let shown = mask(text.slice(0, covered));
  let end = covered;
  for (let at = text.indexOf(key); at !== -1; at = text.indexOf(key, at + 1)) {
    const start = Math.max(at, end);
    const next = at + key.length;
    shown += text.slice(end, start) + "*".repeat(Math.max(0, next - start));
    end = Math.max(end, next);
  }
  return shown + text.slice(end);
}

/** How many of the last characters may be the beginning of the key. */
function beginningAtEnd(text: string, key: string): number {
  const first = key.charAt(0);
  const from = Math.max(0, text.length - key.length + 1);
  for (let at = text.indexOf(first, from); at !== -1; at = text.indexOf(first, at + 1)) {
    if (key.startsWith(text.slice(at))) return text.length - at;
  }
  return 0;
}

function mask(text: string): string {
  return "*".repeat(text.length);
}
