import { expect } from "bun:test";
import { Redis } from "ioredis";
import { sendStream, startChatServer } from "../support/chat_server.ts";
import { askedIndexes } from "../support/fleet.ts";
import { startWorkers, withoutKey } from "../support/fleet_workers.ts";
import { temporaryFolder } from "../support/folder.ts";
import { ascending, range } from "../support/indexes.ts";
import { ANSWER } from "../support/read_pieces.ts";
import { type RedisServer, startRedis, testWithRedis } from "../support/redis.ts";
import { KEY, useToolkit } from "../support/run_ask.ts";
import { at, runBench } from "../support/run_bench.ts";

useToolkit();

const testAlongside = testWithRedis.concurrent;

/** A folder with so many prompts, each of which says its index. */
function withPrompts(count: number): ReturnType<typeof temporaryFolder> {
  const folder = temporaryFolder();
  const lines = range(count).map((index) => `question ${index}.\n`);
  void Bun.write(`${folder.path}/prompts.txt`, lines.join(""));
  return folder;
}

function load(redis: Pick<RedisServer, "url">, count: number, workers = 2): string[] {
  const asked = [
    "--prompts=prompts.txt",
    "--cache=reuse",
    `--requests=${count}`,
    "--concurrency=2",
  ];
  return ["--fleet", redis.url, `--workers-min=${workers}`, "--cold", ...asked];
}

testAlongside(
  "a bench over a fleet says who sent what, and its key is never in Redis",
  async () => {
    const password = "pa:ss/w@rd-9f2c";
    await using redis = await startRedis({ password });
    const own = { ...redis, url: redis.url.replace("//", `//:${encodeURIComponent(password)}@`) };
    await using server = await startChatServer((exchange) => sendStream(exchange, ANSWER));
    await using _workers = await startWorkers(own, 2);
    const spy = new Redis({ host: "127.0.0.1", port: redis.port, password });
    spy.on("error", () => {});
    let commands = "";
    const monitor = await Bun.connect({
      hostname: "127.0.0.1",
      port: redis.port,
      socket: { data: (_socket, bytes) => void (commands += bytes.toString()) },
    });
    monitor.write(`AUTH "${password}"\r\nMONITOR\r\n`);
    using folder = withPrompts(20);
    const { exitCode, stdout, stderr } = await runBench(
      [...at(server), ...load(redis, 20), "--json"],
      {
        cwd: folder.path,
        env: { STREAMGAUGE_FLEET: own.url, OPENAI_API_KEY: KEY, OPENAI_BASE_URL: server.baseUrl },
      },
    );
    expect([exitCode, stderr]).toEqual([
      0,
      expect.stringMatching(/^Run \w{7} on 2 workers \(worker-0, worker-1\): /),
    ]);
    const json = JSON.parse(stdout);
    const { requests, instrument, config, summary } = json;
    expect(summary.outcomes.complete).toBe(20);
    expect(config.workers).toBe(2);
    expect(instrument.start_skew_ms).toBeGreaterThan(0);
    expect(instrument.workers).toHaveLength(2);
    for (const { name, requests: count, lost, start_late_ms } of instrument.workers) {
      expect([count, lost, start_late_ms]).toEqual([10, false, 0]);
      expect(requests.filter(({ worker }: { worker: string }) => worker === name)).toHaveLength(10);
    }
    monitor.end();
    expect(commands).toContain("question 7.");
    expect(commands).not.toContain(KEY);
    // What is left goes by itself, and nothing but streamgauge's was touched.
    const keys = await spy.keys("*");
    const lives = await Promise.all(keys.map((key) => spy.ttl(key)));
    expect(keys.filter((_, place) => lives[place] === -1)).toEqual([]);
    expect(keys.filter((key) => !key.startsWith("streamgauge:"))).toEqual([]);
    spy.disconnect();
    // A password that stands in the argument is shown nowhere.
    const refused = await runBench(
      [...at(server), ...load({ url: own.url.replace("9f2c", "0000") }, 20)],
      { cwd: folder.path },
    );
    expect(refused.exitCode).toBe(5);
    expect(refused.stderr).toStartWith(
      `Cannot reach the Redis of the fleet at redis://127.0.0.1:${redis.port}: `,
    );
    expect(refused.stderr).not.toMatch(/pa:ss|pa%3Ass|0000/);
  },
);

