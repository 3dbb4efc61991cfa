import { type Definition, type Figures, NO_FIGURES } from "./figures.ts";
import { gapsBetween, lastUsage, perFurtherToken } from "./spans.ts";
import type { EventStream } from "./stream_event.ts";

/**
 * SGLang's `bench_serving`, chat. F: the events with text or reasoning; tool calls are none.
 * TTFT = a(F₁). ITL = {a(Fₖ) − a(Fₖ₋₁)}, of all requests together. E2E: the last line that is not empty, `[DONE]` included.
 * TPOT = (E2E − TTFT) / (N − 1). N: the usage of any event, else the length that was asked for, which is no count.
 * Tokens/s of the run = ΣN / its time. It stamps after parsing; how long that takes is not in a recording.
 *
 * Source: `benchmark/serving.py` at 00f9ec47, `metrics.py` at 1291c7fc.
 *
 * @see https://github.com/sgl-project/sglang
 */
export function sglangFigures({ events, endedAt }: EventStream): Figures {
  const counted = events.filter(({ content, reasoning }) => content || reasoning);
  const [first, last] = [counted[0], events.at(-1)];
  if (first === undefined || last === undefined) return NO_FIGURES;
  const tokens = lastUsage(events);
  return {
    ...NO_FIGURES,
    ttft: first.at,
    itl: gapsBetween(counted),
    tpot: perFurtherToken({ from: first.at, to: last.at }, tokens),
    e2e: last.at,
    tokens,
    runEnd: endedAt ?? last.at,
    tokenSource: tokens === null ? "requested" : "usage",
    unknown: tokens === null ? ["tpot", "tokens", "runRate"] : [],
  };
}

/** As {@linkcode sglangFigures} has it. */
export const sglang: Definition = {
  name: "sglang",
  title: "SGLang",
  version: "sglang bench_serving (chat) at 00f9ec47, 1291c7fc",
  has: ["ttft", "itl", "tpot", "e2e", "tokens", "runRate"],
  percentiles: "linear",
  takesCut: false,
  of: sglangFigures,
};
