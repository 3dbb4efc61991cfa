import type { FleetConnection } from "./connection.ts";
import { lockOf, SEATS } from "./names.ts";
import type { SeatNews, Told, WorkerCard } from "./orders.ts";

/** In ms: a worker that has told nothing for so long is taken for lost, where its lock can say nothing. */
const SILENT = 10_000;

/**
 * How a worker was lost. `dead`: it did not renew its lock; `silent`: it told nothing; `left`: it was told to end; `redis`: Redis
 * was away, and what it measured has not come.
 */
export type Loss = "dead" | "silent" | "left" | "redis";

/** A worker in a bench, as the bench sees it. */
export class Member {
  readonly seat: string;
  readonly card: WorkerCard;
  /** How many processes it has been given. */
  processes = 1;
  /** Told everything that it tells, in order. */
  onNews: (news: SeatNews) => void = () => {};
  readonly lost: Promise<Loss>;
  readonly #lose: (loss: Loss) => void;
  readonly #outages: number;
  #loss: Loss | null = null;
  #heardAt = performance.now();

  constructor(seat: string, card: WorkerCard, { outages }: Pick<FleetConnection, "outages">) {
    this.seat = seat;
    this.card = card;
    this.#outages = outages;
    const { promise, resolve } = Promise.withResolvers<Loss>();
    this.lost = promise;
    this.#lose = resolve;
  }

  /** How it was lost; `null` while it is there. */
  get loss(): Loss | null {
    return this.#loss;
  }

  /** BullMQ's lock on its seat. */
  get lock(): string {
    return lockOf(SEATS, this.seat);
  }

  take(told: Told): void {
    this.#heardAt = performance.now();
    this.onNews(told);
    if (told.kind === "left") this.lose("left");
  }

  /** It is given up. The first reason stays. */
  lose(loss: Loss): void {
    if (this.#loss !== null) return;
    this.#loss = loss;
    this.#lose(loss);
  }

  /**
   * Whether a worker whose lock is gone is lost. Where Redis was away since it joined, it could not renew its lock: then it
   * is what it tells that counts. `backFor`: for how long Redis has been there again, in ms.
   */
  isLost({ outages, backFor }: { readonly outages: number; readonly backFor: number }): boolean {
    if (outages === this.#outages) return true;
    return Math.min(backFor, performance.now() - this.#heardAt) > SILENT;
  }
}
