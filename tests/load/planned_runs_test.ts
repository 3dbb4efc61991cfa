import { expect, test } from "bun:test";
import { type LoadPlan, plannedRequests } from "../../lib/load/plan.ts";
import { type Places, rampedPlaces } from "../../lib/load/ramp.ts";
import { runPlan } from "../../lib/load/run_plan.ts";
import { summarize } from "../../lib/measure/summary.ts";
import { madeUpRecord } from "../support/records.ts";
import { VirtualTime } from "../support/virtual_time.ts";

/** When a request was sent and how it ended, in ms. */
interface Sent {
  readonly index: number;
  readonly scheduled: number | null;
  readonly at: number;
  readonly ended: number;
  readonly givenUp: boolean;
}

/** Carries out a plan whose every request takes `service` ms, and stops as the times say. */
async function carryOut(
  plan: LoadPlan,
  {
    service = 500,
    stopAt,
    stopNowAt,
    start = 0,
    places,
  }: {
    service?: number | ((index: number) => number);
    stopAt?: number;
    stopNowAt?: number;
    start?: number;
    places?: Places;
  } = {},
): Promise<{ sent: Sent[]; unsent: number; took: number }> {
  const time = new VirtualTime();
  const { clock, wait } = time;
  const sent: Sent[] = [];
  const stopSending = new AbortController();
  const stopNow = new AbortController();
  const never = new AbortController().signal;
  const at = async (ms: number | undefined, stop: AbortController): Promise<void> => {
    if (ms === undefined) return;
    await wait(ms * 1000, { clock, signal: never });
    stop.abort();
  };
  void at(stopAt, stopSending);
  void at(stopNowAt, stopNow);
  const running = runPlan(plan, plannedRequests(plan), {
    clock,
    wait,
    start: start * 1000,
    places,
    stopSending: stopSending.signal,
    stopNow: stopNow.signal,
    async send({ planned: { index, scheduled }, signal }) {
      const began = clock();
      const takes = typeof service === "number" ? service : service(index);
      await wait(began + takes * 1000, { clock, signal });
      sent.push({
        index,
        scheduled: scheduled === null ? null : scheduled / 1000,
        at: began / 1000,
        ended: clock() / 1000,
        givenUp: signal.aborted,
      });
    },
  });
  const { unsent } = await time.pass(running);
  return {
    sent: sent.toSorted((a, b) => a.index - b.index),
    unsent,
    took: Math.max(0, ...sent.map(({ ended }) => ended)),
  };
}

const closed = (concurrency: number, until: LoadPlan["until"], drain = 0): LoadPlan => ({
  arrivals: { kind: "closed", concurrency },
  until,
  warmup: 0,
  drain: drain * 1000,
});

const open = (
  rate: number,
  until: LoadPlan["until"],
  { cap = null, drain = 0 }: { cap?: number | null; drain?: number } = {},
): LoadPlan => ({
  arrivals: { kind: "open", rate, process: "constant", cap, seed: 1 },
  until,
  warmup: 0,
  drain: drain * 1000,
});

test("a closed loop has so many under way, and sends the next when one has ended", async () => {
  const { sent, took } = await carryOut(closed(2, { requests: 5 }), {
    service: (index) => (index === 0 ? 700 : 300),
  });
  expect(sent.map(({ at }) => at)).toEqual([0, 0, 300, 600, 700]);
  expect(took).toBe(1000);
});

test("an open loop sends on time whatever the earlier ones do", async () => {
  const { sent, took } = await carryOut(open(10, { requests: 8 }), { service: 10_000 });
  expect(sent.map(({ at }) => at)).toEqual([0, 100, 200, 300, 400, 500, 600, 700]);
  expect(sent.every(({ givenUp }) => !givenUp)).toBe(true);
  expect(took).toBe(10_700);
});

test("an open loop under a cap shows the wait: from the intended start every request takes longer", async () => {
  const { sent } = await carryOut(open(10, { requests: 8 }, { cap: 1 }));
  // One at a time, half a second each: the k-th is sent at 0.5 k s, though it was planned for 0.1 k s.
  expect(sent.map(({ at }) => at)).toEqual([0, 500, 1000, 1500, 2000, 2500, 3000, 3500]);
  const records = sent.map(({ index, scheduled, at }) =>
    madeUpRecord(index, { scheduled, sent: at, ttft: 200, gaps: [100, 100, 100] }),
  );
  const { e2e, e2eScheduled, ttftScheduled, wait } = summarize(records);
  expect(records.map((_, k) => 500 + 400 * k)).toEqual(
    sent.map(({ scheduled, ended }) => ended - (scheduled ?? 0)),
  );
  // The mean of 0.5 + 0.4 k s for k = 0 … 7 is 0.5 + 0.4 · 3.5 = 1.9 s, while each takes 0.5 s by itself.
  expect(e2eScheduled).toMatchObject({ count: 8, min: 500_000, mean: 1_900_000, max: 3_300_000 });
  expect(e2e).toMatchObject({ min: 500_000, mean: 500_000, max: 500_000 });
  expect(ttftScheduled.mean).toBe(1_600_000);
  expect(wait.mean).toBe(1_400_000);
});

