import type { Failure } from "../measure/outcome.ts";
import { usedUp } from "./used_up.ts";

/** What is known when an attempt failed. */
export interface FailedAttempt {
  readonly failure: Failure;
  /** The response's headers; `null` when no head came. */
  readonly headers: Headers | null;
  /** How many attempts there were, this one included. */
  readonly attempts: number;
  /** Milliseconds since 1970, to which a `retry-after` date is compared. */
  readonly now: number;
  /** A random number from 0 to 1, for the jitter. */
  readonly random: number;
}

/** Nobody waits longer than this, in milliseconds, whatever the endpoint asks. */
export const LONGEST_RETRY_DELAY = 60_000;

/**
 * Whether the same request may succeed a little later: the network failed, or the endpoint is busy. A quota or a
 * balance that is used up is not: it comes as 429, too, but waiting a minute does not refill it. A failure without
 * the system's code never got as far as the network.
 */
export function isWorthRetrying(failure: Failure): boolean {
  switch (failure.kind) {
    case "network":
      return (
        failure.code !== null &&
        !/CERT|TLS|SSL|UNABLE_TO|UnsupportedProxy|ERR_INVALID/i.test(failure.code)
      );
    case "busy":
      return failure.status !== 501 && failure.status !== 505 && usedUp(failure) === null;
    default:
      return false;
  }
}

/**
 * How long to wait before the next attempt, in milliseconds: what the endpoint asked for (`retry-after-ms`, or
 * `retry-after` in seconds or as a date), else 0.5 s, 1 s, 2 s, … with a jitter of half. At most
 * {@linkcode LONGEST_RETRY_DELAY}.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryDelay(attempt: FailedAttempt): number {
  const asked = attempt.headers === null ? null : retryAfter(attempt.headers, attempt.now);
  const backOff = 500 * 2 ** (attempt.attempts - 1) * (1 - attempt.random / 2);
  return Math.round(Math.min(asked ?? backOff, LONGEST_RETRY_DELAY));
}

function retryAfter(headers: Headers, now: number): number | null {
  const milliseconds = headers.get("retry-after-ms");
  if (milliseconds !== null && /^\d+(\.\d+)?$/.test(milliseconds.trim())) {
    return Number(milliseconds);
  }
  const value = headers.get("retry-after")?.trim();
  if (value === undefined || value === "") return null;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  // Date.parse takes "-1" for a year.
  const date = /\d:\d\d/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
