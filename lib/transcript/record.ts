import { closeSync, ftruncateSync, fsyncSync, openSync, writeSync } from "node:fs";
import type { ResponseHead } from "../wire/endpoint.ts";
import type { Ending } from "../wire/ending.ts";
import type { HttpRequest } from "../wire/request.ts";
import type { Micros, TimedText } from "../wire/text.ts";
import { closingOf } from "./closing.ts";
import { TranscriptEncoder } from "./encode.ts";
import type { RecordedRun, TranscriptHeader } from "./format.ts";
import { encodeHeader } from "./header.ts";
import { KeyMask, keptHeaders, masked, redactedUrl } from "./redact.ts";

/** How {@linkcode TranscriptRecorder} records. */
export interface RecorderOptions {
  /** Overwrite a file that is there. Default: `EEXIST` is thrown. */
  readonly overwrite?: boolean | undefined;
  /** Told once when writing fails, as on a full disk. The recording ends there; the stream goes on. */
  readonly onError: (error: Error) => void;
  /** The wall clock, for `recorded_at`. Default: the system's. */
  readonly now?: (() => Date) | undefined;
  /** The request's place in a run. */
  readonly run?: RecordedRun | undefined;
}

/**
 * Records one request into a transcript file, piece by piece as they arrive: after a crash or a kill, what had
 * arrived is in the file. Writes are synchronous, since a recorder must not wait and the page cache does not.
 *
 * The file is opened at once, so that an unwritable place is found before anything is sent, but a file that is
 * overwritten keeps its content until the new recording begins. Of several attempts the last one is kept.
 *
 * @example
 * ```ts
 * const recorder = new TranscriptRecorder("hello.sse", { onError: (error) => { … } });
 * await completeChat(request, { recorder });
 * recorder.close();
 * ```
 */
export class TranscriptRecorder {
  readonly #options: RecorderOptions;
  #file: number | null;
  #request: HttpRequest | null = null;
  #recordedAt = "";
  #header: TranscriptHeader | null = null;
  #encoder: TranscriptEncoder | null = null;
  #mask = new KeyMask(null);
  #length = 0;
  /** Where the header begins: behind a BOM, if the body begins with one. */
  #headerAt = 0;
  #hasPiece = false;
  #replacements = 0;

  /** @throws whatever opening the file throws, such as `EEXIST` or `EACCES`. */
  constructor(path: string, options: RecorderOptions) {
    this.#options = options;
    this.#file = openSync(path, options.overwrite ? "a" : "wx");
    if (!options.overwrite) return;
    // Appending would ignore the positions of writes; the file exists now, and keeps its content so far.
    closeSync(this.#file);
    this.#file = openSync(path, "r+");
  }

  /** An attempt is sent. */
  begin(request: HttpRequest): void {
    this.#request = request;
    this.#recordedAt = (this.#options.now?.() ?? new Date()).toISOString();
    this.#encoder = null;
  }

  /** The response head came. */
  head(head: ResponseHead): void {
    this.#start({
      status: head.status,
      headers: this.#maskedValues(keptHeaders(head.headers)),
      at_ms: head.at / 1000,
    });
  }

  /** A piece arrived. */
  piece(piece: TimedText): void {
    for (const safe of this.#mask.push(piece)) this.#write(safe);
  }

  /** The attempt ended. */
  end(ending: Ending, at: Micros): void {
    if (this.#encoder === null) this.#start(null);
    for (const safe of this.#mask.end()) this.#write(safe);
    const closing = closingOf(ending, at);
    const safe =
      closing.kind === "end"
        ? closing
        : { ...closing, error: { ...closing.error, message: this.#masked(closing.error.message) } };
    this.#append(this.#encoder?.close(safe) ?? "");
    if (this.#replacements > 0) this.#countReplacements();
  }

  /** Closes the file. */
  close(): void {
    if (this.#file === null) return;
    const file = this.#file;
    this.#file = null;
    this.#attempt(() => fsyncSync(file));
    this.#attempt(() => closeSync(file));
  }

  #start(response: TranscriptHeader["response"]): void {
    const request = this.#request;
    if (request === null) throw new Error("Cannot record: no request was sent");
    this.#header = {
      version: 1,
      recorded_at: this.#recordedAt,
      request: {
        method: request.method,
        url: this.#masked(redactedUrl(request.url)),
        headers: this.#maskedValues(keptHeaders(Object.entries(request.headers))),
        body: JSON.parse(this.#masked(JSON.stringify(request.body))),
      },
      response,
      ...(this.#options.run === undefined ? undefined : { run: this.#options.run }),
    };
    this.#mask = new KeyMask(request.key?.reveal() ?? null);
    this.#replacements = 0;
    this.#hasPiece = false;
    this.#restart();
    // Not held back for the first piece: after a kill the file shows at least what was asked.
    this.#append(this.#encoder?.flush() ?? "");
  }

  #restart(): void {
    const header = this.#header;
    if (header === null) return;
    this.#encoder = new TranscriptEncoder(header, { headerBytes: headerBytes(header) });
    this.#length = 0;
    this.#headerAt = 0;
    const file = this.#file;
    if (file !== null) this.#attempt(() => ftruncateSync(file, 0));
  }

  #write(piece: TimedText): void {
    // A BOM that begins the body stands before the header, which is in the file already.
    if (!this.#hasPiece && piece.text.startsWith("\uFEFF")) {
      this.#restart();
      this.#headerAt = 3;
    }
    this.#hasPiece = true;
    if (piece.text.includes("\uFFFD")) this.#replacements += piece.text.split("\uFFFD").length - 1;
    this.#append(this.#encoder?.piece(piece) ?? "");
  }

  #append(text: string): void {
    const file = this.#file;
    if (file === null || text === "") return;
    this.#attempt(() => {
      const bytes = Buffer.from(text);
      for (let written = 0; written < bytes.length;) {
        written += writeSync(file, bytes, written, bytes.length - written, this.#length + written);
      }
      this.#length += bytes.length;
    });
  }

  /** The count is known only now: the header has room for it. */
  #countReplacements(): void {
    const header = this.#header;
    const file = this.#file;
    if (header === null || file === null) return;
    const counted = { ...header, invalid_bytes: this.#replacements };
    const line = encodeHeader(counted, { bytes: headerBytes(header) });
    const bytes = Buffer.from(line);
    this.#attempt(() => writeSync(file, bytes, 0, bytes.length, this.#headerAt));
  }

  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      const file = this.#file;
      this.#file = null;
      if (file !== null) closeSync(file);
      this.#options.onError(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #masked(text: string): string {
    return masked(text, this.#request?.key?.reveal() ?? null);
  }

  #maskedValues(headers: Record<string, string>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, this.#masked(value)]),
    );
  }
}

/** With room for a count of up to nine digits. */
function headerBytes(header: TranscriptHeader): number {
  return Buffer.byteLength(encodeHeader({ ...header, invalid_bytes: 999_999_999 }));
}
