import { expect, test } from "bun:test";
import { join } from "node:path";
import { startSimulatedProcess } from "../../../lib/load/workers/simulated_process.ts";
import { signalTo } from "../../support/children.ts";

const MODEL = "ttft=1ms,tps=1000,tokens=2";

test("a simulated process that is killed is known to be dead, and how it died", async () => {
  await using simulated = await startSimulatedProcess(MODEL, { seed: 1, stamp: false });
  expect([await simulated.end(), simulated.died.aborted]).toEqual([null, false]);
  signalTo(simulated.pid, "SIGKILL");
  expect(await simulated.end()).toEqual({ kind: "signal", signal: "SIGKILL" });
  expect(simulated.died.aborted).toBe(true);
});

test("the end of a simulated process that is not needed any more is no death", async () => {
  const simulated = await startSimulatedProcess(MODEL, { seed: 1, stamp: false });
  await simulated[Symbol.asyncDispose]();
  expect(simulated.died.aborted).toBe(false);
});

test("a simulated process that hangs is ended, too", async () => {
  const simulated = await startSimulatedProcess(MODEL, { seed: 1, stamp: false });
  signalTo(simulated.pid, "SIGSTOP");
  await simulated[Symbol.asyncDispose]();
  expect(simulated.died.aborted).toBe(false);
});

test("a clock of stamps is measured, and corrected only where it is apart", async () => {
  await using near = await startSimulatedProcess(MODEL, { seed: 1, stamp: true });
  expect(near.clockOffset).toBe(0);
  const preload = join(import.meta.dir, "..", "..", "support", "shifted_clock.ts");
  const environment = { ...process.env, BUN_OPTIONS: `--preload=${preload}` };
  await using far = await startSimulatedProcess(MODEL, { seed: 1, stamp: true, environment });
  // An hour, but for how well a clock can be asked.
  expect(Math.abs(far.clockOffset + 3_600_000_000)).toBeLessThan(60_000_000);
});

test("a simulated process answers as it is told to", async () => {
  await using simulated = await startSimulatedProcess(MODEL, { seed: 1, stamp: false });
  const response = await fetch(`${simulated.baseUrl}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "hi" }] }),
  });
  expect(await response.json()).toMatchObject({ usage: { completion_tokens: 2 } });
});

test("a simulated process that cannot start says why", async () => {
  const started = startSimulatedProcess("tokens=none", { seed: 1, stamp: false });
  await expect(started).rejects.toThrow(/^The simulated endpoint ended with 1: .*tokens/s);
});
