import type { Usage } from "../../wire/usage.ts";
import type { Micros } from "../../base/time.ts";
import { distributionOf } from "../distribution.ts";
import type { RequestMetrics } from "../metrics.ts";
import type { Failure, Outcome } from "../outcome.ts";
import { type EventTrace, eventsOf } from "./event_trace.ts";
import type { Definition, Figures, Metric } from "./figures.ts";
import { METRICS } from "./figures.ts";
import { perSecond } from "./spans.ts";
import { OUR_METRICS, ourFigures } from "./streamgauge.ts";
import { type Sample, statisticsOf, type Statistics } from "./statistics.ts";

/** One stream to look at under several definitions. A `RequestRecord` of a run is one. */
export interface DefinedRequest {
  readonly metrics: RequestMetrics;
  readonly usage: Usage | null;
  readonly outcome: Outcome;
  readonly failure: Failure | null;
  /** When it was sent, in µs on a clock that all requests share; `null` where they have none. */
  readonly sent: Micros | null;
  /** `undefined` where its events were not kept, or have no times: it is left out. */
  readonly trace?: EventTrace | undefined;
}

/**
 * What a tool says of a metric. `none`: it has no such metric, or these streams have no such value. `unknown`: it has,
 * and it cannot be given.
 */
export type Cell =
  { readonly kind: "none" | "unknown" } | ({ readonly kind: "value" } & Statistics);

/** All that one tool says of these streams; `definition` is `null` for ours. */
export interface Column {
  readonly definition: Definition | null;
  /** How many streams it takes for complete, and sums up. */
  readonly requests: number;
  readonly cells: Readonly<Record<Metric, Cell>>;
  /** Of each of those streams. */
  readonly figures: readonly Figures[];
}

/** The same streams under several definitions, ours first. */
export interface SideBySide {
  /** How many streams there are. One alone is shown whatever became of it. */
  readonly streams: number;
  readonly columns: readonly Column[];
}

/**
 * Puts several definitions of the same streams side by side. Of several streams each tool sums up those that it takes for
 * complete, in its own way: gaps pooled, or one value for each request, with its own kind of percentile.
 *
 * @example
 * ```ts
 * const { columns } = sideBySide(run.records, definitionsNamed(["vllm"]));
 * columns[1]?.cells.ttft; // { kind: "value", count: 32, mean: 101_200, p50: 100_000, p99: 140_000 }
 * ```
 */
export function sideBySide(
  requests: readonly DefinedRequest[],
  definitions: readonly Definition[],
): SideBySide {
  const traced = requests.filter(({ trace }) => trace !== undefined);
  const isAlone = traced.length === 1;
  const column = (definition: Definition | null): Column => {
    const taken = traced.filter((request) => isAlone || takes(definition, request));
    const figures = taken.map((request) => figuresOf(request, definition));
    return {
      definition,
      requests: taken.length,
      figures,
      cells: cellsOf({ definition, taken, figures }),
    };
  };
  return { streams: traced.length, columns: [null, ...definitions].map(column) };
}

/** Whether a tool would take this request for a complete one, and sum it up. */
function takes(definition: Definition | null, request: DefinedRequest): boolean {
  const { outcome, failure, metrics } = request;
  if (outcome === "complete") return true;
  if (outcome === "truncated") return definition?.takesCut === true && failure?.code === null;
  return (
    definition?.takesErrorEvents === true && failure?.kind === "endpoint" && metrics.ttft !== null
  );
}

function figuresOf(
  { metrics, usage, trace }: DefinedRequest,
  definition: Definition | null,
): Figures {
  if (definition === null || trace === undefined) return ourFigures({ metrics, usage });
  return definition.of(eventsOf(trace));
}

/** What goes into a column. */
interface Summed {
  readonly definition: Definition | null;
  readonly taken: readonly DefinedRequest[];
  readonly figures: readonly Figures[];
}

function cellsOf(summed: Summed): Record<Metric, Cell> {
  const { definition, figures } = summed;
  const has = definition?.has ?? OUR_METRICS;
  const cell = (metric: Metric): Cell => {
    if (!has.includes(metric)) return { kind: "none" };
    if (metric === "runRate" && !haveClock(summed.taken)) return { kind: "none" };
    if (isUnknown(metric, summed)) return { kind: "unknown" };
    const samples =
      metric === "runRate"
        ? runRate(summed)
        : figures.flatMap((one) => samplesOf(one, { metric, definition }));
    if (samples.length === 0) return { kind: "none" };
    if (definition !== null)
      return { kind: "value", ...statisticsOf(samples, definition.percentiles) };
    const { count, mean, p50, p99 } = distributionOf(samples.map(({ value }) => value));
    return { kind: "value", count, mean, p50, p99 };
  };
  return Object.fromEntries(METRICS.map((metric) => [metric, cell(metric)])) as Record<
    Metric,
    Cell
  >;
}

/** Where one stream has no count, most tools would have it from elsewhere; one leaves the stream out, while others have. */
function isUnknown(metric: Metric, { definition, figures }: Summed): boolean {
  const isLeftOut =
    definition?.leavesUncountedOut === true && figures.some(({ tokens }) => tokens !== null);
  return !isLeftOut && figures.some(({ unknown }) => unknown.includes(metric));
}

function samplesOf(
  figures: Figures,
  {
    metric,
    definition,
  }: { readonly metric: Exclude<Metric, "runRate">; readonly definition: Definition | null },
): Sample[] {
  const value = figures[metric];
  const weight = definition?.weightOf?.(metric, figures) ?? 1;
  const values = typeof value === "number" ? [value] : (value ?? []);
  return values.map((one) => ({ value: one, weight }));
}

/** One alone has its own. */
function haveClock(taken: readonly DefinedRequest[]): boolean {
  return taken.length === 1 || taken.every(({ sent }) => sent !== null);
}

/** Tokens of all requests / (last end − first send); none where one without a count is not left out. */
function runRate({ definition, taken, figures }: Summed): Sample[] {
  if (definition?.leavesUncountedOut !== true && figures.some((one) => one.tokens === null))
    return [];
  const isAlone = taken.length === 1;
  let [first, last, tokens] = [Infinity, -Infinity, 0];
  for (const [index, one] of figures.entries()) {
    const sent = isAlone ? 0 : (taken[index]?.sent ?? 0);
    if (one.runEnd === null) return [];
    first = Math.min(first, sent);
    last = Math.max(last, sent + one.runEnd);
    tokens += one.tokens ?? 0;
  }
  const rate = figures.length === 0 ? null : perSecond(tokens, last - first);
  return rate === null ? [] : [{ value: rate, weight: 1 }];
}
