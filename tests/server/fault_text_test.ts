import { expect, test } from "bun:test";
import fc from "fast-check";
import { faultText } from "../../lib/server/fault_text.ts";
import type { Fault } from "../../lib/server/reply/fault.ts";
import { readFault } from "../../lib/server/values.ts";
import { runs } from "../support/runs.ts";

const place = fc.oneof(
  fc.record({ events: fc.nat(1000) }),
  fc.integer({ min: 0, max: 1000 }).map((tenths) => ({ share: tenths / 10 / 100 })),
  fc.constant({ in: "arguments" } as const),
);
/** Whole ms, as a duration of a flag has them, in µs. */
const time = fc.integer({ min: 1, max: 3_600_000 }).map((ms) => ms * 1000);
const name = fc.constantFrom("retry-after", "retry-after-ms", "x-reason");

const fault: fc.Arbitrary<Fault> = fc
  .tuple(
    fc.oneof(
      fc.record({
        kind: fc.constant("status" as const),
        status: fc.integer({ min: 200, max: 599 }),
        headers: fc.dictionary(name, fc.stringMatching(/^[\w ]{1,8}$/)),
      }),
      fc.record({
        kind: fc.constantFrom(
          "cut" as const,
          "early-end" as const,
          "error-event" as const,
          "malformed" as const,
        ),
        after: place,
      }),
      fc.record({ kind: fc.constant("reset" as const), after: fc.option(place) }),
      fc.record({ kind: fc.constant("stall" as const), after: place, for: time }),
      fc.record({ kind: fc.constant("slow-head" as const), for: time }),
      fc.record({ kind: fc.constant("no-done" as const) }),
    ),
    fc.record(
      { share: fc.integer({ min: 0, max: 100 }).map((part) => part / 100), seed: fc.integer() },
      { requiredKeys: [] },
    ),
  )
  .map(([kind, often]) => Object.assign(kind, often));

test("a fault as text reads as the same fault", () => {
  fc.assert(
    fc.property(fault, (given) => {
      const text = faultText(given);
      const read = readFault({ flag: "--fault", text });
      expect(faultText(read)).toBe(text);
      expect(read).toEqual(JSON.parse(JSON.stringify(given)));
    }),
    { numRuns: runs(300) },
  );
});

test("a fault as text says what is meant, also where it is the default", () => {
  expect(faultText({ kind: "cut", after: { share: 0.07 } })).toBe("cut:after=7%");
  expect(faultText({ kind: "stall", after: { events: 3 }, for: 90_000_000 })).toBe(
    "stall:after=3:for=90s",
  );
  expect(faultText({ kind: "slow-head", for: 60_000_000 })).toBe("slow-head:1m");
  expect(
    faultText({ kind: "status", status: 429, headers: { "retry-after": "2" }, share: 0.2 }),
  ).toBe("status:429:retry-after=2:share=20%");
});
