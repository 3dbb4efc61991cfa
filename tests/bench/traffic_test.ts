import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toolsStayBehind, trafficFound } from "../../lib/bench/traffic_messages.ts";
import { readRecordings } from "../../lib/load/traffic/recordings.ts";
import { sessionsIn, type Traffic } from "../../lib/load/traffic/traffic.ts";
import { sendBody, startChatServer } from "../support/chat_server.ts";
import { temporaryFolder } from "../support/folder.ts";
import { runBench, runBenches } from "../support/run_bench.ts";
import { runReplay } from "../support/run_replay.ts";
import { KEY, useToolkit } from "../support/run_ask.ts";
import { ask } from "../support/serving.ts";
import { servingModel } from "../support/simulated.ts";
import { putTraffic, recordingEndpoint, sentText } from "../support/traffic.ts";

useToolkit();

/** What each conversation asked, in its order; conversations in the order in which they began. */
function talksOf({ requests }: Traffic): string[][] {
  const bodies = requests.map((one) => ({ session: one.session, text: sentText(one) }));
  return [...Map.groupBy(bodies, ({ session }) => session).values()]
    .map((talk) => talk.map(({ text }) => text))
    .toSorted();
}

test("what serve --upstream recorded is sent again: the same bytes, the same sessions, in order", async () => {
  using folder = temporaryFolder();
  const [first, again] = [join(folder.path, "first"), join(folder.path, "again")];
  {
    await using endpoint = await recordingEndpoint(first);
    await putTraffic(endpoint, { requests: 200, bursts: 4, between: 300 });
  }
  const recorded = await readRecordings(first);
  expect(recorded.requests).toHaveLength(200);
  await using endpoint = await recordingEndpoint(again);
  const args = ["--base-url", endpoint.baseUrl, "--model=now", "--lang=en", "--warmup=0"];
  const flags = ["--replay=first", "--record=kept", "--out=run.json"];
  const { exitCode, stdout, stderr } = await runBench([...args, ...flags], { cwd: folder.path });
  expect(stderr).toMatch(
    /^Replaying "first": 200 requests in \d+ sessions over [\d.]+ s, [\d,]+ tokens in, [\d,]+ out$/m,
  );
  expect(exitCode).toBe(0);
  const sent = await readRecordings(again);
  expect(sessionsIn(sent)).toBe(sessionsIn(recorded));
  expect(talksOf(sent)).toEqual(talksOf(recorded));
  expect(
    sent.requests.every(
      ({ content }) => content.kind === "body" && content.body["model"] === "now",
    ),
  ).toBe(true);
  const result = await Bun.file(join(folder.path, "run.json")).json();
  expect(result.config).toMatchObject({ prompts: "replay", arrival: "recorded", rate: null });
  expect(result.config.replay).toMatchObject({ path: "first", requests: 200, speed: 1 });
  expect(result.replay.prompt_tokens).toEqual({
    requests: 200,
    sent: result.replay.prompt_tokens.recorded,
    recorded: result.replay.prompt_tokens.recorded,
  });
  expect(stdout).toMatch(/^replayed +[\d,]+ tokens in, [\d,]+ recorded \(\+0%\)$/m);
  // A report from the streams is that of the run.
  const report = await runReplay(["--report", "kept"], folder.path);
  expect(report.stdout).toBe(stdout);
});

test("a replay twice as fast takes half the pauses; with --rate its conversations begin by that rate", async () => {
  using folder = temporaryFolder();
  const first = join(folder.path, "first");
  await using endpoint = await recordingEndpoint(first);
  await putTraffic(endpoint, { requests: 12, bursts: 3, between: 200 });
  const { requests, leftOut } = await readRecordings(first);
  const starts = requests.filter(({ follows }) => follows === null);
  const args = ["--base-url", endpoint.baseUrl, "--model=now", "--lang=en", "--json", "--cold"];
  const replay = async (...flags: string[]) => {
    const run = await runBench([...args, "--replay=first", ...flags], { cwd: folder.path });
    expect(run.exitCode).toBe(0);
    return JSON.parse(run.stdout);
  };
  // What is replayed is recorded into the folder, too: later replays would be of more.
  const fast = await replay("--speed=2", "--requests=12");
  const scheduled = new Map<number, number>(
    fast.requests.map((one: any) => [one.index, Math.round(one.scheduled_ms * 1000)] as const),
  );
  for (const { at: recorded } of starts) {
    const index = requests.findIndex((one) => one.at === recorded && one.follows === null);
    expect(scheduled.get(index)).toBe(Math.round(recorded / 2));
  }
  expect(leftOut).toEqual({});
  const even = await replay("--rate=50", "--requests=12");
  expect(even.config).toMatchObject({ rate: 50, arrival: "constant", replay: { speed: null } });
  const begun = requests.flatMap(({ follows }, index) => (follows === null ? [index] : []));
  const times = begun.map((index) => even.requests.find((one: any) => one.index === index));
  expect(times.map(({ scheduled_ms }) => scheduled_ms)).toEqual(begun.map((_, k) => k * 20));
  const burst = await replay("--rate=50", "--arrival=gamma:burstiness=0.5", "--requests=12");
  expect(burst.config).toMatchObject({ rate: 50, arrival: "gamma", burstiness: 0.5 });
});

