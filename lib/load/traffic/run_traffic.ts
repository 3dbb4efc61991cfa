import { Semaphore } from "../../base/semaphore.ts";
import type { Micros } from "../../base/time.ts";
import { waitUntil } from "../../base/wait.ts";
import type { LoadPlan, PlannedRequest } from "../plan.ts";
import { type RunEnd, type RunOptions, runPlan, type SendOptions } from "../run_plan.ts";
import type { RecordedArrivals } from "./traffic.ts";

/** What {@linkcode runTraffic} needs of the outside. */
export interface TrafficOptions extends Omit<RunOptions, "send"> {
  /** Sends one request and tells when it was sent and when it ended, in µs since the run's start. Must not reject. */
  readonly send: (
    options: SendOptions<PlannedRequest>,
  ) => Promise<{ readonly sent: Micros; readonly ended: Micros }>;
}

/**
 * Carries out the measured part of a plan of recorded traffic: what begins a conversation is sent at its time, whatever
 * the others do; what follows is sent after the answer before it has ended, its pause later. With a cap, those that find
 * no place wait, in order, and the wait shows in their records. A pause takes no place.
 *
 * What stops it, and what then becomes of requests in flight, is as in {@linkcode runPlan}.
 */
export async function runTraffic(
  plan: LoadPlan & { readonly arrivals: RecordedArrivals },
  planned: Iterable<PlannedRequest>,
  options: TrafficOptions,
): Promise<RunEnd> {
  const { requests, cap } = plan.arrivals;
  const { clock, start, wait = waitUntil } = options;
  const followers = followersIn(requests);
  const places = options.gate ?? new Semaphore(cap ?? Infinity);
  const over = new AbortController();
  const timeIsUp = new AbortController();
  const stop = AbortSignal.any([options.stopSending, options.stopNow, timeIsUp.signal]);
  if ("duration" in plan.until) {
    void wait(start + plan.until.duration, { clock, signal: over.signal }).then(() =>
      timeIsUp.abort(),
    );
  }
  let unsent = 0;
  const go = async (one: PlannedRequest, signal: AbortSignal): Promise<void> => {
    const { index, scheduled } = one;
    if (scheduled !== null) await wait(start + scheduled, { clock, signal: stop });
    if (!(await places.acquire(stop))) {
      if (scheduled !== null && start + scheduled <= clock()) unsent++;
      return;
    }
    const { sent, ended } = await options.send({ planned: one, stop, signal }).finally(() => {
      places.release();
    });
    const next = (followers.get(index) ?? []).map((follower) => {
      const { pause = 0, from = "end" } = requests[follower]?.follows ?? {};
      const due = from === "end" ? ended + pause : Math.max(ended, sent + pause);
      return go({ index: follower, scheduled: due }, signal);
    });
    await Promise.all(next);
  };
  const uncapped = { ...plan, arrivals: { ...plan.arrivals, cap: null } };
  const end = await runPlan(uncapped, beginsOf(planned, requests), {
    ...options,
    gate: undefined,
    send: ({ planned: one, signal }) => go(one, signal),
  });
  over.abort();
  return { unsent: unsent + end.unsent };
}

/** Of each request, those that follow it. */
function followersIn(requests: RecordedArrivals["requests"]): ReadonlyMap<number, number[]> {
  const followers = new Map<number, number[]>();
  for (const [index, { follows }] of requests.entries()) {
    if (follows === null) continue;
    const others = followers.get(follows.index);
    if (others === undefined) followers.set(follows.index, [index]);
    else others.push(index);
  }
  return followers;
}

/** What begins a conversation. */
function* beginsOf(
  planned: Iterable<PlannedRequest>,
  requests: RecordedArrivals["requests"],
): Generator<PlannedRequest> {
  for (const one of planned) if (!requests[one.index]?.follows) yield one;
}
