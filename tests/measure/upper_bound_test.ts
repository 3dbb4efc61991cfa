import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { seededRandom } from "../../lib/base/random.ts";
import { percentile } from "../../lib/measure/distribution.ts";
import { CONFIDENCE, upperBound } from "../../lib/measure/upper_bound.ts";
import { runs } from "../support/runs.ts";

/** 1 to so many: the bound is the rank of the sample that is taken. */
function ranks(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

test("an upper bound needs as many samples as MLPerf asks for: 64 for p90, 662 for p99", () => {
  for (const [percent, floor] of [
    [90, 64],
    [95, 130],
    [99, 662],
  ] as const) {
    expect({ percent, bound: upperBound(ranks(floor - 1), percent) }).toEqual({
      percent,
      bound: null,
    });
    // At its floor it is the highest sample.
    expect({ percent, bound: upperBound(ranks(floor), percent) }).toEqual({
      percent,
      bound: floor,
    });
  }
  expect(upperBound([], 90)).toBeNull();
});

test("an upper bound with less confidence needs fewer samples", () => {
  // 0.9²¹ + 21 · 0.1 · 0.9²⁰ = 0.36; with 95 %: 46 samples, as 0.9⁴⁶ + 46 · 0.1 · 0.9⁴⁵ = 0.048.
  expect(upperBound(ranks(46), 90, { confidence: 0.95 })).toBe(46);
  expect(upperBound(ranks(45), 90, { confidence: 0.95 })).toBeNull();
});

/** P(B ≤ t) as it is written, for counts that doubles can carry. */
function chanceOfAtMost(above: number, count: number, share: number): number {
  let term = (1 - share) ** count;
  let sum = term;
  for (let k = 1; k <= above; k++) {
    term *= ((count - k + 1) / k) * (share / (1 - share));
    sum += term;
  }
  return sum;
}

test("the rank is the one that the binomial distribution gives", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 64, max: 3000 }),
      fc.constantFrom(90, 95, 99),
      (count, percent) => {
        const share = 1 - percent / 100;
        const bound = upperBound(ranks(count), percent);
        if (bound === null) {
          expect(chanceOfAtMost(1, count, share)).toBeGreaterThanOrEqual(1 - CONFIDENCE - 1e-9);
          return;
        }
        const above = count - bound + 1;
        expect(chanceOfAtMost(above, count, share)).toBeLessThan(1 - CONFIDENCE + 1e-9);
        expect(chanceOfAtMost(above + 1, count, share)).toBeGreaterThanOrEqual(
          1 - CONFIDENCE - 1e-9,
        );
      },
    ),
    { numRuns: runs(100) },
  );
});

test("a bound is a sample, not below the percentile, whatever the order of the samples", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 1e6 }), { minLength: 64, maxLength: 800 }), (samples) => {
      const bound = upperBound(samples, 90);
      expect(samples).toContain(bound as number);
      const sorted = samples.toSorted((a, b) => a - b);
      expect(bound).toBeGreaterThanOrEqual(percentile(sorted, 90) as number);
      expect(upperBound(sorted, 90)).toBe(bound);
    }),
    { numRuns: runs(50) },
  );
});

test("a sample that is missing counts as the highest, and a bound that would be one does not exist", () => {
  expect(upperBound(ranks(99), 90, { missing: 1 })).toBe(98);
  // Of 100 the third highest is taken: with three missing it is one of them.
  expect(upperBound(ranks(98), 90, { missing: 2 })).toBe(98);
  expect(upperBound(ranks(97), 90, { missing: 3 })).toBeNull();
  expect(upperBound([], 90, { missing: 100 })).toBeNull();
});

test("many samples are no trouble, where 0.9 to their power is 0 in doubles", () => {
  const count = 200_000;
  const bound = upperBound(ranks(count), 90) as number;
  // The normal distribution is near: 20,000 − 2.33 · √(200,000 · 0.1 · 0.9) = 19,688 may lie above.
  expect(Math.abs(count - bound - 19_688)).toBeLessThan(10);
});

test("the true percentile is above the bound in no more than one of a hundred runs", () => {
  const random = seededRandom(42);
  const trials = 4000;
  for (const [percent, count] of [
    [90, 64],
    [90, 200],
    [99, 700],
  ] as const) {
    let missed = 0;
    // Of samples that are even between 0 and 1 the true percentile is known.
    const times = percent === 99 ? trials / 4 : trials;
    for (let trial = 0; trial < times; trial++) {
      const bound = upperBound(Array.from({ length: count }, random), percent) ?? 0;
      if (bound < percent / 100) missed++;
    }
    expect({ percent, count, isHeld: missed / times <= 0.01 }).toEqual({
      percent,
      count,
      isHeld: true,
    });
  }
});
