import { Buffer } from "node:buffer";
import { open, readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { TimedText } from "../wire/piece.ts";
import { BareChunks, beginsWithBareChunk, eventsOfArray } from "./bare_chunks.ts";
import { ByteBuffer } from "./byte_buffer.ts";
import { TranscriptDecoder } from "./decode.ts";
import { joinUntimed } from "./join_untimed.ts";
import type { Closing, Transcript, TranscriptHeader } from "./format.ts";
import { beginsWithHeader, FileSource } from "./file_source.ts";
import { normalisePrettyPrinted } from "./pretty.ts";
import { takeHead, type WrittenHead } from "./response_head.ts";

/** A file longer than this is not looked through for a form that needs all of it at once. */
const LONGEST_WHOLE = 16 * 1024 * 1024;

/** What a file is beside what it shows: how people have it who did not record it with this toolkit. */
export type FileTrait =
  | "UTF-16"
  /** It begins with the response head, as `curl -i` writes it. */
  | "response head"
  /** The JSON of its `data:` lines runs over many lines, as in teaching material. */
  | "pretty-printed"
  /** An event a line, without `data:`. */
  | "JSON lines"
  | "JSON array";

/**
 * Reads a transcript file whole. What {@linkcode FileTrait} names is read as the stream it shows.
 *
 * @throws {TranscriptError} when it is no transcript; and whatever reading the file throws.
 *
 * @example
 * ```ts
 * const { header, pieces } = await readTranscript("hello.sse");
 * ```
 */
export async function readTranscript(path: string): Promise<Transcript> {
  const file = new TranscriptFile(path);
  const pieces: TimedText[] = [];
  for await (const batch of file.pieces()) pieces.push(...batch);
  const { header, notes, closing, response } = file;
  const head = response === null ? undefined : { response };
  return { header, pieces: joinUntimed(pieces), notes, closing, ...head };
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
  readonly #traits: FileTrait[] = [];
  #response: WrittenHead | null = null;

  constructor(path: string) {
    this.path = path;
    this.#decoder = new TranscriptDecoder({ name: basename(path) });
  }

  /** Known from the first pieces on; `null` for a file that is a body and nothing more. */
  get header(): TranscriptHeader | null {
    return this.#decoder.header;
  }

  /** Known at the end. */
  get notes(): readonly string[] {
    return this.#decoder.notes;
  }

  /** Known at the end; `null` when the recording was cut. */
  get closing(): Closing | null {
    return this.#decoder.closing;
  }

  /** Known from the first pieces on: the head that stands before a body; `null` without one, and for a transcript. */
  get response(): WrittenHead | null {
    return this.#response;
  }

  /** Known from the first pieces on; none for a transcript, and for a body as `curl -N` writes it. */
  get traits(): readonly FileTrait[] {
    return this.#traits;
  }

  /** The file shows a stream in the pretty-printed form of teaching material. */
  get isPrettyPrinted(): boolean {
    return this.#traits.includes("pretty-printed");
  }

  /**
   * The pieces, in the batches in which they are read. To be called once. A binary file has none, nor has a long one
   * that does not even begin like a stream.
   *
   * @throws {TranscriptError} when the file is no transcript; {@linkcode FileTooLargeError} for a device or a pipe that goes
   *   on past 256 MiB; and whatever reading it throws.
   */
  async *pieces(): AsyncGenerator<TimedText[]> {
    const handle = await open(this.path);
    try {
      const source = await FileSource.of(handle, this.path);
      if (source.isUtf16) this.#traits.push("UTF-16");
      const { bytes, isWhole } = await startOf(source);
      if (isBinary(bytes)) return;
      const start = beginsWithHeader(bytes) ? bytes : this.#withoutHead(bytes);
      const whole = isWhole && !beginsWithHeader(bytes) ? this.#wholeBody(start) : null;
      if (whole !== null) {
        yield [{ text: whole, at: null }];
        return;
      }
      if (!isWhole && !mayBeStream(start)) return;
      yield* this.#decoded(start, source);
    } finally {
      await handle.close();
    }
  }

  async *#decoded(start: Uint8Array, source: FileSource): AsyncGenerator<TimedText[]> {
    const lines = beginsWithBareChunk(start) ? new BareChunks(basename(this.path)) : null;
    if (lines !== null) this.#traits.push("JSON lines");
    yield this.#decoder.push(lines?.push(start) ?? start);
    for (let part = await source.next(); part !== null; part = await source.next()) {
      yield this.#decoder.push(lines?.push(part) ?? part);
    }
    if (lines !== null) yield this.#decoder.push(lines.end());
    yield this.#decoder.end();
  }

  #withoutHead(bytes: Uint8Array): Uint8Array {
    const taken = takeHead(bytes);
    if (taken === null) return bytes;
    this.#response = taken.head;
    this.#traits.push("response head");
    return bytes.subarray(taken.length);
  }

  /** The stream that a text shows in a form that needs all of it at once; `null` for any other. */
  #wholeBody(bytes: Uint8Array): string | null {
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    const pretty = normalisePrettyPrinted(text)?.body ?? null;
    const body = pretty ?? eventsOfArray(text);
    if (body !== null) this.#traits.push(pretty === null ? "JSON array" : "pretty-printed");
    return body;
  }
}

/** As git tells: no text has a NUL, and files that are not text have one soon. */
function isBinary(bytes: Uint8Array): boolean {
  return !beginsWithHeader(bytes) && bytes.subarray(0, 8000).includes(0);
}

/** Whether a long file can be a stream, an error or a completion: all of them have one of these words near their start. */
function mayBeStream(start: Uint8Array): boolean {
  const text = Buffer.from(start.buffer, start.byteOffset, start.byteLength);
  return (
    beginsWithHeader(start) ||
    ["data", "event", "error", "choices", "type"].some((word) => text.includes(word))
  );
}

/** The file as far as it may have a form that is read whole. Its size is not asked, as that of a pipe is 0. */
async function startOf(source: FileSource): Promise<{ bytes: Uint8Array; isWhole: boolean }> {
  const start = new ByteBuffer();
  while (start.length <= LONGEST_WHOLE) {
    const part = await source.next();
    if (part === null) return { bytes: start.view(), isWhole: true };
    start.append(part);
    if (beginsWithHeader(start.view())) break;
  }
  return { bytes: start.view(), isWhole: false };
}
