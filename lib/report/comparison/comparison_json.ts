import type { Language } from "../../base/message.ts";
import { isPrimary } from "../../measure/comparison.ts";
import type { ComparedMetric } from "../../measure/compared_run.ts";
import type { ErrorComparison } from "../../measure/error_share.ts";
import type { MetricComparison } from "../../measure/metric_comparison.ts";
import { toMilliseconds } from "../../text/units.ts";
import type { Gate } from "./gate_texts.ts";
import { comparisonNotes } from "./notes.ts";
import type { ReportedComparison, Side } from "./side.ts";

/** The name and version of the form. A reader refuses what it does not know. */
const COMPARE_SCHEMA = "streamgauge.compare/1";

/**
 * The value that `compare --json` prints. Times are in milliseconds; differences, intervals and limits are shares of A's
 * value (0.08 is 8 % more), those of `errors` differences of shares; what does not exist is `null`.
 */
export function comparisonJson(
  reported: ReportedComparison,
  { language, gates = [] }: { readonly language: Language; readonly gates?: readonly Gate[] },
): Record<string, unknown> {
  const { comparison, a, b } = reported;
  return {
    schema: COMPARE_SCHEMA,
    method: comparison.method,
    margin: comparison.margin,
    a: sideJson(a),
    b: sideJson(b),
    notes: comparisonNotes(reported).map(({ code, cause }) => ({ code, message: cause[language] })),
    metrics: comparison.metrics.map(metricJson),
    errors: errorsJson(comparison.errors),
    gates: gates.map(({ flag, limit, findings, isDecided }) => ({
      gate: flag === "--fail-above" ? "fail_above" : "must_be_within",
      limit,
      kept: findings.length > 0 ? false : isDecided ? true : null,
      not_kept_by: findings.map((name) => (name === "errors" ? name : nameOf(name))),
    })),
  };
}

function sideJson({ names, runs }: Side): Record<string, unknown> {
  return {
    sources: names,
    runs: runs.length,
    requests: runs.map(({ requests }) => requests),
    pairs: runs.every(({ pair }) => pair !== null) ? runs.map(({ pair }) => pair) : null,
  };
}

function metricJson(compared: MetricComparison): Record<string, unknown> {
  const { metric, a, b, difference, interval, verdict } = compared;
  const value = (given: number | null): number | null =>
    metric === "output_rate" ? given : toMilliseconds(given);
  return {
    metric: nameOf(metric),
    primary: isPrimary(metric),
    better: metric === "output_rate" ? "higher" : "lower",
    a: value(a),
    b: value(b),
    difference,
    interval: interval === null ? null : { low: interval.low, high: interval.high },
    level: interval === null ? null : 1 - interval.alpha,
    p: interval?.p ?? null,
    smallest_shown: interval?.smallestShown ?? null,
    verdict: verdict.kind,
    within_margin:
      verdict.kind === "higher" || verdict.kind === "lower"
        ? verdict.withinMargin
        : verdict.kind === "same"
          ? true
          : null,
    runs_needed: verdict.kind === "unknown" ? verdict.runsNeeded : null,
  };
}

function errorsJson({ a, b, difference, verdict }: ErrorComparison): Record<string, unknown> {
  return {
    a,
    b,
    difference: difference?.estimate ?? null,
    interval: difference === null ? null : { low: difference.low, high: difference.high },
    p: difference?.p ?? null,
    verdict,
  };
}

/** As the results of `bench` name it, with its unit. */
function nameOf(metric: ComparedMetric): string {
  if (metric === "output_rate") return "output_tokens_per_second";
  const [name, statistic] = metric.split("_");
  return `${name}_ms_${statistic}`;
}
