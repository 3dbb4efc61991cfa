import { type Message, UserError } from "../../base/message.ts";
import { epochClock } from "../../base/clock.ts";
import type { Micros } from "../../base/time.ts";
import type { WorkerProgress } from "../../measure/run_progress.ts";
import type { FleetAddress } from "../../settings/fleet_address.ts";
import type { Executor, ExecutorOptions } from "../executor.ts";
import { mostInFlight } from "../plan.ts";
import type { RunSpec, ShareResult } from "../run_share.ts";
import { FleetConnection } from "./connection.ts";
import { Hold } from "./hold.ts";
import { readTold } from "./journal.ts";
import type { Member } from "./member.ts";
import { MemberRun } from "./member_run.ts";
import { merged } from "./merge.ts";
import { noWorkersLeft, redisLost, workerRefuses } from "./messages.ts";
import { LOOK_EVERY, newBenchName, ordersOf, toldTo } from "./names.ts";
import { OrderBook } from "./order_book.ts";
import { Roster, type RosterOptions } from "./roster.ts";
import { dealtSlots, processesOf } from "./slots.ts";
import { passOnStops } from "./stops.ts";
import { StreamReader } from "./stream.ts";
import { within } from "./within.ts";

/** So long ahead, in µs, the start of a run is set: until then every worker has heard of it. */
const AHEAD: Micros = 300_000;

/** In ms: a worker that is to prepare a run, and says nothing for so long, is given up. */
const PREPARING = 30_000;

/** In ms: so long workers are waited for when the bench is over, and Redis when it is away then. */
const LEAVING = 5_000;
const CLOSING = 1_000;

/** What a fleet is opened with. */
export interface FleetOptions extends Omit<RosterOptions, "bench" | "connection"> {
  readonly address: FleetAddress;
  /** The most requests at a time in any of the runs; `null`: as many as come. */
  readonly most: number | null;
  /** Told that Redis is away, and that it is back. */
  readonly onAway: () => void;
  readonly onBack: () => void;
  /** Told when it has been away for too long. */
  readonly onLost: (message: Message) => void;
}

/** Carries out plans on the machines of a fleet. */
export class Fleet implements Executor {
  /** What `--collect` takes. */
  readonly bench = newBenchName();
  readonly #options: FleetOptions;
  readonly #connection: FleetConnection;
  readonly #roster: Roster;
  readonly #orders: OrderBook;
  readonly #told: StreamReader;
  readonly #looking: ReturnType<typeof setInterval>;
  readonly #nextTold = new Map<string, number>();
  #hold: Hold | null = null;
  #run = 0;
  #running: readonly MemberRun[] = [];
  #began = 0;
  #backSince = performance.now();
  #isRedisLost = false;

