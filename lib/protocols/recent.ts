/** So many are remembered. More than these are open at once only in streams that mean no good. */
const MOST = 4096;

/** A map that remembers the last 4096 entries that were made: what is open in a stream, in memory that does not grow. */
export class Recent<Key, Value> {
  readonly #entries = new Map<Key, Value>();

  get(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: Key, value: Value): void {
    this.#entries.set(key, value);
    if (this.#entries.size <= MOST) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }

  delete(key: Key): void {
    this.#entries.delete(key);
  }
}

/** Longer ids than this are told apart by their beginning. */
const LONGEST_ID = 200;

/** An id, or a place in a list, to remember something by; `null` for what is neither. */
export function placeIn(value: unknown): string | number | null {
  if (typeof value === "number") return value;
  return typeof value === "string" && value !== "" ? value.slice(0, LONGEST_ID) : null;
}
