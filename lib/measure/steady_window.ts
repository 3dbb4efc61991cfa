import type { Micros } from "../base/time.ts";
import type { RequestRecord } from "./request_record.ts";
import { windowOf } from "./run_window.ts";

/** So many of the streams that were asked for are in flight in the steady part of a run, in percent. */
const STEADY = 95;

/** What a closed loop did while it was full. */
export interface SteadyWindow {
  /** How many streams had to be in flight: at least 95 % of those that were asked for. */
  readonly streams: number;
  /** How long that was the case, in all, in µs. */
  readonly duration: Micros;
  /** The same as a share of the time from the first send to the last close. */
  readonly share: number;
  /** Output tokens of complete requests that arrived meanwhile, per second; `null` without usage. */
  readonly outputRate: number | null;
}

type Span = readonly [from: Micros, to: Micros];

/**
 * The steady part of a closed loop: the times when at least 95 % of the streams that were asked for were in flight, from
 * `sent` to `ended`. The beginning and the end of a run, when there are fewer, and the moments in which a place changes
 * hands are left out. A request's tokens are spread evenly over its deltas, and each counts where its delta arrived;
 * an answer that did not stream counts where it ended.
 *
 * `null` when so many were never in flight, or no request was sent.
 *
 * @example
 * ```ts
 * steadyWindow(run.records, { concurrency: 8 })?.outputRate; // 452.1
 * ```
 */
export function steadyWindow(
  records: readonly RequestRecord[],
  { concurrency }: { readonly concurrency: number },
): SteadyWindow | null {
  const streams = Math.ceil((STEADY * concurrency) / 100);
  const spans = spansWith(streams, records);
  const duration = spans.reduce((sum, [from, to]) => sum + to - from, 0);
  if (duration === 0) return null;
  const window = windowOf(records);
  const counted = records.filter(
    ({ outcome, usage }) => outcome === "complete" && (usage?.completionTokens ?? null) !== null,
  );
  const tokens = counted.reduce((sum, record) => sum + tokensWithin(record, spans), 0);
  const outputRate = counted.length === 0 ? null : (tokens * 1e6) / duration;
  return { streams, duration, share: duration / window, outputRate };
}

/** When at least so many requests were in flight, in order. */
function spansWith(streams: number, records: readonly RequestRecord[]): Span[] {
  const changes = records
    .flatMap(({ sent, ended }) => [
      { at: sent, by: 1 },
      { at: ended, by: -1 },
    ])
    .toSorted((a, b) => a.at - b.at);
  const spans: Span[] = [];
  let inFlight = 0;
  let from: Micros | null = null;
  for (const { at, by } of changes) {
    inFlight += by;
    if (inFlight >= streams) from ??= at;
    else if (from !== null) {
      if (at > from) spans.push([from, at]);
      from = null;
    }
  }
  return spans;
}

/** The tokens of a request whose deltas arrived within these spans: behind the beginning of one, up to its end. */
function tokensWithin(
  { sent, ended, metrics, usage }: RequestRecord,
  spans: readonly Span[],
): number {
  const tokens = usage?.completionTokens ?? 0;
  const { ttft, itl } = metrics;
  const first = ttft === null ? ended : sent + ttft;
  let place = 0;
  let within = 0;
  let at = first;
  const look = (): void => {
    while (place < spans.length && (spans[place]?.[1] ?? Infinity) < at) place++;
    const [from = Infinity] = spans[place] ?? [];
    if (from < at) within++;
  };
  look();
  for (const gap of ttft === null ? [] : itl) {
    at += gap;
    look();
  }
  return (tokens * within) / (ttft === null ? 1 : itl.length + 1);
}
