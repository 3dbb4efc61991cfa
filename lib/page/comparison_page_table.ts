import type { Bilingual, Language } from "../base/message.ts";
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
import { warningsJson } from "../report/run/warnings.ts";
import type { PageTable } from "./page_input.ts";

/** What a comparison is called on a page. */
export const COMPARISON_TITLE: Bilingual = { en: "Do they differ?", zh: "两者有差异吗？" };

/**
 * A comparison as a page shows it: what is to be known first, the table with the verdicts, and how they came about.
 */
export function comparisonPageTable(reported: ReportedComparison, language: Language): PageTable {
  const { metrics, errors, margin, method } = reported.comparison;
  const verdicts = [
    ...metrics.map((metric) => verdictText(metric, margin)),
    errorText(errors, margin),
  ].map((verdict) => verdict?.text[language] ?? "");
  const headings = HEADINGS[language].map((heading) => ({ en: heading, zh: heading }));
  const [ofA, ofB] = [
    sideText(reported.a, { calledAlready: "A" }),
    sideText(reported.b, { calledAlready: "B" }),
  ];
  return {
    title: COMPARISON_TITLE,
    warnings: warningsJson(comparisonNotes(reported), language),
    headings: [...headings, { en: "verdict", zh: "结论" }],
    rows: tableRows(reported, language).map((row, at) => row.concat(verdicts[at] ?? "")),
    notes: [
      { en: `A: ${ofA.en}`, zh: `A：${ofA.zh}` },
      { en: `B: ${ofB.en}`, zh: `B：${ofB.zh}` },
      ...(method === "single" ? onlyTwoRuns() : []),
      ...[smallestShownText(reported.comparison), methodText(reported.comparison)].filter(
        (text) => text !== null,
      ),
    ],
  };
}
