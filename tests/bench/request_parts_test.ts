import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sendStream, startChatServer } from "../support/chat_server.ts";
import { temporaryFolder } from "../support/folder.ts";
import { ANSWER } from "../support/read_pieces.ts";
import { useToolkit } from "../support/run_ask.ts";
import { at, runBench } from "../support/run_bench.ts";
import { runReplay } from "../support/run_replay.ts";
import { CITY, servingModel } from "../support/simulated.ts";

setDefaultTimeout(30_000);
useToolkit();

const PNG = Buffer.from("\x89PNG\r\n\x1a\nrest", "latin1");

const TOOLS = [{ type: "function", function: { name: "get_weather", parameters: CITY } }];

/** The pictures in what a server was asked, one or none for each request. */
function picturesOf(requests: readonly { readonly body: unknown }[]): (string | undefined)[] {
  return requests.map(({ body }) => {
    const text = JSON.stringify(body);
    return /data:image\/\w+;base64,[A-Za-z0-9+/=]+/.exec(text)?.[0];
  });
}

const url = (name: string) =>
  `data:image/png;base64,${Buffer.concat([PNG, Buffer.from(name)]).toString("base64")}`;

test("pictures of files go with the questions in turn, made-up ones are others each time", async () => {
  await using server = await startChatServer((exchange) => sendStream(exchange, ANSWER));
  using folder = temporaryFolder();
  for (const name of ["a", "b"]) {
    writeFileSync(join(folder.path, `${name}.png`), Buffer.concat([PNG, Buffer.from(name)]));
  }
  const load = ["--requests=3", "--cold", "--json", "--prompt=What is it?"];
  const files = await runBench([...at(server), ...load, "--images", "a.png", "b.png"], {
    cwd: folder.path,
  });
  expect(files.exitCode).toBe(0);
  expect(picturesOf(server.requests)).toEqual([url("a"), url("b"), url("a")]);
  expect(JSON.parse(files.stdout).config.images).toEqual({ files: 2 });
  const made = await runBench([...at(server), ...load, "--images=synthetic=64x32"]);
  expect(made.exitCode).toBe(0);
  const pictures = picturesOf(server.requests.slice(3));
  expect(pictures).toHaveLength(3);
  expect(new Set(pictures).size).toBe(3);
  const png = Buffer.from(pictures[0]?.split(",")[1] ?? "", "base64");
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([64, 32]);
  expect(JSON.parse(made.stdout).config.images).toEqual({ synthetic: "64x32" });
});

test("the picture of a conversation goes with its first turn, and stays in the history", async () => {
  await using server = await startChatServer((exchange) => sendStream(exchange, ANSWER));
  const args = ["--turns=2", "--requests=2", "--cold", "--images=synthetic=16x16"];
  const { exitCode } = await runBench([...at(server), ...args]);
  expect(exitCode).toBe(0);
  const [first, second] = picturesOf(server.requests);
  expect(first).toStartWith("data:image/png;base64,");
  expect(second).toBe(first ?? "");
  expect(JSON.stringify(server.requests[1]?.body).split('image_url":{').length).toBe(2);
});

test("answers that call tools are counted over each protocol that has them, and reported anew", async () => {
  await using server = await servingModel({ tokens: 8 });
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, "tools.json"), JSON.stringify(TOOLS));
  for (const api of ["chat", "responses", "messages"]) {
    const args = ["--api", api, "--tools=tools.json", "--requests=4", "--concurrency=2"];
    const keep = ["--out=o.json", "--record=rec", "--force"];
    const { exitCode, stdout } = await runBench([...at(server), ...args, ...keep], {
      cwd: folder.path,
    });
    expect({ api, exitCode }).toEqual({ api, exitCode: 0 });
    const live = readFileSync(join(folder.path, "o.json"), "utf8");
    const { summary, requests, warnings } = JSON.parse(live);
    expect(summary.tool_calls).toEqual({ answers: 4, of: 4, calls: 4, broken: 0 });
    expect(requests[0]).toMatchObject({ tool_calls: { count: 1, broken: 0 } });
    expect(requests[0].ttft_ms).toBeGreaterThan(0);
    expect(JSON.stringify(warnings)).not.toContain("tools_not_called");
    expect(stdout).toMatch(/^tools +4 of 4 answers called a tool: 4 calls$/m);
    expect((await runReplay(["--json", "rec"], folder.path)).stdout).toBe(live);
    expect((await runReplay(["--report", "rec"], folder.path)).stdout).toBe(stdout);
  }
});

test("answers in words beside tools are a warning", async () => {
  await using server = await servingModel({ tools: 0 });
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, "tools.json"), JSON.stringify({ tools: TOOLS }));
  const args = ["--tools=tools.json", "--requests=2"];
  const { stdout } = await runBench([...at(server), ...args], { cwd: folder.path });
  expect(stdout).toMatch(/^tools +0 of 2 answers called a tool: 0 calls$/m);
  expect(stdout).toContain(
    "warning: 2 of 2 answers called no tool: the numbers are about words, too",
  );
});

test("pictures and tools that cannot be used are named before anything is sent", async () => {
  await using server = await startChatServer((exchange) => sendStream(exchange, ANSWER));
  using folder = temporaryFolder();
  const write = (name: string, text: string) => writeFileSync(join(folder.path, name), text);
  write("text.txt", "no picture");
  write("no.json", "{");
  write("empty.json", "[]");
  write("nameless.json", '[{"type":"function"}]');
  write("tools.json", JSON.stringify(TOOLS));
  const said = async (...args: string[]) => {
    const { exitCode, stderr } = await runBench([...at(server), ...args], { cwd: folder.path });
    expect(exitCode).toBe(2);
    return stderr.split("\n")[0];
  };
  expect(await said("--images=text.txt")).toBe(
    'Cannot attach "text.txt": it is no PNG, JPEG, WebP or GIF picture',
  );
  expect(await said("--images=synthetic=512")).toBe(
    '--images takes a form like synthetic=512x512, not "synthetic=512"',
  );
  expect(await said("--images=synthetic=0x9")).toBe(
    "--images synthetic must be from 1 to 8192, got 0",
  );
  expect(await said("--images=gone.png")).toContain('Cannot read "gone.png"');
  expect(await said("--images=synthetic=9x9", "--api=completions")).toStartWith(
    "Cannot use --images over Completions",
  );
  expect(await said("--tools=no.json")).toBe('Cannot take tools from "no.json": it is not JSON');
  expect(await said("--tools=empty.json")).toBe(
    'Cannot take tools from "empty.json": there is no list of tools in it',
  );
  expect(await said("--tools=nameless.json")).toBe(
    'Cannot take tools from "nameless.json": entry 1 has no name',
  );
  expect(await said("--tools=tools.json", "--api=completions")).toStartWith(
    "Cannot use --tools over Completions",
  );
  expect(server.requests).toHaveLength(0);
});
