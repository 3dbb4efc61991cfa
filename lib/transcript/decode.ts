import type { Micros } from "../base/time.ts";
import type { TimedText } from "../wire/piece.ts";
import { PieceAssembler } from "./piece_assembler.ts";
import { ByteBuffer } from "./byte_buffer.ts";
import {
  type Closing,
  HEADER_START,
  malformed,
  type LinePosition,
  type Transcript,
  type TranscriptError,
  type TranscriptHeader,
} from "./format.ts";
import { parseHeader } from "./header.ts";
import { joinUntimed } from "./join_untimed.ts";
import { formatTime, type Line, parseLine } from "./line.ts";
import { utf8Text } from "./utf8.ts";
import { wholePieceAt } from "./whole_piece.ts";

/** Options of {@linkcode TranscriptDecoder} and {@linkcode decodeTranscript}. */
export interface TranscriptDecoderOptions {
  /** The file's name, for errors. */
  readonly name: string;
  /**
   * The longest line of ours (header, marker, note, closing), and the most that all notes together may take:
   * bytes, 16 MiB by default. Past it a {@linkcode TranscriptError} is thrown.
   */
  readonly maxLineBytes?: number;
  /**
   * The longest piece: bytes, 64 MiB by default. It is also the most text that may wait for the marker of a
   * piece that begins in the middle of a line. Past it a {@linkcode TranscriptError} is thrown.
   */
  readonly maxPieceBytes?: number;
}

const MIB = 1024 * 1024;
const LINE_FEED = 0x0a;
const COLON = 0x3a;
const AT_SIGN = 0x40;
const COLON_BYTES = Uint8Array.of(COLON);
const COLON_AT_BYTES = Uint8Array.of(COLON, AT_SIGN);
const BOM = Uint8Array.of(0xef, 0xbb, 0xbf);
const HEADER_START_BYTES = new TextEncoder().encode(HEADER_START);

/** Where the next byte stands. Lines are told apart by their first three bytes. */
type Position =
  /** Not yet known whether the file begins with `:@transcript`. */
  | "file start"
  /** The file is a body and nothing more. */
  | "plain body"
  | "line start"
  /** Behind the `:` or the `:@` of a line that may be ours or the body's. */
  | "colon"
  | "colon at"
  | "line of ours"
  | "line of body";

/**
 * Reads a transcript as its bytes come, in memory that does not grow with the file.
 *
 * `push` returns the pieces that are complete. `header`, `notes` and `closing` say what was read so far.
 * Text without a time (a plain body, or what is past the last marker) is returned as it comes, with `at: null`,
 * in as many parts as there were calls. After an error the decoder is of no more use.
 *
 * @example
 * ```ts
 * const decoder = new TranscriptDecoder({ name: "hello.sse" });
 * for await (const bytes of Bun.file("hello.sse").stream()) {
 *   for (const { text, at } of decoder.push(bytes)) console.log(at, text);
 * }
 * for (const { text, at } of decoder.end()) console.log(at, text);
 * ```
 */
export class TranscriptDecoder {
  readonly #name: string;
  readonly #maxLineBytes: number;
  readonly #assembler: PieceAssembler;

  #header: TranscriptHeader | null = null;
  #notes: string[] = [];
  #noteBytes = 0;
  #closing: Closing | null = null;
  #lastTime: Micros = 0;

  #position: Position = "file start";
  #line = 1;
  /** The start of the file, or a line of ours, as long as it is not complete. */
  #held = new ByteBuffer();

  constructor(options: TranscriptDecoderOptions) {
    this.#name = options.name;
    this.#maxLineBytes = options.maxLineBytes ?? 16 * MIB;
    this.#assembler = new PieceAssembler(options.maxPieceBytes ?? 64 * MIB);
  }

  /** `null` before the first line was read, and for a plain body. */
  get header(): TranscriptHeader | null {
    return this.#header;
  }

  get notes(): readonly string[] {
    return this.#notes;
  }

  /** `null` before the closing line was read, and when there is none. */
  get closing(): Closing | null {
    return this.#closing;
  }

