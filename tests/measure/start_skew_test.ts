import { expect, test } from "bun:test";
import { measuredOffset } from "../../lib/measure/clock_offset.ts";
import { startSkew } from "../../lib/measure/start_skew.ts";

function of(clockUncertainty: number | null, late: number | null = 0) {
  return { clockUncertainty, late };
}

test("machines have begun within what is not known of the two worst clocks, and how late they were", () => {
  expect(startSkew([of(40), of(60), of(10)])).toBe(100);
  expect(startSkew([of(40), of(10, 500), of(60)])).toBe(570);
  expect(startSkew([of(40, null), of(null)])).toBeNull();
  expect(startSkew([])).toBeNull();
});

test("an offset is that of the shortest round trip, wrong by half of it at most", () => {
  const samples = [
    { asked: 0, theirs: 9_000, answered: 1_000 },
    { asked: 2_000, theirs: 6_150, answered: 2_200 },
  ];
  // 6,150 − (2,000 + 2,200) / 2
  expect(measuredOffset(samples)).toEqual({ offset: 4_050, uncertainty: 100 });
  expect(measuredOffset([])).toEqual({ offset: 0, uncertainty: 0 });
});
