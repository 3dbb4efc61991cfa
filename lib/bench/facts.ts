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
import { sharedOf } from "./cache_use.ts";
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
    prompts: promptsConfig(flags),
    ...(traffic === null ? undefined : { prompts: "replay", replay: traffic }),
    synthetic: flags.synthetic ?? null,
    ...mixConfig(spec),
    ...imagesConfig(spec),
    ...conversationsConfig(spec),
    ...(spec.depth === undefined ? undefined : { depth: spec.depth.tokens }),
    cache: cacheConfig(flags),
    parameters: fieldsSent(spec),
    retries: spec.retries,
    resend_reused: spec.resendReused,
    slo_ms: levelInMilliseconds(flags),
    stall_ms: spec.stall / 1000,
  };
}

function mixConfig({ mix }: RunSpec): Record<string, unknown> {
  if (mix === undefined) return {};
  return { mix: mix.map(({ name, share, model }) => ({ name, share, model })) };
}

function imagesConfig({ images }: RunSpec): Record<string, unknown> {
  if (images === undefined) return {};
  return images.kind === "files"
    ? { images: { files: images.urls.length } }
    : { images: { synthetic: `${images.width}x${images.height}` } };
}

function promptsConfig({ synthetic, prompts, mix }: BenchFlags): string {
  return synthetic === undefined ? (prompts ?? mix ?? "prompt") : "synthetic";
}

function cacheConfig({ cache = "unique" }: BenchFlags): string {
  return typeof cache === "string" ? cache : `share=${cache.share},groups=${cache.groups}`;
}

function conversationsConfig({ conversations }: RunSpec): Record<string, unknown> {
  if (conversations === undefined) return {};
  const { turns, think } = conversations;
  return { turns, think_ms: think === null ? null : [think.from / 1000, think.to / 1000] };
}

function arrivalsConfig(arrivals: Arrivals, flags: BenchFlags): Record<string, unknown> {
  if (arrivals.kind === "recorded") {
    const { rate = null, arrival = { process: "constant" } } = flags;
    const process = rate === null ? { arrival: "recorded" } : processConfig(arrival);
    return { rate, ...process, concurrency: arrivals.cap };
  }
  const { ramp } = arrivals;
  const course =
    ramp === undefined
      ? undefined
      : { ramp: { from: ramp.from, to: ramp.to, duration_ms: ramp.over / 1000 } };
  if (arrivals.kind === "closed") return { concurrency: arrivals.concurrency, ...course };
  const { rate, cap } = arrivals;
  return { rate, ...processConfig(arrivals), concurrency: cap, ...course };
}

function processConfig({
  process,
  burstiness,
}: {
  readonly process: string;
  readonly burstiness?: number | undefined;
}): Record<string, unknown> {
  return { arrival: process, ...(burstiness === undefined ? undefined : { burstiness }) };
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
  const shared = sharedOf(flags);
  // The tokens of pictures come on top, so many as nobody knows.
  const asked = spec.images === undefined ? flags.synthetic : undefined;
  const { tools } = spec.parameters;
  return {
    rate: isOpen ? arrivals.rate : null,
    cap: arrivals.kind === "closed" ? null : arrivals.cap,
    promptTokens: asked === undefined ? null : asked.in + (spec.depth?.tokens ?? 0),
    outputTokens: spec.mix === undefined ? (flags.synthetic?.out ?? flags.maxTokens ?? null) : null,
    cache: spec.cache,
    ...(shared === null ? undefined : { cachedShare: shared.share }),
    ...(spec.depth === undefined ? undefined : { depth: spec.depth }),
    ...(Array.isArray(tools) ? { tools: tools.length } : undefined),
    ...(spec.mix === undefined && spec.prompts.kind === "list"
      ? { prompts: spec.prompts.conversations.length }
      : undefined),
  };
}

/** Asked at the start: a run that reaches the limit leaves no handle to ask with. */
const OPEN_FILES = openFilesLimit();

/** When a run began, the machine and the versions, under the names that the results have for them. */
export function environmentFacts(began: Micros): Record<string, unknown> {
  const processors = cpus();
  return {
    started_at: new Date(Math.floor(began / 1000)).toISOString(),
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
    connections: connectionsIn(records, warmConnections),
    proxy,
    clockOffset,
  };
}

function connectionsIn(
  records: readonly RequestRecord[],
  warmConnections: number,
): Instrument["connections"] {
  if (records.some(({ connectionClosed }) => connectionClosed)) return "closed";
  return warmConnections >= mostAtOnce(records) ? "warm" : "cold";
}

function levelInMilliseconds({ slo }: BenchFlags): Record<string, number> | null {
  if (slo === undefined) return null;
  return Object.fromEntries(Object.entries(slo).map(([name, limit]) => [name, limit / 1000]));
}
