import type { Secret } from "../base/secret.ts";
import { epochClock } from "../base/clock.ts";
import type { Micros } from "../base/time.ts";
import {
  type ShareOptions,
  type ShareResult,
  runShare,
  type RunObserver,
  type RunSpec,
} from "./run_share.ts";
import { type LoadPlan, mostInFlight } from "./plan.ts";
import type { WorkerProgress } from "../measure/run_progress.ts";
import type { RunFrame } from "./fleet/orders.ts";
import { startSoon, Workers } from "./workers/workers.ts";

/**
 * So many streams one process carries. Bun's `fetch` keeps this many idle connections: of more, warmed ones would be
 * closed again before the measured part. It is far below the 256 requests at once that it carries without being told.
 */
export const STREAMS_PER_PROCESS = 64;

/** What an executor needs beside what is to be sent. */
export interface ExecutorOptions extends Omit<ShareOptions, "clock" | "share"> {
  /** What the report of the run needs, for who collects it later. Absent: nothing of it is measured. */
  readonly frame?: RunFrame | undefined;
}

/** How plans are carried out: here, in worker processes, or by a fleet of machines. */
export interface Executor extends AsyncDisposable {
  /** How many processes send. */
  readonly processes: number;
  /** Puts fresh processes in the place of those that have died, before a run's start is set. */
  prepare(): Promise<void>;
  run(spec: RunSpec, options: ExecutorOptions): Promise<ShareResult>;
  /** What the settings of a run say of it beside the number of processes. Absent: nothing. */
  readonly about?: Readonly<Record<string, unknown>>;
  /** How each machine stands in the run that goes on. Absent: there is one only. */
  look?(): readonly WorkerProgress[];
}

/**
 * How many worker processes a plan needs: none for what one process can carry. An open loop without a cap may pile
 * up any number of streams, so it always gets one, for the raised limit. More workers than places make no sense. Where
 * a worker for each core keeps all connections warm, there are so many as it takes; where they could not all be warm anyhow, a
 * core is left to what else goes on: with it taken, workers are later than with fewer of them.
 */
export function workersFor(plan: LoadPlan, cores: number): number {
  const most = mostInFlight(plan);
  if (most === null) return 1;
  if (most <= STREAMS_PER_PROCESS) return 0;
  const warming = Math.ceil(most / STREAMS_PER_PROCESS);
  return warming <= cores ? warming : Math.max(1, cores - 1);
}

/** An executor with so many workers; with 0 this process does it. */
export async function openExecutor(workers: number): Promise<Executor> {
  if (workers > 0) return Workers.start(workers);
  return {
    processes: 1,
    async prepare() {},
    run: (spec, options) =>
      runShare(spec, { ...options, clock: epochClock, share: { worker: 0, workers: 1 } }),
    async [Symbol.asyncDispose]() {},
  };
}

/** What one run needs beside its spec. */
export interface ExecuteOptions {
  readonly executor: Executor;
  readonly key: Secret | null;
  readonly observer?: RunObserver | undefined;
  readonly stopSending: AbortSignal;
  readonly stopNow: AbortSignal;
  readonly frame?: RunFrame | undefined;
}

/** What the processes did of a run together. `start`: when it began, on the clock that they share. */
export interface MeasuredRun extends ShareResult {
  readonly start: Micros;
}

/** Carries out the measured part of a run. Its records are in the order of their indexes. */
export async function measure(spec: RunSpec, options: ExecuteOptions): Promise<MeasuredRun> {
  const { executor, key, observer, stopSending, stopNow, frame } = options;
  await executor.prepare();
  const asked = startSoon();
  const { start = asked, ...part } = await executor.run(spec, {
    key,
    start: asked,
    observer,
    stopSending,
    stopNow,
    frame,
  });
  return { ...part, start, records: part.records.toSorted((a, b) => a.index - b.index) };
}
