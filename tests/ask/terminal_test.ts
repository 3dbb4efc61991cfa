import { expect, test } from "bun:test";
import { type ChatServer, sendStream, startChatServer } from "../support/chat_server.ts";
import { at, runAskOnTerminal, useToolkit } from "../support/run_ask.ts";
import { answerOf, chunkOf, lesson, streamOf } from "../support/stream.ts";

useToolkit();

const demoSaid = "Demo: a recorded answer from the built-in endpoint, whatever the question\r\n";

/** A server that sends this and goes on to stay open, or ends. */
function startStream(stream: string, options?: { readonly open?: boolean }): Promise<ChatServer> {
  return startChatServer((exchange) => sendStream(exchange, stream, options));
}

const dim = (text: string): string => `\u001b[2m${text}\u001b[22m`;

test.concurrent("on a terminal, nothing asked plays the demo", async () => {
  const { exitCode, screen } = await runAskOnTerminal([]);
  // Said where the machine is so busy that this process stood still for as long as the demo takes.
  const unhurried = screen.replace(/^the answer came in one burst: .*\r\n/m, "");
  expect({ exitCode, screen: unhurried }).toEqual({
    exitCode: 0,
    screen:
      `${demoSaid}${lesson.content}\r\n` +
      'There was no question. Ask a real model, with a key in .env: npx bun scripts/ask.ts "question"\r\n',
  });
});

test.concurrent("a terminal that says it has no columns is one of 80", async () => {
  await using server = await startStream(streamOf(answerOf("x".repeat(200)), "[DONE]"));
  const args = [...at(server), "--wire", "--no-color", "Hi"];
  const { screen } = await runAskOnTerminal(args, { before: "stty cols 0" });
  const [first = ""] = screen.split("\r\n");
  expect([Bun.stringWidth(first), first.includes('{"delta":')]).toEqual([80, true]);
});

test.concurrent("on a terminal the answer appears as it arrives", async () => {
  // Each piece is sent only when the one before it is on the screen.
  const answers = ["The", " sky", " is", " blue"];
  let sendNext: (() => void) | undefined;
  await using server = await startChatServer((exchange) => {
    const waiting = answers.map((answer) => streamOf(answerOf(answer)));
    waiting.push(streamOf("[DONE]"));
    sendNext = () => {
      const next = waiting.shift();
      if (next !== undefined) exchange.piece(next);
    };
    exchange.head(200, { "content-type": "text/event-stream" });
    sendNext();
  });
  const screens: string[] = [];
  const { exitCode } = await runAskOnTerminal([...at(server), "Why is the sky blue?"], {
    onShown(screen) {
      screens.push(screen);
      sendNext?.();
    },
  });
  expect(exitCode).toBe(0);
  expect(screens).toEqual([
    "The",
    "The sky",
    "The sky is",
    "The sky is blue",
    "The sky is blue\r\n",
  ]);
});

test.concurrent(
  "Ctrl-C in mid-stream ends the line, shows the stats so far and exits with 130",
  async () => {
    await using server = await startStream(streamOf(answerOf("The sky")), { open: true });
    const { exitCode, screen } = await runAskOnTerminal([...at(server), "--no-color", "Why?"], {
      onShown: (shown, terminal) => void (shown === "The sky" && terminal.write("\u0003")),
    });
    expect(exitCode).toBe(130);
    // The terminal itself shows the ^C.
    expect(screen).toMatch(/^The sky\^C\r\n\r\nfirst byte /);
    expect(screen).toMatch(/\r\noutcome +interrupted\b.*\r\n$/);
  },
);

test.concurrent(
  "Ctrl-C while the question is typed exits with 130, without a word more",
  async () => {
    const waiting =
      "Waiting for the question on stdin (end it with Ctrl-D, on Windows Ctrl-Z and Enter)";
    const { exitCode, screen } = await runAskOnTerminal(["-"], {
      onShown: (shown, terminal) => void (shown === `${waiting}\r\n` && terminal.write("\u0003")),
    });
    expect({ exitCode, screen }).toEqual({ exitCode: 130, screen: `${waiting}\r\n^C` });
  },
);

