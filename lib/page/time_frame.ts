import type { OverTime } from "../measure/over_time.ts";
import type { ResultRequest, ResultRun } from "../report/run/result.ts";

/** The time of a run as all its charts have it: steps since its first request. Times are in s. */
export interface TimeFrame {
  /** When the first request was sent, since the run's start. */
  readonly first: number;
  readonly step: number;
  readonly count: number;
  /** Up to where charts go: the end of the last step, or what the server said behind it. */
  readonly end: number;
}

/** The time frame of a run that has one. */
export function timeFrame({ requests, server }: ResultRun, { step, tokens }: OverTime): TimeFrame {
  const first = requests.reduce(
    (least, { sent_ms: sent }) => Math.min(least, sent / 1000),
    Infinity,
  );
  const last = (server?.over_time?.at(-1)?.at_ms ?? 0) / 1000 - first;
  const count = tokens.length;
  return { first, step, count, end: Math.max(rounded(count * step), rounded(last)) };
}

/** Of what is told by one request or the other, so many steps show a course and no noise. */
const MOST_COARSE = 30;

/** The same time in fewer, longer steps. */
export function coarser({ step, count, ...frame }: TimeFrame): TimeFrame {
  const each = Math.ceil(count / MOST_COARSE);
  return { ...frame, step: step * each, count: Math.ceil(count / each) };
}

/** Requests by the step in which a moment of theirs lies, given in ms; `null`: it has none. */
export function inSteps(
  requests: readonly ResultRequest[],
  frame: TimeFrame,
  momentOf: (request: ResultRequest) => number | null,
): ResultRequest[][] {
  const steps: ResultRequest[][] = Array.from({ length: frame.count }, () => []);
  for (const request of requests) {
    const moment = momentOf(request);
    if (moment === null) continue;
    const at = Math.floor((moment / 1000 - frame.first) / frame.step);
    steps[Math.max(0, Math.min(frame.count - 1, at))]?.push(request);
  }
  return steps;
}

/** When the steps begin. */
export function stepStarts({ step, count }: TimeFrame): number[] {
  return Array.from({ length: count }, (_, index) => rounded(index * step));
}

function rounded(seconds: number): number {
  return Number(seconds.toFixed(3));
}
