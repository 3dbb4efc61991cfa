import type { FinishedRun } from "../measure/finished_run.ts";
import { isClientLimited, warningsOf } from "../report/run/warnings.ts";
import { EXIT } from "../command/exit_code.ts";
import { failureCode } from "../target/failure_code.ts";

/** A service level is met when it is met by so many of all requests. */
const GOOD_SHARE = 0.99;

/** What the exit code of `bench` depends on. */
export interface BenchEnd {
  readonly runs: readonly FinishedRun[];
  readonly interrupted: boolean;
  readonly strict: boolean;
  /** What a search found; `undefined` when none was asked for. */
  readonly best: number | null | undefined;
  /** Something of ours failed beside the requests, as a process that died, or a disk that took no more. */
  readonly hasFault: boolean;
}

/**
 * 130 when interrupted; 7 for a missed threshold, where thresholds are asked for; 0 when all requests are complete; else
 * the code of the most frequent failure, of equally frequent ones the higher. A search overloads the endpoint on
 * purpose: it fails only when it finds nothing. What would be 0 is 1 when something of ours failed. A simulated model
 * that died made requests fail by itself: 1.
 */
export function benchExitCode(end: BenchEnd): number {
  if (end.interrupted) return EXIT.interrupted;
  const deaths = end.runs.flatMap((run) => run.deaths);
  if (deaths.some(({ role }) => role === "simulated")) return EXIT.fault;
  const code = codeOfRequests(end);
  return code === EXIT.ok && (end.hasFault || deaths.length > 0) ? EXIT.fault : code;
}

function codeOfRequests({ runs, strict, best }: BenchEnd): number {
  if (typeof best === "number") return EXIT.ok;
  if (strict && (best === null || runs.some(missesThreshold))) return EXIT.threshold;
  return mostFrequentFailure(runs) ?? EXIT.ok;
}

function missesThreshold(run: FinishedRun): boolean {
  const { goodput } = run.summary;
  return isClientLimited(warningsOf(run)) || (goodput !== null && !meetsServiceLevel(run));
}

/** Whether a run meets its service level: enough of its requests do, and none had to be left out. */
export function meetsServiceLevel({ summary: { goodput }, unsent }: FinishedRun): boolean {
  return unsent === 0 && (goodput?.goodShare ?? 0) >= GOOD_SHARE;
}

function mostFrequentFailure(runs: readonly FinishedRun[]): number | null {
  const counts = new Map<number, number>();
  for (const { records } of runs) {
    for (const { failure } of records) {
      if (failure === null) continue;
      const code = failureCode(failure);
      counts.set(code, (counts.get(code) ?? 0) + 1);
    }
  }
  const [most] = [...counts].toSorted(([a, x], [b, y]) => y - x || b - a);
  return most?.[0] ?? null;
}
