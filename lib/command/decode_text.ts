/**
 * The text of bytes in UTF-8, or in UTF-16 with a byte order mark, without that mark; `null` for what is no such text: sent
 * as U+FFFD it would be paid for, and mean nothing.
 *
 * @example
 * ```ts
 * decodeText(Uint8Array.of(0xff, 0xfe, 0x41, 0x00)); // "A"
 * decodeText(Uint8Array.of(0xc4, 0xe3)); // null: it is GBK
 * ```
 */
export function decodeText(bytes: Uint8Array): string | null {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe
      ? "utf-16le"
      : first === 0xfe && second === 0xff
        ? "utf-16be"
        : "utf-8";
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return text.includes("\0") ? null : text;
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
