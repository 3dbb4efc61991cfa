import type { Language } from "../../base/message.ts";
import { makeHarmless } from "../../text/terminal_text.ts";
import { HEADINGS, tableRows } from "./comparison_table.ts";
import { type Gate, gateText } from "./gate_texts.ts";
import { sideText } from "./header.ts";
import { comparisonNotes } from "./notes.ts";
import type { ReportedComparison } from "./side.ts";
import {
  errorText,
  methodText,
  onlyTwoRuns,
  smallestShownText,
  verdictText,
} from "./verdict_texts.ts";

/** How {@linkcode comparisonMarkdown} writes. */
export interface MarkdownOptions {
  readonly language: Language;
  /** Default: none. */
  readonly gates?: readonly Gate[];
}

/** A comparison as Markdown, to paste into a pull request. No final newline. */
export function comparisonMarkdown(
  reported: ReportedComparison,
  { language, gates = [] }: MarkdownOptions,
): string {
  const { comparison, a, b } = reported;
  const { metrics, errors, margin, method } = comparison;
  const texts = [
    ...metrics.map((metric) => verdictText(metric, margin)),
    errorText(errors, margin),
  ].map((found) => found?.text[language] ?? "");
  const headings = [...HEADINGS[language], { en: "verdict", zh: "结论" }[language]];
  const rows = tableRows(reported, language).map((row, index) => row.concat(texts[index] ?? ""));
  // One run a side has neither intervals nor verdicts.
  const columns = method === "single" ? 4 : headings.length;
  const line = (cells: readonly string[]): string =>
    `| ${cells.slice(0, columns).map(escaped).join(" | ")} |`;
  const rule = headings.map((_, column) => (column === 0 || column > 4 ? "---" : "---:"));
  const notes = comparisonNotes(reported).map(
    ({ cause, step }) => `- ${escaped(makeHarmless(cause[language]))}${aside(step?.[language])}`,
  );
  const small = [smallestShownText(comparison), methodText(comparison)]
    .filter((text) => text !== null)
    .map((text) => text[language]);
  const [stop, ends] = language === "zh" ? ["。", "。"] : [". ", "."];
  const conclusions = [
    ...(method === "single" ? onlyTwoRuns() : []),
    ...gates.map((gate) => gateText(gate)),
  ].map((text) => `- ${escaped(text[language])}`);
  return [
    [
      `- **A**: ${escaped(sideText(a, { calledAlready: "A" })[language])}`,
      `- **B**: ${escaped(sideText(b, { calledAlready: "B" })[language])}`,
    ],
    notes,
    [line(headings), line(rule), ...rows.map(line)],
    conclusions,
    small.length === 0 ? [] : [`<sub>${small.join(stop)}${ends}</sub>`],
  ]
    .filter((block) => block.length > 0)
    .map((block) => block.join("\n"))
    .join("\n\n");
}

function aside(step: string | undefined): string {
  return step === undefined ? "" : ` (${escaped(step)})`;
}

/** What files say is text, no markup. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>#|]/g, "\\$&").replaceAll("\n", " ");
}
