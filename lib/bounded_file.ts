import { closeSync, openSync, readSync } from "node:fs";

/** A file, a device or a pipe that goes on past what is read of it at most. */
export class FileTooLargeError extends Error {
  readonly path: string;
  /** In bytes. */
  readonly largest: number;

  constructor(path: string, largest: number) {
    super(`Cannot read "${path}": it has more than ${largest} bytes`);
    this.name = "FileTooLargeError";
    this.path = path;
    this.largest = largest;
  }
}

/** In bytes. */
const READ_LENGTH = 64 * 1024;

/**
 * The bytes of a file, `largest` at most. The size that the system tells is not asked: a device tells none, a pipe
 * tells 0, and both may never end.
 *
 * @throws {FileTooLargeError} when there is more, after one byte more than `largest` was read; and whatever reading
 *   throws, such as `ENOENT`.
 *
 * @example
 * ```ts
 * readBounded(".env", { largest: 256 * 1024 });
 * readBounded("/dev/zero", { largest: 10 }); // throws FileTooLargeError
 * ```
 */
export function readBounded(
  path: string | URL,
  { largest }: { readonly largest: number },
): Uint8Array {
  const file = openSync(path, "r");
  try {
    const parts: Uint8Array[] = [];
    for (let length = 0; ;) {
      const part = new Uint8Array(Math.min(READ_LENGTH, largest + 1 - length));
      const count = readSync(file, part, 0, part.length, null);
      if (count === 0) return concatenated(parts, length);
      parts.push(part.subarray(0, count));
      length += count;
      if (length > largest) throw new FileTooLargeError(String(path), largest);
    }
  } finally {
    closeSync(file);
  }
}

function concatenated(parts: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let end = 0;
  for (const part of parts) {
    bytes.set(part, end);
    end += part.length;
  }
  return bytes;
}
