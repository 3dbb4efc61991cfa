import { type Definition, type Figures, NO_FIGURES } from "./figures.ts";
import { gapsBetween } from "./spans.ts";
import type { EventStream } from "./stream_event.ts";

/**
 * OpenTelemetry's semantic conventions for GenAI, as a client would record them. Any chunk of the stream counts.
 * `gen_ai.client.operation.time_to_first_chunk` = a(first chunk). `gen_ai.client.operation.time_per_output_chunk`: each gap
 * after the first. `gen_ai.client.operation.duration`: the end of the body. They have no time per token, and no rate. What
 * a dashboard shows are quantiles of their buckets, which are coarser than these samples.
 *
 * Source: the semantic conventions, #3377 (February 2026).
 *
 * @see https://github.com/open-telemetry/semantic-conventions-genai
 */
export function otelFigures({ events, endedAt }: EventStream): Figures {
  const chunks = events.filter(({ done }) => !done);
  const [first, last] = [chunks[0], chunks.at(-1)];
  if (first === undefined || last === undefined) return NO_FIGURES;
  return {
    ...NO_FIGURES,
    ttft: first.at,
    icl: gapsBetween(chunks),
    e2e: endedAt,
    runEnd: endedAt,
  };
}

/** As {@linkcode otelFigures} has it. */
export const otel: Definition = {
  name: "otel",
  title: "OTel",
  version: "OpenTelemetry semantic conventions for GenAI, #3377",
  has: ["ttft", "icl", "e2e"],
  percentiles: "linear",
  takesCut: false,
  of: otelFigures,
};
