/** What every way of printing a {@linkcode Secret} shows. */
const MASK = "[key]";

/**
 * A key, or any text that may be one. Printing it by accident is not possible: string conversion, `JSON.stringify`,
 * `console.log` and the inspect functions of Bun and Node all show `[key]`, without length or first letters.
 * Only {@linkcode Secret.reveal} gives the text.
 *
 * @example
 * ```ts
 * const key = new Secret("sk-2f9c");
 * `${key}`; // "[key]"
 * JSON.stringify({ key }); // '{"key":"[key]"}'
 * key.reveal(); // "sk-2f9c"
 * ```
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself, for the request header and for masking it in what is recorded. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [Symbol.toPrimitive](): string {
    return MASK;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return MASK;
  }
}
