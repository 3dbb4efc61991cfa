import { expect, test } from "bun:test";
import fc from "fast-check";
import { overlayOf } from "../../lib/page/overlay.ts";
import { spreadOf } from "../../lib/page/spread.ts";

function runOf(label: string, samples: readonly number[]): Parameters<typeof overlayOf>[0][number] {
  const spread = spreadOf("tpot_ms", samples);
  return { label, spreads: spread === null ? [] : [spread] };
}

test("samples of 0 on a logarithmic axis stand at its start", () => {
  const { isLog, curves } = overlayOf([runOf("a", [0, 0, 1, 50, 100])], "tpot_ms");
  expect(isLog).toBe(true);
  // Two of five are 0, and one more is where the axis begins.
  expect(curves[0]?.curve).toEqual({ value: [1, 50, 100], share: [0.6, 0.8, 1] });
});

test("a run whose samples are all 0 beside one that spreads widely has a linear axis", () => {
  const { isLog, curves } = overlayOf(
    [runOf("burst", [0, 0]), runOf("wide", [1, 50, 100])],
    "tpot_ms",
  );
  expect(isLog).toBe(false);
  expect(curves[0]?.curve).toEqual({ value: [0], share: [1] });
});

test("a logarithmic axis never holds what it cannot show, and each curve ends at all", () => {
  const samples = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e5, noNaN: true })), {
    minLength: 1,
  });
  fc.assert(
    fc.property(fc.array(samples, { minLength: 1, maxLength: 4 }), (all) => {
      const { isLog, curves } = overlayOf(
        all.map((one) => runOf("a", one)),
        "tpot_ms",
      );
      expect(curves.length).toBe(all.length);
      for (const { curve } of curves) {
        expect(curve.value.length).toBe(curve.share.length);
        expect(curve.share.at(-1)).toBe(1);
        expect(new Set(curve.value).size).toBe(curve.value.length);
        if (isLog) expect(curve.value.every((value) => value > 0)).toBe(true);
      }
    }),
  );
});
