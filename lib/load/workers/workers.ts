import { largestOffset } from "../../measure/clock_offset.ts";
import { epochClock } from "../../base/clock.ts";
import { dealt, type ShareOptions, type ShareResult, type RunSpec } from "../run_share.ts";
import { mostInFlight } from "../plan.ts";
import { SharedPlaces } from "./shared_places.ts";
import { WorkerProcess } from "./worker_process.ts";
import { runWorkerShare } from "./run_worker_share.ts";

/** How workers are started. */
export interface WorkersOptions {
  /** What they get their environment from. Default: this process's. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/** The slots of a plan that one machine fills, out of all: each of its processes carries the share of one. */
export interface Part {
  readonly slots: readonly number[];
  readonly of: number;
}

/** Worker processes that are ready to run. Started before the run, so that it begins on time. */
export class Workers implements AsyncDisposable {
  readonly #workers: WorkerProcess[];
  readonly #environment: Readonly<Record<string, string | undefined>>;

  private constructor(count: number, { environment = process.env }: WorkersOptions) {
    this.#environment = environment;
    this.#workers = Array.from({ length: count }, () => new WorkerProcess(environment));
  }

  get processes(): number {
    return this.#workers.length;
  }

  get pids(): readonly number[] {
    return this.#workers.map(({ pid }) => pid);
  }

  /** Starts so many workers, and resolves when all are ready. @throws when one ends before it is. */
  static async start(count: number, options: WorkersOptions = {}): Promise<Workers> {
    const started = new Workers(count, options);
    await Promise.all(started.#workers.map((worker) => worker.start()));
    const end = started.#workers.find((worker) => worker.end !== null)?.end;
    if (end === undefined) return started;
    await started[Symbol.asyncDispose]();
    throw new Error(`A worker process ended before it was ready (${JSON.stringify(end)})`);
  }

  /** Starts a fresh worker in the place of each that was lost. One that cannot be started is lost again. */
  async prepare(): Promise<void> {
    const starting: Promise<void>[] = [];
    for (const [place, { end }] of this.#workers.entries()) {
      if (end === null) continue;
      const fresh = new WorkerProcess(this.#environment);
      this.#workers[place] = fresh;
      starting.push(fresh.start());
    }
    await Promise.all(starting);
  }

  /**
   * Carries out a plan, dealt out to the workers, and merges what they did. No more workers take part than there are
   * places: one without a place could send nothing. The places of an open loop are one pool for all of them. One that dies takes its share with it; the others go on.
   *
   * `part`: the slots of a plan that these workers fill, one each, where other machines fill the others. Default: all.
   */
  async run(
    spec: RunSpec,
    { part, ...options }: Omit<ShareOptions, "clock" | "share"> & { readonly part?: Part },
  ): Promise<ShareResult> {
    const workers = Math.min(this.#workers.length, mostInFlight(spec.plan) ?? Infinity);
    const { slots, of } = part ?? {
      slots: Array.from({ length: workers }, (_, slot) => slot),
      of: workers,
    };
    const { arrivals } = spec.plan;
    const cap = arrivals.kind === "closed" ? null : arrivals.cap;
    const places = slots.reduce((sum, worker) => sum + dealt(cap ?? 0, { worker, workers: of }), 0);
    const pool = cap !== null && slots.length > 1 ? new SharedPlaces(places) : undefined;
    const parts = await Promise.all(
      slots.flatMap((worker, place) => {
        const process = this.#workers[place];
        if (process === undefined) return [];
        const share = { worker, workers: of };
        return [runWorkerShare(process, { spec, pool, options: { ...options, share } })];
      }),
    );
    return {
      records: parts.flatMap((part) => part.records),
      unsent: parts.reduce((sum, part) => sum + part.unsent, 0),
      lag: parts.flatMap((part) => part.lag),
      recordingErrors: parts.flatMap((part) => part.recordingErrors),
      stamps: parts.flatMap((part) => part.stamps),
      deaths: parts.flatMap((part) => part.deaths),
      clockOffset: largestOffset(parts.map((part) => part.clockOffset)),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
  }
}

/** The run's start: a moment ahead on the shared clock, so that every worker has its work by then. */
export function startSoon(): number {
  return epochClock() + 200_000;
}
