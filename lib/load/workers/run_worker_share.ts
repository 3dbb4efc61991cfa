import type { ProcessDeath } from "../../measure/process_death.ts";
import type { RequestRecord } from "../../measure/request_record.ts";
import { type ShareOptions, type ShareResult, type RunSpec, shareOf } from "../run_share.ts";
import type { SharedPlaces } from "./shared_places.ts";
import type { ToRun, WorkerResult } from "./worker_messages.ts";
import type { WorkerProcess } from "./worker_process.ts";

/** In ms: so long after it was to give up everything, and after the drain, a worker that says nothing hangs. */
const SILENCE = { stopNow: 2_000, drained: 5_000 };

/** The longest timer that there is, in ms. */
const LONGEST_TIMER = 2 ** 31 - 1;

interface Given {
  readonly spec: RunSpec;
  readonly options: Omit<ShareOptions, "clock" | "places">;
  /** The pool that its places come from; absent: it has its own. */
  readonly pool?: SharedPlaces | undefined;
}

/**
 * Has a worker carry out its share of a run. Where it dies, what it had told until then is the result, and `deaths` says
 * what is missing. Times are on our clock, wherever the worker's stands. It does not reject.
 */
export async function runWorkerShare(worker: WorkerProcess, given: Given): Promise<ShareResult> {
  const { spec, options, pool } = given;
  const { clockOffset } = worker;
  const heard = new Heard(options.observer);
  const { promise: done, resolve } = Promise.withResolvers<WorkerResult>();
  using places = pool?.forWorker((id) => worker.tell({ kind: "place", id }));
  worker.listen((message) => {
    if (message.kind === "done") resolve(message);
    else if (message.kind === "place_wanted") void places?.ask(message.id);
    else if (message.kind === "place_free") places?.free();
    else heard.take(message);
  });
  const { key, start, share } = options;
  const carried = { spec, key: key?.reveal() ?? null, start: start + clockOffset, share };
  worker.tell({ kind: "share", ...carried, asksForPlaces: pool !== undefined });
  using _stops = passOnStops(worker, { ...options, drain: spec.plan.drain / 1000 });
  const end = await Promise.race([
    done.then((result) => ({ result })),
    worker.lost.then((how) => ({ how })),
  ]);
  const { records, recordingErrors } = heard;
  if ("result" in end) {
    const { unsent, lag } = end.result;
    const stamps = end.result.stamps.map(({ asked, sentAt, arrivedAt }) => ({
      asked: asked - clockOffset,
      sentAt,
      arrivedAt: arrivedAt.map((at) => at - clockOffset),
    }));
    return { records, recordingErrors, unsent, lag, stamps, deaths: [], clockOffset };
  }
  const unknown = heard.unknown();
  const left = options.stopSending.aborted ? null : leftOf(given, { begun: heard.begun });
  const death: ProcessDeath = { role: "worker", phase: "run", end: end.how, unknown, left };
  const nothing = { unsent: 0, lag: [], stamps: [] };
  return { records, recordingErrors, ...nothing, deaths: [death], clockOffset };
}

/** What a worker has told of its share so far. */
class Heard {
  readonly records: RequestRecord[] = [];
  readonly recordingErrors: string[] = [];
  begun = 0;
  readonly #underWay = new Set<number>();
  readonly #observer: ShareOptions["observer"];

  constructor(observer: ShareOptions["observer"]) {
    this.#observer = observer;
  }

  take(message: ToRun): void {
    if (message.kind !== "progress") return;
    this.begun += message.begun.length;
    for (const index of message.begun) {
      this.#underWay.add(index);
      this.#observer?.sent(index);
    }
    this.recordingErrors.push(...message.recordingErrors);
    this.#observer?.deltas(message.deltas);
    for (const record of message.ended) {
      this.#underWay.delete(record.index);
      this.records.push(record);
      this.#observer?.ended(record);
    }
  }

  /** To be called when no more comes. */
  unknown(): number[] {
    this.#observer?.lost?.(this.#underWay.size);
    return [...this.#underWay].toSorted((a, b) => a - b);
  }
}

/** How many requests of a share are left over when so many have begun; `null` where the plan has no last one. */
function leftOf(
  { spec, options: { share } }: Given,
  { begun }: { readonly begun: number },
): number | null {
  if (spec.plan.arrivals.kind === "closed" && "duration" in spec.plan.until) return null;
  let planned = 0;
  for (const { requests } of shareOf(spec, share)) planned += requests.length;
  return planned - begun;
}

/** Tells a worker to stop when the run is to. One that hangs would keep the run from ending: it is given up. */
function passOnStops(
  worker: WorkerProcess,
  options: Pick<ShareOptions, "stopSending" | "stopNow"> & { readonly drain: number },
): Disposable {
  const { stopSending, stopNow, drain } = options;
  const over = new AbortController();
  const timers: ReturnType<typeof setTimeout>[] = [];
  const giveUp = (): void => worker.giveUp({ kind: "silent" });
  const expectEndIn = (time: number): void => {
    timers.push(setTimeout(giveUp, Math.min(time, LONGEST_TIMER)));
  };
  const on = (signal: AbortSignal, action: () => void): void => {
    if (signal.aborted) action();
    else signal.addEventListener("abort", action, { signal: over.signal });
  };
  on(stopSending, () => {
    worker.tell({ kind: "stop_sending" });
    expectEndIn(drain + SILENCE.drained);
  });
  on(stopNow, () => {
    worker.tell({ kind: "stop_now" });
    expectEndIn(SILENCE.stopNow);
  });
  return {
    [Symbol.dispose]() {
      over.abort();
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
