import { setImmediate } from "node:timers";
import type { Clock } from "../base/clock.ts";
import type { Micros } from "../base/time.ts";
import { Semaphore } from "../base/semaphore.ts";
import { waitUntil } from "../base/wait.ts";
import { type LoadPlan, mostInFlight, type PlannedRequest } from "./plan.ts";
import type { Places } from "./ramp.ts";

/** What is planned for a moment, or for when a place is free. */
type Due = Pick<PlannedRequest, "scheduled">;

/** What is on its way: what it needs to be sent, and to be given up. */
export interface SendOptions<Planned extends Due> {
  readonly planned: Planned;
  /** Aborted: nothing more is to be sent. */
  readonly stop: AbortSignal;
  /** Aborted when the drain is over, or the user wants to stop now. */
  readonly signal: AbortSignal;
}

/** Lets only so many in at a time. */
export type Gate = Pick<Semaphore, "acquire" | "release">;

/**
 * So long before its moment, in µs, a place is asked for that somebody else gives: the way there and back is not to make
 * the request late.
 */
const ASKED_BEFORE = 2_000;

/**
 * So long, in µs, requests are begun one behind the other; then what has arrived meanwhile is read. A few hundred that begin
 * at one moment would else keep the first of them from being answered.
 */
const BEGUN_IN_A_ROW = 5_000;

/** What {@linkcode runPlan} needs of the outside. */
export interface RunOptions<Planned extends Due = PlannedRequest> {
  readonly clock: Clock;
  /** Waits until a moment on the clock, or until the signal is aborted. Default: with the system's timers. */
  readonly wait?: typeof waitUntil | undefined;
  /** The moment of the run on the clock: planned starts count from it. */
  readonly start: Micros;
  /** How many may be under way at once, over time. Default: as many as the plan has, from the start on. */
  readonly places?: Places | undefined;
  /** Who gives the places, where it is somebody else. */
  readonly gate?: Gate | undefined;
  /** Sends one request, or several in turn, and resolves when it has ended. Must not reject. */
  readonly send: (options: SendOptions<Planned>) => Promise<void>;
  /** Aborted: no more requests are sent; those in flight are drained. */
  readonly stopSending: AbortSignal;
  /** Aborted: requests in flight are given up. */
  readonly stopNow: AbortSignal;
}

/** What became of a plan. */
export interface RunEnd {
  /** Arrivals whose moment came, but that were not sent: sending had stopped while they waited for a place. */
  readonly unsent: number;
}

/**
 * Carries out the measured part of a plan and resolves when its last request has ended.
 *
 * An open loop sends each request at its planned moment, whatever the earlier ones do; with a cap, those that find no
 * place wait, in order, and the wait shows in their records. Once sending has stopped, because of the duration or the
 * user, requests in flight get the plan's drain and are then given up. Where the last request was sent without a
 * stop, it may take as long as it takes.
 */
export async function runPlan<Planned extends Due>(
  plan: LoadPlan,
  planned: Iterator<Planned>,
  options: RunOptions<Planned>,
): Promise<RunEnd> {
  const { clock, start, wait = waitUntil } = options;
  await wait(start, { clock, signal: options.stopSending });
  const timeIsUp = new AbortController();
  const stop = AbortSignal.any([options.stopSending, options.stopNow, timeIsUp.signal]);
  const giveUp = new AbortController();
  const signal = AbortSignal.any([giveUp.signal, options.stopNow]);
  const over = new AbortController();
  const at = async (moment: Micros, action: () => void): Promise<void> => {
    await wait(moment, { clock, signal: over.signal });
    if (!over.signal.aborted) action();
  };
  const drain = (): void => void at(clock() + plan.drain, () => giveUp.abort());
  stop.addEventListener("abort", drain);
  if ("duration" in plan.until) void at(start + plan.until.duration, () => timeIsUp.abort());
  const { first, changes } = options.places ?? {
    first: mostInFlight(plan) ?? Infinity,
    changes: [],
  };
  const own = new Semaphore(first);
  const { gate } = options;
  const places = gate ?? own;
  void (async () => {
    for (const { at: moment, by } of changes) {
      await at(start + moment, () => (by > 0 ? own.release() : own.shrink()));
    }
  })();
  const inFlight = new Set<Promise<void>>();
  let yielded = clock();
  let next = planned.next();
  for (; !next.done; next = planned.next()) {
    const request = next.value;
    const due = request.scheduled === null ? null : start + request.scheduled;
    const early = gate === undefined ? 0 : ASKED_BEFORE;
    if (due !== null) await wait(due - early, { clock, signal: stop });
    if (due === null && clock() - yielded > BEGUN_IN_A_ROW) {
      await new Promise((resolve) => setImmediate(resolve));
      yielded = clock();
    }
    if (!(await places.acquire(stop))) break;
    if (due !== null && early > 0) await wait(due, { clock, signal: stop });
    if (stop.aborted) {
      places.release();
      break;
    }
    const sent = options.send({ planned: request, stop, signal }).finally(() => {
      inFlight.delete(sent);
      places.release();
    });
    inFlight.add(sent);
  }
  const stoppedAt = clock() - start;
  let unsent = 0;
  for (; !next.done && isDue(next.value, stoppedAt); next = planned.next()) unsent++;
  await Promise.all(inFlight);
  over.abort();
  // A signal that is made of others keeps its listeners for ever, and they all that the run has measured.
  stop.removeEventListener("abort", drain);
  return { unsent };
}

function isDue({ scheduled }: Due, now: Micros): boolean {
  return scheduled !== null && scheduled <= now;
}
