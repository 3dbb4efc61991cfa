import type { Micros } from "../base/time.ts";
import type { TimedText } from "../wire/piece.ts";
import { ByteBuffer } from "./byte_buffer.ts";
import { malformed, type LinePosition } from "./format.ts";
import { utf8Text, withoutCutCharacter } from "./utf8.ts";

/** A piece that is not complete. */
interface OpenPiece {
  readonly at: Micros;
  /** Where its marker stands. */
  readonly position: LinePosition;
  /** How many of its bytes are still to come. */
  missing: number;
}

const LINE_FEED = 0x0a;

/**
 * Puts pieces together from markers and the bytes of the body, without what the file adds to it.
 *
 * A marker stands at the first line start at or after its piece's first byte. So at a line start every byte
 * before is counted, or counted by the markers that stand there; only the rest of one line ever waits.
 */
export class PieceAssembler {
  readonly maxPieceBytes: number;
  #open: OpenPiece | null = null;
  #openBytes = new ByteBuffer();
  /** Bytes past the last length, from the middle of a line: their markers come at the next line start. */
  #unmarked = new ByteBuffer();
  /** The first line without the marker that had to stand before it. From there on no text has a time. */
  #untimedSince: LinePosition | null = null;
  #untimed = new ByteBuffer();
  readonly #untimedDecoder: TextDecoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #complete: TimedText[] = [];

  constructor(maxPieceBytes: number) {
    this.maxPieceBytes = maxPieceBytes;
  }

  /** All that came so far stands in pieces that are complete. */
  get isBetweenPieces(): boolean {
    return this.#open === null && this.#unmarked.length === 0 && this.#untimedSince === null;
  }

  /** A marker with all of its piece, from the start of a line on, while {@linkcode PieceAssembler.isBetweenPieces}. */
  wholePiece({ text, at }: TimedText): void {
    this.#complete.push({ text, at });
  }

  /** A marker. */
  startPiece(at: Micros, length: number, position: LinePosition): void {
    if (this.#open !== null) throw malformed(position, `has a marker ${missingFrom(this.#open)}`);
    this.#checkAllTimed();
    if (length > this.maxPieceBytes) {
      throw malformed(
        position,
        `has a piece of ${length} bytes, more than the limit of ${this.maxPieceBytes}`,
      );
    }
    this.#open = { at, position, missing: length };
    this.#fill(this.#open, this.#unmarked.take(length));
  }

  /** Says that the next bytes begin a line of the body. */
  startLine(position: LinePosition): void {
    if (this.#open !== null || this.#untimedSince !== null) return;
    this.#untimedSince = position;
    this.#untimed.append(this.#unmarked.view());
    this.#unmarked.clear();
  }

  /** Bytes of the body, from one line. */
  body(bytes: Uint8Array, position: LinePosition): void {
    if (this.#untimedSince !== null) {
      this.#untimed.append(bytes);
      return;
    }
    const counted = Math.min(bytes.length, this.#open?.missing ?? 0);
    if (this.#open !== null) this.#fill(this.#open, bytes.subarray(0, counted));
    const past = bytes.length - counted;
    if (past === 0) return;
    if (this.#unmarked.length + past > this.maxPieceBytes) {
      throw malformed(
        position,
        `has text past the end of a piece, more than the limit of ${this.maxPieceBytes} bytes`,
      );
    }
    this.#unmarked.append(bytes.subarray(counted));
  }

  /** Bytes of a body that has no markers. They need not be UTF-8: what is not comes as U+FFFD. */
  plainBody(bytes: Uint8Array): void {
    const text = this.#untimedDecoder.decode(bytes, { stream: true });
    if (text !== "") this.#complete.push({ text, at: null });
  }

  /** Says that a closing line came: the lengths have to add up, but for an LF that was added before it. */
  close(position: LinePosition): void {
    if (this.#open !== null)
      throw malformed(position, `closes the body ${missingFrom(this.#open)}`);
    this.#checkAllTimed();
    const past = withoutLastLineFeed(this.#unmarked.view()).length;
    if (past > 0) {
      throw malformed(position, `closes the body ${past} bytes after the end of its last piece`);
    }
    this.#unmarked.clear();
  }

  /**
   * Says that the file ends. What is left of a cut one is a last piece as short as it is, or text without a
   * marker.
   */
  end(): void {
    if (this.#open !== null) {
      const text = pieceText(withoutCutCharacter(this.#openBytes.view()), this.#open.position);
      if (text !== "") this.#complete.push({ text, at: this.#open.at });
      this.#open = null;
      return;
    }
    // The LF may be the one that is added before the closing line. No event depends on it, as it ends a line
    // that is not empty.
    this.#untimed.append(withoutLastLineFeed(this.#unmarked.view()));
    this.#unmarked.clear();
  }

  /** The pieces that were completed since the last call, and the text without a time. */
  take(): TimedText[] {
    if (this.#untimed.length > 0) {
      this.plainBody(this.#untimed.view());
      this.#untimed.clear();
    }
    const complete = this.#complete;
    this.#complete = [];
    return complete;
  }

  #fill(open: OpenPiece, bytes: Uint8Array): void {
    this.#openBytes.append(bytes);
    open.missing -= bytes.length;
    if (open.missing > 0) return;
    this.#complete.push({ text: pieceText(this.#openBytes.view(), open.position), at: open.at });
    this.#openBytes.clear();
    this.#open = null;
  }

  #checkAllTimed(): void {
    if (this.#untimedSince === null) return;
    throw malformed(
      this.#untimedSince,
      "is text past the end of a piece: a marker has to stand before it",
    );
  }
}

function pieceText(bytes: Uint8Array, position: LinePosition): string {
  const text = utf8Text(bytes);
  if (text !== null) return text;
  const cut = withoutCutCharacter(bytes).length < bytes.length;
  throw malformed(
    position,
    cut ? "has a length that ends inside a character" : "has a piece that is not UTF-8",
  );
}

function missingFrom({ missing, position }: OpenPiece): string {
  return `${missing} bytes before the end of the piece of line ${position.line}`;
}

function withoutLastLineFeed(bytes: Uint8Array): Uint8Array {
  return bytes.at(-1) === LINE_FEED ? bytes.subarray(0, -1) : bytes;
}
