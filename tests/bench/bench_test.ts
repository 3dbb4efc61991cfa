import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadRun } from "../../lib/load/run_file.ts";
import {
  type ChatServer,
  deadPort,
  sendBody,
  sendStream,
  startChatServer,
} from "../support/chat_server.ts";
import { event } from "../support/event.ts";
import { ANSWER, chunk, event as streamEvent } from "../support/read_pieces.ts";
import { KEY, useToolkit } from "../support/run_ask.ts";
import { temporaryFolder } from "../support/folder.ts";
import { at, runBench, runBenches } from "../support/run_bench.ts";

useToolkit();

const answering = () => startChatServer((exchange) => sendStream(exchange, ANSWER));

/** The keys of a value, and of the values in it, as `a.b`. Of a list, those of its first entry. */
function keysOf(value: unknown, prefix = ""): string[] {
  if (Array.isArray(value)) return keysOf(value[0], `${prefix}[]`);
  if (typeof value !== "object" || value === null) return prefix === "" ? [] : [prefix];
  const entries = Object.entries(value);
  return entries.flatMap(([key, inner]) => keysOf(inner, prefix === "" ? key : `${prefix}.${key}`));
}

test.concurrent(
  "--json prints the results of one run, in a form that does not change",
  async () => {
    await using server = await answering();
    const { exitCode, stdout } = await runBench([
      ...at(server),
      "--json",
      "--requests",
      "4",
      "--concurrency",
      "2",
      "--slo",
      "ttft=10s",
      "--price",
      "1,2",
    ]);
    const json = JSON.parse(stdout);
    expect(exitCode).toBe(0);
    expect(json.schema).toBe("streamgauge.bench/1");
    expect(Object.keys(json)).toEqual([
      "schema",
      "config",
      "environment",
      "duration_ms",
      "requests",
      "summary",
      "instrument",
      "warnings",
    ]);
    expect(Object.keys(json.requests[0])).toEqual([
      "index",
      "scheduled_ms",
      "sent_ms",
      "ended_ms",
      "wait_ms",
      "outcome",
      "ttfb_ms",
      "ttft_ms",
      "ttfa_ms",
      "tpot_ms",
      "e2e_ms",
      "closed_ms",
      "output_tokens_per_second",
      "deltas",
      "tokens_per_delta",
      "tokens_per_delta_source",
      "stalls",
      "itl_us",
      "usage",
      "error",
    ]);
    expect(keysOf(json.summary)).toEqual([
      ...["ttft_ms", "ttfa_ms", "itl_ms", "tpot_ms", "e2e_ms", "wait_ms"].flatMap(distribution),
      ...["ttft_scheduled_ms", "e2e_scheduled_ms"].flatMap(distribution),
      ...distribution("request_output_tokens_per_second"),
      "output_tokens_per_second",
      ...["streams", "duration_ms", "share", "output_tokens_per_second"].map((o) => `steady.${o}`),
      "upper_bounds.confidence",
      ...["ttft", "tpot", "e2e"].flatMap((o) =>
        ["p90", "p99"].map((key) => `upper_bounds.${o}_ms.${key}`),
      ),
      "requests_per_second",
      "usage.prompt_tokens",
      "usage.completion_tokens",
      "usage.total_tokens",
      "usage.cached_tokens",
      ...["complete", "truncated", "failed", "timed_out", "interrupted"].map(
        (o) => `outcomes.${o}`,
      ),
      "errors[]",
      "goodput.requests_per_second",
      "goodput.good_share",
      "cost.total",
      "cost.per_request",
    ]);
    expect(keysOf(json.instrument)).toEqual([
      "loop_lag_p99_ms",
      "client_limited",
      "connections",
      "proxy",
    ]);
    expect(json.summary.outcomes).toEqual({ ...NO_OUTCOMES, complete: 4 });
    expect(json.summary.usage).toMatchObject({ prompt_tokens: 12, completion_tokens: 8 });
    // (12 · 1 + 8 · 2) / 1 000 000
    expect(json.summary.cost).toEqual({ total: 0.000028, per_request: 0.000007 });
    expect(json.summary.goodput.good_share).toBe(1);
    expect(json.instrument.connections).toBe("warm");
    expect(json.config).toMatchObject({ model: "m", concurrency: 2, requests: 4, warmup: 2 });
    expect(json.requests.map(({ index }: { index: number }) => index)).toEqual([0, 1, 2, 3]);
    expect(json.requests.every(({ itl_us }: { itl_us: number[] }) => itl_us.length === 1)).toBe(
      true,
    );
  },
);

