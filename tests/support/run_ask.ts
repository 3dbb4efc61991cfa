import { afterAll, beforeAll, expect, setDefaultTimeout } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyToolkit } from "./toolkit_copy.ts";
import { cleanEnvironment } from "./clean_environment.ts";
import { collect } from "./collect.ts";
import { type LineRuns, linesOf, runLines } from "./run_lines.ts";

/** The one key of all these tests. No run may print it. */
export const KEY = "sk-streamgauge4f9Zk2Q7";

/** In milliseconds. A run that hangs is ended before its test gives up, so that none is left behind. */
const LONGEST_RUN = 25_000;

let copy: string | null = null;

/** To be called once at the top of a test file that runs `ask`: makes the copy of the toolkit, and removes it. */
export function useToolkit(): void {
  // Many processes at once on a busy machine: each is quick, their sum is not.
  setDefaultTimeout(30_000);
  beforeAll(() => void (copy = copyToolkit()));
  afterAll(() => rmSync(toolkitFolder(), { recursive: true, force: true }));
}

/** The folder of the copy that runs. */
export function toolkitFolder(): string {
  if (copy === null) throw new Error("useToolkit() is missing at the top of the test file");
  return copy;
}

function askScript(): string {
  return join(toolkitFolder(), "scripts", "ask.ts");
}

/** What a run left behind. */
export interface AskRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The world in which a run takes place. */
export interface AskWorld {
  /** Variables beside `PATH` and `HOME`. Nothing is inherited. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Files in the current folder, by name. */
  readonly files?: Readonly<Record<string, string | Uint8Array>> | undefined;
  /** Called when it is over, with the current folder, which is then removed. */
  readonly onExit?: ((folder: string) => void) | undefined;
}

/** Options of {@linkcode runAsk}. */
export interface AskOptions extends AskWorld {
  /**
   * The name of a file in the current folder, `"socket"` for one that never ends, or `"nothing"`, the default, which
   * is `/dev/null`.
   */
  readonly stdin?: "nothing" | "socket" | { readonly file: string } | undefined;
  /** Called when more of stdout has come, with all of it. */
  readonly onStdout?: ((text: string, process: Bun.Subprocess) => void) | undefined;
  readonly onStderr?: ((text: string, process: Bun.Subprocess) => void) | undefined;
  readonly onStart?: ((process: Bun.Subprocess) => void) | undefined;
}

/** The flags for a test's endpoint. */
export function at({ baseUrl }: { readonly baseUrl: string }): string[] {
  return ["--base-url", baseUrl, "--model", "m"];
}

/**
 * Runs `ask` as its user does: a process of its own in an empty folder, with a clean environment. Checks that the key
 * was neither printed nor written into a file.
 */
export async function runAsk(args: readonly string[], options: AskOptions = {}): Promise<AskRun> {
  const { stdin = "nothing", onStdout, onStderr, onStart } = options;
  using folder = temporaryFolder(options.files);
  const child = Bun.spawn([process.execPath, askScript(), ...args], {
    cwd: folder.path,
    env: cleanEnvironment(folder.path, options.env),
    stdin:
      stdin === "nothing"
        ? "ignore"
        : stdin === "socket"
          ? "pipe"
          : Bun.file(join(folder.path, stdin.file)),
    stdout: "pipe",
    stderr: "pipe",
    timeout: LONGEST_RUN,
  });
  onStart?.(child);
  const [stdout, stderr, exitCode] = await Promise.all([
    collect(child.stdout, (text) => onStdout?.(text, child)),
    collect(child.stderr, (text) => onStderr?.(text, child)),
    child.exited,
  ]);
  options.onExit?.(folder.path);
  expectNoKeyIn(folder.path, options.files);
  return withoutKey({ exitCode, stdout, stderr });
}

/**
 * Asks with several command lines in one folder and one process, one after the other: what is refused, or told apart by
 * its flags alone, needs no process of its own.
 */
