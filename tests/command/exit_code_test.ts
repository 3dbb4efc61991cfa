import { expect, test } from "bun:test";
import { exitCode } from "../../lib/target/failure_code.ts";
import { type CompletionFacts, judge } from "../../lib/measure/outcome.ts";
import type { Ending } from "../../lib/wire/ending.ts";

const complete = { isCompletion: true, done: true, finished: true, error: null };
const cut = { ...complete, done: false, finished: false };
const foreign = { ...cut, isCompletion: false };
const faulty = { ...complete, error: { message: "overloaded", code: null } };

function codeOf(ending: Ending, facts: CompletionFacts): number {
  return exitCode(judge(ending, facts));
}

test("a complete request exits with 0", () => {
  expect(codeOf({ kind: "ended", status: 200 }, complete)).toBe(0);
});

test("an interrupted request exits with 130", () => {
  expect(codeOf({ kind: "interrupted" }, complete)).toBe(130);
});

test("a timer that ran out, or no response, exits with 5", () => {
  for (const timer of ["total", "first_byte", "idle"] as const) {
    expect(codeOf({ kind: "timed_out", timer, limit: 1 }, cut)).toBe(5);
  }
  expect(codeOf({ kind: "no_response", code: "ECONNREFUSED", message: "" }, foreign)).toBe(5);
});

function codesOf(statuses: readonly number[]): number[] {
  return statuses.map((status) => codeOf({ kind: "ended", status }, foreign));
}

test("a busy endpoint exits with 4, any other refusal with 3", () => {
  expect(codesOf([408, 429, 500, 502, 503, 504])).toEqual([4, 4, 4, 4, 4, 4]);
  expect(codesOf([301, 307, 400, 401, 403, 404, 422])).toEqual([3, 3, 3, 3, 3, 3, 3]);
});

test("an error in the stream, a foreign body and a cut stream exit with 6", () => {
  expect(codeOf({ kind: "ended", status: 200 }, faulty)).toBe(6);
  expect(codeOf({ kind: "ended", status: 200 }, foreign)).toBe(6);
  expect(codeOf({ kind: "ended", status: 200 }, cut)).toBe(6);
  expect(codeOf({ kind: "broken", status: 200, code: "ECONNRESET", message: "" }, cut)).toBe(6);
});
