import { type Definition, type Figures, NO_FIGURES } from "./figures.ts";
import { gapsBetween, lastUsage, perFurtherToken, perSecond } from "./spans.ts";
import type { EventStream, TokenizerCounts } from "./stream_event.ts";

/**
 * AIPerf (Python engine). R: the events with text, reasoning or tool calls; each has the time of its network chunk.
 * TTFT = a(R₁). TTFO = a(first with text). ICL = {a(Rₖ) − a(Rₖ₋₁)}. Request latency (E2E) = a(R last).
 * ITL = (E2E − TTFT) / (OSL − 1), one for each request. Output token throughput of a request = OSL / E2E; of the run =
 * ΣOSL / (last response − first request).
 * OSL: the tokenizer's count of text and reasoning, by default; with `--use-server-token-count` that of usage. The former
 * is had where `tokens` are given, the latter without. A stream that was cut, or that said an error behind a text, counts
 * as complete: without usage it has no ITL.
 *
 * Source: `docs/metrics-reference.md` at 0176f594, endpoints at 00a8e858 and 07e64fd5; what counts as complete: 0.13.0,
 * `transports/sse_utils.py` 84, `common/models/record_models.py` 1672.
 *
 * @see https://github.com/ai-dynamo/aiperf/blob/main/docs/metrics-reference.md
 */
export function aiperfFigures({ events }: EventStream, { tokens }: TokenizerCounts = {}): Figures {
  const counted = events.filter((event) => event.content || event.reasoning || event.toolCalls);
  const [first, last] = [counted[0], counted.at(-1)];
  if (first === undefined || last === undefined) return NO_FIGURES;
  const length = tokens?.reduce((sum, count) => sum + count, 0) ?? lastUsage(events);
  const itl = perFurtherToken({ from: first.at, to: last.at }, length);
  return {
    ...NO_FIGURES,
    ttft: first.at,
    firstAnswer: counted.find(({ content }) => content)?.at ?? null,
    itl: itl === null ? [] : [itl],
    icl: gapsBetween(counted),
    e2e: last.at,
    tokens: length,
    rate: perSecond(length, last.at),
    runEnd: last.at,
    tokenSource: tokens !== undefined || length === null ? "tokenizer" : "usage",
    unknown: length === null ? ["itl", "tokens", "rate", "runRate"] : [],
  };
}

/** As {@linkcode aiperfFigures} has it, with the endpoint's counts. */
export const aiperf: Definition = {
  name: "aiperf",
  title: "AIPerf",
  version: "AIPerf (Python engine) at 0176f594, with --use-server-token-count",
  has: ["ttft", "firstAnswer", "itl", "icl", "e2e", "tokens", "rate", "runRate"],
  percentiles: "linear",
  takesCut: true,
  takesErrorEvents: true,
  leavesUncountedOut: true,
  of: (stream) => aiperfFigures(stream),
};
