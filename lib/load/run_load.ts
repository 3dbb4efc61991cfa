import { epochClock } from "../base/clock.ts";
import type { Secret } from "../base/secret.ts";
import type { LoadPlan } from "./plan.ts";
import { type ShareResult, type RunObserver, runShare, type RunSpec } from "./run_share.ts";

/** What is asked of an endpoint, and when. All but the first four has a default. */
export interface Load
  extends
    Pick<RunSpec, "baseUrl" | "model" | "prompts">,
    Partial<Omit<RunSpec, "baseUrl" | "model" | "prompts" | "plan" | "stamped" | "traced">> {
  /** There is no warm-up: what is to be warm is a load of its own, before. */
  readonly plan: Omit<LoadPlan, "warmup">;
}

/** Options of {@linkcode runLoad}. */
export interface RunLoadOptions {
  /** Default: no key is sent. */
  readonly key?: Secret | null | undefined;
  /** Told as the run goes. */
  readonly observer?: RunObserver | undefined;
  /** Aborted: no more requests are sent; those in flight get the plan's drain. */
  readonly stopSending?: AbortSignal | undefined;
  /** Aborted: requests in flight are given up. */
  readonly stopNow?: AbortSignal | undefined;
}

/** What {@linkcode runLoad} gives: `records` in the order of the requests. */
export type LoadResult = Pick<ShareResult, "records" | "unsent" | "lag" | "recordingErrors">;

/**
 * Puts load on an endpoint from this process, and resolves when the last request has ended: what `bench` does, without
 * its worker processes, so for up to some 64 streams at a time. Times are in µs. It does not reject for what an endpoint
 * does: each record has its outcome.
 *
 * @example
 * ```ts
 * const { records } = await runLoad({
 *   baseUrl: "http://127.0.0.1:8000/v1",
 *   model: "simulated",
 *   prompts: { kind: "list", conversations: [[{ role: "user", content: "Hi" }]] },
 *   plan: { arrivals: { kind: "closed", concurrency: 2 }, until: { requests: 8 }, drain: 30_000_000 },
 * });
 * summarize(records).ttft.p50; // in µs
 * ```
 */
export async function runLoad(load: Load, options: RunLoadOptions = {}): Promise<LoadResult> {
  const never = new AbortController().signal;
  const spec: RunSpec = {
    headers: {},
    parameters: {},
    system: null,
    cache: "unique",
    seed: 1,
    limits: {},
    retries: 0,
    resendReused: false,
    stall: 500_000,
    recordFolder: null,
    ...load,
    plan: { ...load.plan, warmup: 0 },
    stamped: false,
  };
  const { records, unsent, lag, recordingErrors } = await runShare(spec, {
    key: options.key ?? null,
    clock: epochClock,
    start: epochClock(),
    share: { worker: 0, workers: 1 },
    observer: options.observer,
    stopSending: options.stopSending ?? never,
    stopNow: options.stopNow ?? never,
  });
  return {
    records: records.toSorted((a, b) => a.index - b.index),
    unsent,
    lag,
    recordingErrors,
  };
}
