import type { Micros } from "../base/time.ts";
import type { RequestRecord } from "./request_record.ts";
import type { ServerMoment } from "./server_over_time.ts";

/** Servers whose own metrics are known. */
export type EngineName = "vllm" | "sglang" | "llamacpp" | "tgi";

/** A sum and what it is a sum of: of seconds, over requests or tokens. `count`: `null` where the server does not count it. */
export interface Summed {
  readonly sum: number;
  readonly count: number | null;
}

/** What a server said of itself at one moment; `null`: it does not say it. Plain data. */
export interface ServerReading {
  readonly engine: EngineName;
  /** Requests that have had their first token, or ended, since it started. */
  readonly requests: number | null;
  readonly queue: Summed | null;
  readonly prefill: Summed | null;
  readonly ttft: Summed | null;
  readonly tpot: Summed | null;
  /** Now. */
  readonly running: number | null;
  readonly waiting: number | null;
  /** The share of the KV cache that is in use. */
  readonly kvCache: number | null;
  /** Prompt tokens that were looked up in the prefix cache, and those found there. */
  readonly prefix: { readonly hits: number; readonly lookups: number } | null;
}

/** The readings of a gauge over a run. */
export interface Gauge {
  readonly mean: number;
  readonly max: number;
}

/** What a server said of a run. Times are means in µs; `null`: it does not say, or it cannot be known. Plain data. */
export interface ServerSide {
  readonly engine: EngineName;
  readonly url: string;
  /** How often it was read while the run went on, and how often that failed. */
  readonly reads: number;
  readonly failedReads: number;
  /** Why there are no means: it could not be read after the run, or it has started anew meanwhile. */
  readonly problem: "lost" | "restarted" | null;
  readonly requests: number | null;
  readonly queue: Micros | null;
  readonly prefill: Micros | null;
  readonly ttft: Micros | null;
  readonly tpot: Micros | null;
  readonly running: Gauge | null;
  readonly waiting: Gauge | null;
  readonly kvCache: Gauge | null;
  /** Found prompt tokens / those looked up. */
  readonly prefixHits: number | null;
  /** The run moment by moment. Absent in files of an earlier day. */
  readonly overTime?: readonly ServerMoment[];
}

/** Readings of one run. `after`: `null` when it could not be read. */
export interface ServerReadings {
  readonly url: string;
  readonly before: ServerReading;
  readonly during: readonly ServerReading[];
  readonly failedReads: number;
  readonly after: ServerReading | null;
}

/**
 * What a server says of a run, by what it said before, during and after: means are what the sums grew by / what the counts
 * grew by. What a server sums up without counting requests is divided by `complete`, those of the run.
 *
 * @example
 * ```ts
 * const load = { running: null, waiting: null, kvCache: null, prefix: null };
 * const times = { prefill: null, ttft: null, tpot: null };
 * const read = (sum: number, count: number) =>
 *   ({ engine: "vllm", requests: count, queue: { sum, count }, ...times, ...load }) as const;
 * const readings = { url: "u", before: read(1, 10), during: [], failedReads: 0, after: read(3, 20) };
 * serverSide(readings, { complete: 10 }).queue; // 200000
 * ```
 */
export function serverSide(
  { url, before, during, failedReads, after }: ServerReadings,
  { complete }: { readonly complete: number },
): ServerSide {
  const restarted = after !== null && hasRestarted(before, after);
  const end = restarted ? null : after;
  const mean = (name: "queue" | "prefill" | "ttft" | "tpot"): Micros | null =>
    meanOf(before[name], end?.[name] ?? null, { complete });
  const requests =
    end === null || end.requests === null ? null : end.requests - (before.requests ?? 0);
  const lookups = (end?.prefix?.lookups ?? 0) - (before.prefix?.lookups ?? 0);
  const hits = (end?.prefix?.hits ?? 0) - (before.prefix?.hits ?? 0);
  return {
    engine: before.engine,
    url,
    reads: during.length,
    failedReads,
    problem: after === null ? "lost" : restarted ? "restarted" : null,
    requests,
    queue: mean("queue"),
    prefill: mean("prefill"),
    ttft: mean("ttft"),
    tpot: mean("tpot"),
    running: gaugeOf(during.map(({ running }) => running)),
    waiting: gaugeOf(during.map(({ waiting }) => waiting)),
    kvCache: gaugeOf(during.map(({ kvCache }) => kvCache)),
    prefixHits: end === null || lookups <= 0 ? null : hits / lookups,
  };
}

/** Counts never shrink in one life of a server. */
function hasRestarted(before: ServerReading, after: ServerReading): boolean {
  return (
    before.engine !== after.engine ||
    shrank(before.requests, after.requests) ||
    shrank(before.prefix?.lookups, after.prefix?.lookups) ||
    (["queue", "prefill", "ttft", "tpot"] as const).some((name) =>
      shrank(before[name]?.sum, after[name]?.sum),
    )
  );
}

function shrank(then: number | null | undefined, now: number | null | undefined): boolean {
  return typeof then === "number" && typeof now === "number" && now < then;
}

/** A metric that was not there before has begun at nothing. */
function meanOf(
  before: Summed | null,
  after: Summed | null,
  { complete }: { readonly complete: number },
): Micros | null {
  if (after === null) return null;
  const count = after.count === null ? complete : after.count - (before?.count ?? 0);
  return count <= 0 ? null : Math.round(((after.sum - (before?.sum ?? 0)) / count) * 1e6);
}

function gaugeOf(values: readonly (number | null)[]): Gauge | null {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  return { mean: known.reduce((a, b) => a + b, 0) / known.length, max: Math.max(...known) };
}

/** What a server told of one request, in its stream. Times in µs. `null`: it did not. Plain data. */
export interface ServerTimings {
  readonly queue: Micros | null;
  readonly prefill: Micros | null;
  readonly decode: Micros | null;
  /** Prompt tokens out of its cache. */
  readonly cachedTokens: number | null;
}

/**
 * The mean TTFT of a run in its parts, in µs: what the server spent on it, as far as it tells, and what is left. `rest`: time
 * outside of the server, and whatever part is `null`; below 0 the parts do not add up.
 */
export interface TtftParts {
  readonly ttft: Micros;
  readonly queue: Micros | null;
  readonly prefill: Micros | null;
  readonly rest: Micros;
}

/**
 * The parts of a run's mean TTFT, of complete requests: by what each of these told in its stream, if all did; else by the
 * server's metrics. `null` where nothing is known of either part.
 */
export function ttftParts(
  records: readonly RequestRecord[],
  { server }: { readonly server: ServerSide | undefined },
): TtftParts | null {
  const complete = records.filter(
    ({ outcome, metrics }) => outcome === "complete" && metrics.ttft !== null,
  );
  const ttft = meanTime(complete.map(({ metrics }) => metrics.ttft));
  const told = {
    queue: meanTime(complete.map((record) => record.server?.queue ?? null)),
    prefill: meanTime(complete.map((record) => record.server?.prefill ?? null)),
  };
  const queue = told.queue ?? server?.queue ?? null;
  const prefill = told.prefill ?? server?.prefill ?? null;
  if (ttft === null || (queue === null && prefill === null)) return null;
  return { ttft, queue, prefill, rest: ttft - (queue ?? 0) - (prefill ?? 0) };
}

/** `null` unless all are known. */
function meanTime(times: readonly (Micros | null)[]): Micros | null {
  const known = times.filter((time) => time !== null);
  if (known.length === 0 || known.length < times.length) return null;
  return Math.round(known.reduce((a, b) => a + b, 0) / known.length);
}
