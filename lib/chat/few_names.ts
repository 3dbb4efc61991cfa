const MOST_NAMES = 16;
const LONGEST_NAME = 200;

/**
 * The names that the chunks of a completion gave, each once, in the order they came. At most 16 of 200 characters: a
 * server that names another model in every chunk must not fill memory.
 */
export class FewNames {
  readonly #names = new Set<string>();
  #last: string | null = null;

  /** Takes the name that a chunk gave; `null` is none. */
  add(name: string | null): void {
    // Nearly always the one of the chunk before.
    if (name !== this.#last && name !== null) this.#addOther(name);
  }

  #addOther(name: string): void {
    this.#last = name;
    if (this.#names.size < MOST_NAMES) {
      this.#names.add(
        name.length > LONGEST_NAME ? name.slice(0, LONGEST_NAME).toWellFormed() : name,
      );
    }
  }

  /** The names so far. */
  all(): string[] {
    return [...this.#names];
  }
}
