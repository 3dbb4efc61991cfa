import type { RequestRecord } from "../measure/request_record.ts";
import type { Secret } from "../wire/secret.ts";
import { epochClock } from "../wire/clock.ts";
import {
  type PartOptions,
  type PartResult,
  runPart,
  type RunObserver,
  type RunSpec,
} from "./part.ts";
import { type LoadPlan, mostInFlight } from "./plan.ts";
import { startSoon, STREAMS_PER_PROCESS, Workers } from "./workers.ts";

/** How the measured part of a run is carried out: here, or in worker processes. */
export interface Executor extends AsyncDisposable {
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
  return Math.max(1, Math.min(cores, Math.ceil(most / STREAMS_PER_PROCESS)));
}

/** An executor with so many workers; with 0 this process does it. */
export async function openExecutor(workers: number): Promise<Executor> {
  if (workers > 0) return Workers.start(workers);
  return {
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
 * They ask for one token, since it is the way that is to be warm. They are not counted, and not recorded.
 */
export function warmUp(
  spec: RunSpec,
  { count, executor, key, stopSending, stopNow }: BenchOptions & { readonly count: number },
): Promise<PartResult> {
  const plan: LoadPlan = {
    arrivals: { kind: "closed", concurrency: count },
    until: { requests: count },
    warmup: 0,
    drain: spec.plan.drain,
  };
  const parameters = { ...spec.parameters, max_tokens: 1 };
  const warm = {
    ...spec,
    plan,
    parameters,
    recordFolder: null,
    stamped: false,
    seed: spec.seed ^ 0x77617261,
  };
  return executor.run(warm, { key, start: epochClock(), stopSending, stopNow });
}

/** What a run gave. */
export interface BenchResult extends PartResult {
  /** In the order of their indexes. */
  readonly records: readonly RequestRecord[];
}

/** Carries out the measured part of a run. */
export async function measure(spec: RunSpec, options: BenchOptions): Promise<BenchResult> {
  const { executor, key, observer, stopSending, stopNow } = options;
  const start = startSoon();
  const part = await executor.run(spec, { key, start, observer, stopSending, stopNow });
  return { ...part, records: part.records.toSorted((a, b) => a.index - b.index) };
}
