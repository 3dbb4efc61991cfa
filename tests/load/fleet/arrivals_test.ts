import { expect } from "bun:test";
import { arrivalTimes } from "../../../lib/load/plan.ts";
import { answeringAllBut, numbered, openFleet, unstopped } from "../../support/fleet.ts";
import { startWorkers } from "../../support/fleet_workers.ts";
import { ascending } from "../../support/indexes.ts";
import { kolmogorovSmirnov } from "../../support/kolmogorov_smirnov.ts";
import { runSpec } from "../../support/load.ts";
import { startRedis, testWithRedis } from "../../support/redis.ts";

testWithRedis(
  "a Poisson plan that is dealt out to 4 workers is the plan that was asked for",
  async () => {
    await using redis = await startRedis();
    await using _workers = await startWorkers(redis, 4);
    await using server = await answeringAllBut([]);
    await using fleet = await openFleet(redis, { atLeast: 4, most: 1_000 });
    const arrivals = { kind: "open", rate: 500, process: "poisson", cap: null, seed: 7 } as const;
    const count = 400;
    const plan = { arrivals, until: { requests: count }, warmup: 0, drain: 5_000_000 };
    const spec = runSpec(server.baseUrl, { plan, prompts: numbered(count) });
    const { records, workers } = await fleet.run(spec, unstopped());
    const scheduled = records
      .toSorted((a, b) => a.index - b.index)
      .map((record) => record.scheduled ?? Number.NaN);
    // To the microsecond what one machine would do.
    expect(scheduled).toEqual(arrivalTimes(arrivals).take(count).toArray());
    expect(workers?.map(({ requests }) => requests)).toEqual([100, 100, 100, 100]);
    // At the 1 % level the gaps are exponential, of mean 2 ms.
    const gaps = scheduled.slice(1).map((at, index) => at - (scheduled[index] ?? 0));
    expect(kolmogorovSmirnov(gaps, (gap) => 1 - Math.exp(-gap / 2_000))).toBeLessThan(1);
    // And none was sent before its time.
    const waits = records.map(({ sent }, index) => sent - (records[index]?.scheduled ?? 0));
    expect(ascending(waits)[0]).toBeGreaterThanOrEqual(0);
  },
);
