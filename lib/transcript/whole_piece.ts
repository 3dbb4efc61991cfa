import type { Micros } from "../base/time.ts";
import { utf8Text } from "./utf8.ts";

/** A piece that stands in the bytes of a file whole, with its marker. */
export interface WholePiece {
  readonly at: Micros;
  readonly text: string;
  /** How many lines of the file end in it, that of the marker among them. */
  readonly lines: number;
  /** It ends where a line ends. */
  readonly endsLine: boolean;
  /** Where the next byte stands. */
  readonly end: number;
}

interface Marker {
  readonly at: Micros;
  /** Of its piece, in bytes. */
  readonly length: number;
  /** Of its line. */
  readonly end: number;
}

const LINE_FEED = 0x0a;
const SPACE = 0x20;
const POINT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const AT_SIGN = 0x40;

/** So many digits are a safe number, also a thousand times as much. */
const MOST_DIGITS = 12;

/**
 * The piece whose marker begins at `start`, where all of both is there and nothing in them needs a closer look, as nearly
 * always: the marker is spelt as ours are, no line begins with a colon, the text is UTF-8. Any other is for who goes through
 * the file line by line and finds what is wrong; of this one it would find the same.
 *
 * @example
 * ```ts
 * const bytes = new TextEncoder().encode(":@ 183.402 9\ndata: a\n\n");
 * wholePieceAt(bytes, 0, { mostBytes: 1024 }); // { at: 183402, text: "data: a\n\n", lines: 3, endsLine: true, end: 22 }
 * ```
 */
export function wholePieceAt(
  bytes: Uint8Array,
  start: number,
  { mostBytes }: { readonly mostBytes: number },
): WholePiece | null {
  const marker = markerAt(bytes, start);
  if (marker === null || marker.length > mostBytes) return null;
  const end = marker.end + marker.length;
  const lines = end > bytes.length ? null : plainLines(bytes, { start: marker.end, end });
  const text = lines === null ? null : utf8Text(bytes.subarray(marker.end, end));
  if (lines === null || text === null) return null;
  return { at: marker.at, text, lines: lines + 1, endsLine: bytes[end - 1] === LINE_FEED, end };
}

/** The marker that begins at `start`, where it is spelt as ours are: with three decimals. `null` for any other line. */
function markerAt(bytes: Uint8Array, start: number): Marker | null {
  const isMarker =
    bytes[start] === COLON && bytes[start + 1] === AT_SIGN && bytes[start + 2] === SPACE;
  if (!isMarker) return null;
  const point = digitsEnd(bytes, start + 3);
  if (bytes[point] !== POINT || digitsEnd(bytes, point + 1) !== point + 4) return null;
  if (bytes[point + 4] !== SPACE || bytes[point + 5] === ZERO) return null;
  // A zero stands before no other digit.
  if (bytes[start + 3] === ZERO && point > start + 4) return null;
  const end = digitsEnd(bytes, point + 5);
  if (bytes[end] !== LINE_FEED) return null;
  const whole = numberIn(bytes, { start: start + 3, end: point });
  const length = numberIn(bytes, { start: point + 5, end });
  if (whole === null || length === null) return null;
  const fraction = numberIn(bytes, { start: point + 1, end: point + 4 }) ?? 0;
  return { at: whole * 1000 + fraction, length, end: end + 1 };
}

/**
 * How many lines end in the bytes of a piece that begins at a line's start; `null` where one of them begins with a colon:
 * it may not stand in the file as it stands in the piece.
 */
function plainLines(
  bytes: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
): number | null {
  let lines = 0;
  for (let line = start; line < end;) {
    if (bytes[line] === COLON) return null;
    const lineFeed = bytes.indexOf(LINE_FEED, line);
    if (lineFeed === -1 || lineFeed >= end) break;
    lines++;
    line = lineFeed + 1;
  }
  return lines;
}

function digitsEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  while ((bytes[at] ?? 0) >= ZERO && (bytes[at] ?? 0) < ZERO + 10) at++;
  return at;
}

/** `null` without a digit, or with too many. */
function numberIn(
  bytes: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
): number | null {
  const digits = end - start;
  if (digits === 0 || digits > MOST_DIGITS) return null;
  let number = 0;
  for (let at = start; at < end; at++) number = number * 10 + (bytes[at] ?? 0) - ZERO;
  return number;
}
