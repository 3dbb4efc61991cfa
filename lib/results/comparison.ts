import { type Bilingual, UserError } from "../base/message.ts";
import { sideResult } from "../compare/side_result.ts";
import { sidesOf, sidesWithin } from "../compare/sides.ts";
import { compareRuns } from "../measure/comparison.ts";
import { loadOf } from "../page/load_words.ts";
import type { ReportedComparison } from "../report/comparison/side.ts";
import type { ResultRun } from "../report/run/result.ts";
import { notOneLoad } from "./messages.ts";

/** The runs of one path. */
export interface ComparedResult {
  readonly source: string;
  readonly runs: readonly ResultRun[];
}

/** What can be said of the difference: a comparison, or why there is none. */
export type Compared =
  | { readonly reported: ReportedComparison; readonly reason: null }
  | { readonly reported: null; readonly reason: Bilingual };

/**
 * What `compare` says of two results, the first of which is A, or of each further target of one against its first one. Where
 * they cannot be compared, as sweeps, the reason; empty where there is nothing to compare.
 */
export function compareResults(results: readonly ComparedResult[]): Compared[] {
  const [a, b, ...others] = results;
  if (a === undefined || others.length > 0) return [];
  if (b !== undefined) return [compared(() => sides(found(a), found(b)), [a, b])];
  const targets = Map.groupBy(a.runs, ({ side }) => side);
  const [first, ...further] = [...targets.values()];
  if (targets.has(undefined) || first === undefined) return [];
  return further.map((runs) =>
    compared(() => {
      const [one, other] = sidesWithin(found({ ...a, runs: [...first, ...runs] }));
      return sides(...inOrder(one, other, { first: first[0]?.side ?? null }));
    }, [a]),
  );
}

type Found = Parameters<typeof sidesOf>[0];

/** As they were asked for: `A` before `B`, and the protocol that was named first. */
function inOrder(
  one: Found,
  other: Found,
  { first }: { readonly first: string | null },
): [Found, Found] {
  return one[0]?.side === first ? [one, other] : [other, one];
}

function sides(a: Found, b: Found): ReportedComparison {
  const { paired, ...both } = sidesOf(a, b);
  return { ...both, comparison: compareRuns(both.a.runs, both.b.runs, { paired }) };
}

function compared(make: () => ReportedComparison, of: readonly ComparedResult[]): Compared {
  const several = of.filter(
    ({ runs }) => new Set(runs.map(({ config }) => loadOf(config).en)).size > 1,
  );
  if (several.length > 0) {
    return { reported: null, reason: notOneLoad(several.map(({ source }) => source)) };
  }
  try {
    return { reported: make(), reason: null };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { reported: null, reason: error.userMessage.cause };
  }
}

function found({ source, runs }: ComparedResult): Found {
  return runs.map((run) => {
    const { run: one, identity, side } = sideResult(run);
    return { run: one, identity, source: side ?? source, side };
  });
}
