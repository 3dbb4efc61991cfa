import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { closingOf, endingOf } from "../../lib/transcript/closing.ts";
import { formatClosing, parseLine } from "../../lib/transcript/line.ts";
import type { Ending } from "../../lib/wire/ending.ts";

const PLACE = { file: "a.sse", line: 9 };

/** As the system and Bun give them; `null` for an error without a code. */
const reason = {
  code: fc.constantFrom(null, "ECONNRESET", "ECONNREFUSED", "ENOTFOUND", "ZlibError"),
  message: fc.oneof(fc.constantFrom("the socket\nwas closed\r", "120000 ms", ""), fc.string()),
};

/** The longest limit a flag takes, in µs. */
const LONGEST = 576 * 3_600_000_000;

const endings: fc.Arbitrary<{ ending: Ending; status: number | null }> = fc.oneof(
  fc.record({
    ending: fc.constant<Ending>({ kind: "interrupted" }),
    status: fc.constantFrom(null, 200),
  }),
  fc
    .record({
      timer: fc.constantFrom("total", "first_byte", "idle"),
      limit: fc.oneof(
        fc.nat({ max: 5_000_000 }),
        fc.maxSafeNat().map((n) => n % LONGEST),
      ),
      status: fc.constantFrom(null, 200),
    })
    .map(({ status, ...timed }) => ({ ending: { kind: "timed_out", ...timed } as const, status })),
  fc.record(reason).map((reason) => ({
    ending: { kind: "no_response", ...reason } as const,
    status: null,
  })),
  fc.record({ status: fc.constantFrom(200, 429), ...reason }).map((broken) => ({
    ending: { kind: "broken", ...broken } as const,
    status: broken.status,
  })),
  fc.constantFrom(200, 204, 301, 401, 503).map((status) => ({
    ending: { kind: "ended", status } as const,
    status,
  })),
);

test("an ending is given back by its closing line", () => {
  fc.assert(
    fc.property(endings, fc.nat(), ({ ending, status }, at) => {
      const line = formatClosing(closingOf(ending, at));
      const closing = parseLine(line.slice(0, -1), PLACE);
      if (closing.kind !== "end" && closing.kind !== "failed") throw new Error(line);
      expect(closing).toEqual(closingOf(ending, at));
      expect(endingOf({ status, closing, isPlainBody: false })).toEqual({
        ...ending,
        // A message of lone surrogates cannot be written; no system gives one.
        ...("message" in ending ? { message: ending.message.toWellFormed() } : undefined),
      });
    }),
  );
});

test("closing lines say what happened in words", () => {
  const lines: [Ending, string][] = [
    [{ kind: "ended", status: 200 }, ":@end 5.000\n"],
    [
      { kind: "interrupted" },
      ':@failed 5.000 {"code":"interrupted","message":"the user interrupted"}\n',
    ],
    [
      { kind: "timed_out", timer: "first_byte", limit: 120_000_500 },
      ':@failed 5.000 {"code":"timed_out_first_byte","message":"120000.5 ms"}\n',
    ],
    [
      { kind: "broken", status: 200, code: "ECONNRESET", message: "closed" },
      ':@failed 5.000 {"code":"ECONNRESET","message":"closed"}\n',
    ],
  ];
  for (const [ending, line] of lines) expect(formatClosing(closingOf(ending, 5000))).toBe(line);
});

test("a recording without a closing line was interrupted", () => {
  const recorded = { status: 200, closing: null, isPlainBody: false };
  expect(endingOf(recorded)).toEqual({ kind: "interrupted" });
});

test("a plain body ended in order", () => {
  const recorded = { status: null, closing: null, isPlainBody: true };
  expect(endingOf(recorded)).toEqual({ kind: "ended", status: 200 });
});

test("a timer whose limit nobody wrote down ran out when the request ended", () => {
  for (const message of ["", "soon", "12", "12 ms or so", "NaN ms"]) {
    const closing = {
      kind: "failed",
      at: 7000,
      error: { code: "timed_out_idle", message },
    } as const;
    const ending = { kind: "timed_out", timer: "idle", limit: 7000 } as const;
    expect(endingOf({ status: 200, closing, isPlainBody: false })).toEqual(ending);
  }
});

test("a code that only resembles a timer is a code", () => {
  const error = { code: "timed_out_waiting", message: "m" };
  const closing = { kind: "failed", at: 1, error } as const;
  expect(endingOf({ status: null, closing, isPlainBody: false })).toEqual({
    kind: "no_response",
    ...error,
  });
});
