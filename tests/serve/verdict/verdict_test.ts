import { expect, setDefaultTimeout, test } from "bun:test";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cleanEnvironment } from "../../support/clean_environment.ts";
import { collect } from "../../support/collect.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { linesOf, runLines } from "../../support/run_lines.ts";
import { ask, question } from "../../support/serving.ts";
import { readingOf } from "../../support/told.ts";

setDefaultTimeout(60_000);

const root = fileURLToPath(new URL("../../../", import.meta.url));
const KEY = "sk-streamgauge4f9Zk2Q7";
const QUICK = ["--simulate", "ttft=0ms,tps=1000,tokens=20"];

function start(args: readonly string[], cwd: string) {
  return Bun.spawn([process.execPath, join(root, "scripts/serve.ts"), ...args], {
    cwd,
    env: cleanEnvironment(cwd, { LANG: "en_US.UTF-8", OPENAI_API_KEY: KEY, MY_TOKEN: KEY }),
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function endOf(child: ReturnType<typeof start>) {
  const [out, err] = await Promise.all([collect(child.stdout), collect(child.stderr)]);
  return { code: await child.exited, out, err };
}

/** A program for `bun -e` that asks once with this body, then does the rest. */
function program(rest: string, body = question("?")): string[] {
  const init = `{ method: "POST", headers: { "content-type": "application/json", "user-agent": "p/1" }, body: ${JSON.stringify(JSON.stringify(body))} }`;
  const text = `const ask = () => fetch(process.env.OPENAI_BASE_URL + "/chat/completions", ${init}); ${rest}`;
  return [process.execPath, "-e", text];
}

test.concurrent("clients that come by themselves are judged by what they send", async () => {
  using folder = temporaryFolder();
  const faults = ["--fault", "early-end:share=100%"];
  const child = start([...QUICK, ...faults, "--verdict", "--out", "v.json"], folder.path);
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const err = collect(child.stderr);
  let out = "";
  while (!out.includes("\n")) out += (await reader.read()).value ?? "";
  const baseUrl = out.trim();
  const asked = async (userAgent: string, body: ReturnType<typeof question>) => {
    const headers = { "user-agent": userAgent };
    return (await ask({ baseUrl }, body, { headers })).text();
  };
  await asked("careful/1", question("Why?"));
  await asked("careful/1", question("Why?"));
  const text = await asked("careless/2", question("Why?"));
  const { reading } = readingOf([{ text, at: 0 }], "chat");
  const messages = [
    { role: "user", content: "Why?" },
    { role: "assistant", content: reading.choices[0]?.content ?? "" },
    { role: "user", content: "And at night?" },
  ];
  await asked("careless/2", question("", { messages }));
  child.kill("SIGINT");
  for (let read = await reader.read(); !read.done; read = await reader.read()) out += read.value;
  expect([await child.exited, await err]).toEqual([7, "Serving a simulated model; Ctrl-C stops\n"]);
  expect(out.replaceAll(/\d[\d.]* (?:ms|s) later/g, "TIME later")).toBe(`\
${baseUrl}
careful/1 · Chat Completions, streamed

fault                           verdict      what the client did
early-end:after=50%:share=100%  noticed      asked again TIME later
early-end:after=50%:share=100%  cannot tell  sent nothing more that would tell

careless/2 · Chat Completions, streamed

fault                           verdict         what the client did
early-end:after=50%:share=100%  did not notice  sent the part on as if it were the whole answer
early-end:after=50%:share=100%  cannot tell     sent nothing more that would tell

noticed 1, did not notice 1, cannot tell 2
`);
  const written: unknown = await Bun.file(join(folder.path, "v.json")).json();
  expect(written).toMatchObject({
    schema: "streamgauge.verdict/1",
    patience_ms: 30_000,
    interrupted: false,
    counts: { noticed: 1, not_noticed: 1, unknown: 2 },
    clients: [{ user_agent: "careful/1" }, { user_agent: "careless/2" }],
  });
});

test.concurrent("nobody came: the gate is not open", async () => {
  using folder = temporaryFolder();
  const child = start([...QUICK, "--fault", "cut", "--verdict"], folder.path);
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let out = (await reader.read()).value ?? "";
  child.kill("SIGTERM");
  for (let read = await reader.read(); !read.done; read = await reader.read()) out += read.value;
  expect(out).toEndWith("\nNo client met a fault: there is nothing to judge\n");
  expect(await child.exited).toBe(7);
});

test.concurrent(
  "the client gets a base URL for each kind of SDK, and no key of the user",
  async () => {
    using folder = temporaryFolder();
    const rest = `
    const { OPENAI_BASE_URL: openai, ANTHROPIC_BASE_URL: anthropic } = process.env;
    if (openai !== anthropic + "/v1") process.exit(3);
    if (process.env.OPENAI_API_KEY !== "sk-none" || process.env.ANTHROPIC_API_KEY !== "sk-none") process.exit(4);
    if (JSON.stringify(process.env).includes("${KEY}")) process.exit(5);
    const response = await ask();
    process.exit(response.ok ? 0 : 1);`;
    const { code, out } = await endOf(
      start(["--verdict", "--fault", "status:500", "--", ...program(rest)], folder.path),
    );
    expect(out).toContain("status:500  noticed  exited with 1\n");
    expect(code).toBe(0);
  },
);

test.concurrent("a fault strikes once a run, and only where it has a place", async () => {
  using folder = temporaryFolder();
  const rest = `
    const first = await ask();
    const second = await ask();
    process.exit(first.ok || !second.ok ? 0 : 1);`;
  const faults = ["--fault", "status:503", "--fault", "cut:after=arguments"];
  const host = ["--host", "0.0.0.0"];
  const { code, out, err } = await endOf(
    start(["--verdict", ...host, ...faults, "--", ...program(rest)], folder.path),
  );
  expect(err).toBe(
    "Running the client once without a fault, then once for each fault; a silence of 30.000 s is too long\n" +
      "Warning: 0.0.0.0 is not loopback, so other machines can use this endpoint\n",
  );
  expect(out.replaceAll(/\d[\d.]* (?:ms|s) later/g, "TIME later")).toBe(`\
p/1 · Chat Completions, streamed

fault                verdict      what the client did
status:503           noticed      asked again TIME later
cut:after=arguments  cannot tell  no answer had a place for it

noticed 1, did not notice 0, cannot tell 1
`);
  expect(code).toBe(0);
});

test.concurrent("who asks again before Retry-After is over has not noticed it", async () => {
  using folder = temporaryFolder();
  const rest = `
    for (let response = await ask(); !response.ok; response = await ask());`;
  const faults = ["--fault", "status:429:retry-after=5", "--fault", "status:429:retry-after=0"];
  const { code, out } = await endOf(
    start(["--verdict", ...faults, "--", ...program(rest)], folder.path),
  );
  expect(out).toMatch(
    /^status:429:retry-after=5 {2}did not notice {2}asked again [\d.]+ ms later, though Retry-After said 5\.000 s$/m,
  );
  expect(out).toMatch(/^status:429:retry-after=0 {2}noticed {9}asked again/m);
  expect(code).toBe(7);
});

test.concurrent(
  "a client that ignores a cut and does nothing more is stopped, with what it started",
  async () => {
    using folder = temporaryFolder();
    let connections = 0;
    const server = createServer((socket) => {
      connections++;
      socket.on("error", () => {});
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const rest = `
    const stay = "require('node:net').connect(${port}, '127.0.0.1')";
    const child = Bun.spawn([process.execPath, "-e", stay]);
    const text = await ask().then((response) => response.text()).catch(() => null);
    if (text?.includes("[DONE]")) { child.kill(); process.exit(0); }
    await child.exited;`;
    const { code, out } = await endOf(
      start(
        ["--verdict", "--patience", "2s", "--fault", "cut", "--", ...program(rest)],
        folder.path,
      ),
    );
    expect(out).toMatch(
      /^cut:after=50% {2}did not notice {2}neither asked again nor ended within 2\.\d+ s$/m,
    );
    expect(code).toBe(7);
    expect(connections).toBeGreaterThan(0);
    // It closes when nobody is connected any more.
    await new Promise((resolve) => server.close(resolve));
  },
);

test.concurrent("Ctrl-C ends the client, too, and what was judged so far is shown", async () => {
  using folder = temporaryFolder();
  const rest = `
    const response = await ask();
    if (!response.ok) process.exit(1);
    await response.text();`;
  const faults = ["--fault", "status:500", "--fault", "slow-head:1h"];
  const child = start(["--verdict", "--verbose", ...faults, "--", ...program(rest)], folder.path);
  const out = collect(child.stdout);
  let err = "";
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    err += text;
    if (err.includes("2/2 slow-head:1h\n") && !child.killed) child.kill("SIGINT");
  }
  expect(await child.exited).toBe(130);
  expect(await out).toContain("status:500  noticed  exited with 1\n\nnoticed 1,");
});

test("what cannot be judged is refused, in both languages", async () => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, "there.json"), "{}");
  const [yes, no] = ["exit 0", "exit 9"].map((line) => ["--", "sh", "-c", line]);
  const args = [
    ["--verdict", ...QUICK],
    ["--verdict", "--fault", "cut:share=10%", ...(yes ?? [])],
    [...QUICK, "--patience", "5s"],
    ["--verdict", "--upstream", "http://127.0.0.1:1/v1", "--record", "r"],
    ["--verdict", "--", "no-such-program-here"],
    ["--verdict", ...(yes ?? [])],
    ["--verdict", ...(no ?? [])],
    ["--verdict", "--out", "there.json", ...(yes ?? [])],
  ];
  const world = { toolkit: root, cwd: folder.path, env: cleanEnvironment(folder.path) };
  const inBoth = ["en", "zh"].flatMap((lang) =>
    args.map((words) => ["--lang", lang].concat(words)),
  );
  const ran = await runLines(linesOf("serve", inBoth), world);
  expect(ran.map(({ exitCode }) => exitCode)).toEqual(inBoth.map(() => 2));
  const said = ran.map(({ stderr }) =>
    stderr.replace(/^(?:Running the client|先不带故障).*\n/, "").trimEnd(),
  );
  expect(said).toEqual([
    "--verdict has nothing to judge: there is no fault and no client\nGive --fault cut, or the client's command behind --, as in: --verdict -- node client.js",
    "--fault cut:share=10% has a share or a seed, but each run of the command is struck once\nLeave out share= and seed=",
    "--patience needs --verdict",
    "--upstream and --verdict exclude each other; give one of them",
    'Cannot run "no-such-program-here": there is no such program',
    "The client asks this server for no completion\nIt has to take its base URL from OPENAI_BASE_URL, or ANTHROPIC_BASE_URL, which has no /v1",
    "Without any fault the client ends with 9, and asks this server for nothing\nIt has to take its base URL from OPENAI_BASE_URL, or ANTHROPIC_BASE_URL, which has no /v1. --verbose shows what it says",
    'Cannot write "there.json": the file is there already\n--force overwrites it',
    "--verdict 没有可判断的内容：既没有故障，也没有客户端\n请给出 --fault cut，或在 -- 之后写上客户端的命令，例如：--verdict -- node client.js",
    "--fault cut:share=10% 带有 share 或 seed，但每次运行命令时故障只出现一次\n请去掉 share= 和 seed=",
    "--patience 需要与 --verdict 一起使用",
    "--upstream 和 --verdict 不能同时使用，请只给一个",
    '无法运行 "no-such-program-here"：没有这个程序',
    "客户端没有向本服务请求任何补全\n它必须从 OPENAI_BASE_URL 或（不带 /v1 的）ANTHROPIC_BASE_URL 读取 base URL",
    "没有任何故障时，客户端也以 9 结束，且没有向本服务请求任何内容\n它必须从 OPENAI_BASE_URL 或（不带 /v1 的）ANTHROPIC_BASE_URL 读取 base URL。--verbose 会显示它的输出",
    '无法写入 "there.json"：文件已存在\n--force 可覆盖它',
  ]);
});

test("without --verdict, what stands behind -- is files", async () => {
  using folder = temporaryFolder();
  const world = { toolkit: root, cwd: folder.path, env: cleanEnvironment(folder.path) };
  const [run] = await runLines(linesOf("serve", [["--lang", "en", "--", "none.sse"]]), world);
  expect(run?.stderr).toStartWith('Cannot read "none.sse"');
});
