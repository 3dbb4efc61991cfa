import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  type DrawnStream,
  highestGap,
  streamLine,
} from "../../../lib/report/picture/stream_line.ts";
import { ASCII, BLOCKS } from "../../../lib/text/glyphs.ts";
import { runs } from "../../support/runs.ts";

/** In µs, a column for each 10 ms. */
function drawn(stream: Partial<DrawnStream>, { columns = 12, glyphs = ASCII } = {}): string {
  const whole = { ttft: 30_000, gaps: [], end: 30_000, isWhole: true, ...stream };
  const stall = 50_000;
  const highest = highestGap([whole], { stall });
  return streamLine(whole, { columns, span: columns * 10_000, stall, highest, glyphs });
}

test("a line waits for the first token, and then has the longest gap that reaches into each column", () => {
  // Gaps of 10, 5, 5 and 20 ms from 30 ms on.
  expect(drawn({ gaps: [10_000, 5000, 5000, 20_000], end: 70_000 })).toBe("...=-##");
  expect(drawn({ gaps: [10_000, 5000, 5000, 20_000], end: 70_000 }, { glyphs: BLOCKS })).toBe(
    "···▄▂██",
  );
});

test("a stall is marked, and does not make the other gaps small", () => {
  expect(drawn({ gaps: [10_000, 60_000, 10_000], end: 110_000 })).toBe("...#!!!!!!#");
});

test("what was cut has its mark at its end, also where nothing came", () => {
  expect(drawn({ gaps: [10_000], end: 40_000, isWhole: false })).toBe("...x");
  expect(drawn({ ttft: null, end: 50_000, isWhole: false })).toBe("....x");
  // It fell silent long before it was cut.
  expect(drawn({ gaps: [10_000], end: 110_000, isWhole: false })).toBe("...#!!!!!!x");
});

test("a line has a column for each part of the time of its stream, whatever came", () => {
  const gap = fc.integer({ min: 0, max: 100_000 });
  fc.assert(
    fc.property(fc.array(gap), gap, fc.integer({ min: 1, max: 80 }), (gaps, ttft, columns) => {
      const end = gaps.reduce((a, b) => a + b, ttft);
      const options = { columns, span: Math.max(1, end), stall: 50_000, glyphs: BLOCKS };
      const highest = highestGap([{ gaps }], { stall: 50_000 });
      const line = streamLine({ ttft, gaps, end, isWhole: true }, { ...options, highest });
      expect(line.length).toBe(end === 0 ? 1 : columns);
      // A stall may be shorter than a column that another gap reaches into, but is never made up.
      if (line.includes("▒")) expect(Math.max(...gaps)).toBeGreaterThan(50_000);
    }),
    { numRuns: runs(200) },
  );
});