test.concurrent("a question can be typed after -, and ended with Ctrl-D", async () => {
  await using server = await startStream(streamOf(answerOf("Hi"), "[DONE]"));
  let typed = false;
  const { exitCode } = await runAskOnTerminal([...at(server), "-"], {
    onShown(_, terminal) {
      if (!typed) terminal.write("Two\rlines\r\u0004");
      typed = true;
    },
  });
  expect(exitCode).toBe(0);
  expect(server.requests[0]?.body?.["messages"]).toEqual([
    { role: "user", content: "Two\nlines\n" },
  ]);
});

const reasoned = streamOf(
  chunkOf({ reasoning_content: "Let me see." }),
  answerOf("Blue"),
  "[DONE]",
);

test.concurrent("on a terminal reasoning is dim and on lines of its own", async () => {
  await using server = await startStream(reasoned);
  expect((await runAskOnTerminal([...at(server), "Why?"])).screen).toBe(
    `${dim("Let me see.")}${dim("\r\n")}Blue\r\n`,
  );
});

test.concurrent(
  "NO_COLOR, --no-color, FORCE_COLOR=0 and TERM=dumb each keep colours away",
  async () => {
    await using server = await startStream(reasoned);
    const args = [...at(server), "--stats", "Why?"];
    const [coloured, ...plain] = await Promise.all([
      runAskOnTerminal(args),
      runAskOnTerminal(args, { env: { NO_COLOR: "1" } }),
      runAskOnTerminal([...args, "--no-color"]),
      runAskOnTerminal(args, { env: { FORCE_COLOR: "0" } }),
      runAskOnTerminal(args, { env: { TERM: "dumb" } }),
    ]);
    expect(coloured?.screen).toContain("\u001b[");
    for (const { screen } of plain) {
      expect(screen).toStartWith("Let me see.\r\nBlue\r\n\r\nfirst byte ");
      expect(screen).not.toContain("\u001b");
    }
  },
);

test.concurrent("an answer cannot steer the terminal: its controls are shown", async () => {
  const steering =
    "\u001b[2J\u001b[1;1H" + // clears the screen
    "\u001b]52;c;cm0gLXJm\u0007" + // writes the clipboard
    "\u001b]0;root\u0007" + // sets the title
    "\u009b31m" + // C1
    "ok\rno"; // overwrites the line
  await using server = await startStream(
    streamOf(chunkOf({ reasoning_content: steering }), answerOf(steering), "[DONE]"),
  );
  const { screen } = await runAskOnTerminal([...at(server), "--no-color", "Hello"]);
  const harmless = "␛[2J␛[1;1H␛]52;c;cm0gLXJm␇␛]0;root␇<U+009B>31mok␍no";
  expect(screen).toBe(`${harmless}\r\n${harmless}\r\n`);
});

test.concurrent(
  "what an endpoint calls itself or its errors cannot steer the terminal",
  async () => {
    const title = "\u001b]0;root\u0007";
    await using server = await startStream(
      streamOf(answerOf("Hi", { model: title, finish: title }), {
        error: { message: title, code: title },
      }),
    );
    const runs = await Promise.all([
      runAskOnTerminal([...at(server), "--stats", "--no-color", "Hello"]),
      runAskOnTerminal([...at(server), "--wire", "--no-color", "Hello"]),
      runAskOnTerminal([...at(server), "--json", "--no-color", "Hello"]),
    ]);
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([6, 6, 6]);
    for (const { screen } of runs) expect(screen).not.toContain("\u001b");
  },
);

test.concurrent(
  "--wire keeps to the width of the terminal, with Chinese in its columns",
  async () => {
    const { exitCode, screen } = await runAskOnTerminal(["--demo", "--wire"], { columns: 60 });
    expect(exitCode).toBe(0);
    const lines = screen
      .split("\r\n")
      .filter((line) => line.includes("│"))
      .map((line) => Bun.stripANSI(line));
    expect(lines).toHaveLength(13);
    for (const line of lines) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(60);
    const columns = lines
      .filter((line) => line.includes("1 token"))
      .map((line) => line.split("│").map((cell) => Bun.stringWidth(cell)));
    expect(columns).toHaveLength(10);
    expect(new Set(columns.map(([time, text]) => `${time} ${text}`)).size).toBe(1);
  },
);