test("requests over several protocols are each sent over their own, and --api sends all over one", async () => {
  using folder = temporaryFolder();
  const first = join(folder.path, "first");
  const paths: string[] = [];
  {
    await using endpoint = await recordingEndpoint(first);
    const chat = { messages: [{ role: "user", content: "Hi" }], max_tokens: 3, stream: true };
    const tools = [{ type: "function", function: { name: "f", parameters: {} } }];
    const headers = { authorization: `Bearer ${KEY}`, "x-team": "blue" };
    await (await ask(endpoint, { model: "m", ...chat, tools }, { headers })).text();
    await (await ask(endpoint, { model: "m", ...chat }, { api: "messages" })).text();
    await (
      await ask(endpoint, { model: "m", input: "Hi", stream: true }, { api: "responses" })
    ).text();
  }
  await using server = await servingModel();
  await using seen = await startChatServer((exchange, { path }) => {
    paths.push(path);
    sendBody(exchange, 404);
  });
  const flags = ["--model=now", "--lang=en", "--warmup=0", "--replay=first"];
  const whole = await runBench(["--base-url", server.baseUrl, ...flags], { cwd: folder.path });
  expect(whole.stdout).toContain("3, all complete, in ");
  await runBench(["--base-url", seen.baseUrl, ...flags], { cwd: folder.path });
  // Of a recording only the body is sent, and nobody has a key for this endpoint.
  const names = seen.requests.flatMap(({ headers }) => Object.keys(headers));
  expect(names).not.toContain("authorization");
  expect(names).not.toContain("x-team");
  expect(JSON.stringify(seen.requests)).not.toContain(KEY);
  expect(paths.toSorted()).toEqual(["/v1/chat/completions", "/v1/messages", "/v1/responses"]);
  const over = ["--base-url", server.baseUrl, ...flags, "--api=responses"];
  const one = await runBench(over, { cwd: folder.path });
  expect(one.stdout).toContain("3, all complete, in ");
  expect(one.stderr).toContain(`\
1 of the requests has tools, which are not sent over another protocol
Without --api each goes over the protocol that it was recorded over
`);
});

test("of two targets each is sent the same traffic, over the protocol that it is asked over", async () => {
  using folder = temporaryFolder();
  {
    await using endpoint = await recordingEndpoint(join(folder.path, "first"));
    await putTraffic(endpoint, { requests: 4, bursts: 1, between: 0 });
  }
  const sent = join(folder.path, "sent");
  await using endpoint = await recordingEndpoint(sent);
  const args = ["--base-url", endpoint.baseUrl, "--model=now", "--lang=en", "--cold"];
  const sides = ["--replay=first", "--versus-api=messages", "--repeat=1", "--json"];
  const { exitCode, stdout } = await runBench([...args, ...sides], { cwd: folder.path });
  expect(exitCode).toBe(0);
  const { runs } = JSON.parse(stdout);
  expect(runs.map(({ config }: any) => [config.api, config.replay.digest])).toEqual([
    ["chat", runs[0].config.replay.digest],
    ["messages", runs[0].config.replay.digest],
  ]);
  const { requests } = await readRecordings(sent);
  const apis = requests.map(({ content }) => content.kind === "body" && content.api);
  expect(apis.toSorted()).toEqual([...Array(4).fill("chat"), ...Array(4).fill("messages")]);
});

