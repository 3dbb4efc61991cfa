import { expect, test } from "bun:test";
import fc from "fast-check";
import { ExactCounts, percentile, percentileIsWithin } from "../../lib/measure/distribution.ts";

const samples = fc
  .array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 200 })
  .map((values) => values.toSorted((a, b) => a - b));
const percent = fc.double({ min: 0, max: 98.9, noNaN: true });

/**
 * The same value, said another way: the height at `percent` of the polyline whose corners are the samples, evenly
 * spread from 0 to 100.
 */
function onPolyline(sorted: readonly number[], percent: number): number {
  if (sorted.length === 1) return sorted[0] ?? NaN;
  const step = 100 / (sorted.length - 1);
  return sorted.reduce((sum, value, index) => {
    const distance = Math.abs(percent - index * step) / step;
    return sum + value * Math.max(0, 1 - distance);
  }, 0);
}

test("percentile interpolates between the closest ranks", () => {
  // Ranks from 0 to 3: p50 is rank 1.5, p90 is rank 2.7, p25 is rank 0.75.
  const sorted = [10, 20, 30, 40];
  expect(percentile(sorted, 50)).toBe(25);
  expect(percentile(sorted, 90)).toBeCloseTo(37, 9);
  expect(percentile(sorted, 25)).toBe(17.5);
  expect(percentile(sorted, 0)).toBe(10);
});

test("percentile of one sample is that sample", () => {
  expect([0, 50, 95].map((p) => percentile([7], p))).toEqual([7, 7, 7]);
});

test("percentile of 1 to 101 is the percent plus one", () => {
  const sorted = Array.from({ length: 101 }, (_, index) => index + 1);
  for (const p of [1, 50, 90, 95, 99]) expect(percentile(sorted, p)).toBeCloseTo(p + 1, 9);
});

test("percentile agrees with a polyline through the samples", () => {
  fc.assert(
    fc.property(samples, percent, (sorted, p) => {
      expect(percentile(sorted, p)).toBeCloseTo(onPolyline(sorted, p), 4);
    }),
  );
});

test("percentile does not fall as the percent grows, and stays among the samples", () => {
  fc.assert(
    fc.property(samples, percent, percent, (sorted, p, q) => {
      const low = percentile(sorted, Math.min(p, q)) ?? NaN;
      const high = percentile(sorted, Math.max(p, q)) ?? NaN;
      expect(low).toBeLessThanOrEqual(high);
      expect(low).toBeGreaterThanOrEqual(sorted[0] ?? NaN);
      expect(high).toBeLessThanOrEqual(sorted.at(-1) ?? NaN);
    }),
  );
});

/** 0, 1, 2, … */
function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

test("percentile is null where the samples cannot carry it", () => {
  expect(percentile([], 50)).toBeNull();
  expect(percentile(numbers(99), 99)).toBeNull();
  expect(percentile(numbers(100), 99)).toBeCloseTo(98.01, 9);
  expect(percentile(numbers(999), 99.9)).toBeNull();
  expect(percentile(numbers(1000), 99.9)).toBeCloseTo(998.001, 9);
});

test("a percentile is within a limit, told without sorting, where the sorted samples say so", () => {
  const limit = fc.oneof(fc.nat({ max: 30 }), fc.double({ min: -1, max: 31, noNaN: true }));
  const few = fc.array(fc.nat({ max: 30 }), { maxLength: 250 });
  fc.assert(
    fc.property(few, fc.oneof(percent, fc.constant(99)), limit, (values, percent, limit) => {
      const found = percentile(
        values.toSorted((a, b) => a - b),
        percent,
      );
      const wanted = found === null ? null : found <= limit;
      expect(percentileIsWithin(values, percent, { limit })).toBe(wanted);
      // At the value itself, where rounding would show.
      if (found !== null) expect(percentileIsWithin(values, percent, { limit: found })).toBe(true);
    }),
  );
});

test("counts are exact on both sides of the second from which on they are a list", () => {
  const counts = new ExactCounts();
  const samples = [(1 << 20) - 1, 1 << 20, (1 << 20) + 1];
  for (const sample of samples) counts.add(sample, 2);
  expect([...counts.entries()].flatMap(([sample, times]) => Array(times).fill(sample))).toEqual(
    samples.flatMap((sample) => [sample, sample]),
  );
  expect(counts.distribution()).toMatchObject({ count: 6, min: samples[0], max: samples[2] });
});
