import { Buffer } from "node:buffer";
import type { TimedBytes } from "./reply.ts";

/** All bytes of a body. */
export function bytesOf(pieces: Iterable<TimedBytes>): Buffer {
  return Buffer.concat(Array.from(pieces, ({ bytes }) => bytes));
}
