import { expect, test } from "bun:test";
import {
  type ChatServer,
  deadPort,
  sendBody,
  sendStream,
  startChatServer,
} from "../support/chat_server.ts";
import { at, KEY, runAsk, runAsks, runShell, useToolkit } from "../support/run_ask.ts";
import { answerOf, chunkOf, lesson, streamOf } from "../support/stream.ts";

useToolkit();

/** On a machine so busy that a process stands still for as long as the demo takes, it comes in one burst, which is said. */
function unhurried<Run extends { readonly stderr: string }>(run: Run): Run {
  return { ...run, stderr: run.stderr.replace(/^the answer came in one burst: .*\n/m, "") };
}

const demoSaid = "Demo: a recorded answer from the built-in endpoint, whatever the question\n";

/** A server that says "Hi" to everything. */
function startGreeter(): Promise<ChatServer> {
  return startChatServer((exchange) => sendStream(exchange, streamOf(answerOf("Hi"), "[DONE]")));
}

/** The flags that lead to a server. */
/** The questions that a server was asked. */
function questionsSeen(server: ChatServer): unknown[] {
  return server.requests.map(({ body }) => body?.["messages"]);
}

function question(content: string): unknown {
  return [{ role: "user", content }];
}

// What is asked

test.concurrent("a question is the one word of the command line, or --prompt", async () => {
  await using server = await startGreeter();
  await runAsks([
    [...at(server), "Why is the sky blue?"],
    [...at(server), "--prompt", "--help me"],
    [...at(server), "--prompt=--help"],
  ]);
  expect(questionsSeen(server)).toEqual([
    question("Why is the sky blue?"),
    question("--help me"),
    question("--help"),
  ]);
});

test.concurrent("what follows -- is asked, also where Bun takes the -- away", async () => {
  await using server = await startChatServer((exchange, { method }) => {
    if (method === "GET") sendBody(exchange, 200, { body: { data: [{ id: "m" }] } });
    else sendStream(exchange, streamOf(answerOf("Hi"), "[DONE]"));
  });
  const env = { OPENAI_BASE_URL: server.baseUrl };
  const runs = [
    await runAsk(["--", "--help", "me"], { env }),
    await runAsk(["--model", "m", "--", "--help", "me"], { env }),
  ];
  expect(runs.map(({ exitCode, stdout }) => ({ exitCode, stdout }))).toEqual(
    Array.from({ length: 2 }, () => ({ exitCode: 0, stdout: "Hi\n" })),
  );
  expect(questionsSeen(server)).toEqual([undefined, question("--help me"), question("--help me")]);
});

