import { expect, test } from "bun:test";
import { type CompletionFacts, isBusy, judge } from "../../lib/measure/outcome.ts";
import type { Ending } from "../../lib/wire/ending.ts";

const nothing: CompletionFacts = { isCompletion: false, done: false, finished: false, error: null };
const done: CompletionFacts = { isCompletion: true, done: true, finished: true, error: null };
const error = { message: "no", code: "oops" };

function ended(status = 200): Ending {
  return { kind: "ended", status };
}

function broken(status = 200): Ending {
  return { kind: "broken", status, code: "ECONNRESET", message: "closed unexpectedly" };
}

test("outcome is interrupted when the user interrupted, whatever came before", () => {
  expect(judge({ kind: "interrupted" }, { ...done, error })).toEqual({
    outcome: "interrupted",
    failure: { kind: "interrupted", status: null, code: null, message: "interrupted" },
  });
});

test("outcome is timed out when one of the timers ran out, and names it", () => {
  const judged = (["total", "first_byte", "idle"] as const).map(
    (timer) => judge({ kind: "timed_out", timer, limit: 2_500_000 }, { ...done, error }).failure,
  );
  expect(judged).toEqual([
    {
      kind: "timeout",
      status: null,
      code: "total",
      message: "the request took longer than 2.5 s",
    },
    { kind: "timeout", status: null, code: "first_byte", message: "no first byte within 2.5 s" },
    { kind: "timeout", status: null, code: "idle", message: "nothing arrived for 2.5 s" },
  ]);
  expect(judge({ kind: "timed_out", timer: "idle", limit: 1 }, done).outcome).toBe("timed_out");
});

test("outcome is failed by the network when no response head came", () => {
  const ending: Ending = { kind: "no_response", code: "ECONNREFUSED", message: "refused" };
  expect(judge(ending, nothing)).toEqual({
    outcome: "failed",
    failure: { kind: "network", status: null, code: "ECONNREFUSED", message: "refused" },
  });
});

test("outcome is failed as busy for 408, 429 and 5xx, in the endpoint's words", () => {
  for (const status of [408, 429, 500, 502, 503, 504, 529]) {
    expect(judge(ended(status), { ...nothing, error })).toEqual({
      outcome: "failed",
      failure: { kind: "busy", status, code: "oops", message: "no" },
    });
    expect(isBusy(status)).toBe(true);
  }
});

test("outcome is failed by its status for any other than 2xx", () => {
  for (const status of [301, 304, 307, 400, 401, 403, 404, 409, 422]) {
    expect(judge(ended(status), { ...nothing, error })).toEqual({
      outcome: "failed",
      failure: { kind: "status", status, code: "oops", message: "no" },
    });
    expect(isBusy(status)).toBe(false);
  }
});

test("outcome goes by the status though the body broke off, has no words, or looks complete", () => {
  expect(judge(broken(503), nothing).failure).toEqual({
    kind: "busy",
    status: 503,
    code: null,
    message: "",
  });
  expect(judge(broken(401), done).failure?.kind).toBe("status");
  expect(judge(ended(302), done).failure?.kind).toBe("status");
});

test("outcome is failed by the endpoint for an error in a 2xx body, also one that was finished", () => {
  for (const ending of [ended(), broken()]) {
    for (const facts of [nothing, done, { ...done, done: false }]) {
      expect(judge(ending, { ...facts, error })).toEqual({
        outcome: "failed",
        failure: { kind: "endpoint", status: 200, code: "oops", message: "no" },
      });
    }
  }
});

test("outcome is failed for a 2xx body that is neither an event stream nor a completion", () => {
  for (const status of [200, 201, 204]) {
    expect(judge(ended(status), nothing)).toEqual({
      outcome: "failed",
      failure: {
        kind: "not_a_completion",
        status,
        code: null,
        message: "the body is neither an event stream nor a completion",
      },
    });
  }
  // Even with a choice that looks finished.
  expect(judge(ended(), { ...nothing, finished: true }).failure?.kind).toBe("not_a_completion");
});

test("outcome is complete with [DONE], or a finish reason for every choice", () => {
  for (const facts of [done, { ...done, finished: false }, { ...done, done: false }]) {
    expect(judge(ended(), facts)).toEqual({ outcome: "complete", failure: null });
    expect(judge(broken(), facts)).toEqual({ outcome: "complete", failure: null });
  }
});

test("outcome is truncated for any other end of a 2xx body", () => {
  expect(judge(ended(), { ...done, done: false, finished: false })).toEqual({
    outcome: "truncated",
    failure: {
      kind: "truncated",
      status: 200,
      code: null,
      message: "the stream ended without [DONE] or a finish_reason",
    },
  });
});

test("outcome is truncated with the reason when the body broke off, also before anything came", () => {
  for (const isCompletion of [true, false]) {
    expect(judge(broken(), { ...nothing, isCompletion })).toEqual({
      outcome: "truncated",
      failure: {
        kind: "truncated",
        status: 200,
        code: "ECONNRESET",
        message: "closed unexpectedly",
      },
    });
  }
});

test("outcome is busy for 408, 429 and 500 to 599, and for no other status", () => {
  for (const status of [408, 429, 500, 503, 529, 599]) expect(isBusy(status)).toBe(true);
  for (const status of [100, 302, 400, 404, 430, 499, 600, 999]) expect(isBusy(status)).toBe(false);
  expect(judge(ended(999), nothing).failure?.kind).toBe("status");
});

test("a stream that only [DONE] calls whole has failed when a part of it could not be read", () => {
  const unread = { message: "Internal Server Error", code: null };
  const ended = { kind: "ended", status: 200 } as const;
  expect(judge(ended, { ...done, finished: false, unread })).toEqual({
    outcome: "failed",
    failure: { kind: "endpoint", status: 200, ...unread },
  });
  expect(judge(ended, { ...done, unread }).outcome).toBe("complete");
  expect(judge(ended, { ...done, finished: false, unread: null }).outcome).toBe("complete");
  expect(judge(ended, { ...done, done: false, finished: false, unread }).outcome).toBe("truncated");
});

test("a stream with [DONE] and no chunk is no completion", () => {
  const ended = { kind: "ended", status: 200 } as const;
  expect(judge(ended, { ...done, finished: false, hasChunk: false })).toEqual({
    outcome: "failed",
    failure: {
      kind: "not_a_completion",
      status: 200,
      code: "no_chunk",
      message: "the stream holds [DONE], but no chunk of a completion",
    },
  });
});
