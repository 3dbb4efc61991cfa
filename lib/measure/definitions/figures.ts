import type { Micros } from "../../base/time.ts";
import type { EventStream } from "./stream_event.ts";

/** What a definition may have a value for, under the name that tools have for it. */
export const METRICS = [
  "ttft",
  "firstAnswer",
  "itl",
  "icl",
  "tpot",
  "ntpot",
  "e2e",
  "tokens",
  "rate",
  "runRate",
] as const;

/** One of {@linkcode METRICS}. */
export type Metric = (typeof METRICS)[number];

/**
 * Where a tool has its number of output tokens from: the endpoint's `usage`; the number of events that it counts; the
 * model's tokenizer; or the length that was asked for. The last two are not in a recording.
 */
export type TokenSource = "usage" | "events" | "tokenizer" | "requested";

/**
 * What one tool would say of one stream. Times are in µs; `null`, or no gaps, where the stream has no such value, or the
 * tool no such metric.
 */
export interface Figures {
  readonly ttft: Micros | null;
  /** Time to the first answer text, reasoning left out. */
  readonly firstAnswer: Micros | null;
  /** What this stream adds to the samples of what the tool calls ITL. */
  readonly itl: readonly number[];
  /** The same of gaps that it calls those between chunks. */
  readonly icl: readonly number[];
  readonly tpot: number | null;
  /** E2E for each token, TTFT included. */
  readonly ntpot: number | null;
  readonly e2e: Micros | null;
  readonly tokens: number | null;
  /** Tokens per second of this request. */
  readonly rate: number | null;
  /** Up to where its clock of a run counts this request. */
  readonly runEnd: Micros | null;
  readonly tokenSource: TokenSource | null;
  /** What the tool has, and what cannot be given, since it counts tokens in another way than the recording tells. */
  readonly unknown: readonly Metric[];
}

/** The names of the definitions beside ours, as `--as` takes them, in the order in which they stand side by side. */
export const DEFINITION_NAMES = [
  "vllm",
  "aiperf",
  "guidellm",
  "evalscope",
  "sglang",
  "inference-perf",
  "otel",
] as const;

/** One of these names. */
export type DefinitionName = (typeof DEFINITION_NAMES)[number];

/** How one tool defines its numbers. */
export interface Definition {
  readonly name: DefinitionName;
  /** As its authors write it. */
  readonly title: string;
  /** Which part of which version it is, and with which setting. */
  readonly version: string;
  /** The metrics that it has. */
  readonly has: readonly Metric[];
  /** How it takes a percentile of several requests: interpolated as ours, or the least sample that so many do not exceed. */
  readonly percentiles: "linear" | "nearest_rank";
  /** What a request's own value of a metric weighs among others. Default: 1. */
  readonly weightOf?: (metric: Metric, figures: Figures) => number;
  /** It takes a stream that ends in order, but too early, for a complete one. */
  readonly takesCut: boolean;
  /** The same of a stream that said an error behind a text. */
  readonly takesErrorEvents?: true;
  /** Where some streams have a count of tokens and others none, it leaves these out of what needs one. */
  readonly leavesUncountedOut?: true;
  readonly of: (stream: EventStream) => Figures;
}

/** Of a stream that has nothing to measure. */
export const NO_FIGURES: Figures = {
  ttft: null,
  firstAnswer: null,
  itl: [],
  icl: [],
  tpot: null,
  ntpot: null,
  e2e: null,
  tokens: null,
  rate: null,
  runEnd: null,
  tokenSource: null,
  unknown: [],
};
