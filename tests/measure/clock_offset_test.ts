import { expect, test } from "bun:test";
import fc from "fast-check";
import { type ClockSample, clockOffset, largestOffset } from "../../lib/measure/clock_offset.ts";

/** A question as it goes when the other clock is this far ahead and the ways there and back take so long, in µs. */
function sampleOf(
  offset: number,
  [asked, there, back]: readonly [number, number, number],
): ClockSample {
  return { asked, theirs: asked + there + offset, answered: asked + there + back };
}

const ways = fc.array(
  fc.tuple(
    fc.integer({ min: 0, max: 1e12 }),
    fc.integer({ min: 0, max: 50_000 }),
    fc.integer({ min: 0, max: 50_000 }),
  ),
  { minLength: 1, maxLength: 8 },
);

test("the offset of a clock is what it shows, less half of the shortest round trip", () => {
  const samples = [
    { asked: 1_000, theirs: 61_001_100, answered: 1_200 },
    // A longer way says less.
    { asked: 2_000, theirs: 61_007_000, answered: 8_000 },
  ];
  // 61 001 100 − (1 000 + 1 200) / 2
  expect(clockOffset(samples)).toBe(61_000_000);
});

test("an offset that the way or 1 ms explains is none, and neither is one that nobody measured", () => {
  // Off by 1 100, within 200 + 1 000; then by 1 300.
  expect(clockOffset([{ asked: 0, theirs: 1_200, answered: 200 }])).toBe(0);
  expect(clockOffset([{ asked: 0, theirs: 1_400, answered: 200 }])).toBe(1_300);
  expect(clockOffset([])).toBe(0);
});

test("whatever the ways took, what is left of an offset is within the shortest round trip and 1 ms", () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e10, max: 1e10 }), ways, (offset, taken) => {
      const samples = taken.map((way) => sampleOf(offset, way));
      const shortest = Math.min(...taken.map(([, there, back]) => there + back));
      const found = clockOffset(samples);
      // Twice the trip where it was taken for none: half of it is the error, and all of it is tolerated.
      expect(Math.abs(offset - found)).toBeLessThanOrEqual(1.5 * shortest + 1_001);
      if (found !== 0) expect(Math.abs(offset - found)).toBeLessThanOrEqual(shortest / 2 + 1);
    }),
  );
});

test("clocks that agree are never corrected", () => {
  fc.assert(
    fc.property(ways, (taken) => {
      expect(clockOffset(taken.map((way) => sampleOf(0, way)))).toBe(0);
    }),
  );
});

test("a clock that is ahead of ours is as far behind seen from there", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e10 }), ways, (offset, taken) => {
      const mirrored = taken.map(([asked, there, back]) => [asked, back, there] as const);
      const ahead = clockOffset(taken.map((way) => sampleOf(offset, way)));
      const behind = clockOffset(mirrored.map((way) => sampleOf(-offset, way)));
      expect(Math.abs(ahead + behind)).toBeLessThanOrEqual(1);
    }),
  );
});

test("of several offsets the farthest from 0 is told", () => {
  expect(largestOffset([0, 5, -7, 6])).toBe(-7);
  expect(largestOffset([])).toBe(0);
});