test.concurrent("- asks what comes from a pipe, a file or a socket", async () => {
  await using server = await startGreeter();
  const env = { OPENAI_BASE_URL: server.baseUrl };
  const files = { "question.txt": "From a file" };
  const runs = [
    await runShell("printf 'From a pipe' | ask --model m -", { env }),
    await runAsk(["--model", "m", "-"], { env, files, stdin: { file: "question.txt" } }),
    await runAsk(["--model", "m", "-"], {
      env,
      stdin: "socket",
      onStart: (child) => {
        const { stdin } = child;
        if (typeof stdin !== "object") throw new Error("There is no stdin to write to");
        void stdin.write("From a socket");
        void stdin.end();
      },
    }),
  ];
  expect(runs.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(
    Array.from({ length: 3 }, () => ({ exitCode: 0, stderr: "" })),
  );
  expect(questionsSeen(server)).toEqual([
    question("From a pipe"),
    question("From a file"),
    question("From a socket"),
  ]);
});

test.concurrent("a pipe or a file is asked without a -, and appended to a question", async () => {
  await using server = await startGreeter();
  const env = { OPENAI_BASE_URL: server.baseUrl };
  const files = { "notes.txt": "Notes: 笔记\n" };
  await runShell("printf 'From a pipe' | ask --model m", { env });
  await runShell("printf 'Notes' | ask --model m 'Sum this up:'", { env });
  await runShell("printf 'Notes' | ask --model m --prompt 'Sum this up:'", { env });
  await runShell("ask --model m 'Sum this up:' < notes.txt", { env, files });
  await runShell("printf ' \n' | ask --model m 'Hello'", { env });
  expect(questionsSeen(server)).toEqual([
    question("From a pipe"),
    question("Sum this up:\n\nNotes"),
    question("Sum this up:\n\nNotes"),
    question("Sum this up:\n\nNotes: 笔记\n"),
    question("Hello"),
  ]);
});

test.concurrent(
  "with a question, neither /dev/null nor a socket that never ends is read",
  async () => {
    await using server = await startGreeter();
    const runs = await Promise.all([
      runAsk([...at(server), "Hello"], { stdin: "nothing" }),
      runAsk([...at(server), "Hello"], { stdin: "socket" }),
    ]);
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(questionsSeen(server)).toEqual([question("Hello"), question("Hello")]);
  },
);

test.concurrent("an empty stdin is no question", async () => {
  await using server = await startGreeter();
  const env = { OPENAI_BASE_URL: server.baseUrl };
  const runs = await Promise.all([
    runShell("ask --model m - < /dev/null", { env }),
    runShell("printf ' \n' | ask --model m -", { env }),
    runShell("printf '' | ask", { env }),
  ]);
  const told = {
    exitCode: 2,
    stdout: "",
    stderr:
      "Cannot ask: there is no question\n" +
      'Put it in quotes: bun scripts/ask.ts "Why is the sky blue?", or see --help\n',
  };
  expect(runs).toEqual([told, told, told]);
  expect(server.requests).toEqual([]);
});

test.concurrent("a pipe without an answer in it is waited for, and this is said", async () => {
  await using server = await startGreeter();
  const run = await runAsk([...at(server), "-"], {
    stdin: "socket",
    onStderr(text, { stdin }) {
      if (!text.endsWith("\n") || typeof stdin !== "object") return;
      void stdin.write("At last");
      void stdin.end();
    },
  });
  expect(run).toEqual({
    exitCode: 0,
    stdout: "Hi\n",
    stderr: "Waiting for the question on stdin (end it with Ctrl-D, on Windows Ctrl-Z and Enter)\n",
  });
  expect(questionsSeen(server)).toEqual([question("At last")]);
});

test.concurrent(
  "SIGINT while the question is waited for exits with 130, without a word more",
  async () => {
    await using server = await startGreeter();
    const { exitCode, stderr } = await runAsk([...at(server), "-"], {
      stdin: "socket",
      onStderr: (_, child) => child.kill("SIGINT"),
    });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 130,
      stderr:
        "Waiting for the question on stdin (end it with Ctrl-D, on Windows Ctrl-Z and Enter)\n",
    });
    expect(server.requests).toEqual([]);
  },
);

test.concurrent(
  "without a question, a reader and a key the demo is played, and it says how to go on",
  async () => {
    expect(unhurried(await runAsk([]))).toEqual({
      exitCode: 0,
      stdout: `${lesson.content}\n`,
      stderr: `${demoSaid}There was no question. Ask a real model, with a key in .env: npx bun scripts/ask.ts "question"\n`,
    });
  },
);

test.concurrent(
  "--demo looks for no question: a pipe that stays open does not hold it up",
  async () => {
    const run = await runShell(
      'mkfifo open; exec 3<> open; ask --demo < open 3>&-; status=$?; exec 3>&-; exit "$status"',
    );
    expect(unhurried(run)).toEqual({
      exitCode: 0,
      stdout: `${lesson.content}\n`,
      stderr: demoSaid,
    });
  },
);

test.concurrent("a reader that has enough ends it quietly", async () => {
  const run = await runShell("echo Hello | ask - --demo | head -c 6");
  expect(unhurried(run)).toEqual({ exitCode: 0, stdout: "你好", stderr: demoSaid });
});

// What is sent

