import type { FileHandle } from "node:fs/promises";
import { FileTooLargeError } from "../base/bounded_file.ts";
import { ByteBuffer } from "./byte_buffer.ts";
import { HEADER_START } from "./format.ts";
import { Utf16ToUtf8 } from "./utf16_to_utf8.ts";

/** How much is read at a time, in bytes. */
const READ_LENGTH = 256 * 1024;

/** In bytes: what is read of a device or a pipe, which may never end. */
const LONGEST_PIPE = 256 * 1024 * 1024;

/** In bytes: enough to tell the encoding, and a transcript from a body. */
const TELLING_LENGTH = 64;

/** Whether these are the first bytes of a transcript with a header. */
export function beginsWithHeader(bytes: Uint8Array): boolean {
  // Decoding drops a BOM.
  return new TextDecoder().decode(bytes.subarray(0, 32)).startsWith(HEADER_START);
}

/** The bytes of a file as UTF-8, as they are read. */
export class FileSource {
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #longest: number;
  readonly #buffer: Uint8Array<ArrayBuffer>;
  readonly #first = new ByteBuffer();
  #utf16: Utf16ToUtf8 | null = null;
  #length = 0;
  #ended = false;

  private constructor(
    handle: FileHandle,
    options: { readonly path: string; readonly longest: number; readonly length: number },
  ) {
    this.#handle = handle;
    this.#buffer = new Uint8Array(options.length);
    this.#path = options.path;
    this.#longest = options.longest;
  }

  /** Reads as much as tells the encoding. */
  static async of(handle: FileHandle, path: string): Promise<FileSource> {
    const status = await handle.stat();
    const isFile = status.isFile();
    const longest = isFile ? Infinity : LONGEST_PIPE;
    // Of thousands of short files each would else cost the room of a long one.
    const length = isFile
      ? Math.min(READ_LENGTH, Math.max(status.size, TELLING_LENGTH))
      : READ_LENGTH;
    const source = new FileSource(handle, { path, longest, length });
    const first = source.#first;
    while (first.length < TELLING_LENGTH && !source.#ended) first.append(await source.#read());
    const bytes = first.view();
    source.#utf16 = Utf16ToUtf8.of(bytes);
    const probe = Utf16ToUtf8.of(bytes)?.push(bytes);
    if (probe !== undefined && beginsWithHeader(probe)) source.#utf16?.endLinesWithLf();
    return source;
  }

  get isUtf16(): boolean {
    return this.#utf16 !== null;
  }

  /**
   * The next bytes, a view that holds until the next call; `null` at the end.
   *
   * @throws {FileTooLargeError} for a device or a pipe that goes on past 256 MiB; and whatever reading throws.
   */
  async next(): Promise<Uint8Array | null> {
    if (this.#first.length > 0) return this.#converted(this.#first.take(this.#first.length));
    if (this.#ended) return null;
    const bytes = await this.#read();
    if (bytes.length > 0) return this.#converted(bytes);
    const held = this.#utf16?.end();
    return held === undefined || held.length === 0 ? null : held;
  }

  #converted(bytes: Uint8Array): Uint8Array {
    return this.#utf16?.push(bytes) ?? bytes;
  }

  async #read(): Promise<Uint8Array> {
    const { bytesRead } = await this.#handle.read(this.#buffer, 0, this.#buffer.length, null);
    this.#ended = bytesRead === 0;
    this.#length += bytesRead;
    if (this.#length > this.#longest) throw new FileTooLargeError(this.#path, this.#longest);
    return this.#buffer.subarray(0, bytesRead);
  }
}
