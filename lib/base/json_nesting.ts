/**
 * Follows how deep JSON text is nested while it arrives in parts: brackets inside strings do not count. It checks
 * nothing else: whether the text is JSON, a parser tells.
 *
 * @example
 * ```ts
 * const nesting = new JsonNesting();
 * nesting.push('{"a":"}');
 * nesting.isClosed; // false: the bracket stands in a string that is still open
 * nesting.push('"}');
 * nesting.isClosed; // true
 * ```
 */
export class JsonNesting {
  #depth = 0;
  #deepest = 0;
  #inString = false;
  #escaped = false;

  /** The deepest level so far: 1 for `{}`. */
  get deepest(): number {
    return this.#deepest;
  }

  /** An object or array has begun and ended; what follows is no part of it. */
  get isClosed(): boolean {
    return this.#deepest > 0 && this.#depth === 0;
  }

  /** Takes the next text, up to the end of the first value. Returns where that is, or -1 when it has not come. */
  push(text: string, start = 0): number {
    let depth = this.#depth;
    let inString = this.#inString;
    let escaped = this.#escaped;
    let end = -1;
    for (let at = start; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (inString) {
        if (escaped) escaped = false;
        else if (code === 0x5c) escaped = true;
        else if (code === 0x22) inString = false;
      } else if (code === 0x22) {
        inString = true;
      } else if (code === 0x7b || code === 0x5b) {
        if (++depth > this.#deepest) this.#deepest = depth;
      } else if ((code === 0x7d || code === 0x5d) && depth > 0 && --depth === 0) {
        end = at + 1;
        break;
      }
    }
    this.#depth = depth;
    this.#inString = inString;
    this.#escaped = escaped;
    return end;
  }
}
