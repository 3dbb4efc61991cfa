import { expect, test } from "bun:test";
import fc from "fast-check";
import { Times } from "../../lib/measure/times.ts";

function timesOf(given: readonly (number | null)[]): Times {
  const times = new Times();
  for (const at of given) times.add(at);
  return times;
}

test("times come back exactly as they went in, early and late ones, with and without a time", () => {
  const time = fc.oneof(
    { weight: 8, arbitrary: fc.nat({ max: 10_000_000 }) },
    fc.constantFrom(0, 0xffff_fffe, 0xffff_ffff, 0x1_0000_0000, Number.MAX_SAFE_INTEGER),
    fc.constantFrom(0.5, -1, 1e300),
    fc.constant(null),
  );
  fc.assert(
    fc.property(fc.array(time, { maxLength: 200 }), (given) => {
      const times = timesOf(given);
      expect(times.all()).toEqual(given);
      expect(times).toHaveLength(given.length);
    }),
  );
});

test("what is taken out of times does not change with what comes later", () => {
  const times = timesOf([1, 2]);
  const before = times.all();
  times.add(3);
  expect(before).toEqual([1, 2]);
  expect(times.all()).toEqual([1, 2, 3]);
});
