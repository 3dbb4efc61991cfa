import { expect, test } from "bun:test";
import { openExecutor, workersFor } from "../../lib/load/executor.ts";
import { childrenRunning } from "../support/children.ts";
import { closedPlan } from "../support/load.ts";

test("an executor has the workers that it is told to, and without any it is this process", async () => {
  const alone = await openExecutor(0);
  expect(alone.processes).toBe(1);
  await alone[Symbol.asyncDispose]();
  const before = process.platform === "linux" ? childrenRunning(process.pid, "worker.ts") : [];
  await using workers = await openExecutor(2);
  expect(workers.processes).toBe(2);
  if (process.platform !== "linux") return;
  expect(childrenRunning(process.pid, "worker.ts").length - before.length).toBe(2);
});

test("a plan has as many workers as keep its connections warm, and where cores are too few, leaves one free", () => {
  expect([1, 64].map((places) => workersFor(closedPlan(places, 1000), 2))).toEqual([0, 0]);
  expect([65, 128, 129, 10_000].map((places) => workersFor(closedPlan(places, 1), 2))).toEqual([
    2, 2, 1, 1,
  ]);
  expect(workersFor(closedPlan(1024, 1), 16)).toBe(16);
  expect(workersFor(closedPlan(10_000, 1), 16)).toBe(15);
  expect(workersFor(closedPlan(10_000, 1), 1)).toBe(1);
});
