import type { Job, Queue } from "bullmq";
import { UserError } from "../../base/message.ts";
import type { FleetConnection } from "./connection.ts";
import { expireKeys } from "./hold.ts";
import { Member } from "./member.ts";
import { tooFewWorkers, versionsDiffer } from "./messages.ts";
import { PREFIX, seatName, SEATS, VERSION } from "./names.ts";
import type { Told } from "./orders.ts";
import type { SeatJob } from "./worker_node.ts";

/** In ms: so often it is looked how many workers there are. */
const COUNT_EVERY = 300;

/** In ms: so long after the last one has joined, nobody waits for others. */
const SETTLED = 1_500;

/** How many workers a bench wants, and how long it waits for them. */
export interface RosterOptions {
  readonly bench: string;
  readonly connection: FleetConnection;
  readonly atLeast: number;
  /** In ms. */
  readonly wait: number;
  /** Aborted: the user does not want to wait any more. */
  readonly signal: AbortSignal;
  /** Told once, when nobody is there yet, or all are busy. */
  readonly onWaiting: (joined: number) => void;
}

/** The workers of a bench: each has taken a seat. */
export class Roster implements AsyncDisposable {
  readonly #options: RosterOptions;
  readonly #queue: Queue<SeatJob>;
  readonly #jobs = new Map<string, Job<SeatJob>>();
  readonly #members = new Map<string, Member>();
  #joinedAt = 0;
  #isClosed = false;

  constructor(options: RosterOptions) {
    this.#options = options;
    const { engine, client } = options.connection;
    this.#queue = new engine.bullmq.Queue<SeatJob>(SEATS, { connection: client, prefix: PREFIX });
    this.#queue.on("error", () => {});
  }

  get members(): readonly Member[] {
    return [...this.#members.values()];
  }

  /** What a worker tells goes to it; the first is that it has joined. Gives one that has come too late, to be sent away. */
  take(told: Told): { readonly tooLate: string } | null {
    if (told.kind !== "joined") {
      this.#members.get(told.seat)?.take(told);
      return null;
    }
    if (this.#isClosed) return { tooLate: told.seat };
    this.#members.set(told.seat, new Member(told.seat, told.card, this.#options.connection));
    this.#joinedAt = performance.now();
    return null;
  }

  /**
   * Offers a seat to each worker of the fleet, and resolves when enough have sat down and no more come. Seats that nobody has
   * taken are taken away again.
   *
   * @throws {UserError} when there are too few after the wait, or one is of another version; and the signal's reason.
   */
  async gather(): Promise<void> {
    const { atLeast, wait, signal, onWaiting } = this.#options;
    const began = performance.now();
    let saidSo = false;
    let present = 0;
    try {
      for (;;) {
        signal.throwIfAborted();
        const other = this.members.find(({ card }) => card.version !== VERSION);
        if (other !== undefined) {
          const { name, version } = other.card;
          throw new UserError(versionsDiffer(name, { theirs: version, ours: VERSION }));
        }
        present = await this.#queue.getWorkersCount();
        await this.#offer(Math.max(present, atLeast));
        const joined = this.#members.size;
        const now = performance.now();
        const isSettled = joined >= present || now - this.#joinedAt > SETTLED;
        if (joined >= atLeast && isSettled) break;
        if (now - began > wait) {
          const seconds = Math.round(wait / 1000);
          throw new UserError(tooFewWorkers(joined, { wanted: atLeast, present, seconds }));
        }
        if (!saidSo && now - began > SETTLED) onWaiting(joined);
        saidSo ||= now - began > SETTLED;
        await Bun.sleep(COUNT_EVERY);
      }
    } finally {
      await this.#close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { client } = this.#options.connection;
    const others = [...this.#jobs.keys()].map((seat) => this.#queue.toKey(seat));
    await expireKeys(this.#queue, { client, others });
    await this.#queue.close();
  }

  /** All at once, so that those of two benches do not mix: the first one gets all workers that are free. */
  async #offer(seats: number): Promise<void> {
    const { bench } = this.#options;
    const wanted = Array.from({ length: seats }, (_, number) => seatName(bench, number));
    const missing = wanted.filter((seat) => !this.#jobs.has(seat));
    if (missing.length === 0) return;
    const jobs = await this.#queue.addBulk(
      missing.map((jobId) => ({
        name: "seat",
        data: { bench },
        opts: {
          jobId,
          attempts: 1,
          removeOnComplete: true,
          removeOnFail: true,
        },
      })),
    );
    for (const [place, job] of jobs.entries()) this.#jobs.set(missing[place] ?? "", job);
  }

  async #close(): Promise<void> {
    this.#isClosed = true;
    const left = [...this.#jobs].filter(([seat]) => !this.#members.has(seat));
    // One that is being taken just now cannot be removed: who takes it is sent away.
    await Promise.all(left.map(([, job]) => job.remove().catch(() => {})));
  }
}
