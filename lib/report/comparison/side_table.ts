import type { Language } from "../../base/message.ts";
import { makeHarmless } from "../../text/terminal_text.ts";
import { padColumns } from "../../text/columns.ts";
import type { Styles } from "../../text/styles.ts";
import { wrapColumns } from "../../text/wrap.ts";
import { formatChange, formatErrors, formatInterval, formatValue, LABELS } from "./numbers.ts";
import { comparisonNotes } from "./notes.ts";
import type { ReportedComparison } from "./side.ts";
import { methodText } from "./verdict_texts.ts";

/** How {@linkcode renderSides} writes. */
export interface SideTableOptions {
  readonly language: Language;
  /** The columns there are. */
  readonly width: number;
  readonly styles: Styles;
}

const GAP = "  ";

/**
 * Several targets side by side: a row for each metric, a column for each target, and how far each is from the first. Where
 * there is no room for all of them, one below the other. With several rounds the intervals stand below, target by target.
 * `compared` holds each further target against the first. No final newline.
 */
export function renderSides(
  compared: readonly ReportedComparison[],
  options: SideTableOptions,
): string {
  const [first] = compared;
  if (first === undefined) return "";
  const whole = table(compared, options);
  const isNarrow = whole.some((line) => Bun.stringWidth(line) > options.width);
  const tables = isNarrow
    ? compared.map((one) => table([one], options).join("\n"))
    : [whole.join("\n")];
  const { language, styles } = options;
  const name = first.a.names.join(", ");
  const isSingle = first.comparison.method === "single";
  const legend = {
    en: `Δ: difference from ${name}${isSingle ? "; one round cannot tell it from chance, --repeat 5 can" : `. ${methodText(first.comparison)?.en ?? ""}`}`,
    zh: `Δ：与 ${name} 的差异${isSingle ? "；只有一轮，无法排除偶然，可用 --repeat 5" : `。${methodText(first.comparison)?.zh ?? ""}`}`,
  }[language];
  const below = wrapColumns(legend, options.width).map(styles.dim).join("\n");
  const said = compared.flatMap((one) => notes(one, options));
  const blocks = [
    said.join("\n"),
    ...tables,
    ...compared.flatMap((one) => intervals(one, options)),
  ];
  return [...blocks.filter((block) => block !== ""), below].join("\n\n");
}

function table(
  compared: readonly ReportedComparison[],
  { language, styles }: SideTableOptions,
): string[] {
  const [first] = compared;
  if (first === undefined) return [];
  const rows = first.comparison.metrics.map(({ metric, a }) => [
    LABELS[metric][language],
    formatValue(metric, a),
    ...compared.flatMap((one) => {
      const found = valueOf(one, metric);
      return [formatValue(metric, found?.b ?? null), formatChange(found?.difference ?? null)];
    }),
  ]);
  const { errors } = first.comparison;
  const failed = [
    LABELS.errors[language],
    formatErrors(errors.a.share),
    ...compared.flatMap(({ comparison }) => [formatErrors(comparison.errors.b.share), ""]),
  ];
  const heading = ["", ...first.a.names, ...compared.flatMap(({ b }) => [...b.names, "Δ"])];
  const all = [heading, ...rows, failed];
  const widths = heading.map((_, column) =>
    Math.max(...all.map((row) => Bun.stringWidth(row[column] ?? ""))),
  );
  return all.map((row, index) => {
    const cells = row.map((cell, column) =>
      padColumns(cell, widths[column] ?? 0, { align: column === 0 ? "start" : "end" }),
    );
    const line = cells.join(GAP).trimEnd();
    return index === 0 ? styles.dim(line) : line;
  });
}

function valueOf(
  { comparison }: ReportedComparison,
  wanted: ReportedComparison["comparison"]["metrics"][number]["metric"],
): ReportedComparison["comparison"]["metrics"][number] | undefined {
  return comparison.metrics.find(({ metric }) => metric === wanted);
}

/** What spoils the numbers. That the targets differ is why they were asked. */
const SPOILS = new Set(["client_limited", "cut_short", "incomplete", "lengths_differ"]);

function notes(
  reported: ReportedComparison,
  { language, width, styles }: SideTableOptions,
): string[] {
  const names = reported.b.names.join(", ");
  return comparisonNotes(reported)
    .filter(({ code }) => SPOILS.has(code))
    .flatMap(({ cause }) => {
      const text = makeHarmless(cause[language])
        .replaceAll(/\bA\b/g, reported.a.names.join(", "))
        .replaceAll(/\bB\b/g, names);
      return wrapColumns(`${names}: ${text}`, width).map(styles.yellow);
    });
}

/** Nothing with one round: what is chance cannot be told. */
function intervals(
  { comparison, b }: ReportedComparison,
  { language, width }: SideTableOptions,
): string[] {
  const known = comparison.metrics.flatMap(({ metric, interval }) =>
    interval === null
      ? []
      : [`${LABELS[metric][language]} ${formatInterval(interval, formatChange)[language]}`],
  );
  if (known.length === 0) return [];
  const interval = { en: "intervals: ", zh: "区间：" }[language];
  const text = `${b.names.join(", ")}, ${interval}${known.join(language === "zh" ? "，" : ", ")}`;
  return [wrapColumns(text, width).join("\n")];
}
