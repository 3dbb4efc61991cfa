import { expect, test } from "bun:test";
import fc from "fast-check";
import { type ComparedRun, SAMPLES_FOR, statisticsOf } from "../../lib/measure/compared_run.ts";
import { compareRuns, notWithin, worseThan } from "../../lib/measure/comparison.ts";
import { isWithin } from "../../lib/measure/metric_comparison.ts";
import { distributionOf } from "../../lib/measure/distribution.ts";
import { comparedRun, runsOf } from "../support/compared_runs.ts";
import { runs } from "../support/runs.ts";

const before = runsOf(100, 101, 99, 100.5, 99.5);
const slower = runsOf(120, 121, 119, 120.5, 119.5);

const kinds = (a: readonly ComparedRun[], b: readonly ComparedRun[]) =>
  compareRuns(a, b).metrics.map(({ verdict }) => verdict.kind);

test("a side that is slower has higher times and fewer tokens a second", () => {
  const { metrics, method, errors } = compareRuns(before, slower);
  expect(method).toBe("welch");
  expect(metrics.map(({ metric, verdict }) => [metric, verdict.kind])).toEqual([
    ["ttft_p50", "higher"],
    ["tpot_mean", "higher"],
    ["e2e_p50", "higher"],
    ["output_rate", "lower"],
  ]);
  // Geometric means: 119.998 / 99.9975.
  expect(metrics[0]?.difference).toBeCloseTo(0.2, 3);
  expect(metrics[3]?.difference).toBeCloseTo(1 / 1.2 - 1, 3);
  expect(errors.verdict).toBe("none");
});

test("equal sides are the same, noisy ones cannot be told apart, and a small difference can be certain", () => {
  expect(kinds(before, runsOf(100.2, 100.8, 99.1, 100, 99.9))[0]).toBe("same");
  expect(kinds(runsOf(100, 130, 80), runsOf(90, 120, 105))[0]).toBe("unknown");
  const [ttft] = compareRuns(before, runsOf(102, 103, 101, 102.5, 101.5)).metrics;
  expect(ttft?.verdict).toEqual({ kind: "higher", withinMargin: true });
});

test("where it cannot be told, so many runs of that spread always tell", () => {
  const [a, b] = [runsOf(100, 104, 97), runsOf(101, 98, 105)];
  const [ttft] = compareRuns(a, b, { margin: 0.05 }).metrics;
  if (ttft?.verdict.kind !== "unknown") throw new Error(ttft?.verdict.kind);
  const { runsNeeded } = ttft.verdict;
  expect(runsNeeded).toBe(28);
  // An interval no wider than the margin: either it excludes 0, or it lies within.
  for (const shift of [0.96, 0.98, 1, 1.01, 1.02, 1.03, 1.04]) {
    const many = (runs: readonly ComparedRun[], factor: number): ComparedRun[] =>
      Array.from({ length: runsNeeded }, (_, index) => scaled(runs[index % 3]!, factor));
    const [told] = compareRuns(many(a, 1), many(b, shift), { margin: 0.05 }).metrics;
    expect(told?.verdict.kind).not.toBe("unknown");
  }
});

test("pairs take out what both runs of a pair share", () => {
  const drift = [1, 1.1, 1.25, 1.05, 1.4];
  const a = runsOf(...drift.map((factor) => 100 * factor));
  const b = runsOf(...drift.map((factor, index) => (103 + 0.2 * (index % 2)) * factor));
  expect(compareRuns(a, b).metrics[0]?.verdict.kind).toBe("unknown");
  const paired = compareRuns(a, b, { paired: true });
  expect(paired.method).toBe("paired");
  expect(paired.metrics[0]?.verdict).toEqual({ kind: "higher", withinMargin: true });
});

test("one run a side gets values and differences, and no verdict", () => {
  const { method, metrics, errors } = compareRuns(runsOf(100), runsOf(150));
  expect(method).toBe("single");
  expect(metrics[0]).toEqual({
    metric: "ttft_p50",
    a: expect.closeTo(100_000, 6) as number,
    b: expect.closeTo(150_000, 6) as number,
    difference: expect.closeTo(0.5, 9) as number,
    interval: null,
    verdict: { kind: "single" },
  });
  expect(errors.difference).toBeNull();
});

