import * as fc from "fast-check";
import { CompletionReader } from "../../lib/chat/completion_reader.ts";
import { EventTracer } from "../../lib/chat/event_tracer.ts";
import type { EventStream, StreamEvent } from "../../lib/measure/definitions/stream_event.ts";
import { eventsOf } from "../../lib/measure/definitions/event_trace.ts";
import { requestMetrics, type RequestMetrics } from "../../lib/measure/metrics.ts";
import type { DefinedRequest } from "../../lib/measure/definitions/side_by_side.ts";
import type { TimedText } from "../../lib/wire/piece.ts";

/** What a made-up event brings; what is left out it does not bring. Times are in ms, as a person writes them. */
export type MadeUpEvent = Partial<Omit<StreamEvent, "at">> & { readonly ms: number };

/** A stream of these events, whose body ends 1 ms behind the last of them. */
export function madeUpStream(events: readonly MadeUpEvent[]): EventStream {
  const nothing = { done: false, content: false, reasoning: false, toolCalls: false, usage: null };
  const whole = events.map(({ ms, ...event }): StreamEvent => {
    const brings = event.content ?? event.reasoning ?? event.toolCalls ?? false;
    return { ...nothing, hasChoices: brings, ...event, at: Math.round(ms * 1000) };
  });
  return { events: whole, endedAt: (whole.at(-1)?.at ?? 0) + 1000 };
}

/** The role chunk, text, usage and so on that an event stands for, as the text of a stream. */
function textOf({ done, hasChoices, content, reasoning, toolCalls, usage }: StreamEvent): string {
  if (done) return "data: [DONE]\n\n";
  const delta = {
    ...(content ? { content: "text" } : undefined),
    ...(reasoning ? { reasoning_content: "thought" } : undefined),
    ...(toolCalls ? { tool_calls: [{ index: 0, function: { arguments: "{}" } }] } : undefined),
  };
  const value = {
    choices: hasChoices ? [{ index: 0, delta, finish_reason: null }] : [],
    ...(usage === null ? undefined : { usage: { completion_tokens: usage } }),
  };
  return `data: ${JSON.stringify(value)}\n\n`;
}

/** The pieces of a stream: one for each event, or each event in pieces of so many characters at its time. */
export function piecesOf({ events }: EventStream, length = Infinity): TimedText[] {
  return events.flatMap((event) => {
    const text = textOf(event);
    const pieces: TimedText[] = [];
    for (let at = 0; at < text.length; at += length) {
      pieces.push({ text: text.slice(at, at + length), at: event.at });
    }
    return pieces;
  });
}

/** What reading pieces gives: the events as the definitions see them, and our own metrics. */
export function readPieces(
  pieces: readonly TimedText[],
  endedAt: number | null,
): {
  readonly stream: EventStream | null;
  readonly metrics: RequestMetrics;
  readonly request: DefinedRequest;
} {
  const reader = new CompletionReader({ keepText: false });
  const tracer = new EventTracer();
  for (const piece of pieces) if (!reader.done) tracer.take(reader.push(piece));
  tracer.take(reader.end(endedAt));
  const { timeline } = reader.result();
  const metrics = requestMetrics(timeline, { stall: 500_000 });
  const trace = tracer.trace({ timeline, endedAt });
  const request = {
    metrics,
    usage: timeline.usage,
    outcome: "complete",
    failure: null,
    sent: null,
    trace,
  } as const;
  return { stream: trace === undefined ? null : eventsOf(trace), metrics, request };
}

const kinds: fc.Arbitrary<Omit<StreamEvent, "at">> = fc
  .record({
    hasChoices: fc.boolean(),
    content: fc.boolean(),
    reasoning: fc.boolean(),
    toolCalls: fc.boolean(),
    usage: fc.option(fc.nat({ max: 500 })),
  })
  .map(({ hasChoices, content, reasoning, toolCalls, usage }) => ({
    done: false,
    hasChoices,
    content: hasChoices && content,
    reasoning: hasChoices && reasoning,
    toolCalls: hasChoices && toolCalls,
    usage,
  }));

/** Any stream: events that bring anything, at times that never go back, with `[DONE]` at its end or without. */
export const eventStreams: fc.Arbitrary<EventStream> = fc
  .tuple(
    fc.array(fc.tuple(kinds, fc.nat({ max: 200_000 })), { maxLength: 12 }),
    fc.boolean(),
    fc.nat({ max: 5_000 }),
  )
  .map(([events, isDone, rest]) => {
    let at = 0;
    const timed = events.map(([event, gap]): StreamEvent => ({ ...event, at: (at += gap) }));
    const done = {
      done: true,
      hasChoices: false,
      content: false,
      reasoning: false,
      toolCalls: false,
    };
    const all = isDone ? [...timed, { ...done, usage: null, at: (at += rest) }] : timed;
    return { events: all, endedAt: at + rest };
  });