test("a duration ends the sending, and the drain gives up what is still under way", async () => {
  const plan = closed(1, { duration: 1_000_000 }, 300);
  const { sent, unsent } = await carryOut(plan, {
    service: (index) => (index === 2 ? 5000 : 400),
  });
  // Sent at 0, 400 and 800 ms; sending stops at 1000, and the drain is over at 1300.
  expect(sent.map(({ at, ended, givenUp }) => [at, ended, givenUp])).toEqual([
    [0, 400, false],
    [400, 800, false],
    [800, 1300, true],
  ]);
  expect(unsent).toBe(0);
});

test("an open loop of a duration drains also when its last arrival was long before the end", async () => {
  const plan = open(1, { duration: 1_500_000 }, { drain: 500 });
  const { sent } = await carryOut(plan, { service: 60_000 });
  expect(sent.map(({ at, ended }) => [at, ended])).toEqual([
    [0, 2000],
    [1000, 2000],
  ]);
});

test("requests without a duration take as long as they take", async () => {
  const { took } = await carryOut(closed(1, { requests: 1 }), { service: 86_400_000 });
  expect(took).toBe(86_400_000);
});

test("a duration longer than a timer can be does not end at once", async () => {
  const month = 30 * 86_400 * 1e6;
  const plan = closed(1, { duration: month });
  const { sent } = await carryOut(plan, { service: 20 * 86_400_000 });
  expect(sent.map(({ at }) => at / 86_400_000)).toEqual([0, 20]);
});

test("stopping sends no more, drains what is under way, and counts who waited in vain", async () => {
  const plan = open(10, { requests: 100 }, { cap: 1, drain: 1000 });
  const { sent, unsent } = await carryOut(plan, { stopAt: 650 });
  expect(sent.map(({ at, ended, givenUp }) => [at, ended, givenUp])).toEqual([
    [0, 500, false],
    [500, 1000, false],
  ]);
  // Due by 650 ms are those of 0 to 600 ms: seven, of which two were sent.
  expect(unsent).toBe(5);
  // One that is due at this very moment has come.
  expect((await carryOut(plan, { stopAt: 600 })).unsent).toBe(5);
  expect((await carryOut(plan, { stopAt: 599 })).unsent).toBe(4);
});

test("stopping now gives up what is under way", async () => {
  const plan = closed(2, { requests: 10 }, 60_000);
  const { sent } = await carryOut(plan, { service: 10_000, stopAt: 100, stopNowAt: 250 });
  expect(sent.map(({ ended, givenUp }) => [ended, givenUp])).toEqual([
    [250, true],
    [250, true],
  ]);
});

test("stopping before the start sends nothing", async () => {
  const plan = open(10, { requests: 3 });
  const { sent, unsent } = await carryOut(plan, { start: 200, stopAt: 100 });
  expect({ sent, unsent }).toEqual({ sent: [], unsent: 0 });
});

const ramped = (from: number, to: number, ms: number) =>
  rampedPlaces({ from, to, over: ms * 1000 }, { worker: 0, workers: 1 });

test("a concurrency that ramps up sends one more as each place opens", async () => {
  const { sent } = await carryOut(closed(3, { requests: 6 }), {
    places: ramped(1, 3, 400),
    service: 1000,
  });
  expect(sent.map(({ at }) => at)).toEqual([0, 200, 400, 1000, 1200, 1400]);
});

test("a concurrency that ramps down gives nobody up, and sends none in a place that has closed", async () => {
  const { sent } = await carryOut(closed(3, { requests: 6 }), {
    places: ramped(3, 1, 500),
    service: 1000,
  });
  // Two of the three places close while their requests are under way.
  expect(sent.map(({ at }) => at)).toEqual([0, 0, 0, 1000, 2000, 3000]);
  expect(sent.some(({ givenUp }) => givenUp)).toBe(false);
});

test("the end of a run does not wait for a ramp", async () => {
  const { took } = await carryOut(closed(9, { requests: 1 }), { places: ramped(1, 9, 60_000) });
  expect(took).toBe(500);
});