test("a side with one run cannot be held against several, nor a run without a partner", () => {
  expect(() => compareRuns(runsOf(100), runsOf(100, 101))).toThrow(RangeError);
  expect(() => compareRuns([], runsOf(100))).toThrow("Cannot compare 0 runs with 1");
  expect(() => compareRuns(runsOf(1, 2), runsOf(1, 2, 3), { paired: true })).toThrow(RangeError);
});

test("what runs do not have is not compared, and does not count as a test", () => {
  const some = compareRuns(without(before, 1), slower).metrics[1];
  expect(some?.verdict).toEqual({ kind: "absent", in: "some" });
  const none = compareRuns(without(before, 5), without(slower, 5));
  expect(none.metrics[1]?.verdict).toEqual({ kind: "absent", in: "all" });
  // Three are tested: the smallest p at 0.05 / 3.
  const alphas = none.metrics.flatMap(({ interval }) => interval?.alpha ?? []);
  expect(Math.min(...alphas)).toBeCloseTo(0.05 / 3, 9);
});

test("p90 is shown where all runs carry it, with a plain interval and without a verdict", () => {
  const a = [100, 101, 99].map((ttft) => comparedRun({ ttft, ttftP90: ttft * 2 }));
  const b = [100, 101, 99].map((ttft) => comparedRun({ ttft, ttftP90: ttft * 4 }));
  const [p90, ...others] = compareRuns(a, b).metrics.slice(4);
  expect(others).toEqual([]);
  expect([p90?.metric, p90?.verdict.kind, p90?.interval?.alpha]).toEqual([
    "ttft_p90",
    "unjudged",
    0.05,
  ]);
  expect(worseThan(compareRuns(a, b), 0.05)).toEqual([]);
  expect(compareRuns([...a, comparedRun()], b).metrics).toHaveLength(4);
});

test("a run carries a percentile from so many requests on that two lie beyond it in 99 of 100 runs", () => {
  for (const [percentile, p] of [
    ["p90", 0.1],
    ["p99", 0.01],
  ] as const) {
    expect(tooFew(SAMPLES_FOR[percentile], p)).toBeLessThanOrEqual(0.01);
    expect(tooFew(SAMPLES_FOR[percentile] - 1, p)).toBeGreaterThan(0.01);
  }
  expect([63, 64, 661, 662].map(ofCount)).toEqual([
    [false, false],
    [true, false],
    [true, false],
    [true, true],
  ]);
});

test("failures are compared by the shares of the runs", () => {
  expect(verdict(failing(0, 0, 0), failing(0, 0, 0))).toBe("none");
  expect(verdict(failing(0, 0, 0, 0, 0), failing(8, 9, 8, 7, 8))).toBe("more");
  expect(verdict(failing(8, 9, 8, 7, 8), failing(0, 0, 0, 0, 0))).toBe("fewer");
  // Two of 250 after none: chance alone does that.
  expect(verdict(failing(0, 0, 0, 0, 0), failing(1, 0, 1, 0, 0))).toBe("same");
  // One run in which the endpoint was down is one event.
  expect(verdict(failing(0, 0, 0, 0, 0), failing(40, 0, 0, 0, 0))).toBe("unknown");
  expect(verdict(failing(0), failing(5))).toBe("single");
  expect(verdict(failing(5), failing(5))).toBe("single");
  expect(verdict(failing(0, 0), [comparedRun({ requests: 0 }), comparedRun()])).toBe("absent");
});

test("runs that fail alike spread at least as chance alone would have it", () => {
  const { errors } = compareRuns(failing(25, 25), failing(25, 25));
  // p = (50 + 1) / (100 + 2); the variance of one run 0.25 × 2 / 100; t at 2 degrees of freedom: 4.3027.
  const width = 4.302_652_73 * Math.sqrt(0.005 / 2 + 0.005 / 2);
  expect(errors.difference).toMatchObject({ estimate: 0, p: 1 });
  expect(errors.difference?.high).toBeCloseTo(width, 6);
  expect(errors.difference?.low).toBeCloseTo(-width, 6);
  expect(errors.verdict).toBe("unknown");
});

