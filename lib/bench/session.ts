import { type Executor, measure, STREAMS_PER_PROCESS } from "../load/executor.ts";
import type { ShareResult, RunSpec } from "../load/run_share.ts";
import { makeRecordFolder, missingStreams } from "../load/run_folder.ts";
import { mostInFlight } from "../load/plan.ts";
import { type MetricsSource, MetricsWatch } from "../load/server_metrics/metrics_watch.ts";
import { warmUp } from "../load/warm_up.ts";
import { saveRun } from "../load/run_file.ts";
import type { SimulatedProcess } from "../load/workers/simulated_process.ts";
import type { FinishedRun } from "../measure/finished_run.ts";
import type { Micros } from "../base/time.ts";
import type { ProcessDeath } from "../measure/process_death.ts";
import type { RequestRecord } from "../measure/request_record.ts";
import type { ServerSide } from "../measure/server_side.ts";
import { RunProgress } from "../measure/run_progress.ts";
import { summarize } from "../measure/summary.ts";
import type { Message } from "../base/message.ts";
import type { ProgressView } from "../report/live/progress_view.ts";
import { epochClock } from "../base/clock.ts";
import type { Secret } from "../base/secret.ts";
import { askedOf, configOf, environmentFacts, instrumentOf } from "./facts.ts";
import type { BenchFlags } from "./flags.ts";
import { replayedOf } from "./traffic.ts";
import type { BenchTarget } from "./target.ts";
import { viewIn } from "./run_view.ts";
import * as messages from "./messages.ts";
import { metricsUnreadable } from "./server_messages.ts";
import { fileUnwritable } from "../command/messages/files.ts";
import type { ScriptContext } from "../command/script.ts";

/** What stays the same over the runs of a session. */
export interface SessionOptions {
  readonly flags: BenchFlags;
  readonly context: ScriptContext;
  readonly executor: Executor;
  readonly sides: readonly SessionSide[];
}

/** One of the endpoints, and the key that only it gets. */
export interface SessionSide {
  readonly target: Pick<BenchTarget, "baseUrl" | "key" | "simulated">;
  readonly proxy: boolean;
  /** Where its server tells of itself; `null`: nobody knows. */
  readonly metrics?: MetricsSource | null | undefined;
}

/** What a run is watched with. */
export interface RunOptions {
  /** Aborted: the rest is not worth being sent. */
  readonly stop?: AbortSignal | undefined;
  /** Told of the run so far, at its start and then now and then. */
  readonly onPartial?: ((run: FinishedRun) => void) | undefined;
}

/** A partial result is made no more often than this, in µs, and it takes no more than this share of the time. */
const PARTIAL_EVERY = 5_000_000;
const PARTIAL_SHARE = 0.02;

/** An open loop without a cap primes so many groups at a time. */
const MOST_PRIMED = 8;

/** How often the view and the partial result are thought of, in ms. */
const TICK = 50;

