/**
 * Makes UTF-8 of a file in UTF-16 with a byte order mark, as PowerShell 5.1 writes it with `>`, part by part.
 *
 * @example
 * ```ts
 * const utf16 = Utf16ToUtf8.of(Uint8Array.of(0xff, 0xfe, 0x41, 0x00)); // null for any other file
 * utf16?.push(Uint8Array.of(0xff, 0xfe, 0x41, 0x00)); // the byte of "A"
 * ```
 */
export class Utf16ToUtf8 {
  readonly #decoder: TextDecoder;
  readonly #encoder = new TextEncoder();
  /** Turns CRLF into LF; `null`: line ends stay. */
  #carriageReturn: "" | "\r" | null = null;

  private constructor(encoding: "utf-16le" | "utf-16be") {
    this.#decoder = new TextDecoder(encoding);
  }

  /** `null` when the file does not begin with a mark of UTF-16. */
  static of(start: Uint8Array): Utf16ToUtf8 | null {
    const [first, second] = start;
    if (first === 0xff && second === 0xfe) return new Utf16ToUtf8("utf-16le");
    return first === 0xfe && second === 0xff ? new Utf16ToUtf8("utf-16be") : null;
  }

  /** The first part has the mark, which is dropped. */
  push(bytes: Uint8Array): Uint8Array {
    return this.#encoder.encode(this.#lineEnds(this.#decoder.decode(bytes, { stream: true })));
  }

  /** What was held back. */
  end(): Uint8Array {
    const held = this.#carriageReturn ?? "";
    this.#carriageReturn = null;
    return this.#encoder.encode(held + this.#decoder.decode());
  }

  /**
   * From here on CRLF becomes LF, with which the lengths in a transcript are counted: PowerShell ended its lines anew.
   */
  endLinesWithLf(): void {
    this.#carriageReturn = "";
  }

  #lineEnds(text: string): string {
    if (this.#carriageReturn === null) return text;
    const all = this.#carriageReturn + text;
    this.#carriageReturn = all.endsWith("\r") ? "\r" : "";
    return all.slice(0, all.length - this.#carriageReturn.length).replaceAll("\r\n", "\n");
  }
}