const NO_OUTCOMES = { complete: 0, truncated: 0, failed: 0, timed_out: 0, interrupted: 0 };

function distribution(name: string): string[] {
  return ["count", "min", "mean", "p50", "p90", "p95", "p99", "p99_9", "max"].map(
    (key) => `${name}.${key}`,
  );
}

test.concurrent(
  "every request has exactly one outcome, and they are as many as were injected",
  async () => {
    let asked = 0;
    const injected: string[] = [];
    await using server = await startChatServer((exchange, { body }) => {
      // The warm-up is of one token.
      if (body?.["max_tokens"] === 1) return sendStream(exchange, ANSWER);
      const kind = ["ok", "cut", "busy", "error", "stall", "ok", "busy"][asked++ % 7] ?? "ok";
      injected.push(kind);
      if (kind === "ok") return sendStream(exchange, ANSWER);
      if (kind === "busy")
        return sendBody(exchange, 429, { body: { error: { message: "slow down" } } });
      exchange.head(200, { "content-type": "text/event-stream" });
      exchange.piece(chunk({ content: "a" }));
      if (kind === "cut") exchange.reset();
      if (kind === "error") {
        exchange.piece(streamEvent({ error: { message: "out of memory", code: "oom" } }));
        exchange.end();
      }
    });
    const { exitCode, stdout } = await runBench([
      ...at(server),
      "--json",
      "--requests",
      "35",
      "--concurrency",
      "5",
      "--idle-timeout",
      "300ms",
    ]);
    const { summary, requests } = JSON.parse(stdout);
    expect(injected).toHaveLength(35);
    expect(requests).toHaveLength(35);
    // Of each seven: two ok, a cut, two 429, an error event, a stall.
    expect(summary.outcomes).toEqual({
      complete: 10,
      truncated: 5,
      failed: 15,
      timed_out: 5,
      interrupted: 0,
    });
    expect(
      summary.errors.map(({ kind, count }: { kind: string; count: number }) => [kind, count]),
    ).toEqual(
      expect.arrayContaining([
        ["busy", 10],
        ["truncated", 5],
        ["endpoint", 5],
        ["timeout", 5],
      ]),
    );
    expect(summary.ttft_ms.count).toBe(10);
    // Exit 4 for ten 429, and 6 for five cuts and five error events: of equally frequent ones the higher.
    expect(exitCode).toBe(6);
  },
);

test.concurrent("nothing is retried unless asked for", async () => {
  let asked = 0;
  await using server = await startChatServer((exchange) =>
    asked++ === 0
      ? sendStream(exchange, ANSWER)
      : sendBody(exchange, 503, { headers: { "retry-after-ms": "1" } }),
  );
  const { exitCode } = await runBench([...at(server), "--requests", "3"]);
  expect(exitCode).toBe(4);
  expect(asked).toBe(4);
});

test.concurrent(
  "when every warm-up fails nothing is measured, and nothing is left behind",
  async () => {
    await using server = await startChatServer((exchange) =>
      sendBody(exchange, 401, { body: { error: { message: "who are you" } } }),
    );
    using folder = temporaryFolder();
    const { exitCode, stdout, stderr } = await runBench(
      [...at(server), "--concurrency", "3", "--out", "o.json", "--record", "rec"],
      { cwd: folder.path },
    );
    expect(exitCode).toBe(3);
    expect(stdout).toBe("");
    expect(stderr).toContain("The warm-up failed, so nothing was measured: ");
    expect(server.requests).toHaveLength(3);
    expect(readdirSync(folder.path)).toEqual([]);
  },
);

test.concurrent("an endpoint that is not there is exit 5", async () => {
  const baseUrl = `http://127.0.0.1:${await deadPort()}/v1`;
  const { exitCode, stderr } = await runBench([...at({ baseUrl }), "--requests", "1"]);
  expect(exitCode).toBe(5);
  expect(stderr).toContain("ECONNREFUSED");
});

/** Is busy once, at the second measured request. */
function busyOnce(): Promise<ChatServer> {
  let asked = 0;
  return startChatServer((exchange) =>
    asked++ === 2 ? sendBody(exchange, 503) : sendStream(exchange, ANSWER),
  );
}