  /**
   * Takes the next bytes, cut anywhere, and returns the pieces they completed.
   *
   * @throws {TranscriptError} when the file is malformed, of another version, or past a limit.
   */
  push(bytes: Uint8Array): TimedText[] {
    if (this.#position === "file start") this.#takeFileStart(bytes);
    else this.#take(bytes);
    return this.#assembler.take();
  }

  /**
   * Ends the file and returns what is left of a cut one: a last piece as short as it is, or the text that no
   * marker came for. A last line without LF is dropped when it is ours or, as a lone `:`, may be the beginning of
   * one; and so are the bytes of a character that is not complete. A file cut before its header is complete holds nothing.
   *
   * @throws {TranscriptError} when the piece that is left is not UTF-8.
   */
  end(): TimedText[] {
    if (this.#header !== null) this.#assembler.end();
    return this.#assembler.take();
  }

  #takeFileStart(bytes: Uint8Array): void {
    this.#held.append(bytes);
    const start = this.#held.view();
    const bom = startsAlike(start, BOM) ? BOM.length : 0;
    const rest = start.subarray(bom);
    if (!startsAlike(rest, HEADER_START_BYTES)) {
      this.#position = "plain body";
    } else if (rest.length >= HEADER_START_BYTES.length) {
      this.#position = "line start";
      this.#assembler.body(start.subarray(0, bom), this.#linePosition);
    } else {
      return;
    }
    this.#held = new ByteBuffer();
    this.#take(this.#position === "plain body" ? start : rest);
  }

  /** Goes through the bytes line by line: the first bytes of a line cost a look, the others are searched for LF. */
  #take(bytes: Uint8Array): void {
    let start = 0;
    while (start < bytes.length) {
      switch (this.#position) {
        case "line start": {
          if (this.#closing !== null) throw this.#malformed("stands after the closing line");
          const next = this.#takeWholePiece(bytes, start);
          if (next !== null) {
            start = next;
          } else if (bytes[start] === COLON) {
            this.#position = "colon";
            start++;
          } else {
            this.#startBodyLine();
          }
          break;
        }
        case "colon":
          if (bytes[start] === AT_SIGN) {
            this.#position = "colon at";
            start++;
          } else {
            this.#startBodyLine(COLON_BYTES);
          }
          break;
        case "colon at":
          if (bytes[start] === AT_SIGN) {
            this.#startBodyLine(COLON_AT_BYTES);
            start++;
          } else {
            this.#position = "line of ours";
            this.#held.append(COLON_AT_BYTES);
          }
          break;
        case "line of ours":
          start = this.#takeLineOfOurs(bytes, start);
          break;
        case "line of body": {
          const lineFeed = bytes.indexOf(LINE_FEED, start);
          const end = lineFeed === -1 ? bytes.length : lineFeed + 1;
          this.#assembler.body(bytes.subarray(start, end), this.#linePosition);
          if (lineFeed !== -1) this.#endLine();
          start = end;
          break;
        }
        default:
          this.#assembler.plainBody(bytes.subarray(start));
          start = bytes.length;
      }
    }
  }

  /** Takes a marker with all of its piece, and returns where the next byte stands; `null`: they need a closer look. */
  #takeWholePiece(bytes: Uint8Array, start: number): number | null {
    const assembler = this.#assembler;
    if (this.#header === null || !assembler.isBetweenPieces) return null;
    const piece = wholePieceAt(bytes, start, { mostBytes: assembler.maxPieceBytes });
    if (piece === null || piece.at < this.#lastTime) return null;
    this.#lastTime = piece.at;
    assembler.wholePiece(piece);
    this.#line += piece.lines;
    if (!piece.endsLine) this.#position = "line of body";
    return piece.end;
  }

  #startBodyLine(begun?: Uint8Array): void {
    this.#position = "line of body";
    this.#assembler.startLine(this.#linePosition);
    if (begun !== undefined) this.#assembler.body(begun, this.#linePosition);
  }

  #takeLineOfOurs(bytes: Uint8Array, start: number): number {
    const lineFeed = bytes.indexOf(LINE_FEED, start);
    const end = lineFeed === -1 ? bytes.length : lineFeed;
    if (this.#held.length + end - start > this.#maxLineBytes) {
      throw this.#malformed(`is longer than the limit of ${this.#maxLineBytes} bytes`);
    }
    this.#held.append(bytes.subarray(start, end));
    if (lineFeed === -1) return end;

    const length = this.#held.length;
    const text = utf8Text(this.#held.view());
    this.#held.clear();
    if (text === null) throw this.#malformed("is not UTF-8");
    if (text.includes("\r")) {
      throw this.#malformed("has a carriage return: the lines of a transcript end in LF alone");
    }
    if (this.#header === null) this.#header = parseHeader(text, this.#linePosition);
    else this.#takeLine(parseLine(text, this.#linePosition), length);
    this.#endLine();
    return end + 1;
  }

  #takeLine(line: Line, bytes: number): void {
    if (line.kind === "note") {
      this.#noteBytes += bytes;
      if (this.#noteBytes > this.#maxLineBytes) {
        throw this.#malformed(`brings the notes past the limit of ${this.#maxLineBytes} bytes`);
      }
      this.#notes.push(line.text);
      return;
    }
    if (line.at < this.#lastTime) {
      const times = `from ${formatTime(this.#lastTime)} to ${formatTime(line.at)}`;
      throw this.#malformed(`has a time that goes back ${times}`);
    }
    this.#lastTime = line.at;
    if (line.kind === "marker") {
      this.#assembler.startPiece(line.at, line.length, this.#linePosition);
    } else {
      this.#assembler.close(this.#linePosition);
      this.#closing = line;
    }
  }

  #endLine(): void {
    this.#position = "line start";
    this.#line++;
  }

  get #linePosition(): LinePosition {
    return { file: this.#name, line: this.#line };
  }

  #malformed(state: string): TranscriptError {
    return malformed(this.#linePosition, state);
  }
}

/**
 * Reads a whole file. A file that does not begin with `:@transcript` is a body: one piece without a time.
 *
 * @throws {TranscriptError} when the file is malformed, of another version, or past a limit.
 *
 * @example
 * ```ts
 * const transcript = decodeTranscript(await Bun.file("hello.sse").bytes(), { name: "hello.sse" });
 * const body = transcript.pieces.map(({ text }) => text).join("");
 * ```
 */
export function decodeTranscript(bytes: Uint8Array, options: TranscriptDecoderOptions): Transcript {
  const decoder = new TranscriptDecoder(options);
  const pieces = joinUntimed([decoder.push(bytes), decoder.end()].flat());
  return { header: decoder.header, pieces, notes: decoder.notes, closing: decoder.closing };
}

/** Whether the bytes and the expected ones agree as far as both go. */
function startsAlike(bytes: Uint8Array, expected: Uint8Array): boolean {
  return expected.every((byte, index) => index >= bytes.length || bytes[index] === byte);
}
