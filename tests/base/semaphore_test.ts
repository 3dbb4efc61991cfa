import { expect, test } from "bun:test";
import fc from "fast-check";
import { Semaphore } from "../../lib/base/semaphore.ts";
import { runs } from "../support/runs.ts";

/** A semaphore, and what became of those who came to it. */
function line(places: number) {
  const semaphore = new Semaphore(places);
  const decided: string[] = [];
  const enter = (name: string): AbortController => {
    const leave = new AbortController();
    void semaphore
      .acquire(leave.signal)
      .then((entered) => decided.push(`${name} ${entered ? "in" : "out"}`));
    return leave;
  };
  return { semaphore, decided, enter };
}

/** Until all that is decided by now is heard of. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test("who is woken and gives up in the same moment takes nobody else out of the line", async () => {
  const { semaphore, decided, enter } = line(1);
  enter("a");
  const b = enter("b");
  enter("c");
  semaphore.release();
  b.abort();
  await settled();
  expect(decided).toEqual(["a in", "b in"]);
  semaphore.release();
  await settled();
  expect(decided).toEqual(["a in", "b in", "c in"]);
});

test("whoever comes, leaves and gives up, places are taken in order, and none is lost", async () => {
  const step = fc.oneof(
    fc.constant("enter" as const),
    fc.constant("leave" as const),
    fc.nat({ max: 8 }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.array(step, { maxLength: 60, size: "max" }),
      async (places, steps) => {
        const { semaphore, decided, enter } = line(places);
        const came: { name: string; leave: AbortController; state: "in" | "waits" | "out" }[] = [];
        const expected: string[] = [];
        const inside = () => came.filter(({ state }) => state === "in").length;
        const admit = (who: (typeof came)[number]): void => {
          who.state = "in";
          expected.push(`${who.name} in`);
        };
        for (const what of steps) {
          if (what === "enter") {
            const name = String(came.length);
            const who = { name, leave: enter(name), state: "waits" as "in" | "waits" | "out" };
            came.push(who);
            if (inside() < places) admit(who);
          } else if (what === "leave") {
            const leaving = came.find(({ state }) => state === "in");
            if (leaving === undefined) continue;
            leaving.state = "out";
            semaphore.release();
            const next = came.find(({ state }) => state === "waits");
            if (next !== undefined) admit(next);
          } else {
            const who = came[what];
            who?.leave.abort();
            if (who?.state === "waits") {
              who.state = "out";
              expected.push(`${who.name} out`);
            }
          }
        }
        await settled();
        // All in one moment: which of them is heard of first says nothing.
        expect(decided.toSorted()).toEqual(expected.toSorted());
      },
    ),
    { numRuns: runs(300) },
  );
});

test("a place that is taken away is a free one, or the next that is given back", async () => {
  const { signal } = new AbortController();
  const semaphore = new Semaphore(2);
  semaphore.shrink();
  expect(await semaphore.acquire(signal)).toBe(true);
  semaphore.shrink();
  let isIn = false;
  const waiting = semaphore.acquire(signal).then(() => (isIn = true));
  semaphore.release();
  await Promise.resolve();
  expect(isIn).toBe(false);
  // One more is one that did not go.
  semaphore.release();
  await waiting;
});
