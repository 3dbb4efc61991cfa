import type { Micros } from "../../lib/base/time.ts";
import type { waitUntil } from "../../lib/base/wait.ts";

interface Waiting {
  readonly moment: Micros;
  readonly wake: () => void;
}

/**
 * A clock that stands still while anything can go on, and then jumps to the next moment that is waited for: what is
 * timed with it comes out exact, at once.
 */
export class VirtualTime {
  #now: Micros = 0;
  readonly #waiting = new Set<Waiting>();

  readonly clock = (): Micros => this.#now;

  /** Takes the place of the wait with the system's timers. */
  readonly wait: typeof waitUntil = async (moment, { signal }) => {
    if (moment <= this.#now || signal?.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => resolve();
    const waiting = { moment, wake };
    this.#waiting.add(waiting);
    signal?.addEventListener("abort", wake);
    await promise;
    signal?.removeEventListener("abort", wake);
    this.#waiting.delete(waiting);
  };

  /** Lets time pass until the promise is settled, and returns its value. */
  async pass<Value>(promise: Promise<Value>): Promise<Value> {
    const settled = promise.then(
      () => true,
      () => true,
    );
    while (!(await Promise.race([settled, idle()]))) {
      const [next] = [...this.#waiting].toSorted((a, b) => a.moment - b.moment);
      if (next === undefined) continue;
      this.#now = Math.max(this.#now, next.moment);
      next.wake();
    }
    return promise;
  }
}

/** An immediate runs when all that can go on has gone on. */
function idle(): Promise<false> {
  return new Promise((resolve) => setImmediate(() => resolve(false)));
}
