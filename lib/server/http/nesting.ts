import { Buffer } from "node:buffer";

/** How deep arrays and objects may stand in each other in a request. What goes over a deeper one would end in it. */
export const DEEPEST = 512;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Whether a JSON text nests deeper than {@linkcode DEEPEST}. It counts the brackets outside of strings, before anything is
 * parsed; of what is no JSON it may say either.
 *
 * @example
 * ```ts
 * nestsTooDeep(new TextEncoder().encode("[".repeat(513))); // true
 * ```
 */
export function nestsTooDeep(json: Uint8Array): boolean {
  const bytes = Buffer.from(json.buffer, json.byteOffset, json.byteLength);
  let depth = 0;
  for (let index = 0; index < bytes.length; index++) {
    switch (bytes[index]) {
      case QUOTE:
        index = stringEnd(bytes, index);
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > DEEPEST) return true;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
        break;
    }
  }
  return false;
}

/** How many bytes of a string are looked at one by one. To search takes longer than this, and less than any more. */
const NEAR = 64;

/** Where the string ends that begins at `start`: at its last quote, or behind all bytes. */
function stringEnd(bytes: Buffer, start: number): number {
  let index = start + 1;
  while (index < bytes.length) {
    const near = Math.min(index + NEAR, bytes.length);
    while (index < near) {
      if (bytes[index] === QUOTE) return index;
      index += bytes[index] === BACKSLASH ? 2 : 1;
    }
    const quote = bytes.indexOf(QUOTE, index);
    if (quote === -1) break;
    let escapes = quote;
    while (escapes > index && bytes[escapes - 1] === BACKSLASH) escapes--;
    // Backslashes escape each other: the one that is left over escapes the quote.
    if ((quote - escapes) % 2 === 0) return quote;
    index = quote + 1;
  }
  return bytes.length;
}
