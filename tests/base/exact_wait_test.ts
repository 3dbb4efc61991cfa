import { expect, test } from "bun:test";
import { waitExactly } from "../../lib/base/exact_wait.ts";

/** A clock that goes on by so much at each look, in µs. */
function stepping(step: number): { readonly clock: () => number; readonly looks: () => number } {
  let now = 0;
  return { clock: () => (now += step), looks: () => now / step };
}

test("an exact wait ends at its moment and not before", async () => {
  for (const step of [100, 333]) {
    const { clock, looks } = stepping(step);
    await waitExactly(1_000, { clock });
    expect(looks()).toBe(Math.ceil(1_000 / step));
  }
});

test("an exact wait for what has passed, or with an aborted signal, ends at once", async () => {
  const { clock, looks } = stepping(100);
  await waitExactly(50, { clock });
  expect(looks()).toBe(2);
  await waitExactly(1_000_000_000, { clock, signal: AbortSignal.abort() });
  expect(looks()).toBeLessThan(6);
});

test("an exact wait is ended by an abort, also in its last millisecond", async () => {
  const controller = new AbortController();
  let looks = 0;
  const clock = (): number => {
    if (++looks === 5) controller.abort();
    return 0;
  };
  await waitExactly(1_000, { clock, signal: controller.signal });
  expect(looks).toBeGreaterThanOrEqual(5);
});