async function exitWhenBusy(...args: string[]): Promise<number | null> {
  await using server = await busyOnce();
  return (await runBench([...at(server), "--requests", "3", ...args])).exitCode;
}

test.concurrent("--strict is 7 when the service level is missed", async () => {
  expect(await exitWhenBusy("--slo", "ttft=10m", "--strict")).toBe(7);
  expect(await exitWhenBusy("--slo", "ttft=10m")).toBe(4);
});

test.concurrent(
  "bad input is found before anything is sent, and leaves nothing behind",
  async () => {
    await using server = await answering();
    using folder = temporaryFolder();
    const write = (name: string, text: string): void =>
      writeFileSync(join(folder.path, name), text);
    write("empty.txt", "\n");
    write("binary.txt", "a\0b");
    write("bad.jsonl", '\n{"prompt":\n');
    write("there.json", "mine");
    mkdirSync(join(folder.path, "full"));
    write("full/notes.txt", "mine");
    const before = readdirSync(folder.path, { recursive: true }).toSorted();
    const cases: readonly (readonly [args: string, cause: string])[] = [
      ["--prompts empty.txt", 'Cannot take prompts from "empty.txt": there is no prompt in it'],
      ["--prompts bad.jsonl", 'Cannot take prompts from "bad.jsonl": line 2 is not a JSON object'],
      ["--prompts no.txt", 'Cannot read "no.txt": there is no such file or folder'],
      ["--prompts binary.txt", 'Cannot read "binary.txt": it is no text in UTF-8 or UTF-16'],
      ["--rate 0", "--rate must be from 0.001 to 100000, got 0"],
      [
        "--requests 1 --duration 1s",
        "--requests and --duration exclude each other; give one of them",
      ],
      ["--out no/o.json", 'Cannot write "no/o.json": there is no such file or folder'],
      ["--out full", 'Cannot write "full": it is a folder'],
      ["--out there.json", 'Cannot write "there.json": the file is there already'],
      ["--record full", 'Cannot record into "full": the folder is not empty'],
      ["--record there.json", 'Cannot write "there.json": a part of the path is no folder'],
      ["--param n=2", "Cannot bench several choices: n is more than 1"],
      ["--workers 3 --concurrency 2", "--workers 3 is more than the 2 requests at a time"],
      ["--workers 9 --sweep 1,8", "--workers 9 is more than the 8 requests at a time"],
      ["--arrival poisson", "--arrival needs --rate"],
      ["--find-max", "--find-max needs --slo"],
      ["--force", "--force needs --out / --record / --html"],
      ["--slo tftt=1s", '--slo takes a form like ttft=500ms,tpot=50ms, not "tftt=1s"'],
      ["--synthetic in=5", '--synthetic takes a form like in=512,out=128, not "in=5"'],
      ["--sweep 1,0", "--sweep must be from 1 to 10000, got 0"],
      ["--price 1", '--price takes a form like 0.15,0.60, not "1"'],
    ];
    const lines = cases.map(([args], index) => {
      const flags = args.split(" ");
      const named = flags.includes("--out") ? [] : [`--out=${index}.json`];
      return [...at(server), ...flags, ...(args === "--force" ? [] : named)];
    });
    const runs = await runBenches(lines, folder.path);
    for (const [index, [args, cause]] of cases.entries()) {
      const { exitCode, stdout, stderr } = runs[index] ?? {};
      expect({ args, exitCode, stdout }).toEqual({ args, exitCode: 2, stdout: "" });
      expect(stderr).toStartWith(cause);
    }
    expect(server.requests).toHaveLength(0);
    expect(readdirSync(folder.path, { recursive: true }).toSorted()).toEqual(before);
    expect(readFileSync(join(folder.path, "there.json"), "utf8")).toBe("mine");
  },
);

