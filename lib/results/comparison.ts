import { type Bilingual, UserError } from "../base/message.ts";
import { resultRun, resultRunProblem } from "../compare/result_form.ts";
import { type Sides, sidesOf } from "../compare/sides.ts";
import { compareRuns } from "../measure/comparison.ts";
import type { PageTable } from "../page/page_input.ts";
import { HEADINGS, tableRows } from "../report/comparison/comparison_table.ts";
import { sideText } from "../report/comparison/header.ts";
import { comparisonNotes } from "../report/comparison/notes.ts";
import type { ReportedComparison } from "../report/comparison/side.ts";
import {
  errorText,
  methodText,
  onlyTwoRuns,
  smallestShownText,
  verdictText,
} from "../report/comparison/verdict_texts.ts";
import type { Language } from "../base/message.ts";
import type { ResultRun } from "../report/run/result_form.ts";

/** The runs of one path. */
export interface ComparedResult {
  readonly source: string;
  readonly runs: readonly ResultRun[];
}

/**
 * What `compare` says of two results, or of the two sides of one: the first is A. Where they cannot be compared, as sweeps, the note says why; `null`
 * where there is nothing to compare.
 */
export function comparisonTable(
  results: readonly ComparedResult[],
  language: Language,
): PageTable | null {
  const [a, b, ...others] = results.length === 1 ? results.flatMap(sidesIn) : results;
  if (a === undefined || b === undefined || others.length > 0) return null;
  let sides: Sides;
  try {
    sides = sidesOf(found(a), found(b));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { cause } = error.userMessage;
    return { title: TITLE, headings: [], rows: [], notes: [cause] };
  }
  const comparison = compareRuns(sides.a.runs, sides.b.runs, { paired: sides.paired });
  const reported: ReportedComparison = { comparison, a: sides.a, b: sides.b };
  const { metrics, errors, margin, method } = comparison;
  const verdicts = [
    ...metrics.map((metric) => verdictText(metric, margin)),
    errorText(errors, margin),
  ].map((verdict) => verdict?.text[language] ?? "");
  const headings = HEADINGS[language].map((heading) => ({ en: heading, zh: heading }));
  const [ofA, ofB] = [sideText(sides.a), sideText(sides.b)];
  return {
    title: TITLE,
    headings: [...headings, { en: "verdict", zh: "结论" }],
    rows: tableRows(reported, language).map((row, at) => row.concat(verdicts[at] ?? "")),
    notes: [
      { en: `A: ${ofA.en}`, zh: `A：${ofA.zh}` },
      { en: `B: ${ofB.en}`, zh: `B：${ofB.zh}` },
      ...comparisonNotes(reported).map(({ cause }) => cause),
      ...(method === "single" ? onlyTwoRuns() : []),
      ...[smallestShownText(comparison), methodText(comparison)].filter((text) => text !== null),
    ],
  };
}

/** Its targets that were measured in turn; itself where there was one. */
function sidesIn(result: ComparedResult): ComparedResult[] {
  const sides = Map.groupBy(result.runs, ({ side }) => side);
  if (sides.has(undefined)) return [result];
  return [...sides].map(([side = "", runs]) => ({ source: side, runs }));
}

const TITLE: Bilingual = { en: "Do they differ?", zh: "两者有差异吗？" };

function found({ source, runs }: ComparedResult): Parameters<typeof sidesOf>[0] {
  return runs
    .filter((run) => resultRunProblem(run, "") === null)
    .map((run) => {
      const { run: compared, identity } = resultRun(run);
      return { run: compared, identity, source, side: run.side ?? null };
    });
}
