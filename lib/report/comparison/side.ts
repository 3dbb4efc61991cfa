import {
  type ComparedRun,
  type RunDistributions,
  statisticsOf,
} from "../../measure/compared_run.ts";
import type { Comparison } from "../../measure/comparison.ts";
import type { FinishedRun } from "../../measure/finished_run.ts";
import { isIncomplete } from "../../measure/process_death.ts";
import type { Outcome } from "../../measure/outcome.ts";
import { isClientLimited, warningsOf } from "../run/warnings.ts";

/** A run of one side: what is compared, and what else tells whether it may be. */
export interface SideRun extends ComparedRun {
  readonly config: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, unknown>>;
  /** Tokens out of a complete request, on average; `null` without usage. */
  readonly outputTokens: number | null;
  /** Cached prompt tokens / prompt tokens; `null` where the endpoint does not tell. */
  readonly cachedShare: number | null;
  readonly isClientLimited: boolean;
  /** The user or a process that died ended it early. */
  readonly isCutShort: boolean;
}

/** One side of a comparison. */
export interface Side {
  /** What the runs are called: the files and folders they came from, or what a command calls them. */
  readonly names: readonly string[];
  readonly runs: readonly SideRun[];
}

/** A comparison with the sides that it is about. */
export interface ReportedComparison {
  readonly comparison: Comparison;
  readonly a: Side;
  readonly b: Side;
}

/** A finished run as one of a side. `pair`: the number of its pair, where runs were interleaved. */
export function sideRunOf(
  run: FinishedRun,
  { pair = null }: { readonly pair?: number | null } = {},
): SideRun {
  const { config, environment, summary } = run;
  return sideRun({
    distributions: summary,
    outcomes: summary.outcomes,
    window: summary.window,
    config,
    environment,
    cachedShare: summary.cachedShare,
    isClientLimited: isClientLimited(warningsOf(run)),
    isCutShort: run.interrupted || isIncomplete(run.deaths),
    pair,
  });
}

/** What a run of a side is made from. `window` is in µs. */
export interface SideRunParts extends Omit<
  SideRun,
  "statistics" | "requests" | "failed" | "outputTokens"
> {
  readonly distributions: RunDistributions;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly window: number;
}

/** A run of a side, from its summary. */
export function sideRun({ distributions, outcomes, window, ...rest }: SideRunParts): SideRun {
  const { complete, truncated, failed, timed_out } = outcomes;
  const { outputRate } = distributions;
  const notComplete = truncated + failed + timed_out;
  return {
    ...rest,
    statistics: statisticsOf(distributions),
    requests: complete + notComplete,
    failed: notComplete,
    // The rate is that of complete requests.
    outputTokens:
      outputRate === null || complete === 0 ? null : (outputRate * window) / 1e6 / complete,
  };
}
