/**
 * The metrics of one request and of a run, from the times at which things arrived. Pure: no clock, no network, no file.
 * Times are in µs; a value that does not exist is `null`.
 *
 * @example
 * ```ts
 * import { distributionOf, percentile } from "streamgauge/measure";
 *
 * console.log(distributionOf([202_000, 281_000, null]).p50); // 241500
 * console.log(percentile([10, 20, 30, 40], 99)); // null: p99 needs 100 samples
 * ```
 *
 * @module
 */

export type { Micros } from "../base/time.ts";
export { type Distribution, distributionOf, percentile } from "../measure/distribution.ts";
export { aiperfFigures } from "../measure/definitions/aiperf.ts";
export { DEFINITIONS, definitionsNamed } from "../measure/definitions/definitions.ts";
export { type EventTrace, eventsOf, traceOf } from "../measure/definitions/event_trace.ts";
export {
  type Definition,
  type DefinitionName,
  type Figures,
  type Metric,
  type TokenSource,
} from "../measure/definitions/figures.ts";
export { inferencePerfFigures } from "../measure/definitions/inference_perf.ts";
export {
  type Cell,
  type Column,
  type DefinedRequest,
  type SideBySide,
  sideBySide,
} from "../measure/definitions/side_by_side.ts";
export type { Statistics } from "../measure/definitions/statistics.ts";
export type {
  EventStream,
  StreamEvent,
  TokenizerCounts,
} from "../measure/definitions/stream_event.ts";
export { vllmRustFigures } from "../measure/definitions/vllm.ts";
export * from "../measure/metrics.ts";
export {
  type CompletionFacts,
  type Failure,
  type FailureKind,
  judge,
  type Outcome,
  type Verdict,
} from "../measure/outcome.ts";
export type { RequestRecord } from "../measure/request_record.ts";
export {
  type ErrorGroup,
  meets,
  type Price,
  type RunSummary,
  type ServiceLevel,
  summarize,
  type SummaryOptions,
  type UpperBounds,
  type UsageTotals,
} from "../measure/summary.ts";
export { type SteadyWindow, steadyWindow } from "../measure/steady_window.ts";
export { type Timeline, TimelineBuilder, type TimelineChunk } from "../measure/timeline.ts";
export { upperBound, type UpperBoundOptions } from "../measure/upper_bound.ts";
export type { Ending, TimerName } from "../wire/ending.ts";
export type { Usage } from "../wire/usage.ts";
