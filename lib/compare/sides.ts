import { UserError } from "../base/message.ts";
import type { Side, SideRun } from "../report/comparison/side.ts";
import { asObject } from "../base/json.ts";
import {
  againstMissing,
  loadsDiffer,
  oneRunOnly,
  sameRunTwice,
  severalTargets,
  tooManySides,
  worksDiffer,
} from "./messages.ts";
import type { FoundRun } from "./read_results.ts";

/** What makes runs under one load: those of a side are repetitions of one another. */
const LOAD = ["model", "concurrency", "rate", "arrival", "burstiness", "turns", "depth"];

/** Two sides that may be compared. */
export interface Sides {
  readonly a: Side;
  readonly b: Side;
  /** The runs were interleaved, and `a.runs[k]` belongs to `b.runs[k]`. */
  readonly paired: boolean;
}

/**
 * Holds the runs of both sides against each other. Runs with the numbers of pairs are put in the order of these, where
 * both sides have the same ones.
 *
 * @throws {UserError} when a run is there twice, they are not about the same recorded traffic, the runs of a side are under several loads, or one side has a single
 *   run and the other several.
 */
export function sidesOf(a: readonly FoundRun[], b: readonly FoundRun[]): Sides {
  checkOnce([...a, ...b]);
  for (const runs of [a, b]) checkOneTarget(runs);
  for (const runs of [a, b]) checkLoad(runs);
  checkWork([...a, ...b]);
  checkCounts(a, b);
  checkCounts(b, a);
  const paired = isPaired(a, b);
  const side = (found: readonly FoundRun[]): Side => ({
    names: [...new Set(found.map(({ source }) => source))],
    runs: paired ? found.map(({ run }) => run).toSorted(byPair) : found.map(({ run }) => run),
  });
  return { a: side(a), b: side(b), paired };
}

/**
 * The two sides of what `bench --versus` wrote, which has both in one file or folder.
 *
 * @throws {UserError} when these are the runs of one target, or of more than two.
 */
export function sidesWithin(
  found: readonly FoundRun[],
): readonly [readonly FoundRun[], readonly FoundRun[]] {
  const names = [...new Set(found.map(({ side }) => side))].toSorted();
  const [a, b, ...others] = names;
  if (a === undefined || b === undefined || names.includes(null)) {
    throw new UserError(againstMissing());
  }
  if (others.length > 0) throw new UserError(tooManySides(names.join(", ")));
  const of = (name: string | null): FoundRun[] => found.filter(({ side }) => side === name);
  return wholePairs(of(a), of(b));
}

/** Of a session that was ended early, the rounds that both sides have to their end, if there is one. */
function wholePairs(a: FoundRun[], b: FoundRun[]): readonly [FoundRun[], FoundRun[]] {
  const pairs = endedPairs(a).intersection(endedPairs(b));
  if (pairs.size === 0) return [a, b];
  return [a.filter(({ run }) => pairs.has(run.pair)), b.filter(({ run }) => pairs.has(run.pair))];
}

function endedPairs(runs: readonly FoundRun[]): Set<number | null> {
  return new Set(runs.filter(({ run }) => !run.isCutShort).map(({ run }) => run.pair));
}

function checkOnce(runs: readonly FoundRun[]): void {
  const seen = new Map<string, string>();
  for (const { identity, source } of runs) {
    const before = seen.get(identity);
    if (before !== undefined) throw new UserError(sameRunTwice(before, source));
    seen.set(identity, source);
  }
}

/** Of several targets none is the side. */
function checkOneTarget(runs: readonly FoundRun[]): void {
  const names = [...new Set(runs.map(({ side }) => side))].filter((name) => name !== null);
  if (names.length < 2) return;
  throw new UserError(severalTargets(runs[0]?.source ?? "", names.join(", ")));
}

function checkLoad(runs: readonly FoundRun[]): void {
  for (const name of LOAD) {
    const values = [...new Set(runs.map(({ run }) => String(run.config[name] ?? "–")))];
    if (values.length < 2) continue;
    const path = runs[0]?.source ?? "";
    throw new UserError(loadsDiffer(path, { name, values: values.join(", ") }));
  }
}

/** Runs of recorded traffic are about that traffic: whatever else was sent says nothing of it. */
function checkWork(runs: readonly FoundRun[]): void {
  const [first] = runs;
  const other = runs.find(({ run }) => workOf(run) !== workOf(first?.run));
  if (first === undefined || other === undefined) return;
  throw new UserError(worksDiffer(first, other));
}

function workOf(run: SideRun | undefined): string {
  const { digest, speed } = asObject(run?.config["replay"]) ?? {};
  return JSON.stringify([digest ?? null, speed ?? null]);
}

function checkCounts(one: readonly FoundRun[], other: readonly FoundRun[]): void {
  const [only] = one;
  if (one.length !== 1 || other.length === 1 || only === undefined) return;
  throw new UserError(oneRunOnly(only.source, { others: other.length }));
}

function isPaired(a: readonly FoundRun[], b: readonly FoundRun[]): boolean {
  const [ofA, ofB] = [a, b].map((found) => new Set(found.map(({ run }) => run.pair)));
  if (ofA === undefined || ofB === undefined || ofA.has(null) || a.length < 2) return false;
  // The runs of a round have one seed: the numbers of two sessions do not make pairs.
  if (![...ofA].every((pair) => seedOf(pair, a) === seedOf(pair, b))) return false;
  return ofA.size === a.length && ofB.size === b.length && ofA.symmetricDifference(ofB).size === 0;
}

function seedOf(pair: number | null, runs: readonly FoundRun[]): unknown {
  return runs.find(({ run }) => run.pair === pair)?.run.config["plan_seed"];
}

function byPair(one: SideRun, other: SideRun): number {
  return (one.pair ?? 0) - (other.pair ?? 0);
}
