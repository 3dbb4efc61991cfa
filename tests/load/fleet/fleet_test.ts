import { expect } from "bun:test";
import { openExecutor } from "../../../lib/load/executor.ts";
import type { ShareResult } from "../../../lib/load/run_share.ts";
import {
  answeringAllBut,
  askedIndexes,
  numbered,
  openFleet,
  startMachines,
  unstopped,
} from "../../support/fleet.ts";
import { ascending, range } from "../../support/indexes.ts";
import { closedPlan, fromNow, runSpec } from "../../support/load.ts";
import { startRedis, testWithRedis } from "../../support/redis.ts";

function indexesOf({ records }: ShareResult): number[] {
  return ascending(records.map(({ index }) => index));
}

/** What is the same wherever a request is sent from. */
function known({ records }: ShareResult) {
  return records
    .map(({ index, scheduled, usage, outcome }) => ({ index, scheduled, usage, outcome }))
    .toSorted((a, b) => a.index - b.index);
}

testWithRedis("a fleet of 4 workers sends what one machine sends, once each", async () => {
  await using redis = await startRedis();
  await using machines = await startMachines(redis, 4);
  await using server = await answeringAllBut([]);
  await using fleet = await openFleet(redis, { atLeast: 4, most: 8 });
  expect(fleet.members.map(({ card }) => card.name).toSorted()).toEqual(
    machines.map(({ name }) => name),
  );
  const spec = runSpec(server.baseUrl, { plan: closedPlan(8, 200), prompts: numbered(200) });
  const told = { sent: 0, deltas: 0, ended: 0 };
  const result = await fleet.run(spec, {
    ...unstopped(),
    observer: {
      sent: () => void told.sent++,
      deltas: (count) => void (told.deltas += count),
      ended: () => void told.ended++,
    },
  });
  expect(indexesOf(result)).toEqual(range(200));
  expect(ascending(askedIndexes(server))).toEqual(range(200));
  expect(result.records.every(({ outcome }) => outcome === "complete")).toBe(true);
  expect([result.deaths, result.unsent]).toEqual([[], 0]);
  expect(told).toEqual({ sent: 200, deltas: 400, ended: 200 });
  // The same requests as here, with the same prompts, times apart.
  await using local = await openExecutor(2);
  const here = await local.run(spec, fromNow());
  expect(known(result)).toEqual(known(here));
  // Each of the four sent a quarter, and says so on each of its requests.
  expect(result.workers?.map(({ requests }) => requests)).toEqual([50, 50, 50, 50]);
  for (const { name, requests, late, lost, clockUncertainty } of result.workers ?? []) {
    expect(result.records.filter(({ worker }) => worker === name)).toHaveLength(requests);
    expect([late, lost]).toEqual([0, false]);
    expect(clockUncertainty).toBeGreaterThan(0);
  }
});
