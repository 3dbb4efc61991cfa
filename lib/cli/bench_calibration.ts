import type { RunSpec } from "../load/part.ts";
import { startSimulatedProcess } from "../load/simulated_process.ts";
import { calibrate, type Calibration } from "../measure/calibration.ts";
import type { RunSummary } from "../measure/summary.ts";
import type { BenchSession } from "./bench_session.ts";
import * as messages from "./messages/bench.ts";

/**
 * Carries out the same plan against a simulated model like the measured one, which stamps what it sends: the difference
 * is the client's own. `null` when the run has nothing to be like, which is said.
 */
export async function calibrated(
  spec: RunSpec,
  { summary, session }: { readonly summary: RunSummary; readonly session: BenchSession },
): Promise<Calibration | null> {
  const model = simulationLike(summary);
  if (model === null) {
    session.say(messages.notCalibrated());
    return null;
  }
  await using simulated = await startSimulatedProcess(model, { seed: spec.seed, stamp: true });
  session.say(messages.calibrating(model));
  const stamped = {
    ...spec,
    baseUrl: simulated.baseUrl,
    model: "simulated",
    stamped: true,
    recordFolder: null,
  };
  await session.warmUp(stamped);
  const { result } = await session.run(stamped);
  return calibrate(result.stamps);
}

/** A simulated model as the run found its endpoint; `null` when too little of it is known. */
export function simulationLike({ ttft, tpot, usage, outcomes }: RunSummary): string | null {
  if (!ttft.p50 || !tpot.p50) return null;
  const tokens = Math.round((usage.completionTokens ?? 0) / outcomes.complete);
  return [
    `ttft=${Math.max(1, Math.round(ttft.p50 / 1000))}ms`,
    `tps=${(1e6 / tpot.p50).toFixed(1)}`,
    `tokens=${Math.max(2, tokens)}`,
    "jitter=0.1",
  ].join(",");
}
