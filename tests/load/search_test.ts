import { expect, test } from "bun:test";
import fc from "fast-check";
import { findHighest } from "../../lib/load/search.ts";

const upTo = (knee: number) => async (value: number) => value <= knee;

test("a search doubles until a step misses, then halves the space between", async () => {
  const { steps, ...found } = await findHighest({ start: 1, integer: true }, upTo(13));
  expect(found).toEqual({ best: 13, missed: 14, end: "closed_in" });
  expect(steps.map(({ value }) => value)).toEqual([1, 2, 4, 8, 16, 11, 13, 14]);
});

test("a search for a concurrency finds the very one, from wherever it starts", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 66 }),
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
  const { steps, ...found } = await findHighest({ start: 4, integer: true }, async () => false);
  expect(found).toEqual({ best: null, missed: 1, end: "lowest" });
  expect(steps.map(({ value }) => value)).toEqual([4, 2, 1]);
});

test("a search that everything meets ends at its most", async () => {
  const options = { start: 3, integer: true, max: 10 };
  const { steps, ...found } = await findHighest(options, async () => true);
  expect(found).toEqual({ best: 10, missed: null, end: "highest" });
  expect(steps.map(({ value }) => value)).toEqual([3, 6, 10]);
});

test("a search that is stopped keeps what it knows, and does not count the step", async () => {
  const { steps, ...found } = await findHighest({ start: 1, integer: true }, async (value) =>
    value === 4 ? null : true,
  );
  expect(found).toEqual({ best: 2, missed: null, end: "stopped" });
  expect(steps.map(({ value }) => value)).toEqual([1, 2]);
});

test("a search that has taken its steps says that it has not closed in", async () => {
  const options = { start: 1, integer: true, maxSteps: 3 };
  expect(await findHighest(options, upTo(2))).toMatchObject({
    best: 2,
    missed: 4,
    end: "most_steps",
  });
  expect(await findHighest(options, upTo(9))).toMatchObject({
    best: 4,
    missed: null,
    end: "most_steps",
  });
});

test("a search has closed in only where a step met and one missed, next to each other", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 70 }),
      fc.integer({ min: 1, max: 64 }),
      fc.integer({ min: 1, max: 12 }),
      async (knee, start, maxSteps) => {
        const options = { start, integer: true, max: 64, maxSteps };
        const { best, missed, end } = await findHighest(options, upTo(knee));
        expect(best === null || best <= knee).toBe(true);
        expect(missed === null || missed > knee).toBe(true);
        if (end === "closed_in")
          expect(missed).toBeLessThanOrEqual(Math.max(1.03 * best!, best! + 1));
        if (end === "highest") expect([best, missed]).toEqual([64, null]);
        if (end === "lowest") expect([best, missed]).toEqual([null, 1]);
      },
    ),
  );
});

test("a search ends where the lowest that missed is just its tolerance above the highest that met", async () => {
  const options = { start: 100, integer: true, max: 103 };
  expect(await findHighest(options, upTo(100))).toMatchObject({
    best: 100,
    missed: 103,
    end: "closed_in",
    steps: [
      { value: 100, met: true },
      { value: 103, met: false },
    ],
  });
});