  private constructor(options: FleetOptions, connection: FleetConnection) {
    this.#options = options;
    this.#connection = connection;
    const { bench } = this;
    this.#roster = new Roster({ ...options, bench, connection });
    this.#orders = new OrderBook(connection, ordersOf(bench));
    connection.on("away", options.onAway);
    connection.on("back", () => {
      this.#backSince = performance.now();
      options.onBack();
    });
    this.#told = new StreamReader(connection, {
      stream: toldTo(bench),
      take: (line) => this.#take(line),
    });
    this.#looking = setInterval(() => void this.#look(), LOOK_EVERY);
  }

  /**
   * Gathers the workers of a fleet for a bench.
   *
   * @throws {UserError} when Redis does not answer, or there are too few workers; and the signal's reason.
   */
  static async open(options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(options, await FleetConnection.open(options.address));
    try {
      fleet.#hold = await Hold.take(fleet.bench, fleet.#connection);
      await fleet.#roster.gather();
      const { members } = fleet.#roster;
      const { most } = options;
      for (const member of members) {
        member.processes = processesOf(member.card, { most, workers: members.length });
      }
      const processes = members.map(({ seat, processes }) => [seat, processes] as const);
      fleet.#orders.give({ kind: "processes", processes: Object.fromEntries(processes) });
      return fleet;
    } catch (error) {
      await fleet[Symbol.asyncDispose]();
      throw error;
    }
  }

  get members(): readonly Member[] {
    return this.#roster.members;
  }

  get processes(): number {
    return this.members.reduce((sum, { processes }) => sum + processes, 0);
  }

  /** What the results say of the fleet. */
  get about(): Record<string, unknown> {
    return { workers: this.members.length };
  }

  /** Redis was away for longer than the bench waits: what the workers measured is to be collected. */
  get isRedisLost(): boolean {
    return this.#isRedisLost;
  }

  /** How its workers stand in the run that goes on; empty where none does. */
  look(): readonly WorkerProgress[] {
    const elapsed = (performance.now() - this.#began) * 1000;
    return this.#running.map((running) => running.look(elapsed));
  }

  /** @throws {UserError} when there is nobody left to carry out another run. */
  async prepare(): Promise<void> {
    if (this.#isRedisLost) throw new UserError(redisLost(this.bench), { exitCode: 5 });
    if (this.#alive().length === 0) throw new UserError(noWorkersLeft(), { exitCode: 5 });
    await this.#hold?.expireLater();
  }

  /**
   * Carries out a plan, dealt out to the workers, and merges what they did. All begin at one moment on the clock of Redis, which
   * is set when each of them is ready; `start` has no say. One that is lost before takes nothing with it; one that is lost
   * later, its share, which nobody sends again.
   *
   * @throws {UserError} when a worker cannot take part, such as one without a key.
   */
  async run(spec: RunSpec, options: ExecutorOptions): Promise<ShareResult> {
    const { observer, stopSending, stopNow, frame = null } = options;
    let running: MemberRun[] = [];
    let run = 0;
    do {
      await this.prepare();
      run = this.#run++;
      running = this.#dealt(spec, { run, observer });
      const parts = running.map(({ member, part }) => [member.seat, part] as const);
      const order = { run, parts: Object.fromEntries(parts), spec, frame };
      this.#orders.begin({ kind: "prepare", ...order });
      await this.#ready(running);
    } while (running.some(({ member }) => member.loss !== null));
    this.#running = running;
    this.#began = performance.now() + AHEAD / 1000;
    const at = (await this.#connection.time()) + AHEAD;
    const start = epochClock() + AHEAD;
    this.#orders.give({ kind: "start", run, at });
    using _stops = passOnStops({
      stopSending,
      stopNow,
      drain: spec.plan.drain / 1000,
      tell: (kind) => this.#orders.give({ kind, run }),
      giveUp: () => {
        if (this.#connection.awayFor !== null) return this.#giveUpRedis();
        const left = running.filter(({ isEnded }) => !isEnded);
        for (const { member } of left) this.#lose(member, "silent");
      },
    });
    const ended = await Promise.all(running.map(async (run) => ({ run, end: await run.end })));
    this.#running = [];
    return { ...merged(ended, { isStopped: stopSending.aborted }), start };
  }

  /** Sends the workers home, and clears away what is in Redis, unless something of it is still to be collected. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#looking);
    const isAway = this.#isRedisLost || this.#connection.awayFor !== null;
    if (!isAway) {
      this.#orders.give({ kind: "leave" });
      const gone = Promise.all(this.members.map(({ lost }) => lost));
      await within(LEAVING, gone);
      await this.#connection.client.unlink(ordersOf(this.bench), toldTo(this.bench));
    }
    this.#told[Symbol.dispose]();
    this.#orders[Symbol.dispose]();
    const closed = Promise.all([
      this.#hold?.close({ isAway }),
      isAway ? undefined : this.#roster[Symbol.asyncDispose](),
    ]).catch(() => {});
    await within(CLOSING, closed);
    await this.#connection[Symbol.asyncDispose]();
  }

  #alive(): readonly Member[] {
    return this.members.filter(({ loss }) => loss === null);
  }

  #dealt(
    spec: RunSpec,
    given: { readonly run: number; readonly observer: ExecutorOptions["observer"] },
  ): MemberRun[] {
    const alive = this.#alive();
    const places = mostInFlight(spec.plan);
    const parts = dealtSlots(
      alive.map(({ processes }) => processes),
      { places },
    );
    return alive.flatMap((member, place) => {
      const part = parts[place];
      if (part === undefined || part.slots.length === 0) return [];
      return [new MemberRun(member, { ...given, part, spec })];
    });
  }

  /** @throws {UserError} for the first that refuses. */
  async #ready(running: readonly MemberRun[]): Promise<void> {
    const late = setTimeout(() => {
      for (const { member, clock } of running) if (clock === null) this.#lose(member, "silent");
    }, PREPARING);
    const refusals = await Promise.all(
      running.map(async ({ member, ready }) => ({ member, message: await ready })),
    );
    clearTimeout(late);
    for (const { member, message } of refusals) {
      if (message !== null) throw new UserError(workerRefuses(member.card.name, message));
    }
  }

  /** What is not the next of its seat was taken already, or comes again behind what is missing. */
  #take(line: string): void {
    const told = readTold(line);
    if (told === null || told.number !== (this.#nextTold.get(told.seat) ?? 0)) return;
    this.#nextTold.set(told.seat, told.number + 1);
    const sentAway = this.#roster.take(told);
    if (sentAway !== null) this.#orders.give({ kind: "lost", seat: sentAway.tooLate });
  }

  #lose(member: Member, loss: Parameters<Member["lose"]>[0]): void {
    if (member.loss !== null) return;
    member.lose(loss);
    this.#orders.give({ kind: "lost", seat: member.seat });
  }

  /** Looks for the locks of all workers, and whether Redis is there at all. */
  async #look(): Promise<void> {
    const { awayFor, client, outages } = this.#connection;
    if (awayFor !== null) {
      if (awayFor > this.#options.wait) this.#giveUpRedis();
      return;
    }
    const alive = this.#alive();
    if (alive.length === 0) return;
    const locks = await client.mget(...alive.map(({ lock }) => lock)).catch(() => null);
    const backFor = performance.now() - this.#backSince;
    if (locks === null || this.#connection.awayFor !== null) return;
    for (const [place, member] of alive.entries()) {
      const isGone = locks[place] === null && member.isLost({ outages, backFor });
      const isNeeded = this.#running.some((running) => running.member === member);
      if (isGone && (isNeeded || outages === 0)) this.#lose(member, "dead");
    }
  }

  #giveUpRedis(): void {
    if (this.#isRedisLost) return;
    this.#isRedisLost = true;
    this.#options.onLost(redisLost(this.bench));
    for (const member of this.#alive()) member.lose("redis");
  }
}
