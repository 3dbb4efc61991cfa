import type { FleetConnection } from "./connection.ts";
import { EXPIRES } from "./names.ts";
import type { Order, OrderGiven } from "./orders.ts";

/** The orders of a bench: they are numbered, and given once more where Redis may have lost them. */
export class OrderBook implements Disposable {
  readonly #connection: FleetConnection;
  readonly #stream: string;
  readonly #restarts: Disposable;
  #number = 0;
  /** Those since the last run began: nobody needs the earlier ones any more. */
  #recent: string[] = [];

  constructor(connection: FleetConnection, stream: string) {
    this.#connection = connection;
    this.#stream = stream;
    this.#restarts = connection.on("restarted", () => {
      for (const line of this.#recent) this.#write(line);
    });
  }

  give(given: OrderGiven): void {
    const order: Order = { ...given, number: this.#number++ };
    const line = JSON.stringify(order);
    this.#recent.push(line);
    this.#write(line);
  }

  /** The first order of a run. */
  begin(given: OrderGiven): void {
    this.#recent = [];
    this.give(given);
  }

  [Symbol.dispose](): void {
    this.#restarts[Symbol.dispose]();
  }

  /** Nobody waits for it: while Redis is away, it is written when it is back. */
  #write(line: string): void {
    const { client } = this.#connection;
    const written = client
      .pipeline()
      .xadd(this.#stream, "*", "order", line)
      .expire(this.#stream, EXPIRES);
    void written.exec().catch(() => {});
  }
}
