/**
 * What a terminal would obey instead of show: C0 controls except tab and newline, DEL, C1 controls, and all that turns
 * the reading order or separates lines and paragraphs. A CR is left alone before an LF.
 */
const obeyed =
  /\r(?!\n)|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The same without the look-ahead: quick to say no, which is the answer for ordinary text. */
const suspicious =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

/** The end of a piece that the next piece may complete: a CR to a line end, half of a character to a whole one. */
const unfinished = /[\r\ud800-\udbff]$/;

/**
 * Makes text that others wrote (a model, an endpoint) harmless for a terminal. What arrives can hold sequences
 * that move the cursor, set the title, write the clipboard (OSC 52), change colours or turn the reading order of
 * code (https://trojansource.codes). The filter takes nothing away: it shows each control character instead.
 *
 * - Controls U+0000–001F and DEL become their pictures: ESC is `␛`. Tab and newline stay, and CR LF stays.
 * - A CR alone becomes `␍`, for it would let the next words overwrite the line.
 * - C1 controls, the bidirectional controls U+202A–202E and U+2066–2069, the marks LRM, RLM and ALM, and the separators
 *   U+2028 and U+2029 become `<U+009B>`. Arabic and Hebrew letters carry their direction without any of them.
 *
 * The text may be cut anywhere: pushing it in parts gives the same as pushing it whole. A CR or half a surrogate
 * pair at the end of a part is held back until the next `push` or `end`.
 *
 * ```ts
 * const filter = new TerminalFilter();
 * filter.push("a\u001b[2J\r"); // "a␛[2J"
 * filter.push("\nb"); // "\r\nb"
 * filter.end(); // ""
 * ```
 */
export class TerminalFilter {
  #held = "";

  /** The part of the text that can be shown now. */
  push(text: string): string {
    if (text === "") return "";
    const whole = this.#held + text;
    this.#held = unfinished.test(whole) ? whole.slice(-1) : "";
    return pictured(this.#held === "" ? whole : whole.slice(0, -1));
  }

  /** What was held back: the text has ended. The filter can then be used for another text. */
  end(): string {
    const held = this.#held;
    this.#held = "";
    return pictured(held);
  }
}

/** {@linkcode TerminalFilter} for a text that is there as a whole. */
export function makeHarmless(text: string): string {
  return pictured(text);
}

function pictured(text: string): string {
  return suspicious.test(text) ? text.replace(obeyed, picture) : text;
}

function picture(character: string): string {
  const code = character.charCodeAt(0);
  if (code <= 0x1f) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "␡";
  return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
}
