import type { ChatPart } from "./reading.ts";

/**
 * Parts between who brings them, whenever they arrive, and who takes them one by one. An async generator would do the same,
 * and take longer for each part than everything before it.
 *
 * @example
 * ```ts
 * const queue = new PartQueue({ onLeave() {} });
 * queue.add([{ type: "finish", choice: 0, reason: "stop", at: 1 }]);
 * queue.end();
 * for await (const { type } of queue) console.log(type); // finish
 * ```
 */
export class PartQueue implements AsyncIterableIterator<ChatPart> {
  readonly #onLeave: () => void;
  readonly #waiting: ((next: IteratorResult<ChatPart>) => void)[] = [];
  #arrived: ChatPart[] = [];
  /** What is taken from, and how much of it was. */
  #batch: readonly ChatPart[] = [];
  #taken = 0;
  #isEnded = false;

  /** `onLeave`: told when nothing more will be taken. */
  constructor({ onLeave }: { readonly onLeave: () => void }) {
    this.#onLeave = onLeave;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Parts arrived. */
  add(parts: readonly ChatPart[]): void {
    if (this.#isEnded) return;
    for (const part of parts) this.#arrived.push(part);
    this.#serve();
  }

  /** No more will arrive. */
  end(): void {
    this.#isEnded = true;
    this.#serve();
  }

  next(): Promise<IteratorResult<ChatPart>> {
    const next = this.#waiting.length === 0 ? this.#next() : null;
    if (next !== null) return Promise.resolve(next);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<ChatPart>> {
    this.#arrived = [];
    this.#batch = [];
    this.#isEnded = true;
    this.#onLeave();
    this.#serve();
    return Promise.resolve({ done: true, value: undefined });
  }

  #serve(): void {
    for (;;) {
      const [first] = this.#waiting;
      const next = first === undefined ? null : this.#next();
      if (first === undefined || next === null) return;
      this.#waiting.shift();
      first(next);
    }
  }

  /** `null`: nothing is there now. */
  #next(): IteratorResult<ChatPart> | null {
    if (this.#taken === this.#batch.length && this.#arrived.length > 0) {
      this.#batch = this.#arrived;
      this.#taken = 0;
      this.#arrived = [];
    }
    const value = this.#batch[this.#taken];
    if (value !== undefined) {
      this.#taken++;
      return { done: false, value };
    }
    if (!this.#isEnded) return null;
    this.#onLeave();
    return { done: true, value: undefined };
  }
}
