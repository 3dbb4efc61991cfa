import { join } from "node:path";
import { Fleet } from "../../lib/load/fleet/fleet.ts";
import type { FleetOptions } from "../../lib/load/fleet/fleet.ts";
import type { ExecutorOptions } from "../../lib/load/executor.ts";
import { readFleetAddress } from "../../lib/settings/fleet_address.ts";
import { type ChatServer, startChatServer } from "./chat_server.ts";
import { cleanEnvironment } from "./clean_environment.ts";
import { temporaryFolder } from "./folder.ts";
import { ANSWER } from "./read_pieces.ts";
import { root } from "./doc_examples.ts";
import type { RedisServer } from "./redis.ts";
import type { RunSpec } from "../../lib/load/run_share.ts";
import { sendStream } from "./chat_server.ts";

/** A worker in a process of its own, as it is started on a machine of a fleet. */
export interface WorkerMachine extends AsyncDisposable {
  readonly pid: number;
  readonly name: string;
  /** What it has said so far. */
  readonly said: () => string;
  readonly exited: Promise<number>;
  /** Resolves when it has said this. */
  says(text: string): Promise<void>;
}

/** Starts so many workers, and resolves when all have joined. */
export async function startMachines(
  redis: Pick<RedisServer, "url">,
  count: number,
  options: {
    readonly env?: Readonly<Record<string, string>>;
    readonly flags?: readonly string[];
  } = {},
): Promise<WorkerMachine[] & AsyncDisposable> {
  const machines = Array.from({ length: count }, (_, place) =>
    startMachine(redis, { ...options, name: `worker-${place}` }),
  );
  await Promise.all(machines.map((machine) => machine.says("has joined")));
  return Object.assign(machines, {
    async [Symbol.asyncDispose]() {
      await Promise.all(machines.map((machine) => machine[Symbol.asyncDispose]()));
    },
  });
}

/** Starts one. */
export function startMachine(
  { url }: Pick<RedisServer, "url">,
  {
    name,
    env = {},
    flags = [],
    folder = null,
  }: {
    readonly name: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly flags?: readonly string[];
    /** Where it keeps what it measured. Default: one of its own. */
    readonly folder?: string | null;
  },
): WorkerMachine {
  const home = temporaryFolder();
  const keep = ["--keep", folder ?? join(home.path, "keep")];
  const own = ["--fleet", url, "--name", name, "--streams", "64", "--lang", "en"];
  const child = Bun.spawn(
    [process.execPath, join(root, "scripts", "worker.ts"), ...own, ...keep, ...flags],
    {
      cwd: home.path,
      env: cleanEnvironment(home.path, env),
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  let said = "";
  const waiting = new Set<() => void>();
  void (async () => {
    const decoder = new TextDecoder();
    for await (const bytes of child.stderr) {
      said += decoder.decode(bytes, { stream: true });
      for (const look of waiting) look();
    }
    for (const look of waiting) look();
  })();
  return {
    pid: child.pid,
    name,
    said: () => said,
    exited: child.exited,
    says: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (said.includes(text)) resolve();
          else if (child.exitCode === null && child.signalCode === null) return;
          else reject(new Error(`${name} ended without saying "${text}": ${said}`));
          waiting.delete(look);
        };
        waiting.add(look);
        look();
      }),
    async [Symbol.asyncDispose]() {
      // One that was stopped takes no other signal.
      child.kill("SIGKILL");
      await child.exited;
      home[Symbol.dispose]();
    },
  };
}

/** Opens a fleet as `bench` does. */
export function openFleet(
  { url }: Pick<RedisServer, "url">,
  options: Partial<Omit<FleetOptions, "address">> = {},
): Promise<Fleet> {
  return Fleet.open({
    address: readFleetAddress(url, { get: () => null }),
    most: 1,
    atLeast: 1,
    wait: 20_000,
    signal: new AbortController().signal,
    onWaiting() {},
    onAway() {},
    onBack() {},
    onLost() {},
    ...options,
  });
}

/** Options of a run that nobody stops. */
export function unstopped(given: Partial<ExecutorOptions> = {}): ExecutorOptions {
  const never = new AbortController().signal;
  return { key: null, start: 0, stopSending: never, stopNow: never, ...given };
}

/** Requests that say their index. */
export function numbered(count: number): RunSpec["prompts"] {
  const conversations = Array.from({ length: count }, (_, index) => [
    { role: "user" as const, content: `question ${index}.` },
  ]);
  return { kind: "list", conversations };
}

/** The indexes of the requests that an endpoint was asked, in their order: what stands twice was sent twice. */
export function askedIndexes({ requests }: Pick<ChatServer, "requests">): number[] {
  return requests.map(({ body }) => {
    const [, index = ""] = /question (\d+)\./.exec(JSON.stringify(body)) ?? [];
    return Number(index);
  });
}

/** An endpoint that answers at once, but for the requests with these indexes, which are never answered. */
export function answeringAllBut(
  held: readonly number[],
  onAsked: (index: number) => void = () => {},
): Promise<ChatServer> {
  return startChatServer((exchange, request) => {
    const [index = -1] = askedIndexes({ requests: [request] });
    onAsked(index);
    if (!held.includes(index)) sendStream(exchange, ANSWER);
  });
}
