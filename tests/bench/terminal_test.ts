import { expect, test } from "bun:test";
import { sendStream, startChatServer } from "../support/chat_server.ts";
import { ANSWER } from "../support/read_pieces.ts";
import { useToolkit } from "../support/run_ask.ts";
import { cleanEnvironment } from "../support/clean_environment.ts";
import { temporaryFolder } from "../support/folder.ts";
import { benchCommand } from "../support/run_bench.ts";
import { VirtualTerminal } from "../support/virtual_terminal.ts";

useToolkit();

interface Shown {
  readonly exitCode: number;
  /** What stands on the terminal at the end. */
  readonly lines: readonly string[];
  /** Everything that was written to it. */
  readonly written: string;
  readonly isCursorVisible: boolean;
}

/** Runs `bench` on a terminal of so many columns. */
async function onTerminal(
  args: readonly string[],
  {
    columns = 100,
    onShown,
  }: {
    readonly columns?: number;
    readonly onShown?: (written: string, terminal: Bun.Terminal) => void;
  } = {},
): Promise<Shown> {
  using folder = temporaryFolder();
  const screen = new VirtualTerminal(columns, 200);
  const decoder = new TextDecoder();
  const closed = Promise.withResolvers<void>();
  let written = "";
  const child = Bun.spawn(benchCommand([...args, "--no-color", "--lang", "en"]), {
    cwd: folder.path,
    env: cleanEnvironment(folder.path, { TERM: "xterm-256color" }),
    timeout: 25_000,
    terminal: {
      cols: columns,
      rows: 200,
      data(terminal, bytes) {
        const text = decoder.decode(bytes, { stream: true });
        written += text;
        screen.write(text);
        onShown?.(written, terminal);
      },
      exit: () => closed.resolve(),
    },
  });
  const exitCode = await child.exited;
  await closed.promise;
  child.terminal?.close();
  const { lines, isCursorVisible } = screen;
  return { exitCode, lines, written, isCursorVisible };
}

/** A server that answers a measured request only when the live view is up. */
async function startWatched() {
  const waiting: (() => void)[] = [];
  let isUp = false;
  const server = await startChatServer((exchange, { body }) => {
    const answer = () => sendStream(exchange, ANSWER);
    if (body?.["max_tokens"] === 1 || isUp) answer();
    else waiting.push(answer);
  });
  const onShown = (written: string): void => {
    isUp ||= written.includes("in flight");
    if (isUp) for (const answer of waiting.splice(0)) answer();
  };
  return { server, onShown };
}

test.concurrent.each([100, 46])(
  "on a terminal of %i columns the live view appears, and leaves only the report",
  async (columns) => {
    const { server, onShown } = await startWatched();
    await using _ = server;
    const { exitCode, lines, written, isCursorVisible } = await onTerminal(
      ["--base-url", server.baseUrl, "--model", "m", "--requests", "8", "--concurrency", "2"],
      { columns, onShown },
    );
    expect(exitCode).toBe(0);
    expect(written).toContain("in flight");
    expect(isCursorVisible).toBe(true);
    const text = lines.join("\n");
    expect(text).not.toContain("in flight");
    expect(text).toStartWith("Warming up: 2 requests of one token, not counted\n\n");
    expect(text).toContain("8, all complete");
    expect(text).toContain("TTFT");
    const widths = lines.slice(1).map((line) => Bun.stringWidth(line));
    expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
  },
);

test.concurrent(
  "Ctrl-C in a terminal reaches neither the demo nor the workers: what is under way completes",
  async () => {
    let isPressed = false;
    const { exitCode, lines, isCursorVisible } = await onTerminal(
      ["--demo", "--requests", "500", "--concurrency", "2", "--workers", "2"],
      {
        onShown(written, terminal) {
          if (isPressed || !/[12] in flight/.test(written)) return;
          isPressed = true;
          terminal.write("\u0003");
        },
      },
    );
    const text = lines.join("\n");
    expect(exitCode).toBe(130);
    expect(isCursorVisible).toBe(true);
    expect(text).toContain("the run was interrupted");
    expect(text).toMatch(/requests +\d+, all complete/);
  },
);