test.concurrent("--force overwrites results, and replaces a recorded run", async () => {
  await using server = await answering();
  using folder = temporaryFolder();
  const run = (requests: string, ...more: string[]) =>
    runBench(
      [...at(server), "--requests", requests, "--out", "o.json", "--record", "rec", ...more],
      { cwd: folder.path },
    );
  expect((await run("3")).exitCode).toBe(0);
  writeFileSync(join(folder.path, "rec", "notes.txt"), "mine");
  expect((await run("2")).exitCode).toBe(2);
  expect((await run("2", "--force")).exitCode).toBe(0);
  expect(readdirSync(join(folder.path, "rec")).toSorted()).toEqual([
    "000000.sse",
    "000001.sse",
    "notes.txt",
    "run.json",
  ]);
  const json = JSON.parse(readFileSync(join(folder.path, "o.json"), "utf8"));
  expect(json.requests).toHaveLength(2);
  const { run: rebuilt } = await loadRun(join(folder.path, "rec"));
  expect(rebuilt.records.map(({ metrics }) => metrics.itl)).toEqual(
    json.requests.map(({ itl_us }: { itl_us: number[] }) => itl_us),
  );
});

test.concurrent(
  "odd entries of a data set are told and left out, and the others asked",
  async () => {
    await using server = await answering();
    const file = join(import.meta.dir, "..", "fixtures", "sharegpt-empty-entry.json");
    const run = await runBench([...at(server), "--requests", "2", "--prompts", file]);
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toContain(
      `2 of 3 entries of "${file}" are left out: an empty conversation (entry 2), no turn of the user (entry 3)\n`,
    );
    const asked = server.requests.map(({ body }) => JSON.stringify(body?.["messages"]));
    expect(asked.every((messages) => messages.includes("Name a river"))).toBe(true);
  },
);

test.concurrent("a connection whose warm-up was refused is not called warm", async () => {
  let warmUps = 0;
  const waiting: (() => void)[] = [];
  await using server = await startChatServer((exchange, { body }) => {
    if (body?.["max_tokens"] === 1) {
      if (warmUps++ > 0) return sendStream(exchange, ANSWER);
      return sendBody(exchange, 503, { body: { error: { message: "busy" } } });
    }
    // Both are under way at once, so that two connections are needed.
    waiting.push(() => void sendStream(exchange, ANSWER));
    if (waiting.length === 2) for (const answer of waiting) answer();
  });
  const load = ["--json", "--requests", "2", "--concurrency", "2"];
  const { stdout } = await runBench([...at(server), ...load]);
  expect(warmUps).toBe(2);
  expect(JSON.parse(stdout).instrument.connections).toBe("cold");
});

test.concurrent("a sweep writes a list of runs, each with prompts of its own", async () => {
  await using server = await answering();
  const { exitCode, stdout } = await runBench([
    ...at(server),
    "--json",
    "--sweep",
    "1,2",
    "--requests",
    "3",
    "--plan-seed",
    "5",
    "--cold",
  ]);
  const json = JSON.parse(stdout);
  expect(exitCode).toBe(0);
  expect(Object.keys(json)).toEqual(["schema", "runs", "planned_runs"]);
  expect(json.planned_runs).toBe(2);
  expect(json.runs.map(({ config }: { config: unknown }) => config)).toMatchObject([
    { concurrency: 1, plan_seed: 5 },
    { concurrency: 2, plan_seed: 6 },
  ]);
  expect(json.runs[1].instrument.connections).toBe("cold");
  const prompts = server.requests.map(({ body }) => JSON.stringify(body?.["messages"]));
  expect(prompts).toHaveLength(6);
  expect(new Set(prompts).size).toBe(6);
});

test.concurrent("the same seed sends the same prompts", async () => {
  await using server = await answering();
  const args = [...at(server), "--requests", "3", "--cold", "--synthetic", "in=8,out=4"];
  const sent = async (...more: string[]): Promise<string[]> => {
    const from = server.requests.length;
    await runBench([...args, ...more]);
    return server.requests.slice(from).map(({ body }) => JSON.stringify(body));
  };
  const first = await sent("--plan-seed", "3");
  expect(await sent("--plan-seed", "3")).toEqual(first);
  expect(await sent("--plan-seed", "4")).not.toEqual(first);
  expect(await sent()).not.toEqual(await sent());
});

