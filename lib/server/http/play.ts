import { type Clock, monotonicClock } from "../../base/clock.ts";
import type { Micros } from "../../base/time.ts";
import { waitUntil } from "../../base/wait.ts";
import type { Reply, ReplyEnd, ReplyHead } from "../reply/reply.ts";

/**
 * Timers tick in whole milliseconds and are never early: half a tick is taken off, in µs, so that pieces are as often
 * a little early as late, and not always late.
 */
export const HALF_TICK: Micros = 500;

/** What is to be done for an answer, and when: µs since the request. */
export type Step = { readonly at: Micros } & (
  | { readonly kind: "head"; readonly head: ReplyHead }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: ReplyEnd["kind"] }
);

/**
 * The steps of an answer in their order, each made when it is asked for.
 *
 * @example
 * ```ts
 * Array.from(stepsOf(jsonReply({})), ({ kind }) => kind); // ["head", "bytes", "end"]
 * ```
 */
export function* stepsOf({ head, pieces, end }: Reply): Generator<Step, void> {
  if (head !== null) {
    yield { kind: "head", head, at: head.at };
    for (const { bytes, at } of pieces) yield { kind: "bytes", bytes, at };
  }
  yield end;
}

/** How an answer is played. */
export interface PlayOptions {
  readonly clock?: Clock | undefined;
  /** Aborted when nobody is there any more: playing stops, without a last step. */
  readonly signal: AbortSignal;
}

/**
 * Gives the steps of an answer, each at its time. Every wait is counted from the request, not from the step before.
 *
 * @example
 * ```ts
 * for await (const step of play(answer, { signal })) if (step.kind === "bytes") write(step.bytes);
 * ```
 */
export async function* play(answer: Reply, options: PlayOptions): AsyncGenerator<Step, void> {
  const { clock = monotonicClock, signal } = options;
  const began = clock();
  for (const step of stepsOf(answer)) {
    await waitUntil(began + step.at - HALF_TICK, { clock, signal });
    if (signal.aborted) return;
    yield step;
  }
}
