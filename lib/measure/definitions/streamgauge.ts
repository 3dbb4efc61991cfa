import type { Usage } from "../../wire/usage.ts";
import type { RequestMetrics } from "../metrics.ts";
import { type Figures, type Metric, NO_FIGURES } from "./figures.ts";

/** The metrics that we have. */
export const OUR_METRICS: readonly Metric[] = [
  "ttft",
  "firstAnswer",
  "itl",
  "tpot",
  "e2e",
  "tokens",
  "rate",
  "runRate",
];

/** Our own numbers in the form of the others: those of `metrics.ts`, to which the formulas stand. */
export function ourFigures({
  metrics,
  usage,
}: {
  readonly metrics: RequestMetrics;
  readonly usage: Usage | null;
}): Figures {
  return {
    ...NO_FIGURES,
    ttft: metrics.ttft,
    firstAnswer: metrics.ttfa,
    itl: metrics.itl,
    tpot: metrics.tpot,
    e2e: metrics.e2e,
    tokens: usage?.completionTokens ?? null,
    rate: metrics.outputRate,
    runEnd: metrics.closed,
    tokenSource: "usage",
  };
}
