import type { Calibration, MetricError } from "../../measure/calibration.ts";
import { formatShare } from "../../text/amounts.ts";
import type { Language } from "../../base/message.ts";
import { formatTime, NO_VALUE, toMilliseconds } from "../../text/units.ts";

/** What the client itself gets wrong, for people. No final newline. */
export function renderCalibration(calibration: Calibration, language: Language): string {
  const title =
    language === "zh"
      ? "客户端自身误差（与模拟端点的发送时间比较）"
      : "The client's own error (against the send times of a simulated endpoint)";
  return [
    title,
    `  TTFT  ${line(calibration.ttft, language)}`,
    `  ITL   ${line(calibration.itl, language)}`,
  ].join("\n");
}

function line({ bias, error }: MetricError, language: Language): string {
  const of = (percentile: "p50" | "p99"): string => {
    const found = bias[percentile];
    if (found === null) return NO_VALUE;
    const sign = found.time < 0 ? "−" : "+";
    return `${sign}${formatTime(Math.abs(found.time))} (${sign}${formatShare(Math.abs(found.share))})`;
  };
  const largest = `${formatTime(error.p50)} / ${formatTime(error.p99)} / ${formatTime(error.max)}`;
  return language === "zh"
    ? `p50 偏差 ${of("p50")}，p99 偏差 ${of("p99")}；单次误差 p50/p99/最大 ${largest}`
    : `p50 off by ${of("p50")}, p99 by ${of("p99")}; each sample p50/p99/max ${largest}`;
}

/** The same for programs, in milliseconds. */
export function calibrationJson(calibration: Calibration): Record<string, unknown> {
  const { ttft, itl, clockOffset } = calibration;
  return {
    ttft_ms: metricJson(ttft),
    itl_ms: metricJson(itl),
    ...(clockOffset === 0 ? undefined : { clock_offset_ms: toMilliseconds(clockOffset) }),
  };
}

function metricJson({ actual, measured, bias, error }: MetricError): Record<string, unknown> {
  const of = (percentile: "p50" | "p99"): Record<string, unknown> | null => {
    const found = bias[percentile];
    return found === null ? null : { bias: toMilliseconds(found.time), bias_share: found.share };
  };
  return {
    count: error.count,
    actual_p50: toMilliseconds(actual.p50),
    measured_p50: toMilliseconds(measured.p50),
    p50: of("p50"),
    p99: of("p99"),
    error_p50: toMilliseconds(error.p50),
    error_p99: toMilliseconds(error.p99),
    error_max: toMilliseconds(error.max),
  };
}
