import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
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
import { sendStream, startChatServer } from "./support/chat_server.ts";
import { answerOf, lesson, streamOf } from "./support/stream.ts";
import { copyToolkit } from "./support/toolkit_copy.ts";

setDefaultTimeout(30_000);

/** A machine on which nothing is installed but Node. Its only program is `node`, unless a test adds some. */
interface Machine extends Disposable {
  readonly folder: string;
  readonly programs: string;
  readonly toolkit: string;
}

const machines: Machine[] = [];
/** One that is set up. */
let ready: Machine;

beforeAll(() => {
  ready = newMachine();
  writeFileSync(stampOf(ready), lockfileHash(ready));
});

afterAll(() => {
  for (const machine of machines) machine[Symbol.dispose]();
});

function newMachine(): Machine {
  const node = Bun.which("node");
  if (node === null) throw new Error("Node is missing: it is the one thing that the set-up needs");
  const folder = mkdtempSync(join(tmpdir(), "streamgauge machine-"));
  const programs = join(folder, "bin");
  mkdirSync(programs);
  symlinkSync(node, join(programs, "node"));
  const toolkit = copyToolkit();
  const machine = {
    folder,
    programs,
    toolkit,
    [Symbol.dispose]() {
      for (const path of [folder, toolkit]) rmSync(path, { recursive: true, force: true });
    },
  };
  machines.push(machine);
  return machine;
}

/** The same, before anything was installed. */
function newEmptyMachine(): Machine {
  const machine = newMachine();
  rmSync(join(machine.toolkit, "node_modules"), { recursive: true });
  return machine;
}

function stampOf({ toolkit }: Machine): string {
  return join(toolkit, "node_modules", ".streamgauge-setup");
}

function lockfileHash({ toolkit }: Machine): string {
  return createHash("sha256")
    .update(readFileSync(join(toolkit, "bun.lock")))
    .digest("hex");
}

function addProgram(
  { programs }: Machine,
  { name, script }: { name: string; script: string },
): void {
  writeFileSync(join(programs, name), script);
  chmodSync(join(programs, name), 0o755);
}

/**
 * What passes for Bun without being it: it notes how it is called, "installs" itself, and is as large as a program.
 * So no test needs the network.
 */
function fakeBun({ folder }: Machine, { status = 0 } = {}): string {
  return `#!/bin/sh
PATH=/usr/bin:/bin
echo "bun $*" >> '${join(folder, "calls")}'
case "$1" in
  --version) echo ${manifest.engines.bun} ;;
  install) mkdir -p node_modules/bun/bin && cp "$0" node_modules/bun/bin/bun.exe; exit ${status} ;;
  *) echo "in $PWD" ;;
esac
exit
${"#".repeat(1_100_000)}`;
}

function callsOn({ folder }: Machine): string[] {
  const calls = join(folder, "calls");
  return existsSync(calls) ? readFileSync(calls, "utf8").trimEnd().split("\n") : [];
}

interface Run {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the set-up from a folder that is not the toolkit's. */
async function setUp(
  args: readonly string[],
  { folder, programs, toolkit }: Machine,
): Promise<Run> {
  const child = Bun.spawn(["node", join(toolkit, "scripts", "setup.mjs"), ...args], {
    cwd: folder,
    env: { PATH: programs, HOME: folder },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: 25_000,
  });
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exitCode, stdout, stderr };
}

test.concurrent("set-up does nothing when the lockfile has not changed", async () => {
  // There is no npm and no bun to be found: whatever it did would fail.
  expect(await setUp([], ready)).toEqual({ exitCode: 0, stdout: "", stderr: "" });
});

test.concurrent("set-up names a command it does not know", async () => {
  expect(await setUp(["nonsense"], ready)).toEqual({
    exitCode: 1,
    stdout: "",
    stderr: 'Unknown command "nonsense"; use start or test, or none to set up only\n',
  });
});

test.concurrent("set-up does not take an inherited name for a command", async () => {
  const { exitCode, stderr } = await setUp(["toString"], ready);
  expect(exitCode).toBe(1);
  expect(stderr).toStartWith('Unknown command "toString"');
});

test.concurrent("start without arguments plays the demo", async () => {
  expect(await setUp(["start"], ready)).toEqual({
    exitCode: 0,
    stdout: `${lesson.content}\n`,
    stderr: "Demo: a recorded answer from the built-in endpoint, whatever the question\n",
  });
});

test.concurrent("start hands its arguments to ask", async () => {
  const [help, terminated] = await Promise.all([
    setUp(["start", "--help"], ready),
    setUp(["start", "--dry-run", "--", "--help me"], ready),
  ]);
  const expected = await Bun.file(new URL("fixtures/ask_help_en.txt", import.meta.url)).text();
  expect(help).toEqual({ exitCode: 0, stdout: expected, stderr: "" });
  expect(terminated.stdout).toContain('"content": "--help me"');
});

