import { join } from "node:path";
import { UserError } from "../../lib/base/message.ts";
import { FleetConnection } from "../../lib/load/fleet/connection.ts";
import { VERSION } from "../../lib/load/fleet/names.ts";
import type { WorkerCard } from "../../lib/load/fleet/orders.ts";
import type { SeatEnd } from "../../lib/load/fleet/seat.ts";
import { runWorker, type WorkerOptions } from "../../lib/load/fleet/worker_node.ts";
import { readFleetAddress } from "../../lib/settings/fleet_address.ts";
import { temporaryFolder } from "./folder.ts";
import type { RedisServer } from "./redis.ts";

/** A worker of a fleet in this process: it is not to be killed, and starts in no time. What sends is processes of its own. */
export interface HereWorker {
  readonly name: string;
  /** As SIGTERM does. */
  stop(): void;
  /** Resolves when it has left, with how it left each of its seats. */
  readonly ended: Promise<readonly SeatEnd[]>;
}

/** Starts so many, which have joined when a bench looks for them. */
export async function startWorkers(
  { url }: Pick<RedisServer, "url">,
  count: number,
  options: { readonly card?: Partial<WorkerCard> } & Partial<Pick<WorkerOptions, "keyFor">> = {},
): Promise<HereWorker[] & AsyncDisposable> {
  const folder = temporaryFolder();
  const workers = Array.from({ length: count }, (_, place): HereWorker => {
    const stopSending = new AbortController();
    const name = `worker-${place}`;
    const card = { name, version: VERSION, cores: 2, streams: 64, ...options.card };
    const ends: SeatEnd[] = [];
    const run = async (): Promise<readonly SeatEnd[]> => {
      await using connection = await FleetConnection.open(
        readFleetAddress(url, { get: () => null }),
      );
      await runWorker({
        connection,
        card,
        folder: join(folder.path, name),
        keyFor: options.keyFor ?? (() => null),
        observer: { seated() {}, left: (_bench, end) => void ends.push(end), failed() {} },
        stopSending: stopSending.signal,
        stopNow: new AbortController().signal,
      });
      return ends;
    };
    return { name, stop: () => stopSending.abort(), ended: run() };
  });
  return Object.assign(workers, {
    async [Symbol.asyncDispose]() {
      for (const worker of workers) worker.stop();
      await Promise.all(workers.map(({ ended }) => ended));
      folder[Symbol.dispose]();
    },
  });
}

/** Refuses as a worker does that has no key. */
export function withoutKey(): never {
  throw new UserError({ cause: { en: "No key", zh: "没有密钥" } });
}
