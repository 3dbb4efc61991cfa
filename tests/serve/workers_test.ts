import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { notInSeveralProcesses, servingProcessDied, sharedPort } from "../../lib/serve/messages.ts";
import { faultsOf, planOf } from "../../lib/serve/workers/own_seeds.ts";
import { childrenRunning, signalTo } from "../support/children.ts";
import { cleanEnvironment } from "../support/clean_environment.ts";
import { temporaryFolder } from "../support/folder.ts";
import { FAR } from "../support/recordings.ts";
import { ask, fileOf, question, transcriptOf } from "../support/serving.ts";
import { lesson } from "../support/stream.ts";

setDefaultTimeout(30_000);

/** Elsewhere the system does not deal out the connections of a port. */
const testOnLinux = test.skipIf(process.platform !== "linux");

const script = fileURLToPath(new URL("../../scripts/serve.ts", import.meta.url));
const KEY = "sk-streamgauge4f9Zk2Q7";

/** `serve` with two processes, in a folder with one transcript that ends and one that does not. */
async function servingTwice(args: readonly string[]) {
  const folder = temporaryFolder();
  const hello = transcriptOf([lesson.stream], { request: question("hello") });
  const late = transcriptOf(
    [
      { text: "data: 1\n\n", at: 0 },
      { text: "data: 2\n\n", at: FAR },
    ],
    { request: question("late") },
  );
  writeFileSync(join(folder.path, "hello.sse"), fileOf(hello));
  writeFileSync(join(folder.path, "late.sse"), fileOf(late));
  const child = Bun.spawn([process.execPath, script, ...args, "--workers", "2"], {
    cwd: folder.path,
    env: cleanEnvironment(folder.path, { LANG: "en_US.UTF-8", OPENAI_API_KEY: KEY }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const err = new Response(child.stderr).text();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await reader.read();
  return {
    baseUrl: value.trim(),
    processes: () => childrenRunning(child.pid, "serving.ts"),
    /** Its exit code and what it said, once it has ended. */
    ended: async () => ({ code: await child.exited, err: await err }),
    stop: () => child.kill("SIGINT"),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
      folder[Symbol.dispose]();
    },
  };
}

/** How many requests each process says to be answering, asked until both have been heard. */
async function inFlight({ baseUrl }: { readonly baseUrl: string }, numbers: readonly number[]) {
  const heard = new Set<number>();
  while (!numbers.every((number) => heard.has(number))) {
    // Another connection each time, which may go to another process.
    const headers = { connection: "close" };
    const response = await fetch(baseUrl.replace("/v1", "/health"), { headers });
    heard.add(((await response.json()) as { readonly requests: number }).requests);
  }
  return heard;
}

testOnLinux("serve --workers answers from several processes on one port", async () => {
  await using server = await servingTwice(["hello.sse", "late.sse"]);
  expect(server.baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
  expect(server.processes()).toHaveLength(2);
  const waiting = await ask(server, question("late"));
  expect(await inFlight(server, [0, 1])).toEqual(new Set([0, 1]));
  for (let request = 0; request < 8; request++) {
    const headers = { connection: "close" };
    expect(await (await ask(server, question("hello"), { headers })).text()).toBe(lesson.stream);
  }
  await waiting.body?.cancel();
});

testOnLinux("serve --workers has one log and one Ctrl-C", async () => {
  await using server = await servingTwice(["hello.sse", "late.sse", "--speed=max", "--verbose"]);
  await (await ask(server, question("hello"))).text();
  const reader = (await ask(server, question("late"))).body?.getReader();
  await reader?.read();
  server.stop();
  const { code, err } = await server.ended();
  expect(code).toBe(0);
  expect(err.replaceAll(/\d+ ms|bytes \d+/g, "N")).toBe(
    "2 processes share the port: the system chooses which one answers, so what goes in turn differs between runs\n" +
      "Serving 2 transcripts of m; Ctrl-C stops\n" +
      "POST /v1/chat/completions: 200 (hello.sse), pieces 1, N, N\n" +
      "POST /v1/chat/completions: 200 (late.sse), pieces 2, N, N\n",
  );
  await expect(fetch(server.baseUrl)).rejects.toThrow("ECONNREFUSED");
});

testOnLinux("serve --workers tells of the streams that its end cut", async () => {
  await using server = await servingTwice(["hello.sse", "late.sse", "--verbose"]);
  const reader = (await ask(server, question("late"))).body?.getReader();
  await reader?.read();
  server.stop();
  const { err } = await server.ended();
  expect(err).toMatch(/200 \(late\.sse\), pieces 1, bytes 9, \d+ ms, ended by the shutdown\n$/);
});

testOnLinux("serve --workers ends with 1 and a reason when one of the processes does", async () => {
  await using server = await servingTwice(["hello.sse"]);
  const [one] = server.processes();
  signalTo(one, "SIGKILL");
  const { code, err } = await server.ended();
  expect(code).toBe(1);
  expect(err).toEndWith(
    "One of the serving processes ended (SIGKILL, probably because memory ran out), so all of them stop\n",
  );
  await expect(fetch(server.baseUrl)).rejects.toThrow("ECONNREFUSED");
});

testOnLinux("serve --workers is not let in beside others that share their port", async () => {
  await using server = await servingTwice(["hello.sse"]);
  const port = new URL(server.baseUrl).port;
  await using second = await servingTwice(["hello.sse", "--port", port]);
  expect(await second.ended()).toEqual({
    code: 2,
    err: `Cannot listen on 127.0.0.1:${port}: the port is in use\nGive another --port; without it any free one is taken\n`,
  });
});

testOnLinux("the processes of serve --workers get no key", async () => {
  await using server = await servingTwice(["hello.sse"]);
  const [one] = server.processes();
  expect(readFileSync(`/proc/${one}/environ`, "utf8")).not.toContain(KEY);
});

testOnLinux("serve --workers says which flags need one process, and exits with 2", async () => {
  for (const [args, said] of [
    [["hello.sse", "--verdict", "--fault", "no-done"], notInSeveralProcesses("--verdict")],
    [["--upstream", "http://127.0.0.1:9/v1", "--record", "r"], notInSeveralProcesses("--upstream")],
    [["--simulate", "concurrency=8"], notInSeveralProcesses("--simulate concurrency=")],
    [["--simulate", "cache=on"], notInSeveralProcesses("--simulate cache=on")],
  ] as const) {
    await using refused = await servingTwice(args);
    const err = `${said.cause.en}\n${said.step?.en}\n`;
    expect([args, await refused.ended()]).toEqual([args, { code: 2, err }]);
  }
});

test("what is said of several processes is said in both languages", () => {
  expect(notInSeveralProcesses("--verdict")).toEqual({
    cause: {
      en: "--workers does not go with --verdict: one process has to see all that a client does",
      zh: "--workers 不能与 --verdict 同时使用：须由单个进程看到客户端的全部行为",
    },
    step: { en: "Leave one of them out", zh: "请去掉其中一个" },
  });
  expect(sharedPort(4).cause.zh).toBe(
    "4 个进程共用该端口：由系统决定哪个进程回答，因此按顺序轮流的内容每次运行都可能不同",
  );
  expect(servingProcessDied({ kind: "exit", code: 3 }).cause).toEqual({
    en: "One of the serving processes ended (exit code 3), so all of them stop",
    zh: "其中一个服务进程已结束（退出码 3），因此全部停止",
  });
});

test("of several processes each draws and says otherwise, and the first as one alone does", () => {
  const model = { ttft: 0, tps: 1, tokens: 1, reasoning: 0, chunk: 1, jitter: 0 };
  const options = { seed: 7, concurrency: undefined, stamp: false };
  const source = { kind: "simulated", model, options } as const;
  const faults = [{ kind: "no-done", seed: 5 }, { kind: "no-done" }] as const;
  const seeds = [0, 1, 2].map((worker) => {
    const plan = planOf({ source, worker });
    const own: (number | null | undefined)[] = faultsOf({ faults, worker }).map(({ seed }) => seed);
    own.unshift(plan.kind === "simulated" ? plan.options.seed : null);
    return own;
  });
  expect(seeds[0]).toEqual([7, 5, 2]);
  expect(new Set(seeds.flat()).size).toBe(9);
});
