import { type ClockSample, clockOffset } from "../../measure/clock_offset.ts";
import type { ProcessEnd } from "../../measure/process_death.ts";
import { epochClock } from "../../base/clock.ts";
import type { Micros } from "../../base/time.ts";
import { childCommand } from "./child_command.ts";
import { childEnvironment } from "./child_environment.ts";
import { isToRun, type ToRun, type ToWorker } from "./worker_messages.ts";

/** Bun's `fetch` queues everything above 256 requests at once, unless this is set when the process starts. */
const RAISED_LIMIT = { BUN_CONFIG_MAX_HTTP_REQUESTS: "65336" };

/** So often a worker's clock is asked for; the shortest way counts. */
const PINGS = 5;

/** In ms: so long after the one of them, the end of the channel and that of the process are the same event. */
const SAME_EVENT = 1_000;

/** A worker process and the channel to it. It is lost once, for whatever reason, and never throws. */
export class WorkerProcess {
  /** Settles when it is lost, with how. */
  readonly lost: Promise<ProcessEnd>;
  readonly #child: Bun.Subprocess;
  readonly #lose: (end: ProcessEnd) => void;
  #end: ProcessEnd | null = null;
  #clockOffset: Micros = 0;
  #onMessage: (message: ToRun) => void = () => {};

  /** `environment`: that of this process, of which it gets what is on a short list. */
  constructor(environment: Readonly<Record<string, string | undefined>>) {
    const { promise, resolve } = Promise.withResolvers<ProcessEnd>();
    this.lost = promise;
    this.#lose = (end) => {
      if (this.#end !== null) return;
      this.#end = end;
      this.#child.kill("SIGKILL");
      resolve(end);
    };
    const disconnected = Promise.withResolvers<void>();
    this.#child = Bun.spawn(childCommand("worker"), {
      env: { ...childEnvironment(environment, "network"), ...RAISED_LIMIT },
      stdio: ["ignore", "ignore", "inherit"],
      // What cannot be read as JSON closes the channel; as structured clones it would be thrown at nobody.
      serialization: "json",
      ipc: (message: unknown) => this.#take(message),
      onDisconnect: () => disconnected.resolve(),
    });
    void this.#watch(disconnected.promise);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** How it was lost; `null` while it lives. */
  get end(): ProcessEnd | null {
    return this.#end;
  }

  /** How far its clock is ahead of ours, in µs, where that is more than its measuring explains; else 0. */
  get clockOffset(): Micros {
    return this.#clockOffset;
  }

  /** Resolves when it can be given work, with its clock measured, or when it is lost before. */
  async start(): Promise<void> {
    await this.#answerOf("ready");
    const samples: ClockSample[] = [];
    while (samples.length < PINGS && this.#end === null) {
      const asked = epochClock();
      const answer = this.#answerOf("pong");
      this.tell({ kind: "ping" });
      const pong = await answer;
      if (pong !== null) samples.push({ asked, theirs: pong.now, answered: epochClock() });
    }
    this.#clockOffset = clockOffset(samples);
  }

  /** Takes each message from now on. */
  listen(onMessage: (message: ToRun) => void): void {
    this.#onMessage = onMessage;
  }

  tell(message: ToWorker): void {
    if (this.#end !== null) return;
    try {
      this.#child.send(message);
    } catch {
      // It has ended just now: `lost` says how.
    }
  }

  /** It is ended: it has not answered, or is not to be trusted. */
  giveUp(end: ProcessEnd): void {
    this.#lose(end);
  }

  /** A worker does not listen to signals that ask politely. */
  async stop(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
  }

  #take(message: unknown): void {
    if (this.#end !== null) return;
    if (!isToRun(message)) this.#lose({ kind: "unreadable" });
    else if (message.kind === "failed") this.#lose({ kind: "error", message: message.message });
    else this.#onMessage(message);
  }

  /** `null` when it is lost before it answers. */
  async #answerOf<Kind extends "ready" | "pong">(
    kind: Kind,
  ): Promise<Extract<ToRun, { kind: Kind }> | null> {
    const { promise, resolve } = Promise.withResolvers<Extract<ToRun, { kind: Kind }>>();
    this.listen((message) => {
      if (message.kind === kind) resolve(message as Extract<ToRun, { kind: Kind }>);
    });
    return Promise.race([promise, this.lost.then(() => null)]);
  }

  /** What it sent before its end is taken first: the channel's end comes behind the last message. */
  async #watch(disconnected: Promise<void>): Promise<void> {
    const child = this.#child;
    await Promise.race([child.exited, disconnected]);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const enough = new Promise((resolve) => (timer = setTimeout(resolve, SAME_EVENT)));
    await Promise.race([Promise.all([child.exited, disconnected]), enough]);
    clearTimeout(timer);
    const { signalCode, exitCode } = child;
    if (signalCode !== null) this.#lose({ kind: "signal", signal: String(signalCode) });
    // 0 is how it ends when its channel is closed.
    else if (exitCode === null || exitCode === 0) this.#lose({ kind: "unreadable" });
    else this.#lose({ kind: "exit", code: exitCode });
  }
}
