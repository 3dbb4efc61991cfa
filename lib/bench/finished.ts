import type { RunFrame } from "../load/fleet/orders.ts";
import type { RunSpec, ShareResult } from "../load/run_share.ts";
import type { FinishedRun } from "../measure/finished_run.ts";
import type { ServerSide } from "../measure/server_side.ts";
import { summarize } from "../measure/summary.ts";
import type { Micros } from "../base/time.ts";
import { askedOf, configOf, environmentFacts, instrumentOf } from "./facts.ts";
import type { BenchFlags } from "./flags.ts";
import { replayedOf } from "./traffic.ts";

/** What the report of a run needs beside its results, as it is known before its end. */
export function frameOf(
  spec: RunSpec,
  given: {
    readonly flags: BenchFlags;
    /** What the settings say of who sends. */
    readonly sending: Readonly<Record<string, unknown>>;
    readonly began: Micros;
    readonly proxy: boolean;
    readonly warmConnections: number;
  },
): RunFrame {
  const { flags, sending, began, proxy, warmConnections } = given;
  const { side } = spec;
  const { arrivals } = spec.plan;
  const { think = null } = spec.conversations ?? {};
  const isFull = arrivals.kind === "closed" && arrivals.ramp === undefined && think === null;
  return {
    config: { ...configOf(spec, flags), ...sending },
    environment: environmentFacts(began),
    asked: askedOf(spec, flags),
    ...(side === undefined ? undefined : { side: side.name, pair: side.pair }),
    ...(flags.traffic === undefined ? undefined : { replayed: replayedOf(flags.traffic) }),
    serviceLevel: flags.slo ?? null,
    price: flags.price ?? null,
    concurrency: isFull ? arrivals.concurrency : null,
    warmConnections,
    proxy,
  };
}

/** A run with its results. */
export function finishedRun(
  frame: RunFrame,
  result: Pick<ShareResult, "records" | "unsent" | "lag" | "deaths" | "clockOffset" | "workers">,
  {
    interrupted,
    server,
  }: { readonly interrupted: boolean; readonly server?: ServerSide | undefined },
): FinishedRun {
  const { serviceLevel, price, concurrency, warmConnections, proxy, ...rest } = frame;
  const { records, unsent, lag, deaths, clockOffset, workers: fleet } = result;
  const options = {
    serviceLevel: serviceLevel ?? undefined,
    price: price ?? undefined,
    concurrency: concurrency ?? undefined,
  };
  return {
    ...rest,
    ...(server === undefined ? undefined : { server }),
    records,
    summary: summarize(records, options),
    instrument: instrumentOf(records, { lag, proxy, warmConnections, clockOffset, fleet }),
    interrupted,
    unsent,
    deaths,
  };
}
