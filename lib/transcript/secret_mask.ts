import type { TimedText } from "../wire/text.ts";
import { KeyMask, masked, SHORTEST_KEY } from "./redact.ts";

/**
 * Masks several secrets, each also as JSON and URLs write it.
 *
 * @example
 * ```ts
 * new SecretMask(["sk/abcdef"]).text("sk/abcdef sk\\/abcdef sk%2Fabcdef"); // "********* ********** ***********"
 * ```
 */
export class SecretMask {
  readonly #secrets: readonly string[];
  readonly #masks: readonly KeyMask[];

  constructor(secrets: readonly string[]) {
    const long = secrets.filter((secret) => secret.length >= SHORTEST_KEY);
    // The longest first: of one that holds another nothing is left over.
    this.#secrets = [...new Set(long.flatMap(spellings))].toSorted(
      (one, other) => other.length - one.length,
    );
    this.#masks = this.#secrets.map((secret) => new KeyMask(secret));
  }

  /** The text with each secret overwritten by as many `*`. */
  text(text: string): string {
    return this.#secrets.reduce((safe, secret) => masked(safe, secret), text);
  }

  /** The JSON value with the secrets overwritten in its texts, its names, and its numbers. */
  json(value: unknown): unknown {
    if (typeof value === "string") return this.text(value);
    if (typeof value === "number") {
      const safe = this.text(String(value));
      return safe === String(value) ? value : safe;
    }
    if (Array.isArray(value)) return value.map((entry) => this.json(entry));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, entry]) => [this.text(name), this.json(entry)]),
    );
  }

  /** Takes the next piece of a stream and returns those that are safe now, see {@linkcode KeyMask}. */
  push(piece: TimedText): TimedText[] {
    return this.#masks.reduce<TimedText[]>(
      (pieces, mask) => pieces.flatMap((piece) => mask.push(piece)),
      [piece],
    );
  }

  /** The stream has ended: what was held back. */
  end(): TimedText[] {
    return this.#masks.reduce<TimedText[]>(
      (pieces, mask) => [...pieces.flatMap((piece) => mask.push(piece)), ...mask.end()],
      [],
    );
  }
}

function spellings(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  return [secret, json, json.replaceAll("/", "\\/"), encodeURIComponent(secret.toWellFormed())];
}
