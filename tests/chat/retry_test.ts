import { expect, test } from "bun:test";
import {
  delayAsked,
  isWorthRetrying,
  LONGEST_RETRY_DELAY,
  retryDelay,
} from "../../lib/chat/retry.ts";
import type { Failure } from "../../lib/measure/outcome.ts";

const now = Date.parse("2025-11-17T03:28:04Z");

function failure(given: Partial<Failure>): Failure {
  return { kind: "busy", status: 503, code: null, message: "", ...given };
}

function networkFailure(code: string | null): Failure {
  return failure({ kind: "network", status: null, code });
}

/** The wait that these headers ask for; 375 ms where they ask for none. */
function delay(headers: Record<string, string> | null): number {
  return retryDelay({
    failure: failure({}),
    headers: headers === null ? null : new Headers(headers),
    attempts: 1,
    now,
    random: 0.5,
  });
}

test("retry waits as the endpoint asks, in seconds, as a date, or in milliseconds", () => {
  expect(delay({ "retry-after": "3" })).toBe(3000);
  expect(delay({ "retry-after": "0" })).toBe(0);
  expect(delay({ "retry-after": " 1.5 " })).toBe(1500);
  expect(delay({ "retry-after": "Mon, 17 Nov 2025 03:28:09 GMT" })).toBe(5000);
  expect(delay({ "retry-after": "Mon, 17 Nov 2025 03:28:00 GMT" })).toBe(0);
  expect(delay({ "retry-after-ms": "250" })).toBe(250);
  expect(delay({ "retry-after-ms": "250.4", "retry-after": "9" })).toBe(250);
});

test("retry waits at most a minute, whatever the endpoint asks", () => {
  expect(LONGEST_RETRY_DELAY).toBe(60_000);
  expect(delay({ "retry-after": "61" })).toBe(60_000);
  expect(delay({ "retry-after-ms": "999999999" })).toBe(60_000);
  expect(delay({ "retry-after": "Tue, 18 Nov 2025 00:00:00 GMT" })).toBe(60_000);
});

test("retry backs off by itself where the endpoint asks for nothing that can be read", () => {
  for (const value of ["", "soon", "-1", "1 minute", "NaN", "1e3"]) {
    expect(delay({ "retry-after": value }), value).toBe(375); // 500 × (1 − 0.5 / 2)
  }
  expect(delay({ "retry-after-ms": "soon", "retry-after": "2" })).toBe(2000);
  expect(delay({})).toBe(375);
  expect(delay(null)).toBe(375);
});

test("retry backs off twice as long each time, with a jitter of half, up to a minute", () => {
  const ranges = [1, 2, 3, 8, 100].map((attempts) =>
    [0, 1].map((random) =>
      retryDelay({ failure: failure({}), headers: null, attempts, now, random }),
    ),
  );
  expect(ranges).toEqual([
    [500, 250],
    [1000, 500],
    [2000, 1000],
    [60_000, 32_000], // 500 × 2⁷ = 64 000
    [60_000, 60_000],
  ]);
});

test("retry is worth it when the endpoint is busy", () => {
  for (const status of [408, 429, 500, 502, 503, 504, 529]) {
    expect(isWorthRetrying(failure({ status }))).toBe(true);
  }
  for (const message of [
    "Request was rejected due to rate limiting. Details: TPM limit reached.",
    "Rate limit reached for requests per min (RPM): Limit 3",
    "System is too busy now. Please try again later.",
  ]) {
    expect(isWorthRetrying(failure({ status: 429, message })), message).toBe(true);
  }
});

test("retry is not worth it for what the endpoint will not do a minute later", () => {
  for (const status of [501, 505]) expect(isWorthRetrying(failure({ status }))).toBe(false);
});

test("retry is not worth it for a quota or a balance that is used up", () => {
  expect(isWorthRetrying(failure({ status: 429, code: "insufficient_quota" }))).toBe(false);
  for (const message of [
    "Rate limit reached: Limit 200 requests per day (RPD)",
    "TPD limit reached",
    "You have used up your daily quota",
    "Rate limit exceeded: free-models-per-day",
    "insufficient balance",
    "账户余额不足",
    "Your account org-x is suspended due to insufficient balance, please recharge your account",
    "You exceeded your current quota, please check your plan and billing details",
  ]) {
    expect(isWorthRetrying(failure({ status: 429, message })), message).toBe(false);
  }
});

test("retry is not worth it for anything else: balance, key, model, errors in the stream", () => {
  for (const kind of [
    "status",
    "endpoint",
    "not_a_completion",
    "truncated",
    "timeout",
    "interrupted",
  ] as const) {
    expect(isWorthRetrying(failure({ kind, status: 403 })), kind).toBe(false);
  }
});

function asked(value: string): number | null {
  return delayAsked({ headers: new Headers({ "retry-after": value }), now });
}

test("retry is not worth it where the endpoint asks to wait longer than a minute", () => {
  expect(["60", "61", "300", "soon"].map(asked)).toEqual([60_000, 61_000, 300_000, null]);
  for (const [value, isWorth] of [
    ["60", true],
    ["61", false],
    ["Mon, 17 Nov 2025 04:28:04 GMT", false],
    ["soon", true],
  ] as const) {
    expect(isWorthRetrying(failure({ status: 429 }), asked(value)), value).toBe(isWorth);
  }
});

test("retry is worth it when the network failed, not when it never can work", () => {
  for (const code of ["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "ETIMEDOUT", "EPIPE"]) {
    expect(isWorthRetrying(networkFailure(code)), code).toBe(true);
  }
  for (const code of [
    "CERT_HAS_EXPIRED",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "ERR_SSL_WRONG_VERSION_NUMBER",
    "UnsupportedProxyProtocol",
    "ERR_INVALID_URL",
    null,
  ]) {
    expect(isWorthRetrying(networkFailure(code)), String(code)).toBe(false);
  }
});
