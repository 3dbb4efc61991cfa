import type { Definition, Figures } from "./figures.ts";
import { NO_FIGURES } from "./figures.ts";
import { gapsBetween, lastUsage, perFurtherToken } from "./spans.ts";
import type { EventStream } from "./stream_event.ts";

/**
 * `vllm bench serve` (Python, `openai-chat`). F: the events with choices, with or without text.
 * TTFT = a(F₁). ITL = {a(Fₖ) − a(Fₖ₋₁)}, of all requests together. E2E = a(F last). TPOT = (E2E − TTFT) / (N − 1) for N > 1.
 * N: the usage of an event *without* choices, else the tokenizer's count of the text, which a recording does not hold.
 * Tokens/s of the run = ΣN / the run's time.
 *
 * Source: `vllm/benchmarks/lib/endpoint_request_func.py` at 02cfb534 (`async_request_openai_chat_completions`),
 * `vllm/benchmarks/serve.py` at 009e6d4a (`calculate_metrics`).
 *
 * @see https://github.com/vllm-project/vllm
 */
export function vllmFigures({ events, endedAt }: EventStream): Figures {
  const usage = lastUsage(events.filter(({ hasChoices }) => !hasChoices));
  return figuresWith({ events, endedAt }, usage);
}

/**
 * `vllm-bench` (Rust), chat: as {@linkcode vllmFigures}, but N is the usage of *any* event, else 1 + the number of gaps.
 *
 * Source: `backends/openai_chat.rs` at 0c650358, `metrics/calculator.rs` at 3aa782f4.
 *
 * @see https://github.com/vllm-project/vllm
 */
export function vllmRustFigures({ events, endedAt }: EventStream): Figures {
  const usage = lastUsage(events);
  const counted = events.filter(({ hasChoices }) => hasChoices).length;
  const figures = figuresWith({ events, endedAt }, usage ?? (counted || null));
  return usage === null && counted > 0 ? { ...figures, tokenSource: "events" } : figures;
}

/** As {@linkcode vllmFigures} has it. */
export const vllm: Definition = {
  name: "vllm",
  title: "vLLM",
  version: "vllm bench serve (Python, chat) at 02cfb534, 009e6d4a",
  has: ["ttft", "itl", "tpot", "e2e", "tokens", "runRate"],
  percentiles: "linear",
  takesCut: true,
  of: vllmFigures,
};

function figuresWith({ events, endedAt }: EventStream, tokens: number | null): Figures {
  const counted = events.filter(({ hasChoices }) => hasChoices);
  const [first, last] = [counted[0], counted.at(-1)];
  if (first === undefined || last === undefined) return NO_FIGURES;
  return {
    ...NO_FIGURES,
    ttft: first.at,
    itl: gapsBetween(counted),
    tpot: perFurtherToken({ from: first.at, to: last.at }, tokens),
    e2e: last.at,
    tokens,
    runEnd: endedAt ?? last.at,
    tokenSource: tokens === null ? "tokenizer" : "usage",
    unknown: tokens === null ? ["tpot", "tokens", "runRate"] : [],
  };
}
