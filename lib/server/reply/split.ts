import { Buffer } from "node:buffer";
import { seededRandom } from "../../base/random.ts";
import type { Micros } from "../../base/time.ts";
import type { TimedBytes } from "./reply.ts";
import { eventEnds } from "./events.ts";

/** How a body is cut into pieces, where not as recorded. */
export type Split =
  /** One event in each piece. */
  | { readonly kind: "event" }
  /** So many bytes in each piece: inside characters and line ends, too. */
  | { readonly kind: "bytes"; readonly length: number }
  /** 1 to 64 bytes in each piece. The same seed cuts at the same places. */
  | { readonly kind: "random"; readonly seed: number };

const LONGEST_RANDOM = 64;

/** Cuts a body elsewhere. A new piece goes out when its last byte was there. */
export function splitPieces(pieces: readonly TimedBytes[], split: Split): TimedBytes[] {
  const body = Buffer.concat(pieces.map(({ bytes }) => bytes));
  const result: TimedBytes[] = [];
  let start = 0;
  let piece = 0;
  let pieceEnd = pieces[0]?.bytes.length ?? 0;
  let at: Micros = 0;
  for (const end of cuts(body, split)) {
    while (pieceEnd < end) pieceEnd += pieces[++piece]?.bytes.length ?? Infinity;
    at = pieces[piece]?.at ?? at;
    result.push({ bytes: body.subarray(start, end), at });
    start = end;
  }
  return result;
}

/** Where the pieces end; the last at the end of the body. */
function* cuts(body: Buffer, split: Split): Generator<number> {
  if (body.length === 0) return;
  if (split.kind === "event") {
    let last = 0;
    for (const { end } of eventEnds(body)) yield (last = end);
    if (last < body.length) yield body.length;
    return;
  }
  const random = split.kind === "random" ? seededRandom(split.seed) : () => 0;
  let end = 0;
  while (end < body.length) {
    end += split.kind === "bytes" ? split.length : 1 + Math.floor(random() * LONGEST_RANDOM);
    yield Math.min(end, body.length);
  }
}
