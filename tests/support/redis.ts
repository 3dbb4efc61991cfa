import { test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deadPort } from "./chat_server.ts";

/** Where Debian's package puts it, and others on the path; `null`: it is not installed. */
const PROGRAM = Bun.which("redis-server") ?? Bun.which("valkey-server");

/** A test that needs a Redis. Where there is none, it is skipped: `apt-get install redis-server` brings one. */
export const testWithRedis = test.skipIf(PROGRAM === null);

/** A Redis of a test's own, on loopback. */
export interface RedisServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly pid: number;
  /** Ends it and starts it again at the same port. What it held is gone, unless it `keeps` it. */
  restart(options?: { readonly keeps?: boolean }): Promise<void>;
  /** Ends it. */
  stop(): Promise<void>;
  /** Starts it again. */
  start(): Promise<void>;
}

/** Starts one, and resolves when it answers. `password`: whoever connects has to give it. */
export async function startRedis({
  password,
}: { readonly password?: string } = {}): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), "streamgauge-redis-"));
  const port = await deadPort();
  let child = await start(port, { folder, password });
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await child.exited;
  };
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return child.pid;
    },
    stop,
    async start() {
      child = await start(port, { folder, password });
    },
    async restart({ keeps = false } = {}) {
      await stop();
      if (!keeps) rmSync(join(folder, "dump.rdb"), { force: true });
      child = await start(port, { folder, password });
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function start(
  port: number,
  { folder, password }: { readonly folder: string; readonly password: string | undefined },
): Promise<Bun.Subprocess> {
  const flags = ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder, "--save", "3600 1"];
  const secret = password === undefined ? [] : ["--requirepass", password];
  const child = Bun.spawn([PROGRAM ?? "redis-server", ...flags, ...secret], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  for (let said = ""; !said.includes("Ready to accept connections");) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`Redis did not start: ${said}`);
    said += decoder.decode(value, { stream: true });
  }
  // What it says later would fill the pipe.
  void (async () => {
    while (!(await reader.read()).done);
  })();
  return child;
}
