import { type EventTrace, traceOf } from "../measure/definitions/event_trace.ts";
import type { StreamEvent } from "../measure/definitions/stream_event.ts";
import type { Timeline } from "../measure/timeline.ts";
import type { Micros } from "../base/time.ts";
import { eventFacts, objectFacts } from "./event_facts.ts";
import type { Arrival } from "./reading.ts";

/**
 * Takes note of the events of one completion as they arrive, for other tools' definitions. It changes nothing of what is
 * read.
 *
 * @example
 * ```ts
 * const tracer = new EventTracer();
 * const reader = new CompletionReader();
 * tracer.take(reader.push({ text: "data: [DONE]\n\n", at: 385_000 }));
 * const { timeline } = reader.result();
 * tracer.trace({ timeline, endedAt: 386_000 }); // { at: [385000], brings: [1], usage: [], endedAt: 386000 }
 * ```
 */
export class EventTracer {
  readonly #events: StreamEvent[] = [];
  #isTimed = true;

  /** Takes what arrived. */
  take(arrivals: readonly Arrival[]): void {
    for (const { at, data, value } of arrivals) {
      const facts = value !== undefined ? objectFacts(value) : eventFacts(data ?? "");
      if (facts === null) continue;
      if (at === null) this.#isTimed = false;
      else this.#events.push({ at, ...facts });
    }
  }

  /**
   * The events so far; `endedAt`: when the body ended. `undefined` when an event has no time, or a whole completion came
   * instead of a stream.
   */
  trace({
    timeline,
    endedAt,
  }: {
    readonly timeline: Pick<Timeline, "streamed">;
    readonly endedAt: Micros | null;
  }): EventTrace | undefined {
    if (!this.#isTimed || !timeline.streamed) return undefined;
    return traceOf({ events: this.#events, endedAt });
  }
}
