/**
 * Gives text that arrives in parts in whole characters. Endpoints that stream tokens may cut an emoji in two: one
 * delta ends with the first half of its surrogate pair, the next begins with the second. Written apart, each half
 * becomes `�`. The first half is held back until its second comes, so any cut gives the same text; a half that
 * stays alone comes out as U+FFFD.
 *
 * @example
 * ```ts
 * const characters = new WholeCharacters();
 * characters.push("hi \ud83d"); // "hi "
 * characters.push("\ude0a!"); // "😊!"
 * characters.end(); // ""
 * ```
 */
export class WholeCharacters {
  #held = "";

  /** The text that is whole now. */
  push(text: string): string {
    if (text === "") return "";
    const whole = this.#held === "" ? text : this.#held + text;
    const last = whole.charCodeAt(whole.length - 1);
    if (last < 0xd800 || last > 0xdbff) {
      this.#held = "";
      return whole.toWellFormed();
    }
    this.#held = whole.slice(-1);
    return whole.slice(0, -1).toWellFormed();
  }

  /** The text has ended: U+FFFD for a half that was held back, else `""`. */
  end(): string {
    const { length } = this.#held;
    this.#held = "";
    return length === 0 ? "" : "\uFFFD";
  }
}
