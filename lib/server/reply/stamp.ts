import { Buffer } from "node:buffer";

/**
 * A chunk can carry when it was sent, as `"streamgauge":{"sent_us":1767225600000000}`: µs since 1970 on a clock that
 * does not jump. The place is kept free in the plan, and filled when the bytes go out. Until the year 2286 the
 * number has 16 digits.
 */
const FIELD = '"streamgauge":{"sent_us":';
const DIGITS = 16;

/** The data of a chunk with room for a stamp. What is no JSON object, such as `[DONE]`, stays as it is. */
export function withRoomForStamp(data: string): string {
  if (!data.endsWith("}")) return data;
  return `${data.slice(0, -1)},${FIELD}${"1".repeat(DIGITS)}}}`;
}

/** The bytes with this time in all their stamps. A copy: the bytes of a plan serve several requests. */
export function stamped(bytes: Uint8Array, sentAt: number): Uint8Array {
  const copy = Buffer.from(bytes);
  for (let at = copy.indexOf(FIELD); at !== -1; at = copy.indexOf(FIELD, at + FIELD.length)) {
    copy.write(String(sentAt), at + FIELD.length, DIGITS, "latin1");
  }
  return copy;
}
