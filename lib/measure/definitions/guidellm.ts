import { type Definition, type Figures, type Metric, NO_FIGURES } from "./figures.ts";
import { lastUsage, perFurtherToken, perSecond, perToken } from "./spans.ts";
import type { EventStream } from "./stream_event.ts";

/**
 * guidellm, chat completions. F: the events with text, reasoning or tool calls.
 * TTFT = a(F₁). TTFOT = a(first with text). ITL = (a(F last) − a(F₁)) / (N − 1), one for each request.
 * TPOT = a(F last) / N: the time to the first token is in it. Request latency (E2E): when `[DONE]` came, else the end of
 * the body. N: usage, else the number of F. Over several requests an ITL weighs N − 1 and a TPOT N. Tokens/s of a
 * request = N / E2E. Its tokens/s of a run spread the tokens evenly between the first and the last; it is not given here.
 * A stream that was cut counts as complete.
 *
 * Source: ee7a774, `http.py` 512–555, `request_handlers.py` 566, `request_stats.py` 103–228; the weights and
 * percentiles from `benchmark/schemas/metrics.py` at d07502b5 and `schemas/statistics.py` at 03820eb; what counts
 * as complete: 0.8.1, `backends/openai/http.py` 358, `backends/openai/request_handlers.py` 184.
 *
 * @see https://github.com/vllm-project/guidellm
 */
export function guidellmFigures({ events, endedAt }: EventStream): Figures {
  const counted = events.filter((event) => event.content || event.reasoning || event.toolCalls);
  const [first, last] = [counted[0], counted.at(-1)];
  if (first === undefined || last === undefined) return NO_FIGURES;
  const usage = lastUsage(events);
  const tokens = usage ?? counted.length;
  const e2e = events.find(({ done }) => done)?.at ?? endedAt;
  const itl = perFurtherToken({ from: first.at, to: last.at }, tokens);
  return {
    ...NO_FIGURES,
    ttft: first.at,
    firstAnswer: counted.find(({ content }) => content)?.at ?? null,
    itl: itl === null ? [] : [itl],
    tpot: perToken(last.at, tokens),
    e2e,
    tokens,
    rate: perSecond(tokens, e2e),
    runEnd: e2e,
    tokenSource: usage === null ? "events" : "usage",
  };
}

/** As {@linkcode guidellmFigures} has it. */
export const guidellm: Definition = {
  name: "guidellm",
  title: "guidellm",
  version: "guidellm (chat) at ee7a774",
  has: ["ttft", "firstAnswer", "itl", "tpot", "e2e", "tokens", "rate"],
  percentiles: "nearest_rank",
  weightOf,
  takesCut: true,
  of: guidellmFigures,
};

function weightOf(metric: Metric, { tokens }: Figures): number {
  if (metric === "tpot") return tokens ?? 0;
  return metric === "itl" ? Math.max(0, (tokens ?? 0) - 1) : 1;
}
