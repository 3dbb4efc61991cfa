import { expect } from "bun:test";
import type { ShareResult } from "../../../lib/load/run_share.ts";
import type { ProcessDeath } from "../../../lib/measure/process_death.ts";
import { type ChatServer, sendStream, startChatServer } from "../../support/chat_server.ts";
import { signalTo } from "../../support/children.ts";
import {
  answeringAllBut,
  askedIndexes,
  numbered,
  openFleet,
  startMachines,
  unstopped,
} from "../../support/fleet.ts";
import { startWorkers } from "../../support/fleet_workers.ts";
import { ascending, range } from "../../support/indexes.ts";
import { closedPlan, runSpec } from "../../support/load.ts";
import { ANSWER } from "../../support/read_pieces.ts";
import { startRedis, testWithRedis } from "../../support/redis.ts";

const testAlongside = testWithRedis.concurrent;

/** Every index is sent once at most, and each that was sent is known by its record, or known to be unknown. */
function expectNothingTwice(server: ChatServer, result: ShareResult): void {
  const asked = askedIndexes(server);
  expect(asked).toHaveLength(new Set(asked).size);
  const unknown = result.deaths.flatMap((death) => death.unknown);
  const known = result.records.map(({ index }) => index);
  expect(ascending([...known, ...unknown])).toEqual(ascending(asked));
}

testAlongside(
  "a worker that is killed and one that hangs are lost, and nobody sends their shares",
  async () => {
    await using redis = await startRedis();
    await using machines = await startMachines(redis, 2);
    await using _here = await startWorkers(redis, 1, { card: { name: "here" } });
    const held: number[] = [];
    await using server = await answeringAllBut(held);
    await using fleet = await openFleet(redis, { atLeast: 3, most: 3 });
    // Each sends the indexes of its place among three.
    const [one, other] = fleet.members.flatMap(({ card }, place) => {
      const machine = machines.find(({ name }) => name === card.name);
      return machine === undefined ? [] : [{ machine, place, held: 9 + place }];
    });
    if (one === undefined || other === undefined) throw new Error("there are not two machines");
    held.push(one.held, other.held);
    const spec = runSpec(server.baseUrl, { plan: closedPlan(3, 42), prompts: numbered(42) });
    const lost: number[] = [];
    const result = await fleet.run(spec, {
      ...unstopped(),
      observer: {
        sent(index) {
          if (index === one.held) signalTo(one.machine.pid, "SIGKILL");
          if (index === other.held) signalTo(other.machine.pid, "SIGSTOP");
        },
        deltas() {},
        ended() {},
        lost: (count) => void lost.push(count),
      },
    });
    // Of each share three had been told of, one was under way, and ten were never sent.
    const deaths = [one, other].map(({ machine: { name }, held }) => ({
      role: "worker",
      phase: "run",
      end: { kind: "lost", worker: name, how: "dead" },
      unknown: [held],
      left: 10,
    }));
    expect(result.deaths).toHaveLength(2);
    for (const death of deaths) expect(result.deaths).toContainEqual(death as ProcessDeath);
    expect(lost).toEqual([1, 1]);
    const known = ascending(result.records.map(({ index }) => index));
    const isLost = (index: number): boolean =>
      index >= 9 && [one.place, other.place].includes(index % 3);
    expect(known).toEqual(range(42).filter((index) => !isLost(index)));
    expectNothingTwice(server, result);
    // One that goes on gives up what it has, by itself.
    signalTo(other.machine.pid, "SIGCONT");
    await other.machine.says("it took this worker for lost");
    expectNothingTwice(server, result);
    // The one that is left carries out the next run alone.
    const next = { plan: closedPlan(2, 6), prompts: numbered(6) };
    const after = await fleet.run(runSpec(server.baseUrl, next), unstopped());
    expect([after.records.length, after.deaths]).toEqual([6, []]);
  },
);

testAlongside("when Redis is restarted in a run, and empty, nothing is lost", async () => {
  await using redis = await startRedis();
  await using workers = await startWorkers(redis, 2);
  const restarted = Promise.withResolvers<void>();
  let begun = 0;
  await using server = await startChatServer(async (exchange) => {
    begun++;
    if (begun === 20) void redis.restart().then(restarted.resolve);
    if (begun >= 20) await restarted.promise;
    sendStream(exchange, ANSWER);
  });
  const told: string[] = [];
  await using fleet = await openFleet(redis, {
    atLeast: 2,
    most: 4,
    onAway: () => void told.push("away"),
    onBack: () => void told.push("back"),
  });
  const spec = runSpec(server.baseUrl, { plan: closedPlan(4, 60), prompts: numbered(60) });
  const result = await fleet.run(spec, unstopped());
  expect(result.deaths).toEqual([]);
  expect(ascending(result.records.map(({ index }) => index))).toEqual(range(60));
  expectNothingTwice(server, result);
  expect(told).toEqual(["away", "back"]);
  expect(workers).toHaveLength(2);
});

testAlongside(
  "of two benches on one fleet the second waits for the workers of the first",
  async () => {
    await using redis = await startRedis();
    await using workers = await startWorkers(redis, 2);
    await using server = await answeringAllBut([]);
    const first = await openFleet(redis, { atLeast: 2, most: 2 });
    let waited = false;
    const opening = openFleet(redis, {
      atLeast: 2,
      most: 2,
      onWaiting: () => {
        waited = true;
        void runAndClose();
      },
    });
    const spec = (count: number) =>
      runSpec(server.baseUrl, { plan: closedPlan(2, count), prompts: numbered(count) });
    const done = Promise.withResolvers<ShareResult>();
    async function runAndClose(): Promise<void> {
      done.resolve(await first.run(spec(20), unstopped()));
      await first[Symbol.asyncDispose]();
    }
    await using second = await opening;
    const one = await done.promise;
    expect([waited, second.members.length, workers.length]).toEqual([true, 2, 2]);
    expectNothingTwice(server, one);
    const other = await second.run(spec(30), unstopped());
    expect([one.records.length, other.records.length]).toEqual([20, 30]);
    expect(askedIndexes(server)).toHaveLength(50);
  },
);

testAlongside(
  "a worker that is told to end hands in what it has, and says that it left",
  async () => {
    await using redis = await startRedis();
    await using workers = await startWorkers(redis, 2);
    const left = Promise.withResolvers<void>();
    await using server = await startChatServer(async (exchange, request) => {
      const [index] = askedIndexes({ requests: [request] });
      // It is in flight when the worker is told to end, and is waited for.
      if (index === 7) await left.promise;
      sendStream(exchange, ANSWER);
    });
    await using fleet = await openFleet(redis, { atLeast: 2, most: 2 });
    const second = workers.find(({ name }) => name === fleet.members[1]?.card.name);
    const spec = runSpec(server.baseUrl, { plan: closedPlan(2, 40), prompts: numbered(40) });
    const result = await fleet.run(spec, {
      ...unstopped(),
      observer: {
        sent(index) {
          if (index !== 7) return;
          second?.stop();
          left.resolve();
        },
        deltas() {},
        ended() {},
      },
    });
    expect(result.deaths).toMatchObject([
      { end: { kind: "lost", worker: second?.name, how: "left" }, unknown: [], left: 16 },
    ]);
    expect(result.records.find(({ index }) => index === 7)?.outcome).toBe("complete");
    expectNothingTwice(server, result);
    expect(await second?.ended).toEqual(["stopped"]);
  },
);
