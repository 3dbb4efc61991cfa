/** In bytes: a `.env` file that is longer is none. Also what is read of a device or a pipe that never ends. */
export const LARGEST_ENV_FILE = 256 * 1024;

/**
 * The text of a `.env` file from its bytes, without byte order mark and with LF line ends.
 * UTF-8, or UTF-16 as PowerShell 5.1 writes it with `>`. UTF-16 without a mark is known by a NUL in its first character:
 * a `.env` begins with a name, a `#` or a blank, all of them ASCII. An invalid byte becomes U+FFFD.
 *
 * @example
 * ```ts
 * decodeEnvFile(Uint8Array.of(0xff, 0xfe, 0x41, 0x00, 0x3d, 0x00)); // "A="
 * ```
 */
export function decodeEnvFile(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const littleEndian = (first === 0xff && second === 0xfe) || (first !== 0 && second === 0);
  const bigEndian = (first === 0xfe && second === 0xff) || (first === 0 && second !== 0);
  const encoding = littleEndian ? "utf-16le" : bigEndian ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding).decode(bytes).replaceAll("\r\n", "\n");
}
