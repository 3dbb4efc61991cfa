import { expect, test } from "bun:test";
import fc from "fast-check";
import { formatRate, formatTime, toMilliseconds } from "../../lib/text/units.ts";

test("times have three significant digits or more, and milliseconds below 100 s", () => {
  const shown: [number | null, string][] = [
    [null, "–"],
    [0, "0.00 ms"],
    [310, "0.31 ms"],
    [9_994, "9.99 ms"],
    [9_995, "10.0 ms"],
    [12_400, "12.4 ms"],
    [99_949, "99.9 ms"],
    [99_950, "100 ms"],
    [183_402, "183 ms"],
    [999_499, "999 ms"],
    [999_500, "1.000 s"],
    [1_893_226, "1.893 s"],
    [99_994_000, "99.994 s"],
    [99_995_000, "1 min 40 s"],
    [125_000_000, "2 min 05 s"],
    [3_600_000_000, "60 min 00 s"],
  ];
  expect(shown.map(([micros]) => [micros, formatTime(micros)])).toEqual(shown);
});

test("a time is never shown with 60 seconds, nor a thousand milliseconds", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000_000_000 }), (micros) => {
      const text = formatTime(micros);
      expect(text).toMatch(/^(\d\.\d\d ms|\d\d\.\d ms|\d{3} ms|\d\d?\.\d{3} s|\d+ min [0-5]\d s)$/);
    }),
  );
});

/** The milliseconds that a shown time means. */
function meant(text: string): number {
  const [, minutes = "0", value = "0", unit] = /(?:(\d+) min )?([\d.]+) (ms|s)/.exec(text) ?? [];
  return Number(minutes) * 60_000 + Number(value) * (unit === "s" ? 1000 : 1);
}

test("a longer time is not shown as a shorter one", () => {
  fc.assert(
    fc.property(fc.nat(200_000_000), fc.nat(200_000_000), (a, b) => {
      const [less, more] = a < b ? [a, b] : [b, a];
      expect(meant(formatTime(less))).toBeLessThanOrEqual(meant(formatTime(more)));
    }),
  );
});

test("rates lose decimals as they grow", () => {
  expect([null, 0.5155, 9.994, 9.995, 18.37, 99.94, 99.95, 183.4].map(formatRate)).toEqual([
    "–",
    "0.52",
    "9.99",
    "10.0",
    "18.4",
    "99.9",
    "100",
    "183",
  ]);
});

test("JSON has milliseconds with at most three decimals, and null stays null", () => {
  expect([null, 0, 1, 183_402, 54_355.777].map(toMilliseconds)).toEqual([
    null,
    0,
    0.001,
    183.402,
    54.356,
  ]);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 45 }), (micros) => {
      const milliseconds = toMilliseconds(micros);
      expect(String(milliseconds)).toMatch(/^\d+(\.\d{1,3})?$/);
      expect(Math.round((milliseconds ?? 0) * 1000)).toBe(micros);
    }),
  );
});