test("each side has the mean of its runs' shares, and none where no request ended", () => {
  const down = comparedRun({ requests: 0 });
  const half = comparedRun({ requests: 10, failed: 5 });
  const { errors } = compareRuns([half, ...failing(0)], [down, down]);
  expect(errors.a).toEqual({ failed: 5, requests: 60, share: 0.25 });
  expect(errors.b).toEqual({ failed: 0, requests: 0, share: null });
});

test("a gate lets through a metric that no run has, and not one that some lack", () => {
  expect(notWithin(compareRuns(without(before, 5), without(before, 5)), 0.05)).toEqual([]);
  expect(notWithin(compareRuns(without(before, 1), before), 0.05)).toEqual(["tpot_mean"]);
});

test("a gate finds what is certainly worse by more than its limit", () => {
  expect(worseThan(compareRuns(before, slower), 0.05)).toEqual([
    "ttft_p50",
    "tpot_mean",
    "e2e_p50",
    "output_rate",
  ]);
  // 16.7 % fewer tokens a second, 20 % more time.
  expect(worseThan(compareRuns(before, slower), 0.18)).not.toContain("output_rate");
  expect(worseThan(compareRuns(before, slower), 0.18)).toContain("ttft_p50");
  expect(worseThan(compareRuns(slower, before), 0)).toEqual([]);
  expect(worseThan(compareRuns(runsOf(100, 160, 60), runsOf(130, 200, 90)), 0.05)).toEqual([]);
  const failingMore = before.map((run) => ({ ...run, failed: 10 }));
  expect(worseThan(compareRuns(before, failingMore), 0.05)).toEqual(["errors"]);
});

test("a gate finds what is not certainly within its limit", () => {
  expect(notWithin(compareRuns(before, before), 0.05)).toEqual([]);
  expect(notWithin(compareRuns(before, slower), 0.05)).toHaveLength(4);
  expect(notWithin(compareRuns(slower, before), 0.05)).toHaveLength(4);
  expect(notWithin(compareRuns(runsOf(100, 160, 60), runsOf(100, 160, 60)), 0.05)).toHaveLength(4);
  expect(notWithin(compareRuns(runsOf(100), runsOf(100)), 0.05)).toHaveLength(4);
});

const values = fc.array(fc.double({ min: 1, max: 10_000, noNaN: true }), {
  minLength: 2,
  maxLength: 8,
});

test("swapping the sides mirrors everything", () => {
  fc.assert(
    fc.property(values, values, (a, b) => {
      const there = compareRuns(runsOf(...a), runsOf(...b));
      const back = compareRuns(runsOf(...b), runsOf(...a));
      for (const [index, one] of there.metrics.entries()) {
        const other = back.metrics[index]!;
        expect([one.a, one.b]).toEqual([other.b, other.a]);
        expect((1 + one.difference!) * (1 + other.difference!)).toBeCloseTo(1, 9);
        const mirror = { higher: "lower", lower: "higher" } as Record<string, string>;
        expect(other.verdict.kind as string).toBe(mirror[one.verdict.kind] ?? one.verdict.kind);
      }
    }),
    { numRuns: runs(200) },
  );
});

test("scaling all times leaves the differences as they are", () => {
  fc.assert(
    fc.property(values, values, fc.double({ min: 0.01, max: 100, noNaN: true }), (a, b, factor) => {
      const of = (scale: number) =>
        compareRuns(runsOf(...a.map((v) => v * scale)), runsOf(...b.map((v) => v * scale))).metrics;
      const [plain, scaledUp] = [of(1), of(factor)];
      for (const [index, one] of plain.entries()) {
        expect(Math.log1p(one.difference!)).toBeCloseTo(
          Math.log1p(scaledUp[index]!.difference!),
          9,
        );
      }
    }),
    { numRuns: runs(200) },
  );
});

