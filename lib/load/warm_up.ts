import { epochClock } from "../base/clock.ts";
import type { ProcessDeath } from "../measure/process_death.ts";
import type { ExecuteOptions } from "./executor.ts";
import type { LoadPlan } from "./plan.ts";
import type { RunSpec, ShareResult } from "./run_share.ts";

/**
 * Sends warm-up requests, all at once, each on a connection of its own: the measured ones find the connections open.
 * They ask for one token, since it is the way that is to be warm. They are not counted, and not recorded. With
 * `keepConnections: false` the connections are closed again: what was asked is known, and nothing is warm.
 */
export async function warmUp(
  spec: RunSpec,
  options: ExecuteOptions & { readonly count: number; readonly keepConnections?: boolean },
): Promise<ShareResult> {
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