test.concurrent(
  "--find-max warms up each step, and shows its steps and what it found",
  async () => {
    // A step warms up as many connections as it has streams: for more than three, this endpoint is busy.
    let warmed = 0;
    let wasWarmUp = false;
    await using server = await startChatServer((exchange, { body }) => {
      const isWarmUp = body?.["max_tokens"] === 1;
      if (isWarmUp) warmed = wasWarmUp ? warmed + 1 : 1;
      wasWarmUp = isWarmUp;
      if (!isWarmUp && warmed > 3) sendBody(exchange, 503);
      else sendStream(exchange, ANSWER);
    });
    const args = ["--find-max", "--slo", "ttft=10m", "--requests", "10", "--workers", "2"];
    const { exitCode, stdout } = await runBench([...at(server), ...args, "--json"]);
    const json = JSON.parse(stdout);
    expect(exitCode).toBe(0);
    expect(json.search).toEqual({
      flag: "concurrency",
      best: 3,
      missed: 4,
      finished: true,
      end: "closed_in",
      steps: [
        { value: 1, met: true, requests: 10 },
        { value: 2, met: true, requests: 10 },
        { value: 4, met: false, requests: 10 },
        { value: 3, met: true, requests: 10 },
      ],
      warnings: [
        {
          code: "few_requests",
          message:
            "4 of 4 steps were judged by fewer than 100 requests, the fewest by 10: that does not tell 99 % from somewhat less, and a single late one decides",
          step: expect.stringContaining("Give every step 100 requests or more: --requests 100, or"),
        },
      ],
    });
    expect(json.runs).toHaveLength(4);
  },
);

/**
 * Answers so many requests at once; at the next one bench gets a Ctrl-C. When it has heeded that, the rest is answered,
 * and so is what a worker process sends before it knows.
 */
