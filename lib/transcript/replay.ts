import { open, readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { TimedText } from "../wire/text.ts";
import { decodeTranscript, TranscriptDecoder } from "./decode.ts";
import { type Closing, HEADER_START, type Transcript, type TranscriptHeader } from "./format.ts";
import { normalisePrettyPrinted } from "./pretty.ts";

/** A file longer than this is not looked through for the pretty-printed form, which needs all of it at once. */
const LONGEST_PRETTY_PRINTED = 16 * 1024 * 1024;

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
  const names = (await readdir(path)).filter((name) => name.endsWith(".sse"));
  return names.toSorted().map((name) => join(path, name));
}

/** The stream that a text in pretty-printed form shows; `null` for any other. */
function prettyPrintedBody(bytes: Uint8Array): string | null {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const isTranscript = text.replace(/^\uFEFF/, "").startsWith(HEADER_START);
  return isTranscript ? null : (normalisePrettyPrinted(text)?.body ?? null);
}

/**
 * A transcript file that is read as it is needed: memory does not grow with the file.
 *
 * @example
 * ```ts
 * const file = new TranscriptFile("hello.sse");
 * for await (const pieces of file.pieces()) { … }
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
   * The pieces, in the batches in which they are read.
   *
   * @throws {TranscriptError} when the file is no transcript; and whatever reading it throws.
   */
  async *pieces(): AsyncGenerator<TimedText[]> {
    const handle = await open(this.path);
    try {
      const { size } = await handle.stat();
      if (size <= LONGEST_PRETTY_PRINTED) {
        const bytes = await handle.readFile();
        const body = prettyPrintedBody(bytes);
        this.isPrettyPrinted = body !== null;
        yield body === null ? this.#decoder.push(bytes) : [{ text: body, at: null }];
      } else {
        for await (const bytes of handle.readableWebStream() as AsyncIterable<Uint8Array>) {
          yield this.#decoder.push(bytes);
        }
      }
      if (!this.isPrettyPrinted) yield this.#decoder.end();
    } finally {
      await handle.close();
    }
  }
}
