import type { RunSpec } from "../load/run_share.ts";
import { type SimulatedProcess, startSimulatedProcess } from "../load/workers/simulated_process.ts";
import { calibrate, type Calibration } from "../measure/calibration.ts";
import type { RunSummary } from "../measure/summary.ts";
import { clockCorrected, workersDied } from "../report/run/process_death_texts.ts";
import { processEndWords } from "../report/run/process_end_words.ts";
import type { BenchSession } from "./session.ts";
import * as messages from "./messages.ts";

/** What came of a calibration. `calibration` is `null` when there is none, which was said. */
export interface CalibrationEnd {
  readonly calibration: Calibration | null;
  /** A process of ours died in it. */
  readonly hasFault: boolean;
}

/**
 * Carries out the same plan against a simulated model like the measured one, which stamps what it sends: the difference
 * is the client's own. Nothing comes of it when the run has nothing to be like, or the model dies.
 */
export async function calibrated(
  spec: RunSpec,
  { summary, session }: { readonly summary: RunSummary; readonly session: BenchSession },
): Promise<CalibrationEnd> {
  const model = simulationLike(summary);
  if (model === null) {
    session.say(messages.notCalibrated());
    return { calibration: null, hasFault: false };
  }
  let simulated: SimulatedProcess;
  try {
    simulated = await startSimulatedProcess(model, { seed: spec.seed, stamp: true });
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    session.say(messages.calibrationImpossible({ en: words, zh: words }));
    return { calibration: null, hasFault: true };
  }
  await using _ended = simulated;
  session.say(messages.calibrating(model));
  const { baseUrl, clockOffset, died } = simulated;
  // Over chat completions, in whose chunks the stamps are: the client's error is the same over any protocol.
  const address = { baseUrl, api: "chat", keyHeader: undefined, model: "simulated" } as const;
  // So is traffic of several protocols.
  const prompts = spec.prompts.kind === "traffic" ? { ...spec.prompts, own: false } : spec.prompts;
  const stamped = {
    ...spec,
    ...address,
    prompts,
    stamped: true,
    traced: false,
    recordFolder: null,
  };
  await session.warmUp(stamped);
  const { run, result } = await session.run(stamped, { stop: died });
  const end = died.aborted || run.summary.errors.length > 0 ? await simulated.end() : null;
  if (end !== null) {
    session.say(messages.calibrationImpossible(processEndWords(end)));
    return { calibration: null, hasFault: true };
  }
  const lost = workersDied(run.deaths);
  if (lost !== null) session.say(lost);
  if (clockOffset !== 0) session.say(clockCorrected(clockOffset));
  return { calibration: calibrate(result.stamps, { clockOffset }), hasFault: lost !== null };
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
