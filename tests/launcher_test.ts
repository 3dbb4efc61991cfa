import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import manifest from "../package.json" with { type: "json" };
import { childrenOf } from "./support/children.ts";
import { sendStream, startChatServer } from "./support/chat_server.ts";
import { answerOf, lesson, streamOf } from "./support/stream.ts";
import { copyToolkit } from "./support/toolkit_copy.ts";

setDefaultTimeout(30_000);

/** The toolkit beside its packages, on a machine whose only program is `node`. */
let toolkit: string;
let programs: string;
const folders: string[] = [];

beforeAll(() => {
  toolkit = copyToolkit();
  programs = newFolder();
  symlinkSync(Bun.which("node") ?? "", join(programs, "node"));
  folders.push(toolkit);
});

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "streamgauge launcher-"));
  folders.push(folder);
  return folder;
}

/** The launcher without the package `bun`, or with one that holds these files. */
function launcherWith(bun: Readonly<Record<string, string>> | null): string {
  const folder = newFolder();
  mkdirSync(join(folder, "bin"));
  for (const name of ["bun.mjs", "bunfig.toml", "streamgauge.mjs"]) {
    copyFileSync(join(toolkit, "bin", name), join(folder, "bin", name));
  }
  copyFileSync(join(toolkit, "package.json"), join(folder, "package.json"));
  for (const [name, text] of Object.entries(bun ?? {})) {
    const path = join(folder, "node_modules", "bun", name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, text);
    chmodSync(path, 0o755);
  }
  return join(folder, "bin", "streamgauge.mjs");
}

/** A folder of programs whose `bun` has this version and says what it is given. */
function pathWithBun(version: string): string {
  const folder = newFolder();
  symlinkSync(Bun.which("node") ?? "", join(folder, "node"));
  writeFileSync(
    join(folder, "bun"),
    `#!/bin/sh\nif [ "$1" = --version ]; then echo ${version}; else echo "path: $*"; fi\n`,
  );
  chmodSync(join(folder, "bun"), 0o755);
  return folder;
}

async function launch(
  args: readonly string[],
  {
    launcher = join(toolkit, "bin", "streamgauge.mjs"),
    path = programs,
    cwd = newFolder(),
  }: { readonly launcher?: string; readonly path?: string; readonly cwd?: string } = {},
) {
  const child = Bun.spawn(["node", launcher, ...args], {
    cwd,
    env: { PATH: path, HOME: cwd },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 25_000,
  });
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exitCode, stdout, stderr };
}

const { bun: wanted } = manifest.engines;
const missing =
  `Cannot run streamgauge: Bun ${wanted} is missing; install it with npm install bun@${wanted} ` +
  `/ 无法运行 streamgauge：缺少 Bun ${wanted}，请用 npm install bun@${wanted} 安装\n`;

test("the Bun that is engines.bun is the one that comes with the package", () => {
  expect(manifest.optionalDependencies.bun).toBe(wanted);
});

test.concurrent("streamgauge runs a verb from Node with the Bun of the package", async () => {
  expect(await launch(["ask", "--demo"])).toEqual({
    exitCode: 0,
    stdout: `${lesson.content}\n`,
    stderr: "Demo: a recorded answer from the built-in endpoint, whatever the question\n",
  });
});

test.concurrent(
  "streamgauge exits as its verb does, and names itself as it was called",
  async () => {
    const [wrong, help] = await Promise.all([
      launch(["ask", "--temperature", "9", "Hello"]),
      launch(["ask", "--help"]),
    ]);
    expect(wrong).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: "--temperature must be from 0 to 2, got 9\n",
    });
    expect(help.stdout).toContain("Usage: streamgauge ask ");
  },
);

