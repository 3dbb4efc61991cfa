import { type Definition, type Figures, NO_FIGURES } from "./figures.ts";
import { gapsBetween, lastUsage, perFurtherToken, perToken } from "./spans.ts";
import type { EventStream, TokenizerCounts } from "./stream_event.ts";

/**
 * inference-perf, chat. Only the events with `content` count, reasoning and tool calls do not. A tokenizer counts the tokens
 * of each, and every token gets the time of its event: TTFT = the first token's time, where there are two tokens or more.
 * ITL = {tₖ − tₖ₋₁} over tokens: 0 inside of an event, the whole gap between two. TPOT = (last token − first token) / (n − 1).
 * Request latency (E2E): the end of the body. NTPOT = E2E / n. Tokens/s of the run = Σn / (last end − first start).
 * n: the tokenizer's count, by default; with `use_server_output_tokens` that of usage. The former is had where `tokens` are
 * given; without them ITL cannot be given, nor a TTFT that rests on a single event.
 *
 * Source: 7de5ef2, `reportgen/base.py` 475–590; `base.py` at 010d12f.
 *
 * @see https://github.com/kubernetes-sigs/inference-perf
 */
export function inferencePerfFigures(
  { events, endedAt }: EventStream,
  { tokens }: TokenizerCounts = {},
): Figures {
  const counted = events.filter(({ content }) => content);
  const [first, last] = [counted[0], counted.at(-1)];
  if (first === undefined || last === undefined) return NO_FIGURES;
  const times = events.flatMap((event, place) =>
    event.content ? Array.from({ length: tokens?.[place] ?? 0 }, () => event) : [],
  );
  const n = tokens === undefined ? lastUsage(events) : times.length;
  const isKnown = tokens !== undefined || counted.length > 1;
  const hasTwo = tokens === undefined ? isKnown : times.length > 1;
  const needsN = n === null ? (["tpot", "ntpot", "tokens", "runRate"] as const) : [];
  return {
    ...NO_FIGURES,
    ttft: hasTwo ? first.at : null,
    itl: gapsBetween(times),
    tpot: hasTwo ? perFurtherToken({ from: first.at, to: last.at }, n) : null,
    ntpot: perToken(endedAt, n),
    e2e: endedAt,
    tokens: n,
    runEnd: endedAt,
    tokenSource: tokens !== undefined || n === null ? "tokenizer" : "usage",
    unknown: [
      ...(isKnown ? [] : (["ttft"] as const)),
      ...(tokens === undefined ? (["itl"] as const) : []),
      ...(isKnown || n === null ? [] : (["tpot"] as const)),
      ...needsN,
    ],
  };
}

/** As {@linkcode inferencePerfFigures} has it, with the endpoint's counts. */
export const inferencePerf: Definition = {
  name: "inference-perf",
  title: "inference-perf",
  version: "inference-perf (chat) at 7de5ef2, with use_server_output_tokens",
  has: ["ttft", "itl", "tpot", "ntpot", "e2e", "tokens", "runRate"],
  percentiles: "linear",
  takesCut: false,
  of: (stream) => inferencePerfFigures(stream),
};