testAlongside("what a bench that was killed had ordered is collected", async () => {
  await using redis = await startRedis();
  await using workers = await startWorkers(redis, 2);
  let bench: Bun.Subprocess | null = null;
  await using server = await startChatServer((exchange, request) => {
    const [index] = askedIndexes({ requests: [request] });
    if (index === 9) bench?.kill("SIGKILL");
    else sendStream(exchange, ANSWER);
  });
  using folder = withPrompts(40);
  const { exitCode, stderr } = await runBench([...at(server), ...load(redis, 40)], {
    cwd: folder.path,
    onStart: (child) => (bench = child),
  });
  expect(exitCode).not.toBe(0);
  const [, run = ""] = /^Run (\w+) on/.exec(stderr) ?? [];
  const collected = await runBench(["--fleet", redis.url, "--collect", run, "--json", "--lang=en"]);
  const { requests, summary, incomplete } = JSON.parse(collected.stdout);
  // Both stop by themselves, and give up what is in flight.
  expect(ascending(requests.map(({ index }: { index: number }) => index))).toEqual(
    ascending(askedIndexes(server)),
  );
  expect(new Set(askedIndexes(server)).size).toBe(requests.length);
  expect(summary.outcomes).toMatchObject({ interrupted: 1, failed: 0 });
  expect(incomplete).toBe(true);
  for (const worker of workers) worker.stop();
  expect(await Promise.all(workers.map(({ ended }) => ended))).toEqual([["alone"], ["alone"]]);
});

testAlongside(
  "a bench that loses Redis says how to collect, and the workers keep everything",
  async () => {
    await using redis = await startRedis();
    await using _workers = await startWorkers(redis, 2);
    const away = Promise.withResolvers<void>();
    await using server = await startChatServer(async (exchange, request) => {
      const [index = 0] = askedIndexes({ requests: [request] });
      if (index === 9) void redis.stop().then(away.resolve);
      if (index >= 9) await away.promise;
      sendStream(exchange, ANSWER);
    });
    using folder = withPrompts(40);
    const lost = await runBench([...at(server), ...load(redis, 40), "--wait=1s"], {
      cwd: folder.path,
    });
    expect(lost.exitCode).toBe(1);
    expect(lost.stderr).toContain("is away: the workers go on measuring");
    const [, run = ""] = /--fleet URL --collect (\w+)/.exec(lost.stderr) ?? [];
    expect(lost.stdout).toContain("what it measured has not come, since Redis was away");
    await redis.start();
    const collected = await runBench([
      "--fleet",
      redis.url,
      "--collect",
      run,
      "--json",
      "--lang=en",
    ]);
    const { requests, summary, incomplete } = JSON.parse(collected.stdout);
    expect(requests.map(({ index }: { index: number }) => index)).toEqual(range(40));
    expect([summary.outcomes.complete, incomplete]).toEqual([40, undefined]);
    expect(ascending(askedIndexes(server))).toEqual(range(40));
    const nothing = await runBench([
      "--fleet",
      redis.url,
      "--collect",
      "nothing",
      "--wait=1ms",
      "--lang=en",
    ]);
    expect(nothing).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("Nothing is known of run nothing: "),
    });
  },
);

testAlongside("a fleet that cannot take part is refused with a sentence", async () => {
  await using redis = await startRedis();
  await using server = await startChatServer((exchange) => sendStream(exchange, ANSWER));
  using folder = withPrompts(4);
  const bench = (flags: readonly string[] = []) =>
    runBench([...at(server), ...load(redis, 4, 1), ...flags], { cwd: folder.path });
  expect(await bench(["--wait=1ms"])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("Only 0 of 1 workers had joined after 0 s\n"),
  });
  {
    await using _old = await startWorkers(redis, 1, { card: { version: "0.0.9" } });
    expect(await bench()).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("Worker worker-0 is streamgauge 0.0.9, and this bench is "),
    });
  }
  {
    await using _poor = await startWorkers(redis, 1, { keyFor: withoutKey });
    expect(await bench()).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("Worker worker-0 cannot take part: No key\n"),
    });
  }
  expect(server.requests).toEqual([]);
});
