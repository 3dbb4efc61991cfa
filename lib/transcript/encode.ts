import { Buffer } from "node:buffer";
import type { Micros } from "../base/time.ts";
import type { TimedText } from "../wire/piece.ts";
import { type Closing, HEADER_START, type Transcript, type TranscriptHeader } from "./format.ts";
import { encodeHeader } from "./header.ts";
import { formatClosing, formatMarker, formatNote } from "./line.ts";

/** Options of {@linkcode TranscriptEncoder}. */
export interface TranscriptEncoderOptions {
  /** The least length of the header line, see {@linkcode encodeHeader}. 0 bytes by default. */
  readonly headerBytes?: number;
}

/** Where the body stands in the file: a line of ours fits only at a line start. */
type Position = "line start" | "colon at line start" | "in a line";

/**
 * Writes a transcript as it arrives: each call returns the text to append to the file, `""` if there is none yet.
 *
 * The header is held back until the first piece or the closing, and returned with it, because a BOM that begins
 * the body must stand before it. A recorder that wants the header in the file earlier calls `flush`.
 * Lines of ours wait for the next line start of the body.
 *
 * @example
 * ```ts
 * const request = { method: "GET", url: "http://127.0.0.1/", headers: {} };
 * const encoder = new TranscriptEncoder({ version: 1, recorded_at: "…", request, response: null });
 * encoder.piece({ text: "data: 你好\n\n", at: 183402 }); // the header, and ":@ 183.402 14\ndata: 你好\n\n"
 * encoder.close({ kind: "end", at: 200000 }); // ":@end 200.000\n"
 * ```
 */
export class TranscriptEncoder {
  readonly #header: string;
  #begun = false;
  #position: Position = "line start";
  /** Lines of ours that wait for a line start. */
  #waiting: string[] = [];
  #last: Micros = 0;
  /** Why nothing may follow, once that is so. */
  #over: string | null = null;

  constructor(header: TranscriptHeader, options: TranscriptEncoderOptions = {}) {
    this.#header = encodeHeader(header, { bytes: options.headerBytes ?? 0 });
  }

  /**
   * The next piece. An empty text is no piece and is passed over. A lone surrogate, which decoded text never
   * has, is written as U+FFFD. A piece without a time gets no marker; only the last of a cut transcript can
   * be so, and nothing may follow it.
   *
   * @throws {RangeError} when the time goes back, or is not a whole number of microseconds.
   */
  piece(piece: TimedText): string {
    this.#checkOpen("a piece");
    if (piece.text === "") return "";
    const text = piece.text.toWellFormed();
    if (piece.at === null) this.#over = "a piece without a time";
    else this.#waiting.push(this.#marker(piece.at, text));

    const bom = !this.#begun && text.startsWith("\uFEFF") ? "\uFEFF" : "";
    const ours = this.#position === "line start" ? this.flush() : "";
    return `${bom}${ours}${this.#body(bom === "" ? text : text.slice(bom.length))}`;
  }

  /**
   * A note: a remark that is no part of the body. A text of several lines becomes several notes.
   * Before the first piece it is held back with the header.
   */
  note(text: string): string {
    this.#checkOpen("a note");
    this.#waiting.push(formatNote(text));
    return this.#begun && this.#position === "line start" ? this.flush() : "";
  }

  /**
   * The closing line, after which nothing may follow. A body that does not end in LF gets one before it,
   * which the lengths cut away on reading.
   *
   * @throws {RangeError} when the time goes back, or is not a whole number of microseconds.
   */
  close(closing: Closing): string {
    this.#checkOpen("a closing");
    this.#checkTime(closing.at);
    this.#over = "the closing";
    const lineEnd = this.#position === "line start" ? "" : "\n";
    this.#position = "line start";
    return `${lineEnd}${this.flush()}${formatClosing(closing)}`;
  }

  /**
   * What can be written now: the header and notes, when no piece has come yet. A BOM that begins the body can
   * then no more stand before the header. It stays in the body, where this toolkit reads it rightly, but any
   * other SSE parser takes it for a part of the first field's name.
   */
  flush(): string {
    if (this.#position !== "line start") return "";
    const text = `${this.#begun ? "" : this.#header}${this.#waiting.join("")}`;
    this.#begun = true;
    this.#waiting = [];
    return text;
  }

  /** Escapes a part of the body, and puts the waiting lines at its first line start. */
  #body(text: string): string {
    if (text === "") return "";
    const position = this.#position;
    let escaped = text.replaceAll("\n:@", "\n:@@");
    if (position === "line start" && text.startsWith(":@")) escaped = `:@@${escaped.slice(2)}`;
    if (position === "colon at line start" && text.startsWith("@")) escaped = `@${escaped}`;
    this.#position = positionAfter(text, position);

    const lineStart = escaped.indexOf("\n") + 1;
    if (lineStart === 0 || this.#waiting.length === 0) return escaped;
    const ours = this.#waiting.join("");
    this.#waiting = [];
    return `${escaped.slice(0, lineStart)}${ours}${escaped.slice(lineStart)}`;
  }

  #marker(at: Micros, text: string): string {
    this.#checkTime(at);
    return formatMarker(at, Buffer.byteLength(text));
  }

  #checkTime(at: Micros): void {
    if (!Number.isSafeInteger(at) || at < 0) {
      throw new RangeError(
        `Cannot write transcript: a time is ${at}, not a whole number of microseconds`,
      );
    }
    if (at < this.#last) {
      throw new RangeError(
        `Cannot write transcript: a time goes back from ${this.#last} to ${at} µs`,
      );
    }
    this.#last = at;
  }

  #checkOpen(what: string): void {
    if (this.#over === null) return;
    throw new Error(`Cannot write transcript: ${what} came after ${this.#over}`);
  }
}

/**
 * The whole file. Notes are written first, as a transcript does not hold where they stood.
 * With `header: null` the file is the body alone.
 *
 * @throws {RangeError} when a body without header begins with `:@transcript`, so that it would be misread; and
 * as the encoder does.
 */
export function encodeTranscript(transcript: Transcript): string {
  if (transcript.header === null) return encodePlainBody(transcript.pieces);
  const encoder = new TranscriptEncoder(transcript.header);
  const parts = transcript.notes.map((note) => encoder.note(note));
  for (const piece of transcript.pieces) parts.push(encoder.piece(piece));
  parts.push(transcript.closing === null ? encoder.flush() : encoder.close(transcript.closing));
  return parts.join("");
}

function encodePlainBody(pieces: readonly TimedText[]): string {
  const body = pieces.map(({ text }) => text).join("");
  if (body.startsWith(HEADER_START) || body.startsWith(`\uFEFF${HEADER_START}`)) {
    throw new RangeError(
      `Cannot write transcript: a body that begins with ${HEADER_START} needs a header`,
    );
  }
  return body;
}

function positionAfter(text: string, before: Position): Position {
  if (text.endsWith("\n")) return "line start";
  if (text.endsWith("\n:") || (text === ":" && before === "line start")) {
    return "colon at line start";
  }
  return "in a line";
}
