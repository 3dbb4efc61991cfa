import { type SimulatedProcess, startSimulatedProcess } from "../load/simulated_process.ts";
import type { BenchFlags } from "./bench_flags.ts";
import { timeLimits } from "./endpoint_flags.ts";
import { simulatedDemo } from "./messages/bench.ts";
import type { ScriptContext } from "./script.ts";
import { openTarget, type Target } from "./target.ts";

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
  context: ScriptContext,
): Promise<BenchTarget> {
  if (!flags.demo) return Object.assign(await openTarget(flags, context), { simulated: null });
  const seed = flags.planSeed ?? 1;
  const simulated = await startSimulatedProcess(DEMO_SIMULATION, { seed, stamp: false });
  context.say(simulatedDemo(DEMO_SIMULATION));
  return {
    baseUrl: simulated.baseUrl,
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
