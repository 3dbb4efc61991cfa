import type { FleetWorker } from "../../measure/finished_run.ts";
import { startSkew } from "../../measure/start_skew.ts";
import { toMilliseconds } from "../../text/units.ts";

/** What an instrument of several machines saw of itself, in milliseconds. */
export function fleetJson(workers: readonly FleetWorker[]): Record<string, unknown> {
  return {
    start_skew_ms: toMilliseconds(startSkew(workers)),
    workers: workers.map((worker) => ({
      name: worker.name,
      cores: worker.cores,
      processes: worker.processes,
      requests: worker.requests,
      loop_lag_p99_ms: toMilliseconds(worker.loopLagP99),
      clock_offset_ms: toMilliseconds(worker.clockOffset),
      clock_uncertainty_ms: toMilliseconds(worker.clockUncertainty),
      start_late_ms: toMilliseconds(worker.late),
      lost: worker.lost,
    })),
  };
}
