import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { decodeTranscript } from "./decode.ts";
import type { Transcript } from "./format.ts";

/**
 * Reads a transcript file whole.
 *
 * @throws {TranscriptError} when it is no transcript; and whatever reading the file throws.
 *
 * @example
 * ```ts
 * const { header, pieces } = await readTranscript("hello.sse");
 * ```
 */
export async function readTranscript(path: string): Promise<Transcript> {
  return decodeTranscript(await readFile(path), { name: basename(path) });
}
