import type { Language } from "../base/message.ts";
import type { Micros } from "../base/time.ts";
import type { Outcome } from "../measure/outcome.ts";
import type { OverTime } from "../measure/over_time.ts";

/** A spread of so many times wants a logarithmic axis. */
export const WIDE = 20;

/** What a delta brings: `r`easoning, `a`nswer, `t`ool call; `u`nknown. */
export type Kind = "r" | "a" | "t" | "u";

/** What a completion said, as far as it goes into a page. */
export interface StreamText {
  readonly answer: string;
  readonly reasoning: string;
  /** `get_weather({"city":"Paris"})` */
  readonly tools: readonly string[];
  /** So many characters were left out. */
  readonly leftOut: number;
}

/** The requests of a run, a column for each of their values. Times are in µs; those of a request count from `sent`. */
export interface RequestColumns {
  readonly name: readonly string[];
  readonly sent: readonly Micros[];
  readonly ttft: readonly (Micros | null)[];
  readonly e2e: readonly (Micros | null)[];
  readonly tpot: readonly (number | null)[];
  /** When it was over, whatever its outcome; `null`: not known. */
  readonly end: readonly (Micros | null)[];
  readonly outcome: readonly Outcome[];
  readonly tokens: readonly (number | null)[];
  readonly deltas: readonly number[];
  readonly stalls: readonly (number | null)[];
  /** Where in `errors`; -1: it has none. */
  readonly error: readonly number[];
  readonly errors: readonly string[];
  /** How many gaps of each request are in `gaps`; -1: they are not known, or were left out. */
  readonly kept: readonly number[];
  /** As {@linkcode encodeGaps} writes them, all of them one after the other. */
  readonly gaps: string;
  /** The kinds of the deltas with how often they come in a row: `r12a300`; `null`: not known. */
  readonly kinds: readonly (string | null)[];
  readonly text: readonly (StreamText | null)[];
}

/** One bar: samples from `from` up to, not including, `to`. */
export interface Bar {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** How the samples of a metric lie. Times are in ms. */
export interface Spread {
  readonly metric: string;
  readonly isLog: boolean;
  readonly bars: readonly Bar[];
  /** Values, and the share of samples up to each. */
  readonly curve: { readonly value: readonly number[]; readonly share: readonly number[] };
  readonly marks: readonly { readonly name: string; readonly value: number }[];
}

/** In ms; `null` where there are too few samples. */
export interface LoadLatency {
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
}

/** One load that was tried. Times are in ms. */
export interface LoadStep {
  /** Which of the runs it is. */
  readonly run: number;
  readonly load: number;
  readonly tokensPerSecond: number | null;
  readonly ttft: LoadLatency;
  readonly tpot: LoadLatency;
  /** The share of requests that met the service level; `null`: none was asked for. */
  readonly good: number | null;
  /** Whether a search took it for good enough; `null`: there was none. */
  readonly met: boolean | null;
}

/** The loads of one result. */
export interface LoadLine {
  /** What the result is called; `null`: there is no other. */
  readonly name: string | null;
  /** Whether it went from load to load, as a sweep or a search does: its points belong together. */
  readonly isSeries: boolean;
  readonly unit: "concurrency" | "rate";
  /** In the order of the loads. */
  readonly steps: readonly LoadStep[];
  /** The service level, in ms; `null`: not asked for. */
  readonly limits: { readonly ttft: number | null; readonly tpot: number | null };
}

/** Results, at least one of which tried several loads. */
export interface LoadCurve {
  readonly lines: readonly LoadLine[];
}

/** A line of a chart. */
export interface ChartLine {
  readonly name: string;
  /** Where along the chart each value stands, growing. */
  readonly at: readonly number[];
  /** `null`: there is none here. */
  readonly values: readonly (number | null)[];
  /** Which of the colours that tell lines apart. */
  readonly color: number;
  readonly isDashed?: boolean;
  /** A value holds up to the next one, or since the last one. Default: lines go straight from one to the next. */
  readonly holds?: "on" | "before";
}

/** Lines over what grows: turns, tokens of context, the time of the run. */
export interface LineChart {
  /** Its place on the page has this name. */
  readonly name: string;
  /** `time`: s since the run's first request. */
  readonly across: "turn" | "tokens" | "time";
  /** `time`: ms. */
  readonly up: "time" | "share" | "rate" | "count";
  readonly lines: readonly ChartLine[];
  /** A value that was asked for: a line across. */
  readonly level: { readonly name: string; readonly value: number } | null;
  /** How far the chart goes at least. Default: as far as its lines. */
  readonly end?: number;
}

/** Requests of several sorts, the curves of which lie in one chart. */
export interface SplitChart {
  readonly name: string;
  readonly metric: string;
  readonly parts: readonly { readonly label: string; readonly spreads: readonly Spread[] }[];
}

/** Bars that lie above each other, each in parts. */
export interface BarChart {
  readonly name: string;
  readonly bars: readonly {
    readonly label: string;
    readonly parts: readonly {
      readonly label: string;
      readonly value: number;
      readonly shown: string;
      readonly tone: "here" | "queue" | "prefill" | "outside" | "recorded" | "sent";
    }[];
  }[];
}

/** What the scripts draw in the places of a part of the page. */
export interface Charts {
  readonly lines: readonly LineChart[];
  readonly splits: readonly SplitChart[];
  readonly bars: readonly BarChart[];
}

/** One run, as the scripts of the page have it. */
export interface PageRun {
  readonly label: string;
  /** The threshold of stalls. */
  readonly stall: Micros;
  readonly requests: RequestColumns;
  readonly spreads: readonly Spread[];
  readonly overTime: OverTime | null;
  /** Up to where charts over the time of the run go, in s. */
  readonly end: number;
  readonly charts: Charts;
}

/** What the scripts of a page work with. */
export interface PageData {
  readonly language: Language;
  readonly runs: readonly PageRun[];
  readonly loadCurve: LoadCurve | null;
  /** Those that are about several runs. */
  readonly charts: Charts;
}
