import type { ProcessEnd } from "../../measure/process_death.ts";
import { childCommand } from "../../load/workers/child_command.ts";
import { childEnvironment } from "../../load/workers/child_environment.ts";
import { freePort } from "../../server/http/free_port.ts";
import type { HttpServerOptions, LocalEndpoint } from "../../server/http/http_server.ts";
import type { FromServing, ServingShare, ToServing } from "./serving_messages.ts";

/**
 * By this variable Bun, as Node, knows a process that shares its port with others; `node:http` has no other word for it.
 *
 * @see https://nodejs.org/api/cluster.html#clusterisprimary
 */
const SHARES_PORT = { NODE_UNIQUE_ID: "serving" };

/** What all of them serve, and how many they are. */
export interface ServingOptions extends Pick<ServingShare, "source" | "faults" | "stamp"> {
  readonly processes: number;
}

/** Several processes that serve as one. */
export interface ServingProcesses extends LocalEndpoint {
  /** Settles when one ends by itself. */
  readonly died: Promise<ProcessEnd>;
}

/**
 * Starts so many processes that serve the same on one port: the system gives each connection to one of them. They are closed
 * together, and end with this process.
 *
 * @throws `EADDRINUSE` and its like, when they cannot listen there.
 */
export async function startServingProcesses(
  { processes, ...share }: ServingOptions,
  address: HttpServerOptions,
): Promise<ServingProcesses> {
  const { host = "127.0.0.1", allowOrigins = [], onServed } = address;
  const port = await freePort(address);
  const all = Array.from({ length: processes }, () => new ServingProcess(onServed));
  const close = async (): Promise<void> => {
    await Promise.all(all.map((one) => one.close()));
  };
  try {
    const isLogged = onServed !== undefined;
    const starting = all.map((one, worker) =>
      one.serve({ ...share, host, port, allowOrigins, worker, isLogged }),
    );
    const [first] = await Promise.all(starting);
    if (first === undefined) throw new RangeError("no process is to serve");
    const { baseUrl, names } = first;
    return { baseUrl, names, close, died: Promise.race(all.map((one) => one.died)) };
  } catch (error) {
    await close();
    throw error;
  }
}

type Kind<Name extends FromServing["kind"]> = Extract<FromServing, { kind: Name }>;

/** One of the processes, and the channel to it. */
class ServingProcess {
  /** Settles when it ends and was not told to. */
  readonly died: Promise<ProcessEnd>;
  readonly #child: Bun.Subprocess;
  readonly #ready = Promise.withResolvers<void>();
  readonly #listening = Promise.withResolvers<Kind<"listening">>();
  readonly #stopped = Promise.withResolvers<void>();
  #isClosing = false;

  constructor(onServed: HttpServerOptions["onServed"]) {
    const { promise, resolve } = Promise.withResolvers<ProcessEnd>();
    this.died = promise;
    this.#listening.promise.catch(() => {});
    this.#child = Bun.spawn(childCommand("serving"), {
      env: { ...childEnvironment(process.env, "alone"), ...SHARES_PORT },
      stdio: ["ignore", "ignore", "inherit"],
      // JSON has no `Infinity`, which is a speed.
      serialization: "advanced",
      ipc: (message: FromServing) => {
        switch (message.kind) {
          case "ready":
            return this.#ready.resolve();
          case "listening":
            return this.#listening.resolve(message);
          case "refused":
            return this.#listening.reject(
              Object.assign(new Error(message.message), { code: message.code }),
            );
          case "served":
            return onServed?.(message.request);
          case "stopped":
            return this.#stopped.resolve();
        }
      },
      onExit: (_child, code, signal) => {
        const end: ProcessEnd =
          signal === null
            ? { kind: "exit", code: code ?? 0 }
            : { kind: "signal", signal: String(signal) };
        this.#ready.resolve();
        this.#listening.reject(
          new Error(`a serving process ended before it was ready: ${JSON.stringify(end)}`),
        );
        this.#stopped.resolve();
        if (!this.#isClosing) resolve(end);
      },
    });
  }

  /** Resolves when it listens. */
  async serve(share: ServingShare): Promise<Kind<"listening">> {
    await this.#ready.promise;
    this.#tell({ kind: "serve", share });
    return this.#listening.promise;
  }

  /** Has it cut what is in flight, waits for what it tells of that, and ends it. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#tell({ kind: "stop" });
    await this.#stopped.promise;
    this.#child.kill("SIGKILL");
    await this.#child.exited;
  }

  #tell(message: ToServing): void {
    try {
      this.#child.send(message);
    } catch {
      // It has ended just now, and `onExit` says so.
    }
  }
}
