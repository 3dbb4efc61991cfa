/**
 * Remembers a text that came in parts just well enough to tell whether another begins with it: its length and a hash,
 * whose chance to be wrong is one in four billion. The text itself need not be kept.
 *
 * @example
 * ```ts
 * const trace = new TextTrace();
 * trace.add("Hel");
 * trace.add("lo");
 * trace.begins("Hello, you"); // true
 * ```
 */
export class TextTrace {
  #length = 0;
  #hash = 0;

  /** How many UTF-16 code units came. */
  get length(): number {
    return this.#length;
  }

  /** Takes the next part. */
  add(text: string): void {
    this.#hash = hashed(this.#hash, text, text.length);
    this.#length += text.length;
  }

  /** Whether a text begins with all that came, or is equal to it. */
  begins(text: string): boolean {
    return text.length >= this.#length && hashed(0, text, this.#length) === this.#hash;
  }

  /** Whether a text is all that came. */
  is(text: string): boolean {
    return text.length === this.#length && this.begins(text);
  }
}

function hashed(hash: number, text: string, length: number): number {
  let result = hash;
  for (let at = 0; at < length; at++) result = (Math.imul(result, 31) + text.charCodeAt(at)) | 0;
  return result;
}
