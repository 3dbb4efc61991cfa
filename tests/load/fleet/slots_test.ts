import { expect, test } from "bun:test";
import fc from "fast-check";
import { dealtSlots, processesOf } from "../../../lib/load/fleet/slots.ts";
import { ascending, range } from "../../support/indexes.ts";
import { runs } from "../../support/runs.ts";

test("every slot is filled by one process, first of all workers, and none without a place", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 }),
      fc.option(fc.integer({ min: 1, max: 60 })),
      (processes, places) => {
        const parts = dealtSlots(processes, { places });
        const all = processes.reduce((sum, count) => sum + count, 0);
        const of = Math.min(all, places ?? Infinity);
        expect(ascending(parts.flatMap(({ slots }) => slots))).toEqual(range(of));
        for (const [worker, part] of parts.entries()) {
          expect(part.of).toBe(of);
          expect(part.slots.length).toBeLessThanOrEqual(processes[worker] ?? 0);
        }
        // With few places nobody has two while another has none.
        const counts = parts.map(({ slots }) => slots.length);
        if (counts.includes(0)) expect(Math.max(...counts)).toBe(1);
      },
    ),
    { numRuns: runs(100) },
  );
});

test("a worker has as many processes as its part of the streams takes, and not more than cores", () => {
  const card = { cores: 4, streams: 64 };
  const of = (most: number | null, workers = 2) => processesOf(card, { most, workers });
  // 2, 128, 130 and 2,000 streams over two workers: 1, 64, 65 and 1,000 each.
  expect([of(2), of(128), of(130), of(2_000), of(null)]).toEqual([1, 1, 2, 4, 3]);
  expect(processesOf({ cores: 1, streams: 10 }, { most: null, workers: 1 })).toBe(1);
});
