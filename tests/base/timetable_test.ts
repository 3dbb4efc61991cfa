import { expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { monotonicClock } from "../../lib/base/clock.ts";
import { type Appointment, Timetable } from "../../lib/base/timetable.ts";
import { runs } from "../support/runs.ts";

/** Further than any timer goes, in µs. */
const FAR = 0x80000000 * 1000;

/** Resolves when everything that is due has been done: `setImmediate` keeps its order. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A clock that stands still. */
const still = (): number => 1000;

test("what is due is done in the order of its moments, but for what was taken back", async () => {
  const given = fc.array(fc.record({ moment: fc.integer({ max: 1000 }), isKept: fc.boolean() }));
  await fc.assert(
    fc.asyncProperty(given, async (all) => {
      const timetable = new Timetable(still);
      const done: number[] = [];
      const made = all.map(({ moment }) => timetable.at(moment, () => done.push(moment)));
      for (const [index, { isKept }] of all.entries()) {
        const appointment = made[index];
        if (!isKept && appointment !== undefined) timetable.cancel(appointment);
      }
      await turn();
      const kept = all.filter(({ isKept }) => isKept).map(({ moment }) => moment);
      expect(done).toEqual(kept.toSorted((one, other) => one - other));
    }),
    { numRuns: runs(200) },
  );
});

test("what is not due stays, whatever is done and taken back around it", async () => {
  const moments = fc.array(fc.integer({ min: 900, max: 1100 }), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(moments, async (all) => {
      let now = 1000;
      const timetable = new Timetable(() => now);
      const done: number[] = [];
      for (const moment of all) timetable.at(moment, () => done.push(moment));
      await turn();
      expect(done).toEqual(all.filter((moment) => moment <= 1000).toSorted((a, b) => a - b));
      now = 2000;
      timetable.at(0, () => {});
      await turn();
      expect(done).toEqual(all.toSorted((one, other) => one - other));
    }),
    { numRuns: runs(200) },
  );
});

test("what is added by what is done waits for another turn, also where it was due before the rest", async () => {
  const timetable = new Timetable(still);
  const done: string[] = [];
  const turns = { passed: 0 };
  timetable.at(1, () => {
    done.push(`first in turn ${turns.passed}`);
    timetable.at(0, () => done.push(`added in turn ${turns.passed}`));
  });
  timetable.at(2, () => done.push(`second in turn ${turns.passed}`));
  while (done.length < 3) {
    await turn();
    turns.passed++;
  }
  expect(done).toEqual(["first in turn 0", "second in turn 0", "added in turn 1"]);
});

test("what is taken back by something that is done in the same turn is not done", async () => {
  const timetable = new Timetable(still);
  const done: string[] = [];
  let second: Appointment | null = null;
  timetable.at(1, () => {
    done.push("first");
    if (second !== null) timetable.cancel(second);
  });
  second = timetable.at(2, () => done.push("second"));
  await turn();
  await turn();
  expect(done).toEqual(["first"]);
});

test("nothing is done before its moment", async () => {
  const timetable = new Timetable(monotonicClock);
  const early: number[] = [];
  const began = monotonicClock();
  const moments = Array.from({ length: 200 }, (_, index) => began + ((index * 7919) % 20_000));
  await Promise.all(
    moments.map(
      (moment) =>
        new Promise<void>((resolve) => {
          timetable.at(moment, () => {
            if (monotonicClock() < moment) early.push(moment);
            resolve();
          });
        }),
    ),
  );
  expect(early).toEqual([]);
});

test("what is further off than any timer goes is not done at once", async () => {
  const timetable = new Timetable(still);
  const done: string[] = [];
  const far = timetable.at(FAR, () => done.push("far"));
  await new Promise((resolve) => setTimeout(resolve, 2));
  expect(done).toEqual([]);
  timetable.cancel(far);
});

test("a timetable that everything was taken from keeps no process", async () => {
  const module = fileURLToPath(new URL("../../lib/base/timetable.ts", import.meta.url));
  const code = `
    const { Timetable } = await import(${JSON.stringify(module)});
    const timetable = new Timetable(() => 0);
    const [one, other] = [1e9, 2e9].map((moment) => timetable.at(moment, () => {}));
    timetable.cancel(one);
    timetable.cancel(other);
    console.log("ended");
  `;
  const child = Bun.spawn([process.execPath, "-e", code], { stdout: "pipe" });
  expect(await new Response(child.stdout).text()).toBe("ended\n");
  expect(await child.exited).toBe(0);
});
