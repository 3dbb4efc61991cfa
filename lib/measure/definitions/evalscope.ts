import { type Definition, type Figures, NO_FIGURES } from "./figures.ts";
import { lastUsage, perFurtherToken, perSecond } from "./spans.ts";
import type { EventStream } from "./stream_event.ts";

/**
 * `evalscope perf`, chat. F: the events with choices, with or without text. Any event but `[DONE]` sets its clock.
 * TTFT = a(F₁). ITL = {a(Fₖ) − a(the event before, of any kind)}, of all requests together. Latency (E2E) = a(the last event
 * of any kind but `[DONE]`), the one with usage included. TPOT = (E2E − TTFT) / (U − 1); 0 for U ≤ 1, and the 0 is averaged.
 * U: usage, else the tokenizer's count. Tokens/s of a request = U / E2E; of the run = ΣU / its time.
 * Percentiles by nearest rank.
 *
 * Source: fde259d, `default_api.py` 125–186, `benchmark_util.py` 110 and 332; `db_util.py` at 01ee08c (percentiles). A later
 * version (#1700) no longer counts events without text.
 *
 * @see https://github.com/modelscope/evalscope
 */
export function evalscopeFigures({ events, endedAt }: EventStream): Figures {
  const chunks = events.filter(({ done }) => !done);
  const first = chunks.findIndex(({ hasChoices }) => hasChoices);
  const [start, last] = [chunks[first], chunks.at(-1)];
  if (start === undefined || last === undefined) return NO_FIGURES;
  const gaps = chunks.flatMap(({ at, hasChoices }, place) =>
    place > first && hasChoices ? [at - (chunks[place - 1]?.at ?? at)] : [],
  );
  const tokens = lastUsage(events);
  const tpot = perFurtherToken({ from: start.at, to: last.at }, tokens);
  return {
    ...NO_FIGURES,
    ttft: start.at,
    itl: gaps,
    tpot: tokens !== null && tokens <= 1 ? 0 : tpot,
    e2e: last.at,
    tokens,
    rate: perSecond(tokens, last.at),
    runEnd: endedAt ?? last.at,
    tokenSource: tokens === null ? "tokenizer" : "usage",
    unknown: tokens === null ? ["tpot", "tokens", "rate", "runRate"] : [],
  };
}

/** As {@linkcode evalscopeFigures} has it. */
export const evalscope: Definition = {
  name: "evalscope",
  title: "evalscope",
  version: "evalscope perf (chat) at fde259d",
  has: ["ttft", "itl", "tpot", "e2e", "tokens", "rate", "runRate"],
  percentiles: "nearest_rank",
  takesCut: false,
  of: evalscopeFigures,
};
