import { Semaphore } from "../../base/semaphore.ts";

/**
 * The places of a run whose requests several workers send: one pool, so that no request waits while there is a place at
 * another worker. A worker asks for each place, and gives it back; what it holds when it is lost is free again.
 *
 * @example
 * ```ts
 * const places = new SharedPlaces(8);
 * using ofOne = places.forWorker((id) => console.log(id));
 * await ofOne.ask(1);
 * ```
 */
export class SharedPlaces {
  readonly #places: Semaphore;

  constructor(places: number) {
    this.#places = new Semaphore(places);
  }

  /** `grant` is told the number of an asked place when it is there. */
  forWorker(grant: (id: number) => void): WorkerPlaces {
    return new WorkerPlaces(this.#places, grant);
  }
}

/** What one worker has of the pool. */
class WorkerPlaces implements Disposable {
  readonly #places: Semaphore;
  readonly #grant: (id: number) => void;
  readonly #over = new AbortController();
  #held = 0;

  constructor(places: Semaphore, grant: (id: number) => void) {
    this.#places = places;
    this.#grant = grant;
  }

  /** The worker wants a place. Places are given in the order in which all workers asked. */
  async ask(id: number): Promise<void> {
    const { signal } = this.#over;
    if (!(await this.#places.acquire(signal))) return;
    if (signal.aborted) return this.#places.release();
    this.#held++;
    this.#grant(id);
  }

  /** The worker gives one back. */
  free(): void {
    if (this.#held === 0) return;
    this.#held--;
    this.#places.release();
  }

  [Symbol.dispose](): void {
    this.#over.abort();
    while (this.#held > 0) this.free();
  }
}

/** The places of a worker that has to ask for each of them. */
export class AskedPlaces {
  readonly #tell: (message: AskForPlace) => void;
  readonly #waiting = new Map<number, () => void>();
  #asked = 0;

  constructor(tell: (message: AskForPlace) => void) {
    this.#tell = tell;
  }

  /** Takes a place, waiting for it; `false` when the signal ended the wait. */
  async acquire(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    const id = this.#asked++;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const giveUp = (): void => {
      this.#waiting.delete(id);
      resolve(false);
    };
    signal.addEventListener("abort", giveUp, { once: true });
    this.#waiting.set(id, () => {
      signal.removeEventListener("abort", giveUp);
      resolve(true);
    });
    this.#tell({ kind: "place_wanted", id });
    return promise;
  }

  /** The place of that number is there. If nobody waits for it any more, it goes back. */
  granted(id: number): void {
    const wake = this.#waiting.get(id);
    if (wake === undefined) return this.release();
    this.#waiting.delete(id);
    wake();
  }

  release(): void {
    this.#tell({ kind: "place_free" });
  }
}

/** What a worker says of places. */
export type AskForPlace =
  { readonly kind: "place_wanted"; readonly id: number } | { readonly kind: "place_free" };