test("identical sets differ by 0, whatever they hold", () => {
  fc.assert(
    fc.property(values, (a) => {
      const { metrics } = compareRuns(runsOf(...a), runsOf(...a));
      for (const { difference, verdict } of metrics) {
        expect(difference).toBe(0);
        expect(["same", "unknown"]).toContain(verdict.kind);
      }
    }),
    { numRuns: runs(200) },
  );
});

test("runs that are all equal are the same, though rounding tells them apart", () => {
  for (const [a, b] of [
    [3, 7],
    [2, 6],
    [5, 9],
  ] as const) {
    expect(kinds(equal(a), equal(b))).toEqual(["same", "same", "same", "same"]);
  }
});

function scaled(run: ComparedRun, factor: number): ComparedRun {
  const entries = Object.entries(run.statistics).map(([name, value]) => [
    name,
    value === null ? null : value * factor,
  ]);
  return { ...run, statistics: Object.fromEntries(entries) as ComparedRun["statistics"] };
}

function without(list: readonly ComparedRun[], count: number): ComparedRun[] {
  return list.map((run, index) =>
    index < count ? { ...run, statistics: { ...run.statistics, tpot_mean: null } } : run,
  );
}

/** P(X ≤ 1) of a binomial distribution. */
function tooFew(n: number, p: number): number {
  return (1 - p) ** n + n * p * (1 - p) ** (n - 1);
}

/** Whether a run of so many requests carries p90 and p99. */
function ofCount(count: number): boolean[] {
  const distribution = distributionOf(Array.from({ length: count }, (_, index) => index + 1));
  const { ttft_p90, ttft_p99 } = statisticsOf({
    ttft: distribution,
    tpot: distribution,
    e2e: distribution,
    outputRate: 0,
  });
  return [ttft_p90 !== null, ttft_p99 !== null];
}

function failing(...failed: readonly number[]): ComparedRun[] {
  return failed.map((count) => comparedRun({ failed: count }));
}

function verdict(a: readonly ComparedRun[], b: readonly ComparedRun[]): string {
  return compareRuns(a, b).errors.verdict;
}

function equal(count: number): ComparedRun[] {
  return runsOf(...Array.from({ length: count }, () => 0.1 + 0.2));
}

test("an interval that ends at the margin lies within it, in both directions", () => {
  expect(isWithin({ low: 1 / 1.25 - 1, high: 0.25 }, 0.25)).toBe(true);
  expect(isWithin({ low: 1 / 1.25 - 1.001, high: 0.25 }, 0.25)).toBe(false);
  expect(isWithin({ low: 0, high: 0.251 }, 0.25)).toBe(false);
});

function failingAlike(failed: number): ComparedRun[] {
  return Array.from({ length: 12 }, () => comparedRun({ requests: 400, failed }));
}

/** Four runs of pairs, of which the first has so many failures, and each one more. */
function failingPairs(failed: number): ComparedRun[] {
  return Array.from({ length: 4 }, (_, pair) =>
    comparedRun({ requests: 100, failed: failed + pair, pair }),
  );
}

test("a gate lets through what is worse by just its limit", () => {
  const comparison = compareRuns(failingAlike(0), failingAlike(100));
  expect(comparison.errors.difference?.estimate).toBe(0.25);
  expect(worseThan(comparison, 0.25)).toEqual([]);
  expect(worseThan(comparison, 0.249)).toEqual(["errors"]);
});

test("pairs that fail alike differ by nothing, and it is not certain how little", () => {
  const alike = compareRuns(failingPairs(1), failingPairs(1), { paired: true }).errors;
  expect(alike.difference).toMatchObject({ estimate: 0 });
  expect(alike.difference?.low).toBeLessThan(-0.01);
  expect(alike.difference?.high).toBeGreaterThan(0.01);
  const more = compareRuns(failingPairs(1), failingPairs(31), { paired: true }).errors;
  expect(more.difference?.estimate).toBeCloseTo(0.3, 10);
});