test.concurrent("start exits as ask does", async () => {
  const [wrong, unset] = await Promise.all([
    setUp(["start", "--temperature", "9", "Hello"], ready),
    setUp(["start", "Hello"], ready),
  ]);
  expect([wrong.exitCode, unset.exitCode]).toEqual([2, 2]);
  expect(wrong.stderr).toBe("--temperature must be from 0 to 2, got 9\n");
});

test.concurrent("Ctrl-C reaches ask, and its exit code comes back", async () => {
  await using server = await startChatServer((exchange) =>
    sendStream(exchange, streamOf(answerOf("The sky")), { open: true }),
  );
  const { folder, programs, toolkit } = ready;
  const script = join(toolkit, "scripts", "setup.mjs");
  const decoder = new TextDecoder();
  let screen = "";
  const args = ["start", "--base-url", server.baseUrl, "--model", "m", "Why?"];
  const child = Bun.spawn(["node", script, ...args], {
    cwd: folder,
    env: { PATH: programs, HOME: folder, NO_COLOR: "1" },
    timeout: 25_000,
    terminal: {
      data(terminal, bytes) {
        screen += decoder.decode(bytes, { stream: true });
        if (screen === "The sky") terminal.write("\u0003");
      },
    },
  });
  expect(await child.exited).toBe(130);
  child.terminal?.close();
  expect(screen).toStartWith("The sky^C\r\n");
});

test.concurrent("set-up installs once with a Bun of the right version", async () => {
  const machine = newEmptyMachine();
  addProgram(machine, { name: "bun", script: fakeBun(machine) });
  const first = await setUp([], machine);
  const second = await setUp([], machine);
  expect(first).toEqual({
    exitCode: 0,
    stdout: "",
    stderr: `Setting up once: Bun ${manifest.engines.bun} and the packages / 首次安装：Bun ${manifest.engines.bun} 和依赖包 …\n`,
  });
  expect(second).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  expect(callsOn(machine)).toEqual(["bun --version", "bun install --frozen-lockfile"]);
  expect(readFileSync(stampOf(machine), "utf8")).toBe(lockfileHash(machine));
});

test.concurrent("set-up installs again when the lockfile has changed", async () => {
  const machine = newEmptyMachine();
  addProgram(machine, { name: "bun", script: fakeBun(machine) });
  await setUp([], machine);
  writeFileSync(join(machine.toolkit, "bun.lock"), "{}");
  await setUp([], machine);
  expect(callsOn(machine).filter((call) => call.includes("install"))).toHaveLength(2);
});

test.concurrent("test runs in the toolkit's folder, with the arguments that follow", async () => {
  const machine = newEmptyMachine();
  addProgram(machine, { name: "bun", script: fakeBun(machine) });
  const { exitCode, stdout } = await setUp(["test", "sse", "--only"], machine);
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `in ${machine.toolkit}\n` });
  expect(callsOn(machine).at(-1)).toBe("bun test sse --only");
});

test.concurrent(
  "without Bun, set-up gets it from npm, also where install scripts are off",
  async () => {
    const machine = newEmptyMachine();
    const bun = join(machine.folder, "program");
    writeFileSync(bun, fakeBun(machine));
    chmodSync(bun, 0o755);
    addProgram(machine, {
      name: "npm",
      // The package holds a stub, and an installer that puts the program in its place.
      script: `#!/bin/sh
PATH=/usr/bin:/bin
echo "npm $*" >> '${join(machine.folder, "calls")}'
mkdir -p node_modules/bun/bin
echo stub > node_modules/bun/bin/bun.exe
echo "require('node:fs').copyFileSync('${bun}', 'bin/bun.exe')" > node_modules/bun/install.js
`,
    });
    expect((await setUp([], machine)).exitCode).toBe(0);
    const { bun: version } = manifest.engines;
    expect(callsOn(machine)).toEqual([
      `npm install --ignore-scripts --no-save --loglevel=error bun@${version}`,
      "bun install --frozen-lockfile",
    ]);
  },
);

test.concurrent("a set-up that fails says what to do, and is tried again", async () => {
  const machine = newEmptyMachine();
  addProgram(machine, { name: "bun", script: fakeBun(machine, { status: 7 }) });
  const { exitCode, stdout, stderr } = await setUp(["start"], machine);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toEndWith(
    'Cannot set up: "bun install --frozen-lockfile" failed: it ended with 7\n' +
      "The packages come from the npm registry: check the network, the proxy, or set a mirror with\n" +
      "npm config set registry URL / 安装失败：请检查网络和代理，或用上面的命令设置 npm 镜像\n",
  );
  expect(existsSync(stampOf(machine))).toBe(false);
});

test.concurrent("without Bun and without npm, set-up says that npm is missing", async () => {
  const { exitCode, stderr } = await setUp([], newEmptyMachine());
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/\nCannot set up: "npm install .*" failed: .*ENOENT/);
});