export async function runAsks<const Args extends readonly (readonly string[])[]>(
  args: Args,
  { env, files, onExit }: AskWorld = {},
): Promise<LineRuns<Args>> {
  using folder = temporaryFolder(files);
  const runs = await runLines(linesOf("ask", args), {
    toolkit: toolkitFolder(),
    cwd: folder.path,
    env: cleanEnvironment(folder.path, env),
  });
  onExit?.(folder.path);
  expectNoKeyIn(folder.path, files);
  for (const run of runs) withoutKey(run);
  return runs;
}

/**
 * Runs a line of shell that knows the command `ask`, as in `echo hi | ask - | head -c 5`.
 */
export async function runShell(line: string, world: AskWorld = {}): Promise<AskRun> {
  using folder = temporaryFolder(world.files);
  const script = `ask() { "${process.execPath}" "${askScript()}" "$@"; }\n${line}`;
  const child = Bun.spawn(["sh", "-c", script], {
    cwd: folder.path,
    env: cleanEnvironment(folder.path, world.env),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: LONGEST_RUN,
  });
  const [stdout, stderr, exitCode] = await Promise.all([
    collect(child.stdout),
    collect(child.stderr),
    child.exited,
  ]);
  world.onExit?.(folder.path);
  expectNoKeyIn(folder.path, world.files);
  return withoutKey({ exitCode, stdout, stderr });
}

/** What a run on a terminal left behind: there stdout and stderr are one. */
export interface TerminalRun {
  readonly exitCode: number;
  readonly screen: string;
}

/** Options of {@linkcode runAskOnTerminal}. */
export interface TerminalOptions extends AskWorld {
  /** Columns. Default 80. */
  readonly columns?: number | undefined;
  /** A command of the shell for the terminal, before. */
  readonly before?: string | undefined;
  /** Called when more has been shown, with all of it. */
  readonly onShown?: ((screen: string, terminal: Bun.Terminal) => void) | undefined;
}

/** Runs `ask` on a terminal: all three streams are a PTY, which ends its lines with CR LF. */
export async function runAskOnTerminal(
  args: readonly string[],
  options: TerminalOptions = {},
): Promise<TerminalRun> {
  using folder = temporaryFolder(options.files);
  const decoder = new TextDecoder();
  const closed = Promise.withResolvers<void>();
  let screen = "";
  const command = [process.execPath, askScript(), ...args];
  const { before } = options;
  const line = ["bash", "-c", `${before}; exec "$@"`, "bash", ...command];
  const child = Bun.spawn(before === undefined ? command : line, {
    cwd: folder.path,
    timeout: LONGEST_RUN,
    env: cleanEnvironment(folder.path, { TERM: "xterm-256color", ...options.env }),
    terminal: {
      cols: options.columns ?? 80,
      rows: 24,
      data(terminal, bytes) {
        screen += decoder.decode(bytes, { stream: true });
        options.onShown?.(screen, terminal);
      },
      exit: () => closed.resolve(),
    },
  });
  const exitCode = await child.exited;
  await closed.promise;
  child.terminal?.close();
  expect(screen).not.toContain(KEY);
  return { exitCode, screen };
}

function withoutKey(run: AskRun): AskRun {
  expect(`${run.stdout}\n${run.stderr}`).not.toContain(KEY);
  return run;
}

/** The current folder is also the home folder: whatever a run wrote stands in it. */
function expectNoKeyIn(folder: string, given: AskWorld["files"] = {}): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const path = join(folder, name);
    if (name in given || !statSync(path).isFile()) continue;
    expect(readFileSync(path, "utf8"), name).not.toContain(KEY);
  }
}

function temporaryFolder(files: NonNullable<AskWorld["files"]> = {}): Disposable & {
  readonly path: string;
} {
  const path = mkdtempSync(join(tmpdir(), "streamgauge ask-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return {
    path,
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
