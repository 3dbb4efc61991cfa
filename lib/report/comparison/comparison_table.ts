import type { Bilingual, Language, Message } from "../../base/message.ts";
import type { ErrorComparison } from "../../measure/error_share.ts";
import { padColumns } from "../../text/columns.ts";
import type { Styles } from "../../text/styles.ts";
import { makeHarmless } from "../../text/terminal_text.ts";
import { NO_VALUE } from "../../text/units.ts";
import { wrapColumns } from "../../text/wrap.ts";
import { type Gate, gateText } from "./gate_texts.ts";
import { sideText } from "./header.ts";
import { comparisonNotes } from "./notes.ts";
import {
  formatChange,
  formatErrors,
  formatInterval,
  formatPointChange,
  formatValue,
  LABELS,
} from "./numbers.ts";
import type { ReportedComparison } from "./side.ts";
import {
  errorText,
  methodText,
  onlyTwoRuns,
  smallestShownText,
  type Tone,
  verdictText,
  type VerdictText,
} from "./verdict_texts.ts";

/** How {@linkcode renderComparison} writes. */
export interface ComparisonOptions {
  readonly language: Language;
  /** The columns there are; nothing is wider, except a single word that is. */
  readonly width: number;
  readonly styles: Styles;
  /** Default: none. */
  readonly gates?: readonly Gate[];
}

const INDENT = 2;

/** What the columns of a table are called: the metric, A, B, the difference, its interval. */
export const HEADINGS: Readonly<Record<Language, readonly string[]>> = {
  en: ["", "A", "B", "A → B", "interval"],
  zh: ["", "A", "B", "A → B", "区间"],
};

/**
 * A comparison for people: what the sides are, what makes them differ beside the endpoint, the values, then what can be
 * said of them in words. A narrow table does without the intervals, which the words have. No final newline.
 */
export function renderComparison(reported: ReportedComparison, options: ComparisonOptions): string {
  const { comparison } = reported;
  const blocks = [
    sides(reported, options),
    notes(reported, options),
    table(tableRows(reported, options.language), options),
    verdicts(reported, options),
    [smallestShownText(comparison), methodText(comparison)]
      .flatMap((text) => paragraph(text, options))
      .map(options.styles.dim)
      .join("\n"),
    (options.gates ?? [])
      .flatMap((gate) =>
        paragraph(gateText(gate), options).map(
          gate.findings.length === 0 && gate.isDecided
            ? options.styles.green
            : options.styles.yellow,
        ),
      )
      .join("\n"),
  ];
  return blocks.filter((block) => block !== "").join("\n\n");
}

function sides({ a, b }: ReportedComparison, options: ComparisonOptions): string {
  const { language, styles } = options;
  return [["A", a] as const, ["B", b] as const]
    .flatMap(([name, side]) =>
      labelled(styles.bold(name), {
        text: sideText(side, { calledAlready: name })[language],
        column: 3,
        options,
      }),
    )
    .join("\n");
}

function notes(reported: ReportedComparison, options: ComparisonOptions): string {
  const { language, styles, width } = options;
  const prefix = { en: "note: ", zh: "注意：" }[language];
  const lines = ({ cause, step }: Message): string[] => {
    const said = hanging(wrapColumns(makeHarmless(prefix + cause[language]), width - INDENT));
    const steps = step === undefined ? [] : wrapColumns(step[language], width - INDENT);
    return said.map(styles.yellow).concat(steps.map((line) => " ".repeat(INDENT) + line));
  };
  return comparisonNotes(reported).flatMap(lines).join("\n");
}

/** The cells of a table, without its headings: see {@linkcode HEADINGS}. */
export function tableRows(
  { comparison }: ReportedComparison,
  language: Language,
): readonly (readonly string[])[] {
  const { metrics, errors } = comparison;
  return [
    ...metrics.map(({ metric, a, b, difference, interval }) => [
      LABELS[metric][language],
      formatValue(metric, a),
      formatValue(metric, b),
      formatChange(difference),
      interval === null ? NO_VALUE : formatInterval(interval, formatChange)[language],
    ]),
    [
      LABELS.errors[language],
      formatErrors(errors.a.share),
      formatErrors(errors.b.share),
      formatPointChange(errorChange(errors)),
      errors.difference === null
        ? NO_VALUE
        : formatInterval(errors.difference, formatPointChange)[language],
    ],
  ];
}

function errorChange({ a, b }: ErrorComparison): number | null {
  return a.share === null || b.share === null ? null : b.share - a.share;
}

function table(rows: readonly (readonly string[])[], options: ComparisonOptions): string {
  const { language, width, styles } = options;
  const all = [HEADINGS[language], ...rows];
  const widths = HEADINGS[language].map((_, column) =>
    Math.max(...all.map((row) => Bun.stringWidth(row[column] ?? ""))),
  );
  const total = (columns: number): number =>
    widths.slice(0, columns).reduce((sum, column) => sum + column, INDENT * (columns - 1));
  const hasIntervals = rows.some((row) => row[4] !== NO_VALUE);
  const columns = hasIntervals && total(5) <= width ? 5 : 4;
  return all
    .map((row, index) => {
      const cells = row
        .slice(0, columns)
        .map((cell, column) =>
          padColumns(cell, widths[column] ?? 0, { align: column === 0 ? "start" : "end" }),
        );
      const line = cells.join(" ".repeat(INDENT));
      return index === 0 ? styles.dim(line) : line;
    })
    .join("\n");
}

function verdicts({ comparison }: ReportedComparison, options: ComparisonOptions): string {
  const { language } = options;
  const { method, metrics, errors, margin } = comparison;
  if (method === "single") {
    return onlyTwoRuns()
      .flatMap((text) => paragraph(text, options))
      .join("\n");
  }
  const lines = [
    ...metrics.map((metric) => [LABELS[metric.metric], verdictText(metric, margin)] as const),
    [LABELS.errors, errorText(errors, margin)] as const,
  ].filter((line): line is readonly [Bilingual, VerdictText] => line[1] !== null);
  const column = INDENT + Math.max(...lines.map(([label]) => Bun.stringWidth(label[language])));
  return lines
    .flatMap(([label, { text, tone }]) =>
      labelled(label[language], { text: text[language], column, options, tone }),
    )
    .join("\n");
}

/** A text in lines beside its label. */
function labelled(
  label: string,
  {
    text,
    column,
    options,
    tone = "neutral",
  }: {
    readonly text: string;
    readonly column: number;
    readonly options: ComparisonOptions;
    readonly tone?: Tone;
  },
): string[] {
  const style = styleOf(tone, options.styles);
  return wrapColumns(text, options.width - column).map(
    (line, index) => padColumns(index === 0 ? label : "", column) + style(line),
  );
}

function styleOf(tone: Tone, styles: Styles): (text: string) => string {
  if (tone === "neutral") return (text) => text;
  return tone === "better" ? styles.green : styles.yellow;
}

function paragraph(text: Bilingual | null, { language, width }: ComparisonOptions): string[] {
  return text === null ? [] : hanging(wrapColumns(text[language], width - INDENT));
}

function hanging(lines: readonly string[]): string[] {
  return lines.map((line, index) => (index === 0 ? line : " ".repeat(INDENT) + line));
}
