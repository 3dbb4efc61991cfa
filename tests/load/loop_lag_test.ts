import { expect, test } from "bun:test";
import { LoopLag } from "../../lib/load/loop_lag.ts";

test("the loop is late by what its timer took beyond its time", async () => {
  // Each look at the clock is 12 ms behind the one before: the timer of 10 ms is late by 2 ms.
  let now = 5_000_000;
  const lag = new LoopLag(() => (now += 12_000));
  lag.start();
  await new Promise((resolve) => setTimeout(resolve, 50));
  lag.stop();
  const samples = [...lag.counts.entries()].map(([sample]) => sample);
  expect(samples).toEqual([2_000]);
});
