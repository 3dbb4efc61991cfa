import { join } from "node:path";
import { Redis } from "ioredis";
import type { Told } from "../../lib/load/fleet/orders.ts";
import { Member } from "../../lib/load/fleet/member.ts";
import { MemberRun } from "../../lib/load/fleet/member_run.ts";
import { answeringAllBut, numbered, openFleet, unstopped } from "../support/fleet.ts";
import { range } from "../support/indexes.ts";
import { runSpec } from "../support/load.ts";
import { madeUpRecord } from "../support/records.ts";
import { startRedis } from "../support/redis.ts";
import type { Line, Part } from "./line.ts";

const SIZES = [2, 4, 8, 16];
const SECONDS = 4;
const ROUNDS = 3;

/** A record of so many gaps is what a request of 200 tokens leaves. */
const GAPS = 199;

/** What does it cost to have many machines act as one? */
export const fleet: Part = {
  name: "fleet",
  about:
    "2 to 16 workers of a fleet on one machine, the load simulated away: Redis commands and the bench's processor time a second, the way to a common start, and what a record costs the bench",
  async measure({ quick }) {
    const sizes = quick ? [2] : SIZES;
    const values = new Map(sizes.map((size) => [size, [] as Round[]]));
    for (let round = 0; round < (quick ? 1 : ROUNDS); round++) {
      for (const size of sizes) values.get(size)?.push(await measured(size, quick ? 1 : SECONDS));
    }
    const lines = sizes.flatMap((size): Line[] => {
      const rounds = values.get(size) ?? [];
      const of = (what: keyof Round) => rounds.map((one) => one[what]);
      return [
        { what: `${size} workers: Redis commands`, unit: "/s", values: of("commands") },
        { what: `${size} workers: bench`, unit: "ms CPU/s", values: of("cpu") },
        { what: `${size} workers: order to start`, unit: "ms", values: of("start") },
      ];
    });
    return [...lines, ...taking(quick ? 2_000 : 20_000)];
  },
};

interface Round {
  readonly commands: number;
  readonly cpu: number;
  readonly start: number;
}

/** A run in which every worker has one request, which is answered when it is over. */
async function measured(size: number, seconds: number): Promise<Round> {
  await using redis = await startRedis();
  const host = Bun.spawn(
    [process.execPath, join(import.meta.dir, "fleet_host.ts"), redis.url, `${size}`],
    { stdio: ["pipe", "ignore", "inherit"] },
  );
  await using server = await answeringAllBut(range(size));
  const client = new Redis(redis.port);
  const commands = async (): Promise<number> =>
    Number(/total_commands_processed:(\d+)/.exec(await client.info("stats"))?.[1]);
  try {
    await using opened = await openFleet(redis, { atLeast: size, most: size });
    const arrivals = { kind: "closed", concurrency: size } as const;
    const plan = { arrivals, until: { requests: size }, warmup: 0, drain: 0 };
    const stop = new AbortController();
    const begun = Promise.withResolvers<number>();
    let sent = 0;
    const asked = performance.now();
    const run = opened.run(runSpec(server.baseUrl, { plan, prompts: numbered(size) }), {
      ...unstopped({ stopNow: stop.signal }),
      observer: {
        sent: () => void (++sent === size && begun.resolve(performance.now())),
        deltas() {},
        ended() {},
      },
    });
    const start = (await begun.promise) - asked;
    const [before, cpu, at] = [await commands(), process.cpuUsage(), performance.now()];
    await Bun.sleep(seconds * 1000);
    const { user, system } = process.cpuUsage(cpu);
    const time = (performance.now() - at) / 1000;
    const after = await commands();
    stop.abort();
    await run;
    return {
      commands: (after - before) / time,
      cpu: (user + system) / 1000 / time,
      start,
    };
  } finally {
    client.disconnect();
    host.stdin.end();
    await host.exited;
  }
}

/** What the bench does with a record: it reads it, and keeps it. */
function taking(count: number): Line[] {
  const record = { ...madeUpRecord(0), metrics: { ...madeUpRecord(0).metrics, itl: range(GAPS) } };
  const look = { inFlight: 0, lag: 0 };
  const lines = range(count / 10).map((batch) => {
    const ended = range(10).map((place) =>
      Object.assign({}, record, { index: batch * 10 + place }),
    );
    const begun = ended.map(({ index }) => index);
    const told = {
      kind: "progress",
      run: 0,
      begun,
      ended,
      deltas: 2_000,
      look,
      seat: "a-0",
    } as const;
    return JSON.stringify({ ...told, number: batch } satisfies Told);
  });
  const rounds = range(ROUNDS).map(() => {
    const card = { name: "worker", version: "0", cores: 1, streams: 1 };
    const member = new Member("a-0", card, { outages: 0 });
    const part = { slots: [0], of: 1 };
    const taken = new MemberRun(member, { run: 0, part, spec: null });
    Bun.gc(true);
    const [memory, cpu] = [process.memoryUsage().rss, process.cpuUsage()];
    for (const line of lines) member.take(JSON.parse(line) as Told);
    const { user, system } = process.cpuUsage(cpu);
    Bun.gc(true);
    const kept = (process.memoryUsage().rss - memory) / taken.records.length;
    return { cpu: (user + system) / taken.records.length, kept: kept / 1024 };
  });
  const bytes = lines.reduce((sum, line) => sum + line.length, 0) / count;
  return [
    { what: "a record of 200 tokens, taken", unit: "us CPU", values: rounds.map((one) => one.cpu) },
    { what: "a record of 200 tokens, kept", unit: "KiB", values: rounds.map((one) => one.kept) },
    { what: "a record of 200 tokens, on its way", unit: "KiB", values: [bytes / 1024] },
  ];
}
