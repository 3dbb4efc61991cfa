import { epochClock } from "../../base/clock.ts";
import { parseJson } from "../../base/json.ts";
import { type Message, UserError } from "../../base/message.ts";
import type { Secret } from "../../base/secret.ts";
import type { Micros } from "../../base/time.ts";
import type { RunSpec } from "../run_share.ts";
import { type Part, Workers } from "../workers/workers.ts";
import { fleetClock } from "./clock.ts";
import type { FleetConnection } from "./connection.ts";
import type { Journal } from "./journal.ts";
import { HELD, lockOf, LOOK_EVERY, ordersOf, queueOf } from "./names.ts";
import type { FleetClock, Order, SeatNews, WorkerCard } from "./orders.ts";
import { Reporter } from "./reporter.ts";
import { StreamReader } from "./stream.ts";
import { within } from "./within.ts";

/** In ms: so long a worker waits for orders of a bench that it cannot see any more, because Redis was away. */
const PATIENCE = 60_000;

/** In ms: so long a worker that was told to end waits for Redis. */
const GRACE = 5_000;

/** What a seat needs of its worker. */
export interface SeatOptions {
  readonly bench: string;
  readonly seat: string;
  readonly connection: FleetConnection;
  readonly journal: Journal;
  readonly card: WorkerCard;
  /** The worker's own key for what a run asks; `null`: none. @throws {UserError} when there is one missing. */
  readonly keyFor: (spec: RunSpec) => Secret | null;
  /** Aborted: it sends no more, hands in what it has, and leaves. */
  readonly stopSending: AbortSignal;
  /** Aborted: requests in flight are given up, too. */
  readonly stopNow: AbortSignal;
}

type Prepare = Extract<Order, { kind: "prepare" }>;

/** A run that is prepared, or goes on. */
interface CurrentRun {
  readonly order: Prepare;
  readonly part: Part;
  readonly key: Secret | null;
  readonly clock: FleetClock;
  readonly stopSending: AbortController;
  readonly stopNow: AbortController;
  isRunning: boolean;
}

/** How a seat was left. `bench`: it is over, and nobody needs what was told any more. */
export type SeatEnd = "bench" | "lost" | "alone" | "stopped";

/** A worker's seat in a bench: it does what the bench orders, and tells what it did. */
export class Seat implements AsyncDisposable {
  readonly #options: SeatOptions;
  readonly #end = Promise.withResolvers<SeatEnd>();
  readonly #outages: number;
  #workers: Workers | null = null;
  #processes = 1;
  #current: CurrentRun | null = null;
  /** Orders are carried out one after the other; those to stop come between. */
  #work: Promise<void> = Promise.resolve();
  #idleSince = performance.now();
  #nextOrder = 0;
  #leaving: SeatEnd | null = null;

  constructor(options: SeatOptions) {
    this.#options = options;
    this.#outages = options.connection.outages;
  }

  /** Resolves when the seat is left, and all that it told is in Redis. */
  async take(): Promise<SeatEnd> {
    const { bench, connection, journal, card, stopSending, stopNow } = this.#options;
    if (!(await this.#benchIsThere())) return "alone";
    this.#tell({ kind: "joined", card });
    using _orders = new StreamReader(connection, {
      stream: ordersOf(bench),
      take: (entry) => this.#take(parseJson(entry) as Order),
    });
    const looking = setInterval(() => void this.#look(), LOOK_EVERY);
    const stop = (): void => this.#leave("stopped");
    const stoppedNow = (): void => this.#current?.stopNow.abort();
    stopSending.addEventListener("abort", stop);
    stopNow.addEventListener("abort", stoppedNow);
    if (stopSending.aborted) stop();
    const end = await this.#end.promise;
    clearInterval(looking);
    stopSending.removeEventListener("abort", stop);
    stopNow.removeEventListener("abort", stoppedNow);
    this.#tell({ kind: "left" });
    const handedIn = Promise.race([journal.handedIn(), aborted(stopNow)]);
    // Who is to end does not wait for a Redis that is away: what is kept is handed in by the next one.
    const stopped = aborted(stopSending).then(() => within(GRACE, handedIn));
    await Promise.race([handedIn, stopped]);
    return end;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#workers?.[Symbol.asyncDispose]();
  }

  #tell(news: SeatNews): void {
    this.#options.journal.tell(news);
  }

  #take(order: Order): void {
    // What was lost with Redis comes once more, in order.
    if (order.number !== this.#nextOrder) return;
    this.#nextOrder++;
    const current = this.#current;
    switch (order.kind) {
      case "processes":
        this.#processes = order.processes[this.#options.seat] ?? 1;
        return;
      case "prepare":
        return this.#inTurn(() => this.#prepare(order));
      case "start":
        return this.#inTurn(() => this.#start(order));
      case "stop_sending":
        if (current?.order.run === order.run) current.stopSending.abort();
        return;
      case "stop_now":
        if (current?.order.run === order.run) current.stopNow.abort();
        return;
      case "lost":
        if (order.seat === this.#options.seat) this.#leave("lost");
        return;
      case "leave":
        this.#leave("bench");
    }
  }

  #inTurn(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      const run = this.#current?.order.run ?? 0;
      this.#current = null;
      this.#tell({ kind: "refused", run, message: messageOf(error) });
    });
  }

