import { type SimulatedProcess, startSimulatedProcess } from "../load/workers/simulated_process.ts";
import type { BenchFlags } from "./flags.ts";
import { timeLimits } from "../target/endpoint_flags.ts";
import { simulatedDemo } from "./messages.ts";
import type { ScriptContext } from "../command/script.ts";
import { openTarget, type Target, type TargetCheck } from "../target/target.ts";

/** What is put under load. */
export interface BenchTarget extends Target {
  /** The process of `--demo`; `null` for an endpoint. */
  readonly simulated: SimulatedProcess | null;
}

/** The simulated model of `--demo`. */
const DEMO_SIMULATION = "ttft=120ms,tps=60,tokens=60,jitter=0.2";

/**
 * Opens what is put under load: an endpoint, or with `--demo` a simulated model in a process of its own, whose work
 * does not make this one late.
 *
 * @throws {UserError} when a setting is wrong or missing.
 */
export async function openBenchTarget(
  flags: BenchFlags,
  context: ScriptContext & { readonly check: TargetCheck },
): Promise<BenchTarget> {
  if (!flags.demo) return Object.assign(await openTarget(flags, context), { simulated: null });
  const api = flags.api ?? "chat";
  context.check({ api, provider: null });
  const seed = flags.planSeed ?? 1;
  const simulated = await startSimulatedProcess(DEMO_SIMULATION, { seed, stamp: false });
  context.say(simulatedDemo(DEMO_SIMULATION));
  return {
    baseUrl: simulated.baseUrl,
    api,
    model: flags.model ?? "simulated",
    key: null,
    keyVariable: null,
    provider: null,
    limits: timeLimits(flags),
    hints: [],
    simulated,
    [Symbol.asyncDispose]: () => simulated[Symbol.asyncDispose](),
  };
}
