import { EventEmitter } from "node:events";
import type { Redis } from "ioredis";
import { UserError } from "../../base/message.ts";
import type { Micros } from "../../base/time.ts";
import { type Engine, loadEngine } from "./engine.ts";
import type { FleetAddress } from "../../settings/fleet_address.ts";
import { redisUnreachable } from "./messages.ts";

/** In ms. */
const CONNECT_TIMEOUT = 5_000;
const LONGEST_PAUSE = 1_000;

/** Whether a connection that is gone is made anew: all that are made of one have it in common. */
interface Retry {
  isWanted: boolean;
}

/**
 * The connections of one process to the Redis of its fleet. What is asked of it while it is away waits until it is there
 * again, and is then asked: whoever cannot wait says so.
 */
export class FleetConnection implements AsyncDisposable {
  readonly engine: Engine;
  readonly client: Redis;
  readonly #clients: Redis[] = [];
  readonly #events = new EventEmitter();
  readonly #retry: Retry;
  #server: string;
  #outages = 0;
  #awaySince: number | null = null;

  private constructor(
    engine: Engine,
    {
      client,
      server,
      retry,
    }: { readonly client: Redis; readonly server: string; readonly retry: Retry },
  ) {
    this.engine = engine;
    this.client = client;
    this.#server = server;
    this.#clients.push(client);
    this.#retry = retry;
    this.#events.setMaxListeners(0);
    client.on("close", () => {
      if (this.#awaySince !== null) return;
      this.#outages++;
      this.#awaySince = performance.now();
      this.#events.emit("away");
    });
    client.on("ready", () => void this.#back());
  }

  /**
   * Connects to a fleet's Redis.
   *
   * @throws {UserError} when the packages are missing, or it does not answer; its password is in no message.
   */
  static async open(address: FleetAddress): Promise<FleetConnection> {
    const engine = await loadEngine();
    const retry = { isWanted: false };
    const options = {
      ...optionsOf(address),
      // The first time it is to be there; later it may be away for a while.
      retryStrategy: (times: number) =>
        retry.isWanted ? Math.min(times * 100, LONGEST_PAUSE) : null,
      maxRetriesPerRequest: null,
      lazyConnect: true,
      connectTimeout: CONNECT_TIMEOUT,
    };
    const client = new engine.ioredis.Redis(options);
    let said: unknown = null;
    client.on("error", (error) => (said ??= error));
    try {
      await client.connect();
      const server = await serverOf(client);
      retry.isWanted = true;
      return new FleetConnection(engine, { client, server, retry });
    } catch (error) {
      client.disconnect();
      throw new UserError(redisUnreachable(address.shown, reasonOf(said ?? error)), {
        exitCode: 5,
      });
    }
  }

  /** How often it was away since it was opened. */
  get outages(): number {
    return this.#outages;
  }

  /** For how long it has been away by now, in ms; `null` while it is there. */
  get awayFor(): number | null {
    return this.#awaySince === null ? null : performance.now() - this.#awaySince;
  }

  /** `away` and `back`: the connection; `restarted`: what is in Redis may be older than what was written, or gone. */
  on(event: "away" | "back" | "restarted", listener: () => void): Disposable {
    this.#events.on(event, listener);
    return { [Symbol.dispose]: () => void this.#events.off(event, listener) };
  }

  /** A connection of its own, for who waits in it. */
  another(): Redis {
    const client = this.client.duplicate();
    client.on("error", () => {});
    void client.connect().catch(() => {});
    this.#clients.push(client);
    return client;
  }

  /** Ends one that {@linkcode FleetConnection.another} gave. */
  end(client: Redis): void {
    client.disconnect();
    this.#clients.splice(this.#clients.indexOf(client), 1);
  }

  /** The time on the clock of Redis, in µs since 1970. */
  async time(): Promise<Micros> {
    const [seconds = 0, micros = 0] = (await this.client.time()).map(Number);
    return seconds * 1e6 + micros;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Those that BullMQ has made of it stop trying, too.
    this.#retry.isWanted = false;
    this.#events.removeAllListeners();
    for (const client of this.#clients) client.disconnect();
  }

  async #back(): Promise<void> {
    const server = await serverOf(this.client).catch(() => this.#server);
    this.#awaySince = null;
    const isAnother = server !== this.#server;
    this.#server = server;
    if (isAnother) this.#events.emit("restarted");
    this.#events.emit("back");
  }
}

/** A Redis has another name after each start. */
async function serverOf(client: Redis): Promise<string> {
  const text = await client.info("server");
  return /^run_id:(\w+)/m.exec(text)?.[1] ?? "";
}

function optionsOf({ host, port, database, isTls, user, password }: FleetAddress) {
  return {
    host,
    port,
    db: database,
    ...(user === null ? undefined : { username: user }),
    ...(password === null ? undefined : { password: password.reveal() }),
    ...(isTls ? { tls: { servername: host } } : undefined),
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === "" && "code" in error ? String(error.code) : error.message;
}
