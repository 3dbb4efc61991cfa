import { expect, test } from "bun:test";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { sendStream, startChatServer } from "../support/chat_server.ts";
import { cleanEnvironment } from "../support/clean_environment.ts";
import { ANSWER, chunk } from "../support/read_pieces.ts";
import { KEY, toolkitFolder, useToolkit } from "../support/run_ask.ts";
import { temporaryFolder } from "../support/folder.ts";

useToolkit();

const testWithPipes = test.concurrent.skipIf(process.platform === "win32");

const answering = () => startChatServer((exchange) => sendStream(exchange, ANSWER));

/** A folder with a named pipe in it. */
function folderWithPipes(...names: readonly string[]) {
  const folder = temporaryFolder();
  for (const name of names) Bun.spawnSync(["mkfifo", join(folder.path, name)]);
  return { ...folder, pipe: (name: string) => join(folder.path, name) };
}

/** Resolves when somebody reads the pipe. */
const writerOf = (path: string) => open(path, constants.O_WRONLY);

function spawn(args: readonly string[], cwd: string) {
  const [verb = "", ...rest] = args;
  const script = join(toolkitFolder(), "scripts", `${verb}.ts`);
  return Bun.spawn([process.execPath, script, ...rest, "--lang", "en"], {
    cwd,
    env: cleanEnvironment(cwd),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: 20_000,
    killSignal: "SIGKILL",
  });
}

async function ended(child: ReturnType<typeof spawn>) {
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, stdout, stderr };
}

const ENDED = { code: 130, stdout: "", stderr: "Interrupted\n" };

const READING: readonly string[][] = [
  ["ask", "--file", "pipe", "Hi"],
  ["ask", "--image", "pipe", "Hi"],
  ["ask", "--schema", "pipe", "Hi"],
  ["ask", "--env-file", "pipe", "Hi"],
  ["ask", "--continue", "pipe", "Hi"],
  ["bench", "--prompts", "pipe"],
  ["bench", "--env-file", "pipe"],
  ["doctor", "--env-file", "pipe"],
  ["serve", "pipe"],
];

for (const args of READING) {
  testWithPipes(
    `a pipe that gives nothing does not hold up Ctrl-C: ${args.join(" ")}`,
    async () => {
      using folder = folderWithPipes("pipe");
      await using server = await answering();
      const [verb = "", ...rest] = args;
      const isAsking = verb === "ask" || verb === "bench";
      const target = isAsking ? ["--base-url", server.baseUrl, "--model", "m"] : [];
      for (const signal of ["SIGINT", "SIGTERM"] as const) {
        const child = spawn([verb, ...target, ...rest], folder.path);
        const writer = await writerOf(folder.pipe("pipe"));
        child.kill(signal);
        expect(await ended(child)).toEqual(ENDED);
        await writer.close();
      }
      expect(server.requests).toHaveLength(0);
    },
  );
}

testWithPipes("a pipe that gives no more of a stream does not hold up its replay", async () => {
  using folder = folderWithPipes("pipe");
  for (const args of [["--report"], []]) {
    const child = spawn(["replay", "pipe", ...args], folder.path);
    const writer = await writerOf(folder.pipe("pipe"));
    await writer.write(chunk({ content: "a" }));
    child.kill("SIGINT");
    expect(await ended(child)).toMatchObject({ code: 130 });
    await writer.close();
  }
});

testWithPipes("a pipe that nobody reads does not hold up Ctrl-C: bench --out pipe", async () => {
  using folder = folderWithPipes("in", "out");
  await using server = await answering();
  const target = ["--base-url", server.baseUrl, "--model", "m"];
  const child = spawn(["bench", ...target, "--prompts", "in", "--out", "out"], folder.path);
  const writer = await writerOf(folder.pipe("in"));
  await writer.writeFile("Hi\n");
  await writer.close();
  child.kill("SIGINT");
  expect(await ended(child)).toEqual(ENDED);
  expect(server.requests).toHaveLength(0);
});

testWithPipes(
  "--save refuses a pipe, which cannot hold a transcript, before anything is sent",
  async () => {
    using folder = folderWithPipes("out");
    await using server = await answering();
    const target = ["--base-url", server.baseUrl, "--model", "m"];
    const child = spawn(["ask", ...target, "--save", "out", "--force", "Hi"], folder.path);
    const stderr = 'Cannot write "out": it is a pipe, not a file\n';
    expect(await ended(child)).toEqual({ code: 2, stdout: "", stderr });
    expect(server.requests).toHaveLength(0);
  },
);

testWithPipes("a pipe of a secret manager serves as --env-file, read once", async () => {
  await using server = await answering();
  const lines = `OPENAI_BASE_URL=${server.baseUrl}\nOPENAI_API_KEY=${KEY}\n`;
  const runs = [
    ["ask", "--model", "m", "Hi"],
    ["bench", "--model", "m", "--requests=2"],
    ["doctor"],
  ];
  for (const [verb = "", ...args] of runs) {
    using folder = folderWithPipes("pipe");
    const child = spawn([verb, "--env-file", "pipe", ...args], folder.path);
    const writer = await writerOf(folder.pipe("pipe"));
    await writer.writeFile(lines);
    await writer.close();
    const { stdout, stderr } = await ended(child);
    expect(stdout + stderr).not.toContain(KEY);
    expect(child.signalCode).toBeNull();
    if (verb === "doctor") expect(stdout).toContain("endpoint");
    else expect(child.exitCode).toBe(0);
  }
  const sent = server.requests.map(({ headers }) => headers["authorization"]);
  // A question; a warm-up request and two others.
  expect(sent).toEqual(Array(4).fill(`Bearer ${KEY}`));
});

testWithPipes("a pipe that is read takes the results of --out", async () => {
  await using server = await answering();
  using folder = folderWithPipes("out");
  const args = ["--base-url", server.baseUrl, "--model", "m", "--requests=2", "--out", "out"];
  const child = spawn(["bench", ...args], folder.path);
  const [results, { code }] = await Promise.all([catOf(folder.pipe("out")), ended(child)]);
  expect(code).toBe(0);
  // Each saving follows the one before.
  expect(JSON.parse(results.trim().split("\n").at(-1) ?? "").requests).toHaveLength(2);
});

async function catOf(path: string): Promise<string> {
  const cat = Bun.spawn(["cat", path], { stdout: "pipe", timeout: 20_000 });
  return new Response(cat.stdout).text();
}
