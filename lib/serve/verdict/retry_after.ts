import type { Micros } from "../../base/time.ts";

/**
 * How long an answer asks a client to wait, in µs: `retry-after-ms`, or `retry-after` in seconds. `null` where it does
 * not, and for a date, which means something only on the client's clock.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterIn(headers: Readonly<Record<string, string>>): Micros | null {
  const milliseconds = decimal(headers["retry-after-ms"]);
  if (milliseconds !== null) return Math.round(milliseconds * 1000);
  const seconds = decimal(headers["retry-after"]);
  return seconds === null ? null : Math.round(seconds * 1_000_000);
}

function decimal(text: string | undefined): number | null {
  return text !== undefined && /^\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : null;
}
