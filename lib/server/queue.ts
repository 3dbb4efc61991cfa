/** A number of places; who finds none waits in line. */
export class Queue {
  #free: number;
  readonly #line: (() => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  /** Takes a place, waiting for it if there is none; `false` when the signal ended the wait. */
  async enter(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    if (this.#free > 0) {
      this.#free--;
      return true;
    }
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const wake = (): void => resolve(true);
    const giveUp = (): void => {
      this.#line.splice(this.#line.indexOf(wake), 1);
      resolve(false);
    };
    this.#line.push(wake);
    signal.addEventListener("abort", giveUp);
    const taken = await promise;
    signal.removeEventListener("abort", giveUp);
    return taken;
  }

  /** Gives a place back: to the first in line, if there is one. */
  leave(): void {
    const next = this.#line.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}
