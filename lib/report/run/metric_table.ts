import type { Distribution } from "../../measure/distribution.ts";
import { padColumns } from "../../text/columns.ts";
import type { Bilingual, Language } from "../../base/message.ts";
import type { Styles } from "../../text/styles.ts";
import { NO_VALUE } from "../../text/units.ts";

/** One line of the table. */
export interface MetricRow {
  readonly label: Bilingual;
  /** Stands below the label, where it is needed to read the numbers. */
  readonly remark?: Bilingual;
  readonly distribution: Distribution;
  /** `time`: the samples are in µs. `rate`: they are per second, which the label says. */
  readonly kind: "time" | "rate";
}

type Statistic = "min" | "mean" | "p50" | "p90" | "p95" | "p99" | "max";

const STATISTICS: readonly Statistic[] = ["min", "mean", "p50", "p90", "p95", "p99", "max"];

/** What a narrow table does without, in this order. The median stays. */
const DROPPED: readonly Statistic[] = ["min", "p90", "p95", "max", "mean", "p99"];

const HEADINGS: Readonly<Record<Statistic, Bilingual>> = {
  min: { en: "min", zh: "最小" },
  mean: { en: "mean", zh: "平均" },
  p50: { en: "p50", zh: "p50" },
  p90: { en: "p90", zh: "p90" },
  p95: { en: "p95", zh: "p95" },
  p99: { en: "p99", zh: "p99" },
  max: { en: "max", zh: "最大" },
};

const GAP = "  ";

/**
 * Distributions as a table of metrics and statistics. Each line has one unit and one precision, so that its numbers
 * can be compared at a glance. Where the width does not suffice, statistics are left out. No final newline.
 */
export function renderMetricTable(
  rows: readonly MetricRow[],
  options: { readonly language: Language; readonly width: number; readonly styles: Styles },
): string {
  const { language, width, styles } = options;
  const dropped = new Set<Statistic>();
  const shown = (): Statistic[] => STATISTICS.filter((statistic) => !dropped.has(statistic));
  const labelWidth = Math.max(
    ...rows.flatMap(({ label, remark }) =>
      [label, ...(remark === undefined ? [] : [remark])].map((text) =>
        Bun.stringWidth(text[language]),
      ),
    ),
  );
  const lines = rows.map((row) => ({ ...row, ...scaleOf(row) }));
  const unitWidth = Math.max(...lines.map(({ unit }) => unit.length));
  const columnWidth = (statistic: Statistic): number =>
    Math.max(
      Bun.stringWidth(HEADINGS[statistic][language]),
      ...lines.map(({ distribution, format }) => format(distribution[statistic]).length),
    );
  const total = (): number =>
    shown().reduce(
      (sum, statistic) => sum + GAP.length + columnWidth(statistic),
      labelWidth + GAP.length + unitWidth,
    );
  for (const statistic of DROPPED) if (total() > width) dropped.add(statistic);

  const cell = (text: string, statistic: Statistic): string =>
    GAP + padColumns(text, columnWidth(statistic), { align: "end" });
  const heading =
    " ".repeat(labelWidth + GAP.length + unitWidth) +
    shown()
      .map((statistic) => cell(HEADINGS[statistic][language], statistic))
      .join("");
  const body = lines.map(({ label, remark, unit, distribution, format }) => {
    const numbers = shown().map((statistic) => {
      const text = cell(format(distribution[statistic]), statistic);
      return statistic === "p50" ? styles.bold(text) : text;
    });
    const name = padColumns(label[language], labelWidth);
    const line = name + styles.dim(GAP + padColumns(unit, unitWidth)) + numbers.join("");
    return remark === undefined ? line : `${line}\n${styles.dim(remark[language])}`;
  });
  return [styles.dim(heading), ...body].join("\n");
}

/** The unit of a line, by its median, and how its numbers are written in that unit. */
function scaleOf({ distribution, kind }: MetricRow): {
  readonly unit: string;
  readonly format: (value: number | null) => string;
} {
  const typical = distribution.p50 ?? 0;
  const [unit, divisor] = kind === "rate" ? ["", 1] : typical < 1e6 ? ["ms", 1e3] : ["s", 1e6];
  const inUnit = typical / divisor;
  const decimals = (inUnit < 9.995 ? 2 : inUnit < 99.95 ? 1 : 0) + (unit === "s" ? 1 : 0);
  return {
    unit,
    format: (value) => (value === null ? NO_VALUE : (value / divisor).toFixed(decimals)),
  };
}
