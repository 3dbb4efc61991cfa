import { Buffer } from "node:buffer";
import { deflateSync } from "node:zlib";
import { type Random, seededRandom } from "../base/random.ts";

/** In pixels: squares of one colour, so that a picture is made, and sent, in no time. */
const SQUARE = 16;

/**
 * A made-up picture as a PNG: coloured squares, others for each seed, so that no cache of pictures knows it. One byte a pixel,
 * with a palette of 256 colours.
 *
 * @see https://www.w3.org/TR/png-3/
 *
 * @example
 * ```ts
 * syntheticPng({ width: 512, height: 512 }, 1).length < 20_000; // true
 * ```
 */
export function syntheticPng(
  { width, height }: { readonly width: number; readonly height: number },
  seed: number,
): Uint8Array {
  const random = seededRandom(seed);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Bit depth 8, colour type 3 (a palette); compression, filter and interlace as ever.
  header.set([8, 3, 0, 0, 0], 8);
  const palette = Uint8Array.from({ length: 3 * 256 }, () => byte(random));
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("PLTE", palette),
    chunk("IDAT", deflateSync(pixels({ width, height }, random), { level: 1 })),
    chunk("IEND", new Uint8Array()),
  ]);
}

/** Each line begins with its filter, which is none. */
function pixels(
  { width, height }: { readonly width: number; readonly height: number },
  random: Random,
): Uint8Array {
  const lines = new Uint8Array((width + 1) * height);
  let line = new Uint8Array(width + 1);
  for (let y = 0; y < height; y++) {
    if (y % SQUARE === 0) {
      line = new Uint8Array(width + 1);
      for (let x = 0; x < width; x += SQUARE) line.fill(byte(random), x + 1, x + 1 + SQUARE);
    }
    lines.set(line, y * (width + 1));
  }
  return lines;
}

function byte(random: Random): number {
  return Math.floor(random() * 256);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const named = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}

/** Node 20 has none in `node:zlib` yet. */
const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  return value;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}
