import type { Redis } from "ioredis";
import type { FleetConnection } from "./connection.ts";

/** In ms: so long a reader waits in Redis before it looks whether it is still wanted. */
const BLOCK = 2_000;

/** So many entries are fetched at a time. */
const AT_ONCE = 256;

/**
 * Reads a stream of Redis from its beginning on, over a connection of its own, and hands on each entry. When Redis was
 * restarted it begins anew, since what it has read may stand there once more: entries are to be known by themselves.
 */
export class StreamReader implements Disposable {
  readonly #connection: FleetConnection;
  readonly #client: Redis;
  readonly #restarts: Disposable;
  #last = "0";
  #isOver = false;

  constructor(
    connection: FleetConnection,
    { stream, take }: { readonly stream: string; readonly take: (entry: string) => void },
  ) {
    this.#connection = connection;
    this.#client = connection.another();
    this.#restarts = connection.on("restarted", () => (this.#last = "0"));
    void this.#read(stream, take);
  }

  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#restarts[Symbol.dispose]();
    // What it waits for in a Redis that is away may never come.
    this.#connection.end(this.#client);
  }

  async #read(stream: string, take: (entry: string) => void): Promise<void> {
    while (!this.#isOver) {
      const found = await this.#client
        .xread("COUNT", AT_ONCE, "BLOCK", BLOCK, "STREAMS", stream, this.#last)
        .catch(() => null);
      for (const [, entries] of found ?? []) {
        for (const [id, [, entry = ""]] of entries) {
          if (this.#isOver) return;
          this.#last = id;
          take(entry);
        }
      }
    }
  }
}