test.concurrent(
  "the request asks for a stream with usage, uncompressed, with the flags' values",
  async () => {
    await using server = await startGreeter();
    const flags = [
      ["--system", "Be brief"],
      ["--temperature", "0.2"],
      ["--top-p", "0.9"],
      ["--max-tokens", "50"],
      ["--seed", "-1"],
      ["--stop", "END"],
      ["--stop", "\n\n"],
      ["--param", "top_k=50"],
      ["--header", "X-Lab=room 1"],
    ].flat();
    expect((await runAsk([...at(server), ...flags, "Hello"])).exitCode).toBe(0);
    expect(server.requests).toEqual([
      {
        method: "POST",
        path: "/v1/chat/completions",
        headers: expect.objectContaining({
          accept: "text/event-stream",
          "accept-encoding": "identity",
          "content-type": "application/json",
          "x-lab": "room 1",
        }),
        body: {
          model: "m",
          messages: [
            { role: "system", content: "Be brief" },
            { role: "user", content: "Hello" },
          ],
          stream: true,
          stream_options: { include_usage: true },
          temperature: 0.2,
          top_p: 0.9,
          max_tokens: 50,
          seed: -1,
          stop: ["END", "\n\n"],
          top_k: 50,
        },
      },
    ]);
  },
);

test.concurrent("--param wins over every other flag", async () => {
  await using server = await startGreeter();
  const flags = ["--temperature", "0.2", "--param", "temperature=1", "--param", "model='other'"];
  expect((await runAsk([...at(server), ...flags, "Hello"])).exitCode).toBe(0);
  expect(server.requests[0]?.body).toMatchObject({ temperature: 1, model: "other" });
});

test.concurrent("--dry-run prints the request with its key masked, and sends nothing", async () => {
  await using server = await startGreeter();
  const env = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: server.baseUrl };
  const args = ["--dry-run", "--model", "m", "--max-tokens", "5", "--header", "x-lab=1", "你好"];
  expect(await runAsk(args, { env })).toEqual({
    exitCode: 0,
    stdout: `POST ${server.baseUrl}/chat/completions
accept: text/event-stream
accept-encoding: identity
content-type: application/json
x-lab: 1
authorization: Bearer [key]

{
  "model": "m",
  "messages": [
    {
      "role": "user",
      "content": "你好"
    }
  ],
  "stream": true,
  "stream_options": {
    "include_usage": true
  },
  "max_tokens": 5
}
`,
    stderr: "",
  });
  expect(server.requests).toEqual([]);
});

test.concurrent("--dry-run needs no key, no model and no server", async () => {
  const baseUrl = `http://127.0.0.1:${await deadPort()}/v1`;
  const [withoutKey, withoutModel] = await runAsks([
    ["--dry-run", "Hello"],
    ["--dry-run", "--base-url", baseUrl, "Hello"],
  ]);
  expect(withoutKey).toMatchObject({ exitCode: 0, stderr: "" });
  expect(withoutKey.stdout).toStartWith("POST https://api.siliconflow.cn/v1/chat/completions\n");
  expect(withoutKey.stdout).not.toContain("authorization");
  expect(withoutModel).toMatchObject({
    exitCode: 0,
    stderr: "No --model: the endpoint would be asked for its models first\n",
  });
  expect(withoutModel.stdout).toContain('"model": "MODEL"');
});

// What is printed

test.concurrent("--json gives the demo's answer, usage and metrics", async () => {
  const run = await runAsk(["--demo", "--json", "--stall", "1m"]);
  const { exitCode, stdout, stderr } = unhurried(run);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: demoSaid });
  const time = expect.any(Number);
  const result = JSON.parse(stdout);
  expect(result).toEqual({
    outcome: "complete",
    streamed: true,
    content: lesson.content,
    reasoning: "",
    finish_reason: "stop",
    model: "Qwen/Qwen2.5-7B-Instruct",
    id: "019a8fdafd091c809cf14705cced6e75",
    usage: {
      prompt_tokens: 30,
      completion_tokens: 10,
      total_tokens: 40,
      reasoning_tokens: null,
      cached_tokens: null,
    },
    metrics: {
      ttfb_ms: time,
      ttft_ms: time,
      ttfa_ms: time,
      tpot_ms: time,
      e2e_ms: time,
      closed_ms: time,
      output_tokens_per_second: time,
      deltas: 10,
      tokens_per_delta: 1,
      tokens_per_delta_source: "usage",
      stalls: { count: 0, longest_ms: null, total_ms: 0 },
    },
    notes: [],
    attempts: 1,
    error: null,
  });
  const { ttfb_ms, ttft_ms, e2e_ms, closed_ms } = result.metrics;
  expect([ttfb_ms, ttft_ms, e2e_ms, closed_ms].toSorted((a, b) => a - b)).toEqual([
    ttfb_ms,
    ttft_ms,
    e2e_ms,
    closed_ms,
  ]);
});

