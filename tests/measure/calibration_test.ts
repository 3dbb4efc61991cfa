import { expect, test } from "bun:test";
import { calibrate } from "../../lib/measure/calibration.ts";
import { StampReader } from "../../lib/load/stamp_reader.ts";
import type { Arrival } from "../../lib/chat/reading.ts";

test("calibration takes the first stamp for TTFT and the gaps between stamps for ITL", () => {
  const { ttft, itl } = calibrate([
    { asked: 1000, sentAt: [1500, 1600, 1800], arrivedAt: [1520, 1630, 1810] },
    { asked: 5000, sentAt: [5700], arrivedAt: [5740] },
  ]);
  // Truth: 500 and 700 µs; measured: 520 and 740.
  expect(ttft.actual).toMatchObject({ count: 2, min: 500, max: 700, mean: 600 });
  expect(ttft.measured).toMatchObject({ count: 2, min: 520, max: 740, mean: 630 });
  expect(ttft.error).toMatchObject({ count: 2, min: 20, max: 40 });
  expect(ttft.bias.p50).toEqual({ time: 30, share: 0.05 });
  // Truth: gaps of 100 and 200; measured: 110 and 180. Errors count without their sign.
  expect(itl.actual).toMatchObject({ count: 2, min: 100, max: 200 });
  expect(itl.measured).toMatchObject({ count: 2, min: 110, max: 180 });
  expect(itl.error).toMatchObject({ min: 10, max: 20 });
});

test("the clock of the stamps may be apart from ours, by what was measured", () => {
  const hour = 3_600_000_000;
  const stamps = { asked: 1000, sentAt: [1500, 1600], arrivedAt: [1520, 1630] };
  const ahead = { ...stamps, sentAt: stamps.sentAt.map((at) => at + hour) };
  const { ttft, itl, clockOffset } = calibrate([ahead], { clockOffset: hour });
  expect(clockOffset).toBe(hour);
  expect({ ttft, itl, clockOffset: 0 }).toEqual(calibrate([stamps]));
});

test("calibration needs as many samples as its percentiles do", () => {
  const { ttft, itl } = calibrate([{ asked: 0, sentAt: [10], arrivedAt: [11] }]);
  expect(ttft.bias.p99).toBeNull();
  expect(itl.bias).toEqual({ p50: null, p99: null });
  expect(itl.error.count).toBe(0);
});

test("clocks that disagree by a little make no negative time", () => {
  const { ttft } = calibrate([{ asked: 1000, sentAt: [998], arrivedAt: [1002] }]);
  expect(ttft.actual.min).toBe(0);
  expect(ttft.error.max).toBe(4);
});

const arrival = (at: number, type: "text" | "finish", stamp: string): Arrival => ({
  at,
  data: `{"choices":[]${stamp}}`,
  kind: "chunk",
  parts: [
    type === "text" ? { type, text: "a", choice: 0, at } : { type, choice: 0, reason: "stop", at },
  ],
  deltas: type === "text" ? 1 : 0,
  tokens: null,
});

const stamped = (time: number): string => `,"streamgauge":{"sent_us":${time}}`;

test("stamps are read off the deltas alone, each with its arrival", () => {
  const reader = new StampReader();
  reader.take([arrival(10, "text", stamped(1_000_007)), arrival(12, "text", "")]);
  reader.take([arrival(20, "text", stamped(1_000_019)), arrival(21, "finish", stamped(1_000_020))]);
  expect(reader.stamps(1_000_000)).toEqual({
    asked: 1_000_000,
    sentAt: [1_000_007, 1_000_019],
    arrivedAt: [1_000_010, 1_000_020],
  });
});
