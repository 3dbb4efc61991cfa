import { expect, test } from "bun:test";
import { compiled, igam } from "cephes";
import fc from "fast-check";
import { arrivalTimes } from "../../lib/load/plan.ts";
import { type Ramp, rampedPlaces, rampedTime } from "../../lib/load/ramp.ts";
import { kolmogorovSmirnov } from "../support/kolmogorov_smirnov.ts";
import { runs } from "../support/runs.ts";

await compiled;

const COUNT = 5000;

function gapsOf(times: readonly number[]): number[] {
  return times.slice(1).map((at, index) => at - (times[index] ?? 0));
}

function gammaArrivals(burstiness: number, seed: number): number[] {
  // Far enough apart for whole microseconds not to show.
  const arrivals = { rate: 0.001, process: "gamma", burstiness, seed } as const;
  return arrivalTimes(arrivals)
    .take(COUNT + 1)
    .toArray();
}

/** Of the arrivals per second `rate`, in gaps of µs. */
const gamma = (burstiness: number, rate: number) => (gap: number) =>
  igam(burstiness, (burstiness * rate * gap) / 1e6);

test.each([0.25, 0.5, 1, 2, 20])(
  "gaps of burstiness %p are of the gamma distribution, at the 1 %% level",
  (burstiness) => {
    for (const seed of [1, 2, 3]) {
      const gaps = gapsOf(gammaArrivals(burstiness, seed));
      expect(kolmogorovSmirnov(gaps, gamma(burstiness, 0.001))).toBeLessThan(1);
      // What is half as bursty would be told from it.
      expect(kolmogorovSmirnov(gaps, gamma(burstiness * 2, 0.001))).toBeGreaterThan(2);
    }
  },
);

const exponential = (gap: number): number => 1 - Math.exp(-gap / 1e9);

test("a burstiness of 1 is a Poisson process", () => {
  expect(kolmogorovSmirnov(gapsOf(gammaArrivals(1, 7)), exponential)).toBeLessThan(1);
});

test("gamma arrivals are seeded", () => {
  expect(gammaArrivals(0.5, 7)).toEqual(gammaArrivals(0.5, 7));
  expect(gammaArrivals(0.5, 8)).not.toEqual(gammaArrivals(0.5, 7));
});

const RAMPS: readonly Ramp[] = [
  { from: 10, to: 90, over: 60_000_000 },
  { from: 90, to: 10, over: 60_000_000 },
  { from: 50, to: 50.001, over: 60_000_000 },
];

/** How many arrivals are due by then: the integral of the rate. */
function dueBy(at: number, { from, to, over }: Ramp): number {
  const within = Math.min(at, over);
  const after = (Math.max(0, at - over) / 1e6) * to;
  return ((from + ((to - from) * within) / (2 * over)) * within) / 1e6 + after;
}

test.each([...RAMPS])(
  "Poisson arrivals under a ramp lie as its rate does, at the 1 %% level: %p",
  (ramp) => {
    for (const seed of [1, 2, 3]) {
      const arrivals = { rate: 50, process: "poisson", ramp, seed } as const;
      const all = arrivalTimes(arrivals)
        .drop(1)
        .take(10_000)
        .toArray()
        .filter((at) => at < ramp.over);
      // 50 a second for 60 s: 3000 with a standard deviation of 55.
      expect(Math.abs(all.length - 3000)).toBeLessThan(200);
      // Given how many they are, their times are independent, each by the share of the rate up to it.
      const share = (at: number): number => dueBy(at, ramp) / dueBy(ramp.over, ramp);
      expect(kolmogorovSmirnov(all, share)).toBeLessThan(1);
      if (ramp.to !== 50.001) {
        expect(kolmogorovSmirnov(all, (at) => at / ramp.over)).toBeGreaterThan(2);
      }
    }
  },
);

test("gamma arrivals under a ramp are gamma in the time that runs with its rate", () => {
  const ramp = { from: 0.001, to: 0.009, over: 1_000_000_000_000 };
  const arrivals = { rate: 0.005, process: "gamma", burstiness: 0.5, ramp, seed: 4 } as const;
  const times = arrivalTimes(arrivals).take(COUNT + 1);
  const due = times.toArray().map((at) => dueBy(at, ramp));
  expect(kolmogorovSmirnov(gapsOf(due), gamma(0.5, 1e6))).toBeLessThan(1);
});

test("constant arrivals under a ramp come when the integral of the rate is whole", () => {
  const ramp = { from: 0.5, to: 1.5, over: 4_000_000 };
  const arrivals = { rate: 1, process: "constant", ramp, seed: 1 } as const;
  const times = arrivalTimes(arrivals).take(7).toArray();
  expect(times[0]).toBe(0);
  // 0.5 t + t² / 8 is 4 at 4 s; from then on there are 1.5 a second.
  expect(times.slice(4)).toEqual([4_000_000, 4_666_667, 5_333_333]);
  times.forEach((at, index) => expect(dueBy(at, ramp)).toBeCloseTo(index, 5));
});

test("the time of a ramp is the inverse of its integral", () => {
  const rate = fc.double({ min: 0.01, max: 1000, noNaN: true });
  const over = fc.integer({ min: 1_000_000, max: 3_600_000_000 });
  const due = fc.double({ min: 0, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(rate, rate, over, due, (from, to, over, due) => {
      const ramp = { from, to, over };
      const back = dueBy(rampedTime(due, ramp), ramp);
      expect(Math.abs(back - due)).toBeLessThanOrEqual(1e-6 * Math.max(1, due));
    }),
    { numRuns: runs(200) },
  );
});

test("places open, or close, evenly", () => {
  const alone = { worker: 0, workers: 1 };
  expect(rampedPlaces({ from: 1, to: 4, over: 3000 }, alone)).toEqual({
    first: 1,
    changes: [
      { at: 1000, by: 1 },
      { at: 2000, by: 1 },
      { at: 3000, by: 1 },
    ],
  });
  expect(rampedPlaces({ from: 3, to: 1, over: 1000 }, alone)).toEqual({
    first: 3,
    changes: [
      { at: 500, by: -1 },
      { at: 1000, by: -1 },
    ],
  });
});

test("the places of all workers together follow the ramp, as those of one alone", () => {
  const places = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(places, places, fc.integer({ min: 1, max: 7 }), (from, to, workers) => {
      const ramp = { from, to, over: 1_000_000 };
      const alone = rampedPlaces(ramp, { worker: 0, workers: 1 });
      const dealt = Array.from({ length: workers }, (_, worker) =>
        rampedPlaces(ramp, { worker, workers }),
      );
      const all = dealt.flatMap(({ changes }) => changes).toSorted((a, b) => a.at - b.at);
      expect(dealt.reduce((sum, { first }) => sum + first, 0)).toBe(alone.first);
      expect(all).toEqual([...alone.changes]);
      expect(alone.first + all.reduce((sum, { by }) => sum + by, 0)).toBe(to);
    }),
    { numRuns: runs(100) },
  );
});
