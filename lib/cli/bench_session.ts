import { cpus } from "node:os";
import manifest from "../../package.json" with { type: "json" };
import {
  type BenchOptions,
  type BenchResult,
  type Executor,
  measure,
  warmUp,
  workersFor,
} from "../load/bench.ts";
import type { RunSpec } from "../load/part.ts";
import { mostInFlight } from "../load/plan.ts";
import type { BenchRun, Instrument } from "../measure/bench_run.ts";
import { ExactCounts } from "../measure/distribution.ts";
import type { RequestRecord } from "../measure/request_record.ts";
import { RunProgress } from "../measure/run_progress.ts";
import { summarize, type SummaryOptions } from "../measure/summary.ts";
import { progressView } from "../report/progress_view.ts";
import { epochClock } from "../wire/clock.ts";
import type { Secret } from "../wire/secret.ts";
import type { ScriptContext } from "./script.ts";

/** What stays the same over the runs of a session. */
export interface SessionOptions extends SummaryOptions {
  readonly executor: Executor;
  readonly key: Secret | null;
  readonly context: ScriptContext;
  /** The second Ctrl-C: requests in flight are given up. */
  readonly stopNow: AbortSignal;
  readonly config: Readonly<Record<string, unknown>>;
  readonly asked: Pick<BenchRun["asked"], "promptTokens" | "outputTokens">;
  readonly proxy: boolean;
  /** Told of the run so far, now and then. */
  readonly onPartial?: ((run: BenchRun) => void) | undefined;
}

/** A partial result is made no more often than this, in µs: it costs as much as the whole. */
const PARTIAL_EVERY = 5_000_000;

/** How often the view and the partial result are thought of, in ms. */
const TICK = 50;

/** Carries out one measured run, and shows it while it goes on. */
export async function runOnce(
  spec: RunSpec,
  options: SessionOptions,
): Promise<{ readonly run: BenchRun; readonly result: BenchResult }> {
  const { context, executor, key, stopNow } = options;
  const { err, language, signal } = context;
  const progress = new RunProgress(spec.plan.until);
  const view = progressView({
    write: (text) => err.write(text),
    size: () => ({ columns: err.width ?? 80, rows: process.stderr.rows ?? 24 }),
    clock: epochClock,
    isTerminal: err.isTerminal,
    language,
    styles: err.colors,
  });
  const soFar: RequestRecord[] = [];
  const began = epochClock();
  let savedAt = began;
  const timer = setInterval(() => {
    const now = epochClock();
    view.update(() => progress.look(now - began));
    if (options.onPartial === undefined || now - savedAt < PARTIAL_EVERY) return;
    savedAt = now;
    const partial = { records: soFar.toSorted((a, b) => a.index - b.index), unsent: 0, lag: [] };
    options.onPartial(benchRun(spec, partial, { ...options, interrupted: true }));
  }, TICK);
  const stopping = (): void => progress.stopping();
  signal.addEventListener("abort", stopping);
  const benchOptions: BenchOptions = {
    executor,
    key,
    stopSending: signal,
    stopNow,
    observer: {
      sent: () => progress.sent(),
      deltas: (count) => progress.deltas(count),
      ended(record) {
        progress.ended(record);
        if (options.onPartial !== undefined) soFar.push(record);
      },
    },
  };
  try {
    const result = await measure(spec, benchOptions);
    const run = benchRun(spec, result, { ...options, interrupted: signal.aborted });
    return { run, result };
  } finally {
    clearInterval(timer);
    signal.removeEventListener("abort", stopping);
    view.end();
  }
}

/** Warm-up requests of a session: see `warmUp`. */
export function warmUpSession(
  spec: RunSpec,
  { count, executor, key, context, stopNow }: SessionOptions & { readonly count: number },
): ReturnType<typeof warmUp> {
  return warmUp(spec, { count, executor, key, stopSending: context.signal, stopNow });
}

/** The run that these records are of. */
export function benchRun(
  spec: RunSpec,
  result: Pick<BenchResult, "records" | "unsent" | "lag">,
  options: Omit<SessionOptions, "executor" | "key" | "context" | "stopNow"> & {
    readonly interrupted: boolean;
  },
): BenchRun {
  const { arrivals } = spec.plan;
  const isOpen = arrivals.kind === "open";
  return {
    config: { ...options.config, ...planConfig(spec) },
    environment: environment(),
    asked: {
      rate: isOpen ? arrivals.rate : null,
      cap: isOpen ? arrivals.cap : null,
      cache: spec.cache,
      ...options.asked,
    },
    records: result.records,
    summary: summarize(result.records, options),
    instrument: instrumentOf(spec, { lag: result.lag, proxy: options.proxy }),
    interrupted: options.interrupted,
    unsent: result.unsent,
  };
}

/** How many processes a session sends from. */
export function workersOf(spec: RunSpec, asked: number | undefined): number {
  return asked ?? workersFor(spec.plan, cpus().length);
}

function planConfig({ plan, model, baseUrl, seed, cache }: RunSpec): Record<string, unknown> {
  const { arrivals, until } = plan;
  return {
    base_url: baseUrl,
    model,
    ...(arrivals.kind === "closed"
      ? { concurrency: arrivals.concurrency }
      : { rate: arrivals.rate, arrival: arrivals.process, concurrency: arrivals.cap }),
    requests: "requests" in until ? until.requests : null,
    duration_ms: "duration" in until ? until.duration / 1000 : null,
    warmup: plan.warmup,
    plan_seed: seed,
    cache,
  };
}

function environment(): Record<string, unknown> {
  const processors = cpus();
  return {
    streamgauge: manifest.version,
    bun: Bun.version,
    platform: process.platform,
    arch: process.arch,
    cpu: processors[0]?.model ?? null,
    cores: processors.length,
  };
}

function instrumentOf(
  { plan }: RunSpec,
  { lag, proxy }: { readonly lag: BenchResult["lag"]; readonly proxy: boolean },
): Instrument {
  const counts = new ExactCounts();
  for (const [sample, times] of lag) counts.add(sample, times);
  const places = mostInFlight(plan) ?? 1;
  return {
    loopLagP99: counts.distribution().p99,
    connections: plan.warmup >= places ? "warm" : "cold",
    proxy,
  };
}
