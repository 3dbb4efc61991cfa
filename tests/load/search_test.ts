import { expect, test } from "bun:test";
import fc from "fast-check";
import { findHighest } from "../../lib/load/search.ts";

const upTo = (knee: number) => async (value: number) => value <= knee;

test("a search doubles until a step misses, then halves the space between", async () => {
  const { best, steps } = await findHighest({ start: 1, integer: true }, upTo(13));
  expect(best).toBe(13);
  expect(steps.map(({ value }) => value)).toEqual([1, 2, 4, 8, 16, 11, 13, 14]);
});

test("a search for a concurrency finds the very one, from wherever it starts", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 33 }),
      fc.integer({ min: 1, max: 1000 }),
      async (knee, start) => {
        expect((await findHighest({ start, integer: true }, upTo(knee))).best).toBe(knee);
      },
    ),
  );
});

test("a search for a rate ends within its tolerance below the knee", async () => {
  const values = fc.double({ min: 0.01, max: 1000, noNaN: true });
  await fc.assert(
    fc.asyncProperty(values, values, async (knee, start) => {
      const options = { start, integer: false, maxSteps: 60 };
      const { best, steps } = await findHighest(options, upTo(knee));
      expect(best ?? 0).toBeLessThanOrEqual(knee);
      expect(best ?? 0).toBeGreaterThanOrEqual(knee / 1.03);
      expect(new Set(steps.map(({ value }) => value)).size).toBe(steps.length);
    }),
  );
});

test("a search that nothing meets ends at its least value", async () => {
  const { best, steps } = await findHighest({ start: 4, integer: true }, async () => false);
  expect(best).toBeNull();
  expect(steps.map(({ value }) => value)).toEqual([4, 2, 1]);
});

test("a search that everything meets ends at its most", async () => {
  const { best, steps } = await findHighest({ start: 3, integer: true, max: 10 }, async () => true);
  expect(best).toBe(10);
  expect(steps.map(({ value }) => value)).toEqual([3, 6, 10]);
});

test("a search that is stopped keeps what it knows, and does not count the step", async () => {
  const { best, steps } = await findHighest({ start: 1, integer: true }, async (value) =>
    value === 4 ? null : true,
  );
  expect(best).toBe(2);
  expect(steps.map(({ value }) => value)).toEqual([1, 2]);
});
