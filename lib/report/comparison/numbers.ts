import type { ComparedMetric } from "../../measure/compared_run.ts";
import type { Bilingual } from "../../base/message.ts";
import { formatShare } from "../../text/amounts.ts";
import { formatRate, formatTime, NO_VALUE } from "../../text/units.ts";

/** What a metric or the share of failed requests is called where there is little room. */
export const LABELS: Readonly<Record<ComparedMetric | "errors", Bilingual>> = {
  ttft_p50: { en: "TTFT p50", zh: "TTFT p50" },
  tpot_mean: { en: "TPOT mean", zh: "TPOT 平均" },
  e2e_p50: { en: "E2E p50", zh: "E2E p50" },
  output_rate: { en: "tokens/s", zh: "token/s" },
  ttft_p90: { en: "TTFT p90", zh: "TTFT p90" },
  ttft_p99: { en: "TTFT p99", zh: "TTFT p99" },
  tpot_p90: { en: "TPOT p90", zh: "TPOT p90" },
  tpot_p99: { en: "TPOT p99", zh: "TPOT p99" },
  e2e_p90: { en: "E2E p90", zh: "E2E p90" },
  e2e_p99: { en: "E2E p99", zh: "E2E p99" },
  errors: { en: "failed", zh: "失败" },
};

/** A value of a metric, with its unit where the label does not say it. */
export function formatValue(metric: ComparedMetric, value: number | null): string {
  return metric === "output_rate" ? formatRate(value) : formatTime(value);
}

/** A difference without its sign: `0.8%`, `12%`. */
export function formatPercent(share: number): string {
  return `${digits(share)}%`;
}

/** A limit as it was given: `5%`, `0.5%`. */
export function formatLimit(share: number): string {
  return `${Number((share * 100).toFixed(4))}%`;
}

/** A difference with its sign: `+0.8%`, `−12%`. {@linkcode NO_VALUE} for `null`. */
export function formatChange(share: number | null): string {
  return share === null ? NO_VALUE : `${sign(share)}${formatPercent(share)}`;
}

/** A difference of two shares in points, without its sign: `0.8`, `12`. */
export function formatPoints(difference: number): string {
  return digits(difference);
}

/** A difference of two shares: `+0.8 pp`. {@linkcode NO_VALUE} for `null`. */
export function formatPointChange(difference: number | null): string {
  return difference === null ? NO_VALUE : `${sign(difference)}${digits(difference)} pp`;
}

/** The share of failed requests. */
export function formatErrors(share: number | null): string {
  return formatShare(share);
}

/** An interval: `+3.0% to +13%`. */
export function formatInterval(
  { low, high }: { readonly low: number; readonly high: number },
  format: (value: number) => string,
): Bilingual {
  return { en: `${format(low)} to ${format(high)}`, zh: `${format(low)} 至 ${format(high)}` };
}

function sign(share: number): string {
  if (digits(share) === "0.0") return "";
  return share < 0 ? "−" : "+";
}

function digits(share: number): string {
  const percent = Math.abs(share * 100);
  return percent.toFixed(percent < 9.95 ? 1 : 0);
}
