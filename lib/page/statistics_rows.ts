import type { Language } from "../base/message.ts";
import type { ResultStatistics } from "../report/run/result.ts";
import { formatCount } from "../text/amounts.ts";
import type { Cell } from "./tables.ts";

/** The headings of a table of distributions, a row each. */
export function statisticsHeadings(language: Language): string[] {
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  return [
    "",
    t("samples", "样本"),
    t("min", "最小"),
    t("mean", "平均"),
    "p50",
    "p90",
    "p95",
    "p99",
    t("max", "最大"),
  ];
}

/** A distribution as a row below {@linkcode statisticsHeadings}. */
export function statisticsRow(
  name: string,
  given: {
    readonly statistics: ResultStatistics;
    readonly shown: (value: number | null) => string;
  },
): Cell[] {
  const { count, min, mean, p50, p90, p95, p99, max } = given.statistics;
  const cells = [min, mean, p50, p90, p95, p99, max].map((value) => ({
    value,
    shown: given.shown(value),
  }));
  return [name, { value: count, shown: formatCount(count) }, ...cells];
}
