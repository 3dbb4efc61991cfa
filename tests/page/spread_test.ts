import { expect, test } from "bun:test";
import fc from "fast-check";
import { percentile } from "../../lib/measure/distribution.ts";
import { spreadOf } from "../../lib/page/spread.ts";
import { runs } from "../support/runs.ts";

const samples = fc.array(
  fc.oneof(fc.constant(0), fc.nat(20_000), fc.nat(1e8)).map((micros) => micros / 1000),
  {
    minLength: 1,
    maxLength: 300,
  },
);

test("every sample is in one bar, and the bars lie side by side", () => {
  fc.assert(
    fc.property(samples, (values) => {
      const { bars = [] } = spreadOf("ttft_ms", values) ?? {};
      expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
      for (const [index, { from, to }] of bars.entries()) {
        expect(to).toBeGreaterThan(from);
        if (index > 0) expect(bars[index - 1]?.to).toBe(from);
      }
      expect(bars.length).toBeLessThanOrEqual(50);
    }),
    { numRuns: runs(200) },
  );
});

test("the curve grows up to all, and its values grow", () => {
  fc.assert(
    fc.property(samples, (values) => {
      const { value = [], share = [] } = spreadOf("ttft_ms", values)?.curve ?? {};
      expect(share.at(-1)).toBe(1);
      for (let at = 1; at < value.length; at++) {
        expect(value[at]).toBeGreaterThan(value[at - 1] ?? 0);
        expect(share[at]).toBeGreaterThan(share[at - 1] ?? 0);
      }
    }),
    { numRuns: runs(200) },
  );
});

test("the marks are the percentiles of the report, and there is no p99 of a few samples", () => {
  const few = [40, 10, 30, 20];
  expect(spreadOf("ttft_ms", few)?.marks).toEqual([
    { name: "p50", value: 25 },
    { name: "p90", value: 37 },
  ]);
  const many = Array.from({ length: 100 }, (_, index) => index);
  expect(spreadOf("ttft_ms", many)?.marks.at(-1)).toEqual({
    name: "p99",
    value: percentile(many, 99) ?? 0,
  });
});

test("samples far apart get an axis of powers, and the others an even one", () => {
  expect(spreadOf("itl_ms", [0, 1, 2, 500])?.isLog).toBe(true);
  expect(spreadOf("itl_ms", [100, 120, 180])?.isLog).toBe(false);
  expect(spreadOf("itl_ms", [])).toBeNull();
});
