import { closeSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";

/** A file, a device or a pipe that goes on past what is read of it at most. */
export class FileTooLargeError extends Error {
  /** As the errors of the system have it: it names what was done. */
  readonly syscall = "read";
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

/** How much of a file is read at most, in bytes. */
export interface Bound {
  readonly largest: number;
}

/** In bytes. */
const READ_LENGTH = 256 * 1024;

/**
 * The bytes of a file, `largest` at most. The size that the system tells is not asked: a device tells none, a pipe
 * tells 0, and both may never end.
 *
 * @throws {FileTooLargeError} when there is more, after one byte more than `largest` was read; and whatever reading
 *   throws, such as `ENOENT`.
 *
 * @example
 * ```ts
 * await readBounded("prompts.jsonl", { largest: 256 * 1024 * 1024 });
 * await readBounded("/dev/zero", { largest: 10 }); // throws FileTooLargeError
 * ```
 */
export async function readBounded(path: string | URL, { largest }: Bound): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const bytes = new BoundedBytes(String(path), largest);
    for (;;) {
      const part = bytes.room();
      const { bytesRead } = await file.read(part, 0, part.length, null);
      if (!bytes.take(part, bytesRead)) return bytes.all();
    }
  } finally {
    await file.close();
  }
}

/** Works as {@linkcode readBounded} does, at once: nothing else happens while a pipe gives nothing. */
export function readBoundedSync(path: string | URL, { largest }: Bound): Uint8Array {
  const file = openSync(path, "r");
  try {
    const bytes = new BoundedBytes(String(path), largest);
    for (;;) {
      const part = bytes.room();
      if (!bytes.take(part, readSync(file, part, 0, part.length, null))) return bytes.all();
    }
  } finally {
    closeSync(file);
  }
}

/** Bytes that come part by part, until there are too many. */
class BoundedBytes {
  readonly #path: string;
  readonly #largest: number;
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  constructor(path: string, largest: number) {
    this.#path = path;
    this.#largest = largest;
  }

  /** What the next part is read into: one byte more than may come tells that there is more. */
  room(): Uint8Array {
    return new Uint8Array(Math.min(READ_LENGTH, this.#largest + 1 - this.#length));
  }

  /** `false` at the end. */
  take(part: Uint8Array, count: number): boolean {
    this.#parts.push(part.subarray(0, count));
    this.#length += count;
    if (this.#length > this.#largest) throw new FileTooLargeError(this.#path, this.#largest);
    return count > 0;
  }

  all(): Uint8Array {
    const bytes = new Uint8Array(this.#length);
    let end = 0;
    for (const part of this.#parts) {
      bytes.set(part, end);
      end += part.length;
    }
    return bytes;
  }
}
