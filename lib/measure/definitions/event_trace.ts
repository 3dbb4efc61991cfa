import type { Micros } from "../../base/time.ts";
import type { EventStream, StreamEvent } from "./stream_event.ts";

/**
 * An {@linkcode EventStream} in few numbers, for runs of many requests: plain data that goes from worker processes to the
 * run. Kept only where definitions are asked for.
 */
export interface EventTrace {
  readonly at: readonly Micros[];
  /** What each event brings, as a sum of bits: 1 `done`, 2 `hasChoices`, 4 `content`, 8 `reasoning`, 16 `toolCalls`. */
  readonly brings: readonly number[];
  /** The place of each event with usage, and its completion tokens. */
  readonly usage: readonly (readonly [place: number, tokens: number])[];
  readonly endedAt: Micros | null;
}

const BITS = { done: 1, hasChoices: 2, content: 4, reasoning: 8, toolCalls: 16 } as const;

/**
 * The events in few numbers. {@linkcode eventsOf} gives them back.
 *
 * @example
 * ```ts
 * traceOf({ events: [], endedAt: 386_000 }); // { at: [], brings: [], usage: [], endedAt: 386000 }
 * ```
 */
export function traceOf({ events, endedAt }: EventStream): EventTrace {
  return {
    at: events.map(({ at }) => at),
    brings: events.map((event) =>
      Object.entries(BITS).reduce(
        (sum, [name, bit]) => sum + (event[name as keyof typeof BITS] ? bit : 0),
        0,
      ),
    ),
    usage: events.flatMap(({ usage }, place) => (usage === null ? [] : [[place, usage] as const])),
    endedAt,
  };
}

/** The events of a trace, as {@linkcode traceOf} was given them. */
export function eventsOf({ at, brings, usage, endedAt }: EventTrace): EventStream {
  const counts = new Map(usage);
  const events = at.map((time, place): StreamEvent => {
    const bits = brings[place] ?? 0;
    return {
      at: time,
      done: (bits & BITS.done) > 0,
      hasChoices: (bits & BITS.hasChoices) > 0,
      content: (bits & BITS.content) > 0,
      reasoning: (bits & BITS.reasoning) > 0,
      toolCalls: (bits & BITS.toolCalls) > 0,
      usage: counts.get(place) ?? null,
    };
  });
  return { events, endedAt };
}
