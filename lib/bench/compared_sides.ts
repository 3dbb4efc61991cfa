import { compareRuns } from "../measure/comparison.ts";
import type { FinishedRun } from "../measure/finished_run.ts";
import { isIncomplete } from "../measure/process_death.ts";
import { type ReportedComparison, type Side, sideRunOf } from "../report/comparison/side.ts";

/**
 * Each further target against the first, by the rounds that both have to their end; where there are none, by those that both
 * have begun. None where there is no such round.
 */
export function comparedSides(runs: readonly FinishedRun[]): ReportedComparison[] {
  const names = [...new Set(runs.toSorted(byRound).map(({ side }) => side))];
  const [first, ...others] = names.map((name) => runs.filter(({ side }) => side === name));
  return others.flatMap((other) => {
    const whole = roundsOf(first, isWhole).intersection(roundsOf(other, isWhole));
    const rounds = whole.size > 0 ? whole : roundsOf(first).intersection(roundsOf(other));
    if (rounds.size === 0) return [];
    const [a, b] = [first, other].map((runs) =>
      sideOf((runs ?? []).filter(({ pair }) => rounds.has(pair))),
    );
    if (a === undefined || b === undefined) return [];
    return [{ comparison: compareRuns(a.runs, b.runs, { paired: rounds.size > 1 }), a, b }];
  });
}

function isWhole({ interrupted, deaths }: FinishedRun): boolean {
  return !interrupted && !isIncomplete(deaths);
}

function roundsOf(
  runs: readonly FinishedRun[] | undefined,
  counts: (run: FinishedRun) => boolean = () => true,
): Set<number | undefined> {
  return new Set((runs ?? []).filter(counts).map(({ pair }) => pair));
}

function sideOf(runs: readonly FinishedRun[]): Side {
  const names = runs.slice(0, 1).flatMap(({ side }) => side ?? []);
  return { names, runs: runs.toSorted(byRound).map((run) => sideRunOf(run)) };
}

function byRound(one: FinishedRun, other: FinishedRun): number {
  return (one.pair ?? 0) - (other.pair ?? 0);
}
