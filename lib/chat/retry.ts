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

/** No wait between two attempts is longer than this, in milliseconds. */
export const LONGEST_RETRY_DELAY = 60_000;

/**
 * Whether the same request may succeed a little later: the network failed, or the endpoint is busy. A quota or a
 * balance that is used up is not: it comes as 429, too, but waiting a minute does not refill it. Nor is an endpoint that
 * asks to wait longer than {@linkcode LONGEST_RETRY_DELAY}: sooner it would only refuse once more. A failure without
 * the system's code never got as far as the network.
 *
 * `asked`: the wait that the endpoint asks for, in milliseconds; see {@linkcode delayAsked}.
 */
export function isWorthRetrying(failure: Failure, asked: number | null = null): boolean {
  if (asked !== null && asked > LONGEST_RETRY_DELAY) return false;
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
  const asked = delayAsked(attempt);
  const backOff = 500 * 2 ** (attempt.attempts - 1) * (1 - attempt.random / 2);
  return Math.round(Math.min(asked ?? backOff, LONGEST_RETRY_DELAY));
}

/**
 * The wait that the endpoint asks for, in milliseconds; `null` where it asks for none that can be read.
 *
 * @example
 * ```ts
 * delayAsked({ headers: new Headers({ "retry-after": "300" }), now: Date.now() }); // 300000
 * ```
 */
export function delayAsked({
  headers,
  now,
}: Pick<FailedAttempt, "headers" | "now">): number | null {
  if (headers === null) return null;
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
