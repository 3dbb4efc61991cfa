import { expect, test } from "bun:test";
import { waitClosely, waitExactly } from "../../lib/base/close_wait.ts";
import { monotonicClock } from "../../lib/base/clock.ts";

/** A clock that goes on by so much at each look, in µs. */
function stepping(step: number): { readonly clock: () => number; readonly looks: () => number } {
  let now = 0;
  return { clock: () => (now += step), looks: () => now / step };
}

test("a close wait ends at its moment and not before", async () => {
  for (const wait of [waitClosely, waitExactly]) {
    for (const step of [100, 333]) {
      const { clock, looks } = stepping(step);
      await wait(1_500, { clock });
      expect(looks()).toBe(Math.ceil(1_500 / step));
    }
  }
});

test("no close wait ends early, whatever part of a millisecond it is for", async () => {
  const clock = monotonicClock;
  for (let wait = 0; wait < 3_000; wait += 130) {
    const moment = clock() + wait;
    await (wait % 20 === 0 ? waitClosely : waitExactly)(moment, { clock });
    expect(clock()).toBeGreaterThanOrEqual(moment);
  }
});

test("a close wait has a timer for its whole milliseconds", async () => {
  for (const wait of [5_000, 5_300, 5_599, 5_900]) {
    let looks = 0;
    // It stands still until the timer has run out: turns of the event loop would look at it again and again.
    const clock = (): number => (++looks > 2 ? wait : 0);
    await waitClosely(wait, { clock });
    expect(looks).toBe(3);
  }
});

test("a close wait for what has passed, or with an aborted signal, ends at once", async () => {
  const { clock, looks } = stepping(100);
  await waitClosely(50, { clock });
  expect(looks()).toBeLessThan(4);
  await waitClosely(1_000_000_000, { clock, signal: AbortSignal.abort() });
  expect(looks()).toBeLessThan(8);
});

test("a close wait is ended by an abort, also in its last half of a millisecond", async () => {
  const controller = new AbortController();
  let looks = 0;
  const clock = (): number => {
    if (++looks === 5) controller.abort();
    return 0;
  };
  await waitClosely(400, { clock, signal: controller.signal });
  expect(looks).toBeGreaterThanOrEqual(5);
});
