import { fileURLToPath } from "node:url";
import type { RequestRecord } from "../measure/request_record.ts";
import { epochClock } from "../wire/clock.ts";
import type { PartOptions, PartResult, RunSpec } from "./part.ts";
import { mostInFlight } from "./plan.ts";
import type { ToRun, ToWorker } from "./worker_messages.ts";

/** Bun's `fetch` queues everything above 256 requests at once, unless this is set when the process starts. */
const RAISED_LIMIT = { BUN_CONFIG_MAX_HTTP_REQUESTS: "65336" };

/** Worker processes that are ready to run. Started before the run, so that it begins on time. */
export class Workers implements AsyncDisposable {
  readonly #workers: readonly Worker[];

  private constructor(workers: readonly Worker[]) {
    this.#workers = workers;
  }

  get processes(): number {
    return this.#workers.length;
  }

  get pids(): readonly number[] {
    return this.#workers.map(({ pid }) => pid);
  }

  /** Starts so many workers, and resolves when all are ready. @throws when one ends before it is. */
  static async start(count: number): Promise<Workers> {
    const workers = Array.from({ length: count }, () => new Worker());
    const started = new Workers(workers);
    try {
      await Promise.all(workers.map((worker) => worker.ready));
    } catch (error) {
      await started[Symbol.asyncDispose]();
      throw error;
    }
    return started;
  }

  /**
   * Carries out a plan, dealt out to the workers, and merges what they did. No more workers take part than there are
   * places: one without a place could send nothing.
   */
  async run(spec: RunSpec, options: Omit<PartOptions, "clock" | "share">): Promise<PartResult> {
    const workers = Math.min(this.#workers.length, mostInFlight(spec.plan) ?? Infinity);
    const parts = await Promise.all(
      this.#workers
        .slice(0, workers)
        .map((process, worker) => process.work(spec, { ...options, share: { worker, workers } })),
    );
    return {
      records: parts.flatMap((part) => part.records),
      unsent: parts.reduce((sum, part) => sum + part.unsent, 0),
      lag: parts.flatMap((part) => part.lag),
      recordingErrors: parts.flatMap((part) => part.recordingErrors),
      stamps: parts.flatMap((part) => part.stamps),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.end()));
  }
}

class Worker {
  readonly #child: Bun.Subprocess;
  readonly ready: Promise<void>;
  #onMessage: (message: ToRun) => void = () => {};

  constructor() {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ready = promise;
    this.#child = Bun.spawn(
      [process.execPath, "--no-orphans", fileURLToPath(new URL("worker.ts", import.meta.url))],
      {
        env: { ...process.env, ...RAISED_LIMIT },
        stdio: ["ignore", "ignore", "inherit"],
        serialization: "advanced",
        ipc: (message: ToRun) => {
          if (message.kind === "ready") resolve();
          else this.#onMessage(message);
        },
      },
    );
    void this.#child.exited.then((code) =>
      reject(new Error(`A worker process ended with ${code} before it was ready`)),
    );
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** @throws when the process ends before its work does. */
  async work(spec: RunSpec, options: Omit<PartOptions, "clock">): Promise<PartResult> {
    const { key, start, share, observer, stopSending, stopNow } = options;
    const records: RequestRecord[] = [];
    const { promise, resolve, reject } = Promise.withResolvers<PartResult>();
    this.#onMessage = (message) => {
      if (message.kind === "progress") {
        for (let i = 0; i < message.sent; i++) observer?.sent();
        observer?.deltas(message.deltas);
        for (const record of message.ended) {
          records.push(record);
          observer?.ended(record);
        }
      } else if (message.kind === "done") {
        const { kind: _, ...rest } = message;
        resolve({ ...rest, records });
      }
    };
    void this.#child.exited.then((code) =>
      reject(new Error(`A worker process ended with ${code} before its work was done`)),
    );
    this.#tell({ kind: "work", spec, key: key?.reveal() ?? null, start, share });
    const tellStop = (): void => this.#tell({ kind: "stop_sending" });
    const tellStopNow = (): void => this.#tell({ kind: "stop_now" });
    onAbort(stopSending, tellStop);
    onAbort(stopNow, tellStopNow);
    try {
      return await promise;
    } finally {
      stopSending.removeEventListener("abort", tellStop);
      stopNow.removeEventListener("abort", tellStopNow);
    }
  }

  /** A worker does not listen to signals that ask politely. */
  async end(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
  }

  #tell(message: ToWorker): void {
    if (this.#child.exitCode === null) this.#child.send(message);
  }
}

function onAbort(signal: AbortSignal, action: () => void): void {
  if (signal.aborted) action();
  else signal.addEventListener("abort", action);
}

/** The run's start: a moment ahead on the shared clock, so that every worker has its work by then. */
export function startSoon(): number {
  return epochClock() + 200_000;
}