test("a replay can be calibrated", async () => {
  using folder = temporaryFolder();
  {
    await using endpoint = await recordingEndpoint(join(folder.path, "first"));
    const body = { model: "m", input: "Hi", stream: true };
    for (const text of ["Hi", "Ho", "Hu"]) {
      await (await ask(endpoint, { ...body, input: text }, { api: "responses" })).text();
    }
    await putTraffic(endpoint, { requests: 2, bursts: 1, between: 0 });
  }
  const args = ["--demo", "--replay=first", "--calibrate", "--json", "--lang=en"];
  const { exitCode, stdout } = await runBench(args, { cwd: folder.path });
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout).calibration.ttft_ms.count).toBe(5);
});

test("what cannot be replayed is refused before anything is sent: 2", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "first");
  {
    await using endpoint = await recordingEndpoint(path);
    await putTraffic(endpoint, { requests: 1, bursts: 1, between: 0 });
  }
  mkdirSync(join(folder.path, "empty"));
  writeFileSync(join(folder.path, "empty", "a.sse"), "data: {}\n\n");
  const lines = [
    ["--replay=gone"],
    ["--replay=empty"],
    ["--replay=empty", "--lang=zh"],
    ["--replay=first", "--requests=2"],
    ["--replay=first", "--requests=2", "--lang=zh"],
    ["--speed=2"],
    ["--replay=first", "--speed=2", "--rate=3"],
    ["--replay=first", "--prompt=Hi"],
    ["--replay=first", "--max-tokens=3"],
    ["--replay=first", "--cache=unique"],
    ["--replay=first", "--find-max", "--slo=ttft=1s"],
    ["--replay=first", "--turns=2"],
    ["--replay=first", "--depth=0,10"],
    ["--replay=first", "--ramp=1..4/1s"],
  ];
  const runs = await runBenches(
    lines.map((line) => ["--demo", ...(line.includes("--lang=zh") ? [] : ["--lang=en"]), ...line]),
    folder.path,
  );
  expect(runs.map(({ exitCode }) => exitCode)).toEqual(lines.map(() => 2));
  expect(runs.map(({ stderr }) => stderr)).toEqual([
    'Cannot read "gone": there is no such file or folder\n',
    `\
Not sent of "empty": 1 without a request for a completion
Cannot replay "empty": it holds no request that can be sent again
Name a folder that serve --upstream --record, or bench --record, has written; of several runs, one of its folders
`,
    `\
"empty" 中以下内容不发送：1 个不含补全请求
无法重放 "empty"：其中没有可以重新发送的请求
请给出 serve --upstream --record 或 bench --record 写出的文件夹；若含多次运行，请给出其中一个子文件夹
`,
    '--requests 2 is more than the 1 in "first"\n',
    '--requests 2 多于 "first" 中的 1 个请求\n',
    "--speed needs --replay\n",
    ...[
      ["--speed", "--rate"],
      ["--prompt", "--replay"],
      ["--replay", "--max-tokens"],
      ["--replay", "--cache"],
      ["--replay", "--find-max"],
      ["--replay", "--turns"],
      ["--replay", "--depth"],
      ["--replay", "--ramp"],
    ].map(([a, b]) => `${a} and ${b} exclude each other; give one of them\n`),
  ]);
});

test("what is found is said in both languages", () => {
  const found = {
    requests: 1,
    sessions: 1,
    span: 1_500_000,
    promptTokens: 30,
    outputTokens: null,
    lengths: null,
  };
  expect(trafficFound("rec", found).cause).toEqual({
    en: 'Replaying "rec": 1 request in 1 session over 1.500 s, 30 tokens in, – out',
    zh: '重放 "rec"：1 个会话，1 个请求，历时 1.500 s，输入 30 个 token，输出 – 个',
  });
  expect(trafficFound("rec", { ...found, promptTokens: null }).cause).toEqual({
    en: 'Replaying "rec": 1 request in 1 session over 1.500 s, tokens not counted',
    zh: '重放 "rec"：1 个会话，1 个请求，历时 1.500 s，没有 token 计数',
  });
  expect(toolsStayBehind(2)).toEqual({
    cause: {
      en: "2 of the requests have tools, which are not sent over another protocol",
      zh: "有 2 个请求带有工具，换用其他协议时不会发送",
    },
    step: {
      en: "Without --api each goes over the protocol that it was recorded over",
      zh: "不给出 --api 时，每个请求使用录制时的协议",
    },
  });
});
