import { expect, test } from "bun:test";
import { createColors } from "picocolors";
import fc from "fast-check";
import { ExactCounts } from "../../../lib/measure/distribution.ts";
import { binsOf, renderHistogram } from "../../../lib/report/run/histogram.ts";

function countsOf(samples: Iterable<number>): ExactCounts {
  const counts = new ExactCounts();
  for (const sample of samples) counts.add(sample);
  return counts;
}

function histogram(samples: Iterable<number>, width = 60): string {
  return renderHistogram(countsOf(samples), {
    title: "first token (TTFT)",
    width,
    styles: createColors(false),
  });
}

/** So many of each sample, in ms. */
function each(counts: Readonly<Record<string, number>>): number[] {
  return Object.entries(counts).flatMap(([ms, count]) =>
    Array.from({ length: count }, () => Number(ms) * 1000),
  );
}

test("histogram has bins of one width with round edges", () => {
  expect(histogram(each({ 120: 10, 160: 57, 180: 102, 230: 41, 290: 3 }))).toBe(`\
first token (TTFT)
  100 ms – 150 ms   10  ██▎
  150 ms – 200 ms  159  ████████████████████████████████████
  200 ms – 250 ms   41  █████████▎
  250 ms – 300 ms    3  ▋`);
});

test("histogram fits its width", () => {
  expect(histogram(each({ 120: 10, 160: 57, 180: 102, 230: 41, 290: 3 }), 40)).toBe(`\
first token (TTFT)
  100 ms – 150 ms   10  █
  150 ms – 200 ms  159  ████████████████
  200 ms – 250 ms   41  ████▏
  250 ms – 300 ms    3  ▎`);
});

test("histogram puts the hundredth at each end in one bin, up to the extreme", () => {
  // One of 301 samples is a stall of 2 s: beyond p99, it has no say in the width of the bins.
  expect(histogram(each({ 10: 1, 20: 100, 22: 100, 24.5: 99, 2000: 1 }))).toBe(`\
first token (TTFT)
  10.0 ms –   20 ms    1  ▍
    20 ms –   21 ms  100  ██████████████████████████████████
    21 ms –   22 ms    0
    22 ms –   23 ms  100  ██████████████████████████████████
    23 ms –   24 ms    0
    24 ms –   25 ms   99  █████████████████████████████████▋
    25 ms – 2.000 s    1  ▍`);
});

test("histogram of samples on several scales has bins that grow", () => {
  expect(histogram(each({ 150: 30, 300: 60, 700: 40, 1500: 20, 4500: 10 }))).toBe(`\
first token (TTFT)
  100 ms – 200 ms  30  ██████████████████▌
  200 ms – 500 ms  60  █████████████████████████████████████
  500 ms –    1 s  40  ████████████████████████▋
     1 s –    2 s  20  ████████████▍
     2 s –    5 s  10  ██████▏`);
});

test("histogram keeps gaps of zero with those of their scale", () => {
  expect(histogram(each({ 0: 200, 20: 50, 21: 50 }))).toBe(`\
first token (TTFT)
   0 ms –  5 ms  200  ██████████████████████████████████████
   5 ms – 10 ms    0
  10 ms – 15 ms    0
  15 ms – 20 ms    0
  20 ms – 25 ms  100  ███████████████████`);
});

test("histogram of one value is one bar, and of none nothing", () => {
  expect(histogram(each({ 12.345: 2 }), 30)).toBe(
    "first token (TTFT)\n  12.345 ms  2  ██████████████",
  );
  expect(histogram([])).toBe("");
});

test("histogram counts every sample once, in ten lines at most", () => {
  const sample = fc.oneof(
    fc.nat(300),
    fc.integer({ min: 10_000, max: 30_000 }),
    fc.nat(2_000_000_000),
  );
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1, maxLength: 300 }), (samples) => {
      const bins = binsOf(countsOf(samples));
      expect(bins.length).toBeLessThanOrEqual(10);
      expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(samples.length);
      for (const [index, { to }] of bins.slice(0, -1).entries()) {
        expect(to).not.toBeNull();
        expect(to).toBe(bins[index + 1]?.from ?? null);
      }
    }),
    { numRuns: 60 },
  );
});

test("histogram is no wider than asked", () => {
  for (const width of [40, 60, 80, 120]) {
    const lines = histogram(each({ 0.02: 5, 1: 7, 80: 3, 1900: 8 }), width).split("\n");
    for (const line of lines) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(width);
  }
});