  async #prepare(order: Prepare): Promise<void> {
    const { seat, connection, card, keyFor } = this.#options;
    const part = order.parts[seat];
    this.#current = null;
    if (part === undefined || this.#leaving !== null) return;
    let key: Secret | null;
    try {
      key = keyFor(order.spec);
    } catch (error) {
      const { run } = order;
      return this.#tell({ kind: "refused", run, message: messageOf(error) });
    }
    this.#workers ??= await Workers.start(this.#processes);
    await this.#workers.prepare();
    const clock = await fleetClock(connection, epochClock);
    const controllers = { stopSending: new AbortController(), stopNow: new AbortController() };
    this.#current = { order, part, key, clock, ...controllers, isRunning: false };
    const { run, frame, parts } = order;
    const processes = this.#workers.processes;
    const workers = Object.keys(parts).length;
    this.#tell({ kind: "ready", run, card, processes, part, clock, frame, workers });
  }

  async #start({ run, at }: Extract<Order, { kind: "start" }>): Promise<void> {
    const { journal } = this.#options;
    const current = this.#current;
    if (current === null || current.order.run !== run || this.#workers === null) return;
    current.isRunning = true;
    const start: Micros = at + current.clock.offset;
    const late = Math.max(0, epochClock() - start);
    const { stopSending, stopNow, order, key, part } = current;
    using reporter = new Reporter(run, (news) => journal.tell(news));
    const { records: _, ...result } = await this.#workers.run(specOf(order), {
      key,
      start,
      part,
      observer: reporter,
      stopSending: stopSending.signal,
      stopNow: stopNow.signal,
    });
    reporter.tell();
    this.#tell({ kind: "done", run, late, isCut: this.#leaving !== null, result });
    this.#current = null;
    this.#idleSince = performance.now();
  }

  /** Ends what goes on, and then the seat. The first reason stays. */
  #leave(end: SeatEnd): void {
    if (this.#leaving !== null) return;
    this.#leaving = end;
    const current = this.#current;
    current?.stopSending.abort();
    if (end === "lost" || end === "alone" || this.#options.stopNow.aborted)
      current?.stopNow.abort();
    void this.#work.then(() => this.#end.resolve(end));
  }

  /**
   * A bench that has lost its lock is over. Where Redis was away meanwhile, the lock says nothing: the run is ended first, and then
   * waited for a while.
   */
  async #look(): Promise<void> {
    if (this.#leaving !== null || this.#options.connection.awayFor !== null) return;
    if (await this.#benchIsThere()) return;
    if (this.#options.connection.outages === this.#outages) return this.#leave("alone");
    const isIdle = this.#current?.isRunning !== true;
    if (isIdle && performance.now() - this.#idleSince > PATIENCE) this.#leave("alone");
  }

  async #benchIsThere(): Promise<boolean> {
    const { bench, connection } = this.#options;
    return (await connection.client.exists(lockOf(queueOf(bench), HELD))) === 1;
  }
}

/** What a bench says is not to write files here. */
function specOf({ spec }: Prepare): RunSpec {
  return { ...spec, recordFolder: null };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function messageOf(error: unknown): Message {
  if (error instanceof UserError) return error.userMessage;
  const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { cause: { en: words, zh: words } };
}
