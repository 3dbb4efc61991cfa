import { compareRuns } from "../measure/comparison.ts";
import type { FinishedRun } from "../measure/finished_run.ts";
import { type ReportedComparison, type Side, sideRunOf } from "../report/comparison/side.ts";

/**
 * Each further target against the first, by the rounds that both have whole. None where there is no such round.
 */
export function comparedSides(runs: readonly FinishedRun[]): ReportedComparison[] {
  const names = [...new Set(runs.toSorted(byRound).map(({ side }) => side))];
  const [first, ...others] = names.map((name) => runs.filter(({ side }) => side === name));
  return others.flatMap((other) => {
    const rounds = new Set(other.map(({ pair }) => pair));
    const shared = (first ?? []).filter(({ pair }) => rounds.has(pair));
    const kept = new Set(shared.map(({ pair }) => pair));
    const [a, b] = [sideOf(shared), sideOf(other.filter(({ pair }) => kept.has(pair)))];
    if (kept.size === 0) return [];
    return [{ comparison: compareRuns(a.runs, b.runs, { paired: kept.size > 1 }), a, b }];
  });
}

function sideOf(runs: readonly FinishedRun[]): Side {
  const names = runs.slice(0, 1).flatMap(({ side }) => side ?? []);
  return { names, runs: runs.toSorted(byRound).map((run) => sideRunOf(run)) };
}

function byRound(one: FinishedRun, other: FinishedRun): number {
  return (one.pair ?? 0) - (other.pair ?? 0);
}
