import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  holmLevels,
  MOST_RUNS,
  ofPairs,
  pValue,
  reach,
  runsNeeded,
  smallestShown,
  spreadOf,
  welch,
} from "../../lib/measure/difference.ts";
import { probabilityBeyond, tBeyond } from "../../lib/measure/t_distribution.ts";
import { runs } from "../support/runs.ts";

// NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, critical values of Student's t.
test.each([
  [0.05, 1, 12.706],
  [0.05, 4, 2.776],
  [0.05, 8, 2.306],
  [0.01, 8, 3.355],
  [0.05, 30, 2.042],
  [0.01, 100, 2.626],
  [0.001, 3, 12.924],
])("t beyond which %p of %p degrees lie is that of the table", (alpha, degrees, expected) => {
  expect(tBeyond(alpha, degrees)).toBeCloseTo(expected, 3);
});

test("quantile and probability of t are each other's inverse, also between whole degrees", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e-4, max: 0.9, noNaN: true }),
      fc.double({ min: 1, max: 20_000, noNaN: true }),
      (alpha, degrees) => {
        expect(probabilityBeyond(tBeyond(alpha, degrees), degrees)).toBeCloseTo(alpha, 8);
      },
    ),
    { numRuns: runs(200) },
  );
});

// Student's sleep data of 1908, with what R 4 says of it: t.test(extra ~ group, data = sleep), also with paired = TRUE.
const drug = {
  one: [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2],
  two: [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
};

test("Welch's test of Student's sleep data is that of R", () => {
  const difference = welch(spreadOf(drug.one), spreadOf(drug.two));
  expect(difference.estimate / difference.error).toBeCloseTo(1.8608, 4);
  expect(difference.degrees).toBeCloseTo(17.776, 3);
  expect(pValue(difference)).toBeCloseTo(0.07939, 5);
  expect(difference.estimate - reach(difference, 0.05)).toBeCloseTo(-0.2054832, 7);
  expect(difference.estimate + reach(difference, 0.05)).toBeCloseTo(3.3654832, 7);
});

test("the paired test of Student's sleep data is that of R", () => {
  const difference = ofPairs(spreadOf(drug.two.map((value, index) => value - drug.one[index]!)));
  expect(difference.estimate / difference.error).toBeCloseTo(4.0621, 4);
  expect(difference.degrees).toBe(9);
  expect(pValue(difference)).toBeCloseTo(0.002833, 6);
  expect(difference.estimate - reach(difference, 0.05)).toBeCloseTo(0.7001142, 7);
  expect(difference.estimate + reach(difference, 0.05)).toBeCloseTo(2.4598858, 7);
});

// NIST/SEMATECH e-Handbook, 1.3.5.3, cars of the U.S. and of Japan (AUTO83B.DAT): t = −12.94627, 136.8750 degrees.
test("Welch's test with unequal counts is that of the handbook", () => {
  const difference = welch(
    { mean: 30.48101, variance: 6.10771 ** 2, count: 79 },
    { mean: 20.14458, variance: 6.4147 ** 2, count: 249 },
  );
  expect(difference.estimate / difference.error).toBeCloseTo(-12.94627, 3);
  expect(difference.degrees).toBeCloseTo(136.875, 2);
});

test("samples without a spread differ certainly, or not at all", () => {
  const same = welch(spreadOf([1, 1]), spreadOf([1, 1, 1]));
  expect([same.degrees, reach(same, 0.05), pValue(same)]).toEqual([3, 0, 1]);
  const other = welch(spreadOf([1, 1]), spreadOf([2, 2]));
  expect([other.estimate, reach(other, 0.05), pValue(other), smallestShown(other, 0.05)]).toEqual([
    1, 0, 0, 0,
  ]);
});

test("Holm tests the smallest p at α / m, and stops at the first that is not significant", () => {
  // 0.001 ≤ 0.05 / 4; 0.01 ≤ 0.05 / 3; 0.03 > 0.05 / 2: it and 0.04 stay at 0.05 / 2.
  expect(holmLevels([0.04, 0.001, 0.03, 0.01], 0.05)).toEqual([0.025, 0.0125, 0.025, 0.05 / 3]);
  expect(holmLevels([], 0.05)).toEqual([]);
  // At its level exactly a value is significant.
  expect(holmLevels([0.025, 0.04], 0.05)).toEqual([0.025, 0.05]);
});

test("what Holm rejects is at most its own level, and never more than without a correction", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }), (ps) => {
      const levels = holmLevels(ps, 0.05);
      const rejected = ps.map((p, index) => p <= levels[index]!);
      const bonferroni = ps.map((p) => p <= 0.05 / ps.length);
      for (const [index, p] of ps.entries()) {
        expect(levels[index]).toBeLessThanOrEqual(0.05);
        if (bonferroni[index]) expect(rejected[index]).toBe(true);
        // What is smaller than a rejected one is rejected, too.
        if (rejected[index]) expect(ps.every((q, other) => q > p || rejected[other])).toBe(true);
      }
    }),
    { numRuns: runs(300) },
  );
});

function width(n: number): number {
  return 2 * tBeyond(0.05, 2 * n - 2) * Math.sqrt(0.0008 / n);
}

test("so many runs are needed that the interval is as narrow as asked, and not one fewer", () => {
  const options = { width: 0.05, alpha: 0.05, paired: false };
  const needed = runsNeeded(0.0008, options);
  expect(width(needed)).toBeLessThanOrEqual(0.05);
  expect(width(needed - 1)).toBeGreaterThan(0.05);
  expect(needed).toBe(7);
  expect(runsNeeded(100, options)).toBe(MOST_RUNS);
});
