import type { ShareOptions, RunSpec } from "../../lib/load/run_share.ts";
import type { LoadPlan } from "../../lib/load/plan.ts";
import { epochClock } from "../../lib/base/clock.ts";

/** A closed loop of so many requests. */
export function closedPlan(concurrency: number, requests: number): LoadPlan {
  return {
    arrivals: { kind: "closed", concurrency },
    until: { requests },
    warmup: 0,
    drain: 1_000_000,
  };
}

/** What is sent to this endpoint. */
export function runSpec(baseUrl: string, given: Partial<RunSpec> = {}): RunSpec {
  return {
    plan: closedPlan(1, 1),
    baseUrl,
    model: "m",
    headers: {},
    parameters: {},
    system: null,
    prompts: { kind: "list", conversations: [[{ role: "user", content: "hi" }]] },
    cache: "reuse",
    seed: 1,
    limits: {},
    retries: 0,
    resendReused: false,
    stall: 500_000,
    recordFolder: null,
    stamped: false,
    ...given,
  };
}

/** Options of a run that begins now, and that nobody stops. */
export function fromNow(
  given: Partial<Omit<ShareOptions, "clock" | "share">> = {},
): Omit<ShareOptions, "clock" | "share"> {
  return {
    key: null,
    start: epochClock(),
    stopSending: new AbortController().signal,
    stopNow: new AbortController().signal,
    ...given,
  };
}
