import { fewestTokens } from "../protocols/fewest_tokens.ts";
import { epochClock } from "../base/clock.ts";
import type { ProcessDeath } from "../measure/process_death.ts";
import type { ExecuteOptions } from "./executor.ts";
import type { LoadPlan } from "./plan.ts";
import { DEFAULT_PROMPTS } from "./prompts.ts";
import type { RunSpec, ShareResult } from "./run_share.ts";

/**
 * Sends warm-up requests, all at once, each on a connection of its own: the measured ones find the connections open.
 * They ask for one token, or as few as the protocol allows, since it is the way that is to be warm. They are not counted, and not recorded. With
 * `keepConnections: false` the connections are closed again: what was asked is known, and nothing is warm.
 */
export async function warmUp(
  spec: RunSpec,
  options: ExecuteOptions & {
    readonly count: number;
    /** Default: all. */
    readonly atOnce?: number | undefined;
    readonly keepConnections?: boolean;
  },
): Promise<ShareResult> {
  const { count, executor, key, stopSending, stopNow, keepConnections = true } = options;
  const plan: LoadPlan = {
    arrivals: { kind: "closed", concurrency: options.atOnce ?? count },
    until: { requests: count },
    warmup: 0,
    drain: spec.plan.drain,
  };
  const warm = {
    ...spec,
    plan,
    // Of traffic each request is to be sent once: a cache must not know it beforehand.
    prompts: spec.prompts.kind === "traffic" ? DEFAULT_PROMPTS : spec.prompts,
    ...ofFewestTokens(spec),
    conversations: undefined,
    mix: spec.mix?.map((kind) => ({ ...kind, ...ofFewestTokens({ ...spec, ...kind }) })),
    // A pair is for measuring; what prompts share is what is to be warm.
    cache: spec.cache === "pairs" ? "unique" : spec.cache,
    prefixSeed: spec.prefixSeed ?? spec.seed,
    headers: keepConnections ? spec.headers : { ...spec.headers, connection: "close" },
    recordFolder: null,
    stamped: false,
    traced: false,
    seed: spec.seed ^ 0x77617261,
  };
  await executor.prepare();
  const part = await executor.run(warm, { key, start: epochClock(), stopSending, stopNow });
  return { ...part, deaths: part.deaths.map(inWarmUp) };
}

function inWarmUp({ role, end, unknown, left }: ProcessDeath): ProcessDeath {
  return { role, phase: "warmup", end, unknown, left };
}

/** The fields that limit an answer, by the names that endpoints have for them. */
const LIMITS = ["max_tokens", "max_completion_tokens", "max_output_tokens"] as const;

/**
 * What makes the answers of a run, but for an answer of one token, or as few as the protocol allows: under whichever name
 * the endpoint knows the limit, since both at once are refused by some, and so are fewer tokens than the fewest that were
 * asked for.
 */
export function ofFewestTokens({
  api = "chat",
  sampling,
  parameters,
}: Pick<RunSpec, "api" | "sampling" | "parameters">): Pick<RunSpec, "sampling" | "parameters"> {
  const fewest = fewestTokens(api);
  const limit = LIMITS.find((name) => name in parameters);
  const others = Object.fromEntries(
    Object.entries(parameters).filter(([name]) => ![...LIMITS, "min_tokens"].includes(name)),
  );
  const { exactTokens: _, maxTokens: _most, ...rest } = sampling ?? {};
  return limit === undefined
    ? { sampling: { ...rest, maxTokens: fewest }, parameters: others }
    : { sampling: rest, parameters: { ...others, [limit]: fewest } };
}
