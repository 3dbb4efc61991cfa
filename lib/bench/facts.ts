import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import manifest from "../../package.json" with { type: "json" };
import type { Arrivals } from "../load/plan.ts";
import type { RunSpec } from "../load/run_share.ts";
import { completionRequest } from "../protocols/completion_request.ts";
import { protocolNamed } from "../protocols/protocols.ts";
import { ExactCounts } from "../measure/distribution.ts";
import type { AskedOfRun, Instrument } from "../measure/finished_run.ts";
import { mostAtOnce } from "../measure/most_at_once.ts";
import type { RequestRecord } from "../measure/request_record.ts";
import type { Micros } from "../base/time.ts";
import type { BenchFlags } from "./flags.ts";
import { trafficConfig } from "./traffic.ts";

/** What a run was asked to do, under the names that the results have for it. Nothing secret is in it. */
export function configOf(spec: RunSpec, flags: BenchFlags): Record<string, unknown> {
  const { arrivals, until, warmup, drain } = spec.plan;
  const traffic = trafficConfig(flags);
  return {
    base_url: spec.baseUrl,
    api: spec.api ?? "chat",
    model: spec.model,
    ...arrivalsConfig(arrivals, flags),
    requests: "requests" in until ? until.requests : null,
    duration_ms: "duration" in until ? until.duration / 1000 : null,
    drain_ms: drain / 1000,
    warmup,
    plan_seed: spec.seed,
    prompts: flags.synthetic === undefined ? (flags.prompts ?? "prompt") : "synthetic",
    ...(traffic === null ? undefined : { prompts: "replay", replay: traffic }),
    synthetic: flags.synthetic ?? null,
    cache: spec.cache,
    parameters: fieldsSent(spec),
    retries: spec.retries,
    resend_reused: spec.resendReused,
    slo_ms: levelInMilliseconds(flags),
    stall_ms: spec.stall / 1000,
  };
}

function arrivalsConfig(arrivals: Arrivals, { rate, arrival = "constant" }: BenchFlags) {
  switch (arrivals.kind) {
    case "closed":
      return { concurrency: arrivals.concurrency };
    case "open":
      return { rate: arrivals.rate, arrival: arrivals.process, concurrency: arrivals.cap };
    case "recorded":
      return {
        rate: rate ?? null,
        arrival: rate === undefined ? "recorded" : arrival,
        concurrency: arrivals.cap,
      };
  }
}

/** The body fields that make the answers, as they are sent: all but what is asked, of whom, and that it is streamed. */
function fieldsSent(spec: RunSpec): Readonly<Record<string, unknown>> {
  const { api = "chat" } = spec;
  // Every request has its own.
  if (spec.prompts.kind === "traffic") return spec.parameters;
  const { body } = completionRequest({ ...spec, messages: [], key: null });
  const { model: _, stream: _stream, stream_options: _options, ...fields } = body ?? {};
  const { [protocolNamed(api).questionField]: _question, ...made } = fields;
  return made;
}

/** What was asked of a run, as far as it can be held against what came. */
export function askedOf(spec: RunSpec, flags: BenchFlags): AskedOfRun {
  const { arrivals } = spec.plan;
  const isOpen = arrivals.kind === "open";
  return {
    rate: isOpen ? arrivals.rate : null,
    cap: arrivals.kind === "closed" ? null : arrivals.cap,
    promptTokens: flags.synthetic?.in ?? null,
    outputTokens: flags.synthetic?.out ?? flags.maxTokens ?? null,
    cache: spec.cache,
  };
}

/** Asked at the start: a run that reaches the limit leaves no handle to ask with. */
const OPEN_FILES = openFilesLimit();

/** The machine and the versions, under the names that the results have for them. */
export function environmentFacts(): Record<string, unknown> {
  const processors = cpus();
  return {
    streamgauge: manifest.version,
    bun: Bun.version,
    platform: process.platform,
    arch: process.arch,
    cpu: processors[0]?.model ?? null,
    cores: processors.length,
    open_files: OPEN_FILES,
  };
}

/** How many files and connections a process may have open; `null` where the system does not tell. */
function openFilesLimit(): number | null {
  try {
    const limits = readFileSync("/proc/self/limits", "utf8");
    const limit = /^Max open files +(\d+)/m.exec(limits)?.[1];
    return limit === undefined ? null : Number(limit);
  } catch {
    return null;
  }
}

/**
 * What the instrument saw of itself. The connections were warm if there was an open one for each request that was under
 * way at the busiest moment: in an open loop that shows only afterwards.
 */
export function instrumentOf(
  records: readonly RequestRecord[],
  {
    lag,
    proxy,
    warmConnections,
    clockOffset,
  }: {
    readonly lag: readonly (readonly [sample: Micros, times: number])[];
    readonly proxy: boolean;
    readonly warmConnections: number;
    readonly clockOffset: Micros;
  },
): Instrument {
  const counts = new ExactCounts();
  for (const [sample, times] of lag) counts.add(sample, times);
  return {
    loopLagP99: counts.distribution().p99,
    connections: warmConnections >= mostAtOnce(records) ? "warm" : "cold",
    proxy,
    clockOffset,
  };
}

function levelInMilliseconds({ slo }: BenchFlags): Record<string, number> | null {
  if (slo === undefined) return null;
  return Object.fromEntries(Object.entries(slo).map(([name, limit]) => [name, limit / 1000]));
}
