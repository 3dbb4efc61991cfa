import { overwritten, type SecretMask } from "../../base/secret_mask.ts";
import type { TimedText } from "../../wire/piece.ts";

/**
 * Masks secrets in a stream of pieces, also where they are cut over several. Pieces keep their lengths and times. A
 * piece that holds what may be the beginning of a secret is held back until the next ones tell, and those with it.
 *
 * @example
 * ```ts
 * const pieces = new PieceMask(new SecretMask(["sk-abcdef12"]));
 * pieces.push({ text: "key sk-ab", at: 1 }); // []
 * pieces.push({ text: "cdef12!", at: 2 }); // [{ text: "key *****", at: 1 }, { text: "******!", at: 2 }]
 * ```
 */
export class PieceMask {
  readonly #mask: SecretMask;
  /** Not masked yet: what is held back begins a secret, or follows its beginning. */
  #held: TimedText[] = [];
  /** How much of what is held back ends a secret that began before it. */
  #covered = 0;

  constructor(mask: SecretMask) {
    this.#mask = mask;
  }

  /** Takes the next piece and returns those that are safe now. */
  push(piece: TimedText): TimedText[] {
    if (this.#mask.isEmpty) return [piece];
    const isPlain = this.#held.length === 0 && this.#covered === 0 && piece.text.endsWith("\n");
    if (isPlain && this.#mask.isClean(piece.text)) return [piece];
    this.#held.push(piece);
    const text = joined(this.#held);
    return this.#release(text, text.length - this.#mask.beginningAtEnd(text));
  }

  /** The stream has ended: what was held back. */
  end(): TimedText[] {
    const text = joined(this.#held);
    return this.#release(text, text.length);
  }

  /** Hands over the pieces that end at `safe` or before. */
  #release(text: string, safe: number): TimedText[] {
    const spans = this.#mask.spans(text);
    const shown = "*".repeat(this.#covered) + overwritten(text, spans).slice(this.#covered);
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
    const last = spans.findLast((span) => span.start < start)?.end ?? 0;
    this.#covered = Math.max(0, Math.max(this.#covered, last) - start);
    return released;
  }
}

function joined(pieces: readonly TimedText[]): string {
  return pieces.length === 1 ? (pieces[0]?.text ?? "") : pieces.map(({ text }) => text).join("");
}
