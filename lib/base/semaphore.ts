/** One who waits. Both neighbours are known, so that leaving costs the same from any place in a long line. */
interface Waiting {
  readonly wake: () => void;
  before: Waiting | null;
  behind: Waiting | null;
}

/**
 * Lets only so many in at a time: who finds no place waits in line. Neither Bun nor `node:` has one.
 *
 * @example
 * ```ts
 * const semaphore = new Semaphore(1);
 * const { signal } = new AbortController();
 * await semaphore.acquire(signal); // true
 * semaphore.release();
 * ```
 */
export class Semaphore {
  #free: number;
  /** So many places go when they are given back. */
  #going = 0;
  #first: Waiting | null = null;
  #last: Waiting | null = null;

  /** `Infinity`: nobody waits. */
  constructor(places: number) {
    this.#free = places;
  }

  /** Takes a place, waiting for it if there is none; `false` when the signal ended the wait. */
  async acquire(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    if (this.#free > 0) {
      this.#free--;
      return true;
    }
    return new Promise((resolve) => {
      const giveUp = (): void => {
        this.#remove(waiting);
        resolve(false);
      };
      const waiting = this.#append(() => {
        // At once: an abort may follow before the promise is heard of, and must take nobody else out of the line.
        signal.removeEventListener("abort", giveUp);
        resolve(true);
      });
      signal.addEventListener("abort", giveUp, { once: true });
    });
  }

  /** Takes a place away for good: a free one, or the next that is given back. */
  shrink(): void {
    if (this.#free > 0) this.#free--;
    else this.#going++;
  }

  /** Gives a place back, or adds one: to the first in line, if there is one. */
  release(): void {
    if (this.#going > 0) {
      this.#going--;
      return;
    }
    const next = this.#first;
    if (next === null) {
      this.#free++;
      return;
    }
    this.#remove(next);
    next.wake();
  }

  #append(wake: () => void): Waiting {
    const waiting: Waiting = { wake, before: this.#last, behind: null };
    if (this.#last === null) this.#first = waiting;
    else this.#last.behind = waiting;
    this.#last = waiting;
    return waiting;
  }

  #remove({ before, behind }: Waiting): void {
    if (before === null) this.#first = behind;
    else before.behind = behind;
    if (behind === null) this.#last = before;
    else behind.before = before;
  }
}
