import type { Worker } from "bullmq";
import type { Secret } from "../../base/secret.ts";
import type { RunSpec } from "../run_share.ts";
import type { FleetConnection } from "./connection.ts";
import { Journal } from "./journal.ts";
import { ONCE, LOOK_EVERY, PREFIX, SEATS } from "./names.ts";
import type { WorkerCard } from "./orders.ts";
import { within } from "./within.ts";
import { Seat, type SeatEnd } from "./seat.ts";

/** In ms: so long BullMQ may take to close. */
const GRACE = 2_000;

/** What a worker tells whoever runs it. */
export interface WorkerObserver {
  seated(bench: string): void;
  left(bench: string, end: SeatEnd): void;
  /** Something of Redis or BullMQ went wrong; it goes on. */
  failed(error: Error): void;
}

/** What {@linkcode runWorker} needs. */
export interface WorkerOptions {
  readonly connection: FleetConnection;
  readonly card: WorkerCard;
  /** The folder that keeps what was measured until a bench has it. */
  readonly folder: string;
  readonly keyFor: (spec: RunSpec) => Secret | null;
  readonly observer: WorkerObserver;
  /** Aborted: it takes no more seats, and leaves the one it has. */
  readonly stopSending: AbortSignal;
  readonly stopNow: AbortSignal;
}

/** The data of a seat's job. */
export interface SeatJob {
  readonly bench: string;
}

/**
 * Has a worker join its fleet: it takes seats in benches, one at a time, since two loads on one machine would measure each
 * other. Resolves when it was stopped and has left. What earlier processes kept in its folder is handed in first.
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { connection, folder, card, observer, stopSending, stopNow } = options;
  let seat: Promise<void> = Promise.resolve();
  const kept = new Map<string, Journal>();
  for (const left of Journal.left(folder, Date.now())) {
    kept.set(left.seat, new Journal(folder, { ...left, connection }));
  }
  const worker: Worker<SeatJob> = new connection.engine.bullmq.Worker<SeatJob>(
    SEATS,
    async ({ id: name = "", data: { bench } }) => {
      if (stopSending.aborted) return;
      const journal = new Journal(folder, { bench, seat: name, connection });
      kept.set(name, journal);
      observer.seated(bench);
      const { promise, resolve } = Promise.withResolvers<void>();
      seat = promise;
      await using _left = { [Symbol.asyncDispose]: async () => resolve() };
      await using taken = new Seat({ ...options, bench, seat: name, journal });
      const end = await taken.take();
      observer.left(bench, end);
      if (end !== "bench") return;
      kept.delete(name);
      journal.remove();
    },
    {
      ...ONCE,
      connection: connection.client,
      prefix: PREFIX,
      name: card.name,
      concurrency: 1,
      stalledInterval: LOOK_EVERY,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    },
  );
  worker.on("error", (error) => observer.failed(error));
  await until(stopSending);
  // It ends its job first. Without Redis, nobody can be told that it has ended.
  await Promise.race([seat, until(stopNow)]);
  await within(GRACE, worker.close(connection.awayFor !== null || stopNow.aborted));
  for (const journal of kept.values()) journal[Symbol.dispose]();
}

function until(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
