import type { Language } from "../../base/message.ts";
import { type Metric, METRICS } from "../../measure/definitions/figures.ts";
import type { Column, SideBySide } from "../../measure/definitions/side_by_side.ts";
import { NO_VALUE } from "../../text/units.ts";
import { GAPS, METRIC_WORDS, TIMES } from "./metric_words.ts";

/** What stands where a value cannot be given. */
export const UNKNOWN = "?";

type Statistic = "mean" | "p50" | "p99";

/** One line of the table: a statistic of a metric, with what each column says of it. */
export interface DefinitionRow {
  readonly metric: Metric;
  readonly label: string;
  /** `""` where there is nothing but one value. */
  readonly statistic: string;
  readonly unit: string;
  /** In one unit and one precision, so that they can be compared at a glance. */
  readonly cells: readonly string[];
}

/** The lines of the table; metrics that no column has a word on are left out. */
export function definitionRows(
  { streams, columns }: SideBySide,
  language: Language,
): DefinitionRow[] {
  return METRICS.filter((metric) =>
    columns.some(({ cells }) => cells[metric].kind !== "none"),
  ).flatMap((metric) =>
    statisticsOf(metric, streams).map((statistic) => {
      const values = columns.map((column) => valueOf(column, { metric, statistic }));
      const { unit, format } = scaleOf(metric, values);
      return {
        metric,
        label: METRIC_WORDS[metric][language],
        statistic: wordOf({ metric, statistic, streams }, language),
        unit,
        cells: values.map((value) => (typeof value === "number" ? format(value) : value)),
      };
    }),
  );
}

/** One stream has one value, or the mean of its gaps; a run has one rate. */
function statisticsOf(metric: Metric, streams: number): readonly Statistic[] {
  return streams === 1 || metric === "runRate" ? ["mean"] : ["mean", "p50", "p99"];
}

function wordOf(
  row: { readonly metric: Metric; readonly statistic: Statistic; readonly streams: number },
  language: Language,
): string {
  const { metric, statistic, streams } = row;
  if (metric === "runRate" || (streams === 1 && !GAPS.includes(metric))) return "";
  return statistic === "mean" ? { en: "mean", zh: "平均" }[language] : statistic;
}

function valueOf(
  { cells }: Column,
  { metric, statistic }: { readonly metric: Metric; readonly statistic: Statistic },
): number | string {
  const cell = cells[metric];
  if (cell.kind === "value") return cell[statistic] ?? NO_VALUE;
  return cell.kind === "unknown" ? UNKNOWN : NO_VALUE;
}

/** By the first value, which is mostly ours. */
function scaleOf(
  metric: Metric,
  values: readonly (number | string)[],
): { readonly unit: string; readonly format: (value: number) => string } {
  const numbers = values.filter((value) => typeof value === "number");
  const [first = 0] = numbers;
  if (metric === "tokens") {
    const isWhole = numbers.every((value) => Number.isInteger(value));
    return { unit: "", format: (value) => value.toFixed(isWhole ? 0 : 1) };
  }
  const isTime = TIMES.includes(metric);
  const [unit, divisor] = !isTime ? ["", 1] : first < 1e6 ? ["ms", 1e3] : ["s", 1e6];
  const inUnit = first / divisor;
  const decimals = (inUnit < 9.995 ? 2 : inUnit < 99.95 ? 1 : 0) + (unit === "s" ? 1 : 0);
  return { unit, format: (value) => (value / divisor).toFixed(decimals) };
}