test.concurrent(
  "what a folder has in its bunfig.toml and .env does not run, nor reach its processes",
  async () => {
    const cwd = newFolder();
    writeFileSync(join(cwd, "bunfig.toml"), 'preload = ["./preload.ts"]\n');
    writeFileSync(join(cwd, "preload.ts"), 'console.log("preloaded");\n');
    writeFileSync(join(cwd, ".env"), "NO_COLOR=\nFORCE_COLOR=1\nLANG=zh_CN.UTF-8\n");
    const args = ["bench", "--demo", "--requests", "2", "--workers", "1", "--max-tokens", "1"];
    const { exitCode, stdout, stderr } = await launch(args, { cwd });
    expect(exitCode).toBe(0);
    expect(stdout + stderr).not.toContain("preloaded");
    expect(stdout).toContain("requests     2, all complete");
  },
);

test.concurrent("a package bun that is a stub is completed by its own installer", async () => {
  const program = `#!/bin/sh\necho "package: $*"\nexit\n${"#".repeat(1_100_000)}`;
  const launcher = launcherWith({
    "package.json": '{"name":"bun","type":"commonjs"}',
    "bin/bun.exe": "stub",
    program,
    "install.js": 'require("node:fs").copyFileSync("program", "bin/bun.exe");',
  });
  const { exitCode, stdout } = await launch(["ask", "Hi there"], { launcher });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^package: --config=\S.*bunfig\.toml .*main\.js ask Hi there\n$/);
});

test.concurrent("without the package, a Bun on the path runs it if it is new enough", async () => {
  const launcher = launcherWith(null);
  const [same, newer, major] = await Promise.all(
    [wanted, "1.10.0", "2.0.0"].map((version) =>
      launch(["ask"], { launcher, path: pathWithBun(version) }),
    ),
  );
  for (const run of [same, newer, major]) {
    expect(run?.stdout).toStartWith("path: ");
    expect(run?.exitCode).toBe(0);
  }
});

test.concurrent(
  "without Bun, with an older one, or with one that stays a stub, it says how to get one",
  async () => {
    const stub = { "package.json": '{"name":"bun"}', "bin/bun.exe": "stub", "install.js": "" };
    const runs = await Promise.all([
      launch(["ask"], { launcher: launcherWith(null) }),
      launch(["ask"], { launcher: launcherWith(null), path: pathWithBun("1.3.9") }),
      launch(["ask"], { launcher: launcherWith(stub) }),
    ]);
    for (const run of runs) expect(run).toEqual({ exitCode: 1, stdout: "", stderr: missing });
  },
);

/** Asks a server that begins an answer and goes on for ever. */
function askForEver(baseUrl: string) {
  const launcher = join(toolkit, "bin", "streamgauge.mjs");
  const cwd = newFolder();
  return Bun.spawn(["node", launcher, "ask", "--base-url", baseUrl, "--model", "m", "Why?"], {
    cwd,
    env: { PATH: programs, HOME: cwd },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 25_000,
  });
}

test.concurrent("SIGTERM reaches the verb, and its end comes back", async () => {
  await using server = await startChatServer((exchange) =>
    sendStream(exchange, streamOf(answerOf("The sky")), { open: true }),
  );
  const child = askForEver(server.baseUrl);
  await child.stdout.getReader().read();
  child.kill("SIGTERM");
  expect(await child.exited).toBe(130);
});

test.concurrent.if(process.platform === "linux")(
  "the verb ends with a launcher that is killed",
  async () => {
    await using server = await startChatServer((exchange) =>
      sendStream(exchange, streamOf(answerOf("The sky")), { open: true }),
    );
    const child = askForEver(server.baseUrl);
    const reader = child.stdout.getReader();
    await reader.read();
    expect(childrenOf(child.pid)).toHaveLength(1);
    child.kill("SIGKILL");
    // The verb holds the other end of this pipe until it ends.
    let read = await reader.read();
    while (!read.done) read = await reader.read();
    expect(read.done).toBe(true);
  },
);

test("the launcher needs nothing but what is in its folder and its manifest", () => {
  const imports = ["bun.mjs", "streamgauge.mjs"].flatMap((name) =>
    [...readFileSync(join(toolkit, "bin", name), "utf8").matchAll(/from "([^"]+)"/g)].map(
      ([, specifier = ""]) => specifier,
    ),
  );
  expect(imports.filter((name) => !name.startsWith("node:"))).toEqual(["./bun.mjs"]);
});