/** Carries out runs one after the other, over the same connections. */
export class BenchSession {
  readonly #options: SessionOptions;
  readonly #stopNow = new AbortController();
  #view: ProgressView | null = null;
  #warmConnections = 0;
  #lastSpec: RunSpec | null = null;
  /** Of the warm-up before the next run. */
  #deaths: readonly ProcessDeath[] = [];
  #isRecorded = true;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { context } = options;
    // The second Ctrl-C: requests in flight are given up.
    context.onSecondInterrupt(() => this.#stopNow.abort());
    const stopping = (): void => {
      // The view says so itself, and a line of ours would tear it up.
      if (context.outIsClosed()) return;
      if (this.#view === null || !context.err.isTerminal) context.say(messages.stopping());
    };
    context.signal.addEventListener("abort", stopping, { once: true });
  }

  /** What the last run was. `null` before the first. */
  get lastSpec(): RunSpec | null {
    return this.#lastSpec;
  }

  /** Whether everything that was to be recorded is in its folders. */
  get isRecorded(): boolean {
    return this.#isRecorded;
  }

  say(message: Message): void {
    this.#options.context.say(message);
  }

  /** Sends warm-up requests before a run, as its plan has them, and gives what came of them. */
  async warmUp(spec: RunSpec): Promise<readonly RequestRecord[]> {
    if (spec.plan.warmup === 0) return [];
    const { records } = await this.#warmUp(spec, { count: spec.plan.warmup });
    const answered = records.filter(({ failure }) => failure === null).length;
    const kept = STREAMS_PER_PROCESS * this.#options.executor.processes;
    // Which of the connections died with a process is not known.
    this.#warmConnections = this.#deaths.length > 0 ? 0 : Math.min(answered, kept);
    return records;
  }

  /** Has the endpoint read what groups of prompts share, so that it is in its cache. Gives what came of it. */
  async prime(spec: RunSpec): Promise<readonly RequestRecord[]> {
    const { groups = 0 } = (spec.prompts.kind === "synthetic" ? spec.prompts.shared : null) ?? {};
    if (groups === 0) return [];
    const atOnce = Math.min(groups, mostInFlight(spec.plan) ?? MOST_PRIMED);
    const { records } = await this.#warmUp(spec, {
      count: groups,
      atOnce,
      keepConnections: false,
    });
    return records;
  }

  /** Sends one request that is not counted, over a connection that is closed again, and gives its prompt's tokens. */
  async promptTokens(spec: RunSpec): Promise<number | null> {
    const { records } = await this.#warmUp(spec, { count: 1, keepConnections: false });
    return records[0]?.usage?.promptTokens ?? null;
  }

  /** Carries out the measured part of a run, and shows it while it goes on. */
  async run(
    asked: RunSpec,
    { onPartial, stop }: RunOptions = {},
  ): Promise<{ readonly run: FinishedRun; readonly result: ShareResult }> {
    const { context, executor } = this.#options;
    const { signal } = context;
    const spec = this.#withFolder(asked);
    this.#lastSpec = spec;
    const simulated = this.#sideOf(spec)?.target.simulated ?? null;
    const stops = [signal, stop, simulated?.died].filter((one) => one !== undefined);
    const progress = new RunProgress(spec.plan.until);
    const view = viewIn(context);
    const soFar: RequestRecord[] = [];
    const began = epochClock();
    let nextPartial = began;
    const tick = (): void => {
      const now = epochClock();
      view.update(() => progress.look(now - began));
      if (onPartial === undefined || now < nextPartial) return;
      const partial = { records: soFar.toSorted((a, b) => a.index - b.index), ...NOTHING };
      onPartial(this.#benchRun(spec, partial, { began, interrupted: true }));
      const took = epochClock() - now;
      nextPartial = now + Math.max(PARTIAL_EVERY, took / PARTIAL_SHARE);
    };
    const timer = setInterval(tick, TICK);
    const stopping = (): void => progress.stopping();
    signal.addEventListener("abort", stopping);
    this.#view = view;
    tick();
    const { metrics = null } = this.#sideOf(spec) ?? {};
    const watch = metrics === null ? null : await this.#watch(metrics);
    try {
      const result = await measure(spec, {
        executor,
        key: this.#keyFor(spec),
        stopSending: AbortSignal.any(stops),
        stopNow: this.#stopNow.signal,
        observer: {
          sent: () => progress.sent(),
          lost: (count) => progress.lost(count),
          deltas: (count) => progress.deltas(count),
          ended(record) {
            progress.ended(record);
            if (onPartial !== undefined) soFar.push(record);
          },
        },
      });
      const deaths = [...this.#deaths, ...result.deaths, ...(await deathOf(simulated, result))];
      this.#deaths = [];
      const complete = result.records.filter(({ outcome }) => outcome === "complete").length;
      const server = await watch?.end({ complete, start: result.start });
      const end = { began, interrupted: signal.aborted, server };
      const run = this.#benchRun(spec, { ...result, deaths }, end);
      return { run, result };
    } finally {
      clearInterval(timer);
      watch?.cancel();
      signal.removeEventListener("abort", stopping);
      this.#view = null;
      view.end();
    }
  }

  /** Completes the folder of the run that has just ended, and says what is missing in it. */
  keepRecording(run: FinishedRun, { recordingErrors }: ShareResult): void {
    const { flags } = this.#options;
    const { recordFolder = null, stall = 0 } = this.#lastSpec ?? {};
    const [first] = recordingErrors;
    if (recordFolder === null) return;
    if (first !== undefined) {
      this.#unrecorded(messages.recordingFailed(recordingErrors.length, first));
    }
    const gone = missingStreams(recordFolder, run.records);
    if (gone.length > 0) this.#unrecorded(messages.streamsGone(gone, recordFolder));
    try {
      saveRun(recordFolder, run, {
        stall,
        serviceLevel: flags.slo ?? null,
        price: flags.price ?? null,
        masked: this.#options.context.masked,
      });
    } catch (error) {
      this.#unrecorded(fileUnwritable(`${recordFolder}/run.json`, error));
    }
  }

  /** A folder that cannot be made now, as on a disk that is full, does not end what is measured. */
  #withFolder(spec: RunSpec): RunSpec {
    if (spec.recordFolder === null) return spec;
    try {
      makeRecordFolder(spec.recordFolder);
      return spec;
    } catch (error) {
      this.#unrecorded(fileUnwritable(spec.recordFolder, error));
      return { ...spec, recordFolder: null };
    }
  }

  async #watch(source: MetricsSource): Promise<MetricsWatch | null> {
    const watch = await MetricsWatch.start(source);
    if (watch instanceof MetricsWatch) return watch;
    this.say(metricsUnreadable(source.url, watch));
    return null;
  }

  #unrecorded(message: Message): void {
    this.#isRecorded = false;
    this.say(message);
  }

  async #warmUp(
    spec: RunSpec,
    options: {
      readonly count: number;
      readonly atOnce?: number;
      readonly keepConnections?: boolean;
    },
  ): Promise<ShareResult> {
    const { executor, context } = this.#options;
    const stop = { stopSending: context.signal, stopNow: this.#stopNow.signal };
    const key = this.#keyFor(spec);
    const result = await warmUp(spec, { ...options, ...stop, executor, key });
    this.#deaths = [...this.#deaths, ...result.deaths];
    return result;
  }

  #keyFor(spec: RunSpec): Secret | null {
    return this.#sideOf(spec)?.target.key ?? null;
  }

  /** `null` for the simulated model of a calibration. */
  #sideOf({ baseUrl, side }: RunSpec): SessionSide | null {
    const found = this.#options.sides[side?.index ?? 0];
    return found?.target.baseUrl === baseUrl ? found : null;
  }

  #benchRun(
    spec: RunSpec,
    result: Pick<ShareResult, "records" | "unsent" | "lag" | "deaths" | "clockOffset">,
    {
      began,
      interrupted,
      server,
    }: {
      readonly began: Micros;
      readonly interrupted: boolean;
      readonly server?: ServerSide | undefined;
    },
  ): FinishedRun {
    const { records, unsent, lag, deaths, clockOffset } = result;
    const { flags, executor } = this.#options;
    const { side } = spec;
    const proxy = this.#sideOf(spec)?.proxy ?? false;
    const workers = { processes: executor.processes };
    const warmConnections = this.#warmConnections;
    const { arrivals } = spec.plan;
    const { think = null } = spec.conversations ?? {};
    const isFull = arrivals.kind === "closed" && arrivals.ramp === undefined && think === null;
    const concurrency = isFull ? arrivals.concurrency : undefined;
    return {
      config: { ...configOf(spec, flags), ...workers },
      environment: environmentFacts(began),
      asked: askedOf(spec, flags),
      ...(side === undefined ? undefined : { side: side.name, pair: side.pair }),
      ...(flags.traffic === undefined ? undefined : { replayed: replayedOf(flags.traffic) }),
      ...(server === undefined ? undefined : { server }),
      records,
      summary: summarize(records, { serviceLevel: flags.slo, price: flags.price, concurrency }),
      instrument: instrumentOf(records, { lag, proxy, warmConnections, clockOffset }),
      interrupted,
      unsent,
      deaths,
    };
  }
}

/** What a run has beside its records before its end. */
const NOTHING = { unsent: 0, lag: [], deaths: [], clockOffset: 0 };

/** The simulated model is asked only where something failed: it may have been the model. */
async function deathOf(
  simulated: SimulatedProcess | null,
  { records, deaths }: Pick<ShareResult, "records" | "deaths">,
): Promise<ProcessDeath[]> {
  const isSuspect = deaths.length > 0 || records.some(({ failure }) => failure !== null);
  const end = isSuspect || simulated?.died.aborted ? await simulated?.end() : null;
  if (end === null || end === undefined) return [];
  return [{ role: "simulated", phase: "run", end, unknown: [], left: null }];
}
