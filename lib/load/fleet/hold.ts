import type { Queue, Worker } from "bullmq";
import type { Redis } from "ioredis";
import type { FleetConnection } from "./connection.ts";
import { EXPIRES, HELD, ONCE, PREFIX, queueOf } from "./names.ts";

/**
 * The sign that a bench lives: it holds a job of its own, whose lock BullMQ renews until the bench lets go of it, or dies. Its
 * workers look for that lock.
 */
export class Hold {
  readonly #queue: Queue;
  readonly #worker: Worker;
  readonly #over: PromiseWithResolvers<void>;

  readonly #client: Redis;

  private constructor(
    client: Redis,
    given: {
      readonly queue: Queue;
      readonly worker: Worker;
      readonly over: PromiseWithResolvers<void>;
    },
  ) {
    this.#client = client;
    this.#queue = given.queue;
    this.#worker = given.worker;
    this.#over = given.over;
  }

  /** Resolves when the lock is there. */
  static async take(bench: string, { engine, client }: FleetConnection): Promise<Hold> {
    const name = queueOf(bench);
    const connection = { connection: client, prefix: PREFIX };
    const queue = new engine.bullmq.Queue(name, connection);
    queue.on("error", () => {});
    await queue.add(
      HELD,
      {},
      { jobId: HELD, attempts: 1, removeOnComplete: true, removeOnFail: true },
    );
    const over = Promise.withResolvers<void>();
    const taken = Promise.withResolvers<void>();
    const worker = new engine.bullmq.Worker(
      name,
      async () => {
        taken.resolve();
        await over.promise;
      },
      { ...ONCE, ...connection, skipStalledCheck: true },
    );
    worker.on("error", () => {});
    await taken.promise;
    const hold = new Hold(client, { queue, worker, over });
    await hold.expireLater();
    return hold;
  }

  /** What BullMQ keeps of it goes by itself, if nobody clears it away. */
  async expireLater(): Promise<void> {
    await expireKeys(this.#queue, {
      client: this.#client,
      others: [this.#queue.toKey(HELD)],
    });
  }

  /** Lets go of it, and clears it away; where Redis is away, it is left to expire. */
  async close({ isAway }: { readonly isAway: boolean }): Promise<void> {
    this.#over.resolve();
    await this.#worker.close(isAway);
    if (!isAway) await this.#queue.obliterate({ force: true });
    await this.#queue.close();
  }
}

/** BullMQ's keys of a queue have no end of their own. */
export async function expireKeys(
  queue: Queue,
  { client, others = [] }: { readonly client: Redis; readonly others?: readonly string[] },
): Promise<void> {
  const batch = client.pipeline();
  for (const key of [...Object.values(queue.keys), ...others]) batch.expire(key, EXPIRES);
  await batch.exec();
}
