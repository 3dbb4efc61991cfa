import type { ProcessDeath } from "../measure/process_death.ts";
import type { RequestRecord } from "../measure/request_record.ts";
import type { Secret } from "../base/secret.ts";
import { epochClock } from "../base/clock.ts";
import {
  type PartOptions,
  type PartResult,
  runPart,
  type RunObserver,
  type RunSpec,
} from "./run_share.ts";
import { type LoadPlan, mostInFlight } from "./plan.ts";
import { startSoon, Workers } from "./workers/workers.ts";

/**
 * So many streams one process carries. Bun's `fetch` keeps this many idle connections: of more, warmed ones would be
 * closed again before the measured part. It is far below the 256 requests at once that it carries without being told.
 */
export const STREAMS_PER_PROCESS = 64;

/** So many processes there may be, however few cores: for some hundred streams that mostly wait, warm ones are worth more. */
const MANY_PROCESSES = 4;

/** How plans are carried out: here, or in worker processes. */
export interface Executor extends AsyncDisposable {
  /** How many processes send. */
  readonly processes: number;
  /** Puts fresh processes in the place of those that have died, before a run's start is set. */
  prepare(): Promise<void>;
  run(spec: RunSpec, options: Omit<PartOptions, "clock" | "share">): Promise<PartResult>;
}

/**
 * How many worker processes a plan needs: none for what one process can carry. An open loop without a cap may pile
 * up any number of streams, so it always gets one, for the raised limit. More workers than places make no sense: a
 * cap is dealt out among them.
 */
export function workersFor(plan: LoadPlan, cores: number): number {
  const most = mostInFlight(plan);
  if (most === null) return 1;
  if (most <= STREAMS_PER_PROCESS) return 0;
  return Math.min(Math.max(cores, MANY_PROCESSES), Math.ceil(most / STREAMS_PER_PROCESS));
}

/** An executor with so many workers; with 0 this process does it. */
export async function openExecutor(workers: number): Promise<Executor> {
  if (workers > 0) return Workers.start(workers);
  return {
    processes: 1,
    async prepare() {},
    run: (spec, options) =>
      runPart(spec, { ...options, clock: epochClock, share: { worker: 0, workers: 1 } }),
    async [Symbol.asyncDispose]() {},
  };
}

/** What one run needs beside its spec. */
export interface BenchOptions {
  readonly executor: Executor;
  readonly key: Secret | null;
  readonly observer?: RunObserver | undefined;
  readonly stopSending: AbortSignal;
  readonly stopNow: AbortSignal;
}

/**
 * Sends warm-up requests, all at once, each on a connection of its own: the measured ones find the connections open.
 * They ask for one token, since it is the way that is to be warm. They are not counted, and not recorded. With
 * `keepConnections: false` the connections are closed again: what was asked is known, and nothing is warm.
 */
export async function warmUp(
  spec: RunSpec,
  options: BenchOptions & { readonly count: number; readonly keepConnections?: boolean },
): Promise<PartResult> {
  const { count, executor, key, stopSending, stopNow, keepConnections = true } = options;
  const plan: LoadPlan = {
    arrivals: { kind: "closed", concurrency: count },
    until: { requests: count },
    warmup: 0,
    drain: spec.plan.drain,
  };
  const warm = {
    ...spec,
    plan,
    parameters: ofOneToken(spec.parameters),
    headers: keepConnections ? spec.headers : { ...spec.headers, connection: "close" },
    recordFolder: null,
    stamped: false,
    seed: spec.seed ^ 0x77617261,
  };
  await executor.prepare();
  const part = await executor.run(warm, { key, start: epochClock(), stopSending, stopNow });
  return { ...part, deaths: part.deaths.map(inWarmUp) };
}

function inWarmUp({ role, end, unknown, left }: ProcessDeath): ProcessDeath {
  return { role, phase: "warmup", end, unknown, left };
}

/**
 * The parameters of a request, but for an answer of one token, under whichever name the endpoint knows it: both at
 * once are refused by some, and so are fewer tokens than the fewest that were asked for.
 */
export function ofOneToken(
  parameters: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const field = "max_completion_tokens" in parameters ? "max_completion_tokens" : "max_tokens";
  const { max_tokens: _most, min_tokens: _fewest, ...others } = parameters;
  return { ...others, [field]: 1 };
}

/** What a run gave. */
export interface BenchResult extends PartResult {
  /** In the order of their indexes. */
  readonly records: readonly RequestRecord[];
}

/** Carries out the measured part of a run. */
export async function measure(spec: RunSpec, options: BenchOptions): Promise<BenchResult> {
  const { executor, key, observer, stopSending, stopNow } = options;
  await executor.prepare();
  const start = startSoon();
  const part = await executor.run(spec, { key, start, observer, stopSending, stopNow });
  return { ...part, records: part.records.toSorted((a, b) => a.index - b.index) };
}