test.concurrent("--json gives a failure, with the attempts and the trace", async () => {
  await using server = await startChatServer((exchange) => {
    sendBody(exchange, 503, {
      body: { error: { message: "full", code: "overloaded" } },
      headers: { "retry-after-ms": "1", "x-request-id": "r1" },
    });
  });
  const { exitCode, stdout } = await runAsk([...at(server), "--json", "--retries", "1", "Hello"]);
  expect(exitCode).toBe(4);
  expect(JSON.parse(stdout)).toMatchObject({
    outcome: "failed",
    content: "",
    usage: null,
    metrics: { ttft_ms: null, tpot_ms: null, deltas: 0, stalls: { count: null } },
    attempts: 2,
    error: { kind: "busy", status: 503, code: "overloaded", message: "full", trace_id: "r1" },
  });
});

test.concurrent("--wire shows the demo line by line, and a sentence at the end", async () => {
  const { exitCode, stdout, stderr } = unhurried(await runAsk(["--demo", "--wire"]));
  expect(exitCode).toBe(0);
  expect(stdout.replaceAll(/^ *\+[\d.]+ m?s/gm, "+T")).toBe(
    `+T │                │           │ {"delta":{"content":"","role":"assistant"}}
+T │ 你好           │ 1 token   │ {"delta":{"content":"你好"}}
+T │ ！             │ 1 token   │ {"delta":{"content":"！"}}
+T │ 有什么         │ 1 token   │ {"delta":{"content":"有什么"}}
+T │ 问题           │ 1 token   │ {"delta":{"content":"问题"}}
+T │ 或者           │ 1 token   │ {"delta":{"content":"或者"}}
+T │ 需要           │ 1 token   │ {"delta":{"content":"需要"}}
+T │ 帮助           │ 1 token   │ {"delta":{"content":"帮助"}}
+T │ 的             │ 1 token   │ {"delta":{"content":"的"}}
+T │ 吗             │ 1 token   │ {"delta":{"content":"吗"}}
+T │ ？             │ 1 token   │ {"delta":{"content":"？"}}
+T │                │           │ {"delta":{"content":""},"finish_reason":"stop"}
+T │                │           │ [DONE]
`,
  );
  expect(stderr).toBe(`${demoSaid}12 chunks, 10 with text; the first and the last are empty\n`);
});

