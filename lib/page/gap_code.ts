import type { Micros } from "../base/time.ts";

/** So many bytes at once: more arguments than that overflow the stack. */
const PART = 8192;

/**
 * Gaps as text, as short as it goes without packing: 7 bits a byte, the lowest first, in base64. A gap of 12 ms takes two
 * bytes, and one of less than 2.1 s three at most.
 *
 * @example
 * ```ts
 * encodeGaps([0, 12_345]); // "ALlg"
 * ```
 */
export function encodeGaps(gaps: Iterable<Micros>): string {
  const bytes: number[] = [];
  for (const gap of gaps) {
    let rest = Math.max(0, Math.round(gap));
    while (rest >= 128) {
      bytes.push((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    bytes.push(rest);
  }
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += PART) {
    parts.push(String.fromCharCode(...bytes.slice(at, at + PART)));
  }
  return btoa(parts.join(""));
}

/** The gaps that {@linkcode encodeGaps} wrote, in whole µs. */
export function decodeGaps(text: string): Float64Array {
  const binary = atob(text);
  const gaps = new Float64Array(binary.length);
  let count = 0;
  let gap = 0;
  let weight = 1;
  for (let at = 0; at < binary.length; at++) {
    const byte = binary.charCodeAt(at);
    gap += (byte % 128) * weight;
    weight *= 128;
    if (byte >= 128) continue;
    gaps[count++] = gap;
    gap = 0;
    weight = 1;
  }
  return gaps.slice(0, count);
}
