import type { ChunkCounts } from "./reading.ts";

/** Counts the chunks of a completion as they come. */
export class ChunkCounter {
  #total = 0;
  #withText = 0;
  #withMedia = 0;
  #emptyFirst = 0;
  #emptyLast = 0;

  /** A chunk with text, or with only media such as sound, or with nothing. */
  add(has: "text" | "media" | "nothing"): void {
    this.#total++;
    if (has === "nothing") {
      if (this.#withText + this.#withMedia === 0) this.#emptyFirst++;
      else this.#emptyLast++;
      return;
    }
    this.#emptyLast = 0;
    if (has === "text") this.#withText++;
    else this.#withMedia++;
  }

  /** The counts so far. */
  get counts(): ChunkCounts {
    const withMedia = this.#withMedia;
    return {
      total: this.#total,
      withText: this.#withText,
      ...(withMedia === 0 ? undefined : { withMedia }),
      emptyFirst: this.#emptyFirst,
      emptyLast: this.#emptyLast,
    };
  }
}