test.concurrent("--stats says how the demo streamed", async () => {
  const { stdout, stderr } = unhurried(await runAsk(["--demo", "--stats", "--stall", "1m"]));
  expect(stdout).toBe(`${lesson.content}\n`);
  expect(
    stderr
      .replaceAll(/[\d.]+ (ms|s)\b/g, "T")
      .replaceAll(/[\d.]+ tokens\/s/g, "R tokens/s")
      .replace(/(?<=gaps over time {6})[._=*#-]{20,}\n/, "LINE\n"),
  ).toBe(
    `${demoSaid}
first byte (TTFB)   T
first token (TTFT)  T
gap between tokens  p50 T · p99 – · max T
stalls              none above T
last token (E2E)    T
gaps over time      LINE
closed              T
decode rate         R tokens/s (T per token)
request rate        R tokens/s (counted from sending)
tokens              30 in + 10 out = 40
deltas              10, 1.00 tokens each (counted by usage)
model               Qwen/Qwen2.5-7B-Instruct
outcome             complete (stop)
`,
  );
});

const reasoned = streamOf(
  chunkOf({ reasoning_content: "Let me" }),
  chunkOf({ reasoning_content: " see." }),
  answerOf("Blue"),
  answerOf(" light."),
  "[DONE]",
);

test.concurrent(
  "reasoning goes to stderr, nowhere, or to stdout in place of the answer",
  async () => {
    await using server = await startChatServer((exchange) => sendStream(exchange, reasoned));
    const runs = await runAsks(
      [[], ["--reasoning", "show"], ["--reasoning", "hide"], ["--reasoning", "only"]].map((flags) =>
        at(server).concat(flags, "Why is the sky blue?"),
      ),
    );
    expect(runs).toEqual([
      { exitCode: 0, stdout: "Blue light.\n", stderr: "Let me see.\n" },
      { exitCode: 0, stdout: "Blue light.\n", stderr: "Let me see.\n" },
      { exitCode: 0, stdout: "Blue light.\n", stderr: "" },
      { exitCode: 0, stdout: "Let me see.\n", stderr: "" },
    ]);
  },
);

test.concurrent(
  "an answer reaches a pipe byte for byte, an error message without its controls",
  async () => {
    const answer = "\u001b]52;c;aGk=\u0007\u001b[2J\u202e\r\n \u009b1m 🙂\r";
    const broken = { error: { message: "no \u001b]0;title\u0007" } };
    await using server = await startChatServer((exchange) =>
      sendStream(exchange, streamOf(answerOf(answer), broken)),
    );
    const { stdout, stderr } = await runAsk([...at(server), "Hello"]);
    expect(stdout).toBe(`${answer}\n`);
    expect(stderr).toEndWith(" reports an error: no ␛]0;title␇\n");
  },
);

function choice(index: number, content: string): object {
  return { choices: [{ index, delta: { content }, finish_reason: null }] };
}

test.concurrent("several choices are printed one after the other", async () => {
  await using server = await startChatServer((exchange) =>
    sendStream(
      exchange,
      streamOf(choice(0, "A"), choice(1, "B"), choice(0, "a"), choice(1, "b"), "[DONE]"),
    ),
  );
  const run = await runAsk([...at(server), "--param", "n=2", "Hello"]);
  expect(run).toEqual({ exitCode: 0, stdout: "Aa\n\nBb\n", stderr: "" });
});

test.concurrent("colours come into a pipe only when they are asked for", async () => {
  const runs = await Promise.all([
    runAsk(["--help"]),
    runAsk(["--help"], { env: { CI: "1", TERM: "xterm-256color" } }),
    runAsk(["--help", "--color"]),
    runAsk(["--help"], { env: { FORCE_COLOR: "1" } }),
    runAsk(["--help"], { env: { FORCE_COLOR: "0" } }),
    runAsk(["--help"], { env: { FORCE_COLOR: "1", NO_COLOR: "1" } }),
  ]);
  expect(runs.map(({ stdout }) => stdout.includes("\u001b["))).toEqual([
    false,
    false,
    true,
    true,
    false,
    false,
  ]);
});

// What it says about itself

test.concurrent("--version names the toolkit and its Bun", async () => {
  const { version } = await Bun.file(new URL("../../package.json", import.meta.url)).json();
  expect(await runAsk(["--version"])).toEqual({
    exitCode: 0,
    stdout: `streamgauge ${version} (Bun ${Bun.version})\n`,
    stderr: "",
  });
});

function fixture(name: string): Promise<string> {
  return Bun.file(new URL(`../fixtures/${name}.txt`, import.meta.url)).text();
}

test.concurrent("--help is on stdout, in the language that is asked for", async () => {
  const [english, chinese, beside] = await Promise.all([
    runAsk(["--help"]),
    runAsk(["--help"], { env: { LANG: "zh_CN.UTF-8" } }),
    runAsk(["--tempratur", "-h", "--lang", "zh"]),
  ]);
  const help = { exitCode: 0, stderr: "" };
  expect(english).toEqual({ ...help, stdout: await fixture("ask_help_en") });
  expect(chinese).toEqual({ ...help, stdout: await fixture("ask_help_zh") });
  expect(beside).toEqual(chinese);
});
