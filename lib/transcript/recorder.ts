import { Buffer } from "node:buffer";
import { closeSync, constants, fstatSync, ftruncateSync, openSync, writeSync } from "node:fs";
import type { ResponseHead } from "../wire/exchange.ts";
import type { Ending } from "../wire/ending.ts";
import type { HttpRequest } from "../wire/request.ts";
import type { Micros } from "../base/time.ts";
import type { TimedText } from "../wire/piece.ts";
import { closingOf } from "./closing.ts";
import { TranscriptEncoder } from "./encode.ts";
import type {
  Closing,
  RecordedRequest,
  RecordedResponse,
  RecordedRun,
  TranscriptHeader,
} from "./format.ts";
import { encodeHeader } from "./header.ts";
import { keptHeaders, redactedUrl } from "./masks/redact.ts";
import { ResponseMask } from "./masks/response_mask.ts";
import { SecretMask } from "../base/secret_mask.ts";

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
 * arrived is in the file. Only a piece that may hold the beginning of the key waits for the next one.
 *
 * Writes are synchronous: a recorder must not wait, and writing into the system's cache does not. It is left to the
 * system when that reaches the disk, since waiting for it would falsify the times of every stream of the process.
 *
 * The file is opened at once, so that an unwritable place is found before anything is sent, but a file that is
 * overwritten keeps its content until the request is sent. Of several attempts the last one is kept.
 *
 * @example
 * ```ts
 * const recorder = new TranscriptRecorder("hello.sse", { onError: (error) => console.error(error.message) });
 * try {
 *   await completeChat(request, { recorder });
 * } finally {
 *   recorder.close();
 * }
 * ```
 */
export class TranscriptRecorder {
  readonly #options: RecorderOptions;
  #file: number | null;
  #attempts = 0;
  #sent: { readonly recorded_at: string; readonly request: RecordedRequest } | null = null;
  #header: TranscriptHeader | null = null;
  #encoder: TranscriptEncoder | null = null;
  #mask = new ResponseMask(new SecretMask([]));
  #length = 0;
  /** Where the header begins: behind a BOM, if the body begins with one. */
  #headerAt = 0;
  #hasPiece = false;
  #replacements = 0;

  /** @throws whatever opening the file throws, such as `EEXIST` or `EACCES`. */
  constructor(path: string, options: RecorderOptions) {
    const { O_WRONLY, O_CREAT, O_EXCL } = constants;
    this.#options = options;
    this.#file = openSync(path, O_WRONLY | O_CREAT | (options.overwrite ? 0 : O_EXCL));
  }

  /** An attempt is sent. Until its head comes, the file says that none came. */
  begin(request: HttpRequest): void {
    this.#attempts++;
    this.#mask = new ResponseMask(SecretMask.of(request.key));
    const { method, url, headers, body, usageCache, think } = this.#mask.request(request);
    this.#sent = {
      recorded_at: (this.#options.now?.() ?? new Date()).toISOString(),
      request: {
        method,
        url: redactedUrl(url),
        headers: keptHeaders(Object.entries(headers)),
        ...(usageCache === undefined ? undefined : { usage_cache: usageCache }),
        ...(think === undefined ? undefined : { think }),
        ...(body === null ? undefined : { body }),
      },
    };
    this.#hasPiece = false;
    this.#replacements = 0;
    this.#empty();
    this.#writeHeader(null);
  }

  /** The response head came. */
  head(head: ResponseHead): void {
    const { status, headers, at } = this.#mask.head(head);
    this.#writeHeader({ status, headers: keptHeaders(headers), at_ms: at / 1000 });
  }

  /** A piece arrived. */
  piece(piece: TimedText): void {
    for (const safe of this.#mask.push(piece)) this.#write(safe);
  }

  /** The attempt ended. */
  end(ending: Ending, at: Micros): void {
    for (const safe of this.#mask.end()) this.#write(safe);
    this.#close(closingOf(this.#mask.ending(ending), at));
  }

  /** Closes the file. */
  close(): void {
    const file = this.#file;
    if (file === null) return;
    this.#attempt(() => {
      this.#file = null;
      closeSync(file);
    });
  }

  /** Room is left in the header for what is known only at the end. A longer one is written over a shorter one. */
  #writeHeader(response: RecordedResponse | null): void {
    if (this.#sent === null) throw new Error("Cannot record: no request was sent");
    const { run } = this.#options;
    this.#header = {
      version: 1,
      ...this.#sent,
      response,
      ...(this.#attempts === 1 ? undefined : { attempt: this.#attempts }),
      ...(run === undefined ? undefined : { run }),
    };
    this.#startFile();
    // Not held back for the first piece: after a kill the file shows at least what was asked.
    this.#append(this.#encoder?.flush() ?? "");
  }

  #startFile(): void {
    if (this.#header === null) return;
    this.#encoder = new TranscriptEncoder(this.#header, { headerBytes: headerBytes(this.#header) });
    this.#length = 0;
    this.#headerAt = 0;
  }

  #write(piece: TimedText): void {
    // A BOM that begins the body stands before the header, which is in the file already.
    if (!this.#hasPiece && piece.text.startsWith("\uFEFF")) {
      this.#startFile();
      this.#headerAt = 3;
    }
    this.#hasPiece = true;
    if (piece.text.includes("\uFFFD")) this.#replacements += piece.text.split("\uFFFD").length - 1;
    this.#append(this.#encoder?.piece(piece) ?? "");
  }

  #close(closing: Closing): void {
    this.#append(this.#encoder?.close(closing) ?? "");
    if (this.#replacements > 0 && this.#header !== null) {
      const counted = { ...this.#header, replacement_characters: this.#replacements };
      this.#put(encodeHeader(counted, { bytes: headerBytes(this.#header) }), this.#headerAt);
    }
  }

  #append(text: string): void {
    this.#length += this.#put(text, this.#length);
  }

  /** Writes the text at this place, and returns its length in bytes. */
  #put(text: string, at: number): number {
    const file = this.#file;
    if (file === null || text === "") return 0;
    const bytes = Buffer.from(text);
    this.#attempt(() => {
      for (let written = 0; written < bytes.length;) {
        written += writeSync(file, bytes, written, bytes.length - written, at + written);
      }
    });
    return bytes.length;
  }

  /** Devices have no length, and refuse to be given one. */
  #empty(): void {
    const file = this.#file;
    if (file === null) return;
    this.#attempt(() => {
      if (fstatSync(file).size > 0) ftruncateSync(file, 0);
    });
  }

  /** Does what may fail for reasons of the system. The first failure ends the recording. */
  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (this.#file !== null) closeQuietly(this.#file);
      this.#file = null;
      this.#options.onError(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** The header's length with a count that is as long as one can be. */
function headerBytes(header: TranscriptHeader): number {
  const longest = { ...header, replacement_characters: Number.MAX_SAFE_INTEGER };
  return Buffer.byteLength(encodeHeader(longest));
}

/** What closing could still say is said already. */
function closeQuietly(file: number): void {
  try {
    closeSync(file);
  } catch {}
}
