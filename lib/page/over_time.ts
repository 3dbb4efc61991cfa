import { overTime, type OverTime } from "../measure/over_time.ts";
import type { ResultRequest, ResultRun } from "../report/run/result.ts";

const MOST_STEPS = 120;

/** What a run did over time, from its result: see {@linkcode overTime}. */
export function runOverTime({ requests }: ResultRun): OverTime | null {
  return overTime(
    requests.map((request) => ({
      sent: micros(request.sent_ms),
      ended: micros(endOf(request) ?? request.sent_ms),
      scheduled: microsOrNull(request.scheduled_ms),
      outcome: request.outcome,
      ttft: microsOrNull(request.ttft_ms),
      e2e: microsOrNull(request.e2e_ms),
      deltas: request.deltas,
      gaps: request.itl_us,
      tokens: request.usage?.completion_tokens ?? null,
    })),
    { mostSteps: MOST_STEPS },
  );
}

/** When a request was over, as far as that is known, in ms since the run's start; `null` where it has no times. */
export function endOf(request: ResultRequest): number | null {
  const { sent_ms: sent, ended_ms: ended, closed_ms: closed, e2e_ms: e2e, ttft_ms: ttft } = request;
  const length = closed ?? e2e ?? ttft;
  return ended ?? (length === null ? null : sent + length);
}

function micros(ms: number): number {
  return Math.round(ms * 1000);
}

function microsOrNull(ms: number | null): number | null {
  return ms === null ? null : micros(ms);
}
