import { open, readdir, readFile, stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { basename, join } from "node:path";
import type { TimedText } from "../wire/text.ts";
import { ByteBuffer } from "./byte_buffer.ts";
import { decodeTranscript, TranscriptDecoder } from "./decode.ts";
import { type Closing, HEADER_START, type Transcript, type TranscriptHeader } from "./format.ts";
import { normalisePrettyPrinted } from "./pretty.ts";

/** A file longer than this is not looked through for the pretty-printed form, which needs all of it at once. */
const LONGEST_PRETTY_PRINTED = 16 * 1024 * 1024;

/** How much is read at a time, in bytes. */
const READ_LENGTH = 256 * 1024;

/**
 * Reads a transcript file whole. The pretty-printed form of teaching material is read as the stream it shows.
 *
 * @throws {TranscriptError} when it is no transcript; and whatever reading the file throws.
 *
 * @example
 * ```ts
 * const { header, pieces } = await readTranscript("hello.sse");
 * ```
 */
export async function readTranscript(path: string): Promise<Transcript> {
  const bytes = await readFile(path);
  const body = prettyPrintedBody(bytes);
  if (body === null) return decodeTranscript(bytes, { name: basename(path) });
  return { header: null, pieces: [{ text: body, at: null }], notes: [], closing: null };
}

/**
 * The transcript files that a path stands for: itself, or all `.sse` files in the folder that it is, by name.
 *
 * @throws whatever looking there throws, such as `ENOENT`.
 */
export async function transcriptFiles(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.name.endsWith(".sse") && !entry.isDirectory())
    .map(({ name }) => name);
  return names.toSorted().map((name) => join(path, name));
}

/** The stream that a text in pretty-printed form shows; `null` for any other. */
function prettyPrintedBody(bytes: Uint8Array): string | null {
  if (beginsWithHeader(bytes)) return null;
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  return normalisePrettyPrinted(text)?.body ?? null;
}

function beginsWithHeader(bytes: Uint8Array): boolean {
  // Decoding drops a BOM.
  return new TextDecoder().decode(bytes.subarray(0, 32)).startsWith(HEADER_START);
}

/**
 * A transcript file that is read as it is needed: memory does not grow with the file.
 *
 * @example
 * ```ts
 * const file = new TranscriptFile("hello.sse");
 * for await (const pieces of file.pieces()) console.log(pieces.length);
 * file.closing; // known at the end
 * ```
 */
export class TranscriptFile {
  readonly path: string;
  readonly #decoder: TranscriptDecoder;
  /** The file shows a stream in the pretty-printed form of teaching material. */
  isPrettyPrinted = false;

  constructor(path: string) {
    this.path = path;
    this.#decoder = new TranscriptDecoder({ name: basename(path) });
  }

  /** Known from the first pieces on; `null` for a file that is a body and nothing more. */
  get header(): TranscriptHeader | null {
    return this.#decoder.header;
  }

  /** Known at the end; `null` when the recording was cut. */
  get closing(): Closing | null {
    return this.#decoder.closing;
  }

  /**
   * The pieces, in the batches in which they are read. To be called once. A binary file has none.
   *
   * @throws {TranscriptError} when the file is no transcript; and whatever reading it throws.
   */
  async *pieces(): AsyncGenerator<TimedText[]> {
    const handle = await open(this.path);
    try {
      const start = await readStart(handle);
      if (isBinary(start.bytes)) return;
      const body = start.isWhole ? prettyPrintedBody(start.bytes) : null;
      if (body !== null) {
        this.isPrettyPrinted = true;
        yield [{ text: body, at: null }];
        return;
      }
      yield this.#decoder.push(start.bytes);
      if (!start.isWhole) yield* this.#rest(handle);
      yield this.#decoder.end();
    } finally {
      await handle.close();
    }
  }

  async *#rest(handle: FileHandle): AsyncGenerator<TimedText[]> {
    const buffer = new Uint8Array(READ_LENGTH);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return;
      yield this.#decoder.push(buffer.subarray(0, bytesRead));
    }
  }
}

/** As git tells: no text has a NUL, and files that are not text have one soon. */
function isBinary(bytes: Uint8Array): boolean {
  return !beginsWithHeader(bytes) && bytes.subarray(0, 8000).includes(0);
}

/** The file as far as it may be pretty-printed. Its size is not asked, as that of a pipe is 0. */
async function readStart(handle: FileHandle): Promise<{ bytes: Uint8Array; isWhole: boolean }> {
  const start = new ByteBuffer();
  const buffer = new Uint8Array(READ_LENGTH);
  while (start.length <= LONGEST_PRETTY_PRINTED) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
    if (bytesRead === 0) return { bytes: start.view(), isWhole: true };
    start.append(buffer.subarray(0, bytesRead));
    if (beginsWithHeader(start.view())) break;
  }
  return { bytes: start.view(), isWhole: false };
}
