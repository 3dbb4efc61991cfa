import { expect, test } from "bun:test";
import { type LoadPlan, plannedRequests, type RecordedArrival } from "../../../lib/load/plan.ts";
import { runTraffic } from "../../../lib/load/traffic/run_traffic.ts";
import { arrivalsOf, type RecordedArrivals } from "../../../lib/load/traffic/traffic.ts";
import { VirtualTime } from "../../support/virtual_time.ts";

/** Requests of recorded traffic, in ms: when, behind which one, and how long after its end. */
type Made = readonly [at: number, after?: number, pause?: number, from?: "end" | "start"];

function arrivals(made: readonly Made[]): RecordedArrival[] {
  const sessions: number[] = [];
  return made.map(([at, after, pause = 0, from = "end"], index) => {
    const session = after === undefined ? index : (sessions[after] ?? 0);
    sessions.push(session);
    const follows = after === undefined ? null : { index: after, pause: pause * 1000, from };
    return { at: at * 1000, session, follows };
  });
}

/** Carries it out, where each request takes `service` ms; gives when each was sent, and for when it was planned, in ms. */
async function carryOut(
  made: readonly Made[],
  {
    service = 100,
    cap = null,
    until = { requests: made.length },
    stopAt,
  }: {
    service?: number;
    cap?: number | null;
    until?: LoadPlan["until"];
    stopAt?: number;
  } = {},
): Promise<{
  sent: (readonly [index: number, at: number, scheduled: number | null])[];
  unsent: number;
}> {
  const time = new VirtualTime();
  const { clock, wait } = time;
  const recorded: RecordedArrivals = { kind: "recorded", requests: arrivals(made), cap };
  const plan = { arrivals: recorded, until, warmup: 0, drain: 1_000_000 };
  const never = new AbortController().signal;
  const stopSending = new AbortController();
  if (stopAt !== undefined) {
    void wait(stopAt * 1000, { clock, signal: never }).then(() => stopSending.abort());
  }
  const sent: (readonly [number, number, number | null])[] = [];
  const { unsent } = await time.pass(
    runTraffic(plan, plannedRequests(plan), {
      clock,
      wait,
      start: 0,
      stopSending: stopSending.signal,
      stopNow: never,
      async send({ planned: { index, scheduled }, signal }) {
        const at = clock();
        sent.push([index, at / 1000, scheduled === null ? null : scheduled / 1000]);
        await wait(at + service * 1000, { clock, signal });
        return { sent: at, ended: clock() };
      },
    }),
  );
  return { sent, unsent };
}

test("what begins a conversation is sent at its time; what follows, its pause after the answer", async () => {
  const { sent } = await carryOut([[0], [50], [250, 0, 70], [260]]);
  expect(sent).toEqual([
    [0, 0, 0],
    [1, 50, 50],
    // Answered at 100.
    [2, 170, 170],
    [3, 260, 260],
  ]);
});

test("an endpoint that is slower than the recorded one delays what follows, and nothing else", async () => {
  const { sent } = await carryOut([[0], [50], [250, 0, 70]], { service: 1_000 });
  expect(sent.map(([, at]) => at)).toEqual([0, 50, 1_070]);
});

test("a pause that counts from the start is kept, but nothing is sent before the answer has ended", async () => {
  const made: Made[] = [[0], [300, 0, 300, "start"]];
  expect((await carryOut(made)).sent[1]?.[1]).toBe(300);
  expect((await carryOut(made, { service: 400 })).sent[1]?.[1]).toBe(400);
});

test("under a cap requests wait in order, and a pause takes no place", async () => {
  const made: Made[] = [[0], [10], [20], [300, 0, 200]];
  const { sent } = await carryOut(made, { cap: 1 });
  expect(sent).toEqual([
    [0, 0, 0],
    [1, 100, 10],
    [2, 200, 20],
    [3, 300, 300],
  ]);
});

test("a run that is stopped sends no more, also of conversations that have begun, and counts what waited", async () => {
  const made: Made[] = [[0], [10], [400, 0, 200], [500]];
  const { sent, unsent } = await carryOut(made, { cap: 1, service: 300, stopAt: 200 });
  expect(sent.map(([index]) => index)).toEqual([0]);
  expect(unsent).toBe(1);
});

test("a duration ends the sending, also of what follows", async () => {
  const { sent } = await carryOut([[0], [100, 0, 50], [400, 1, 900], [700]], {
    until: { duration: 600_000 },
  });
  expect(sent.map(([index, at]) => [index, at])).toEqual([
    [0, 0],
    [1, 150],
  ]);
});

test("twice the speed halves times and pauses; another process begins conversations at its own times", () => {
  const content = { kind: "body", api: "chat", body: {} } as const;
  const one = { content, promptTokens: null, outputTokens: null };
  const follows = { index: 0, pause: 301, from: "end" } as const;
  const requests = [
    { ...one, at: 0, session: 0, follows: null },
    { ...one, at: 500, session: 0, follows },
    { ...one, at: 801, session: 1, follows: null },
  ];
  expect(arrivalsOf({ requests }, { speed: 2 }).map(({ at }) => at)).toEqual([0, 250, 401]);
  expect(arrivalsOf({ requests }, { speed: 2 })[1]?.follows?.pause).toBe(151);
  const starts = [7, 9][Symbol.iterator]() as Iterator<number, number>;
  const byProcess = arrivalsOf({ requests }, { starts });
  expect([byProcess[0]?.at, byProcess[2]?.at]).toEqual([7, 9]);
  expect(byProcess[1]?.follows).toEqual(follows);
});