async function interruptedAfter(answered: number) {
  const waiting: (() => void)[] = [];
  let count = 0;
  let isHeeded = false;
  let child: Bun.Subprocess | undefined;
  const server = await startChatServer((exchange) => {
    const answer = () => sendStream(exchange, ANSWER);
    if (count++ < answered || isHeeded) return answer();
    waiting.push(answer);
    if (waiting.length === 1) child?.kill("SIGINT");
  });
  const world = {
    onStart: (process: Bun.Subprocess) => void (child = process),
    onStderr(text: string) {
      isHeeded ||= text.includes("Stopping: no more");
      if (isHeeded) for (const answer of waiting.splice(0)) answer();
    },
  };
  return {
    run: (args: readonly string[]) => runBench([...at(server), "--requests=3", ...args], world),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

test.concurrent("a search that is stopped in its second step does not conclude: 130", async () => {
  // A warm-up request and three others, then two warm-up requests: the next is in the middle of the second step.
  const args = ["--find-max", "--slo=ttft=10m", "--workers=1"];
  await using shown = await interruptedAfter(6);
  const { exitCode, stdout } = await shown.run(args);
  expect([exitCode, stdout.trim().split("\n").at(-1)]).toEqual([
    130,
    "The search did not finish: the service level was met at 1, and the highest concurrency may be higher",
  ]);
  await using asJson = await interruptedAfter(4);
  const { search, interrupted, runs } = JSON.parse((await asJson.run([...args, "--json"])).stdout);
  expect([search, interrupted, runs.length]).toMatchObject([
    { best: 1, missed: null, finished: false, end: "stopped" },
    true,
    1,
  ]);
});

test.concurrent("a sweep that is stopped between its runs names those not begun: 130", async () => {
  // A warm-up request and three others: the next is the warm-up of the second run.
  await using world = await interruptedAfter(4);
  const { exitCode, stdout, stderr } = await world.run(["--sweep=1,2,4", "--json"]);
  const { runs, planned_runs, interrupted } = JSON.parse(stdout);
  expect([exitCode, runs.length, planned_runs, interrupted]).toEqual([130, 1, 3, true]);
  expect(stderr).toContain("1 of 3 runs was begun; not begun: --concurrency 2, --concurrency 4\n");
});

test.concurrent("Ctrl-C lets what is under way finish, saves and reports: 130", async () => {
  using folder = temporaryFolder();
  const out = join(folder.path, "o.json");
  const waiting: (() => void)[] = [];
  let atStart: unknown;
  let isHeeded = false;
  await using server = await startChatServer((exchange, { body }) => {
    // The worker process that sends may do so once more before it knows.
    if (body?.["max_tokens"] === 1 || isHeeded) return sendStream(exchange, ANSWER);
    waiting.push(() => sendStream(exchange, ANSWER));
    if (waiting.length !== 2) return;
    atStart = JSON.parse(readFileSync(out, "utf8"));
    child?.kill("SIGINT");
  });
  let child: Bun.Subprocess | undefined;
  const { exitCode, stdout } = await runBench(
    [...at(server), "--requests", "50", "--concurrency", "2", "--json", "--out", out],
    {
      onStart: (process) => (child = process),
      onStderr(text) {
        isHeeded ||= text.includes("Stopping: no more");
        if (isHeeded) for (const answer of waiting.splice(0)) answer();
      },
    },
  );
  expect(exitCode).toBe(130);
  expect(atStart).toMatchObject({ interrupted: true, requests: [] });
  const json = JSON.parse(stdout);
  expect(json.interrupted).toBe(true);
  const { complete } = json.summary.outcomes;
  expect(json.summary.outcomes).toEqual({ ...NO_OUTCOMES, complete });
  expect(complete).toBeGreaterThanOrEqual(2);
  expect(complete).toBeLessThan(50);
  expect(readFileSync(out, "utf8")).toBe(stdout);
});

test.concurrent("a second Ctrl-C gives up what is under way, and still reports: 130", async () => {
  const begun = event();
  await using server = await startChatServer((exchange, { body }) => {
    if (body?.["max_tokens"] === 1) return sendStream(exchange, ANSWER);
    exchange.head(200, { "content-type": "text/event-stream" });
    exchange.piece(chunk({ content: "a" }));
    begun.happen();
  });
  let child: Bun.Subprocess | undefined;
  const running = runBench([...at(server), "--requests", "5", "--json", "--drain", "10m"], {
    onStart: (process) => (child = process),
  });
  await begun.happened;
  child?.kill("SIGINT");
  child?.kill("SIGTERM");
  const { exitCode, stdout } = await running;
  expect(exitCode).toBe(130);
  expect(JSON.parse(stdout).summary.outcomes).toEqual({ ...NO_OUTCOMES, interrupted: 1 });
});

test.concurrent(
  "Ctrl-C twice in a warm-up that hangs says that nothing was measured: 130",
  async () => {
    const begun = event();
    await using server = await startChatServer(() => begun.happen());
    let child: Bun.Subprocess | undefined;
    const running = runBench([...at(server), "--requests", "5"], {
      onStart: (process) => (child = process),
      onStderr(text) {
        if (text.endsWith("Ctrl-C again stops now\n")) child?.kill("SIGINT");
      },
    });
    await begun.happened;
    child?.kill("SIGINT");
    const { exitCode, stderr } = await running;
    expect(exitCode).toBe(130);
    expect(stderr).toEndWith("Stopped during the warm-up: nothing was measured\n");
  },
);

test.concurrent("an error that repeats the key is printed without it", async () => {
  let asked = 0;
  await using server = await startChatServer((exchange) =>
    asked++ === 0
      ? sendStream(exchange, ANSWER)
      : sendBody(exchange, 400, { body: { error: { message: `no model for ${KEY}` } } }),
  );
  const { exitCode, stdout } = await runBench(
    [...at(server), "--key-env", "MY_KEY", "--requests", "2"],
    { env: { MY_KEY: KEY } },
  );
  expect(exitCode).toBe(3);
  expect(stdout).toContain(`no model for ${"*".repeat(KEY.length)}`);
  expect(server.requests[1]?.headers["authorization"]).toBe(`Bearer ${KEY}`);
});

test.concurrent(
  "the demo is measured by its own process, whose stamps tell the client's error",
  async () => {
    using folder = temporaryFolder();
    const { exitCode, stdout, stderr } = await runBench(
      ["--demo", "--requests", "2", "--concurrency", "2", "--calibrate", "--json", "--lang", "en"],
      { cwd: folder.path },
    );
    const json = JSON.parse(stdout);
    expect(exitCode).toBe(0);
    expect(stderr).toStartWith("Demo: a simulated model in its own process (ttft=120ms,tps=60,");
    expect(json.summary.usage.completion_tokens).toBe(120);
    // Every delta has a stamp: 2 first ones, and the gaps of all others.
    expect(json.calibration.ttft_ms.count).toBe(2);
    expect(json.calibration.itl_ms.count).toBe(2 * 59);
  },
);

test.concurrent.each(["en", "zh"])("help in %s is pinned", async (language) => {
  const { exitCode, stdout, stderr } = await runBench(["--help", "--lang", language]);
  const path = join(import.meta.dir, "..", "fixtures", `bench_help_${language}.txt`);
  if (process.env["UPDATE_FIXTURES"] || !existsSync(path)) writeFileSync(path, stdout);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toBe(readFileSync(path, "utf8"));
});
