import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { deadPort, sendBody, sendStream, startChatServer } from "../support/chat_server.ts";
import { at, KEY, runAsk, runAsks, runShell, useToolkit } from "../support/run_ask.ts";
import { answerOf, chunkOf, streamOf } from "../support/stream.ts";

useToolkit();

const greeting = streamOf(answerOf("Hi"), answerOf(" there"), chunkOf({}, { finish: "stop" }));

/** The flags that lead to a server. */
/** Ports differ from run to run. */
function withoutPort(text: string): string {
  return text.replaceAll(/127\.0\.0\.1:\d+/g, "HOST");
}

test.concurrent("a complete answer exits with 0, and stdout has the answer alone", async () => {
  await using server = await startChatServer((exchange) =>
    sendStream(exchange, `${greeting}data: [DONE]\n\n`),
  );
  expect(await runAsk([...at(server), "Hello"])).toEqual({
    exitCode: 0,
    stdout: "Hi there\n",
    stderr: "",
  });
});

test.concurrent(
  "a finish_reason without [DONE] is complete, and so is [DONE] without one",
  async () => {
    await using server = await startChatServer((exchange, { path }) =>
      sendStream(exchange, path.startsWith("/a") ? greeting : streamOf(answerOf("Hi"), "[DONE]")),
    );
    const host = `http://127.0.0.1:${server.port}`;
    const runs = await runAsks([
      [...at({ baseUrl: `${host}/a/v1` }), "Hello"],
      [...at({ baseUrl: `${host}/b/v1` }), "Hello"],
    ]);
    expect(runs).toEqual([
      { exitCode: 0, stdout: "Hi there\n", stderr: "" },
      { exitCode: 0, stdout: "Hi\n", stderr: "" },
    ]);
  },
);

test.concurrent("a connection that stays open after [DONE] does not hold the end up", async () => {
  await using server = await startChatServer((exchange) =>
    sendStream(exchange, streamOf(answerOf("Hi"), "[DONE]"), { open: true }),
  );
  expect(await runAsk([...at(server), "Hello"])).toEqual({
    exitCode: 0,
    stdout: "Hi\n",
    stderr: "",
  });
});

test.concurrent("a whole completion instead of a stream is printed, and it is said", async () => {
  await using server = await startChatServer((exchange) =>
    sendBody(exchange, 200, {
      body: {
        object: "chat.completion",
        choices: [{ index: 0, message: { content: "Whole" }, finish_reason: "stop" }],
      },
    }),
  );
  expect(await runAsk([...at(server), "Hello"])).toEqual({
    exitCode: 0,
    stdout: "Whole\n",
    stderr: "the endpoint did not stream: the answer came whole, so there are no stream metrics\n",
  });
});

test.concurrent("an answer cut at the token limit is complete, and it is said", async () => {
  await using server = await startChatServer((exchange) =>
    sendStream(exchange, streamOf(answerOf("Hi", { finish: "length" }), "[DONE]")),
  );
  expect(await runAsk([...at(server), "Hello"])).toEqual({
    exitCode: 0,
    stdout: "Hi\n",
    stderr: "the answer was cut at the token limit (finish_reason: length); --max-tokens sets it\n",
  });
});

test.concurrent(
  "SIGINT keeps what came, ends the line, gives the stats so far and exits with 130",
  async () => {
    await using server = await startChatServer((exchange) =>
      sendStream(exchange, streamOf(answerOf("Hi", { model: "tiny" })), { open: true }),
    );
    const { exitCode, stdout, stderr } = await runAsk([...at(server), "Hello"], {
      onStdout: (text, child) => void (text === "Hi" && child.kill("SIGINT")),
    });
    expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: "Hi\n" });
    expect(stderr).toMatch(/^\nfirst byte .*\d m?s\nfirst token .*\d m?s\n/);
    expect(stderr).toMatch(/\nmodel +tiny\noutcome +interrupted\b.*\n$/);
  },
);

test.concurrent("SIGINT with --json gives the JSON of what came, and exits with 130", async () => {
  let ask: Bun.Subprocess | undefined;
  await using server = await startChatServer((exchange) => {
    sendStream(exchange, streamOf(answerOf("Hi")), { open: true });
    ask?.kill("SIGINT");
  });
  const { exitCode, stdout, stderr } = await runAsk([...at(server), "--json", "Hello"], {
    onStart: (child) => (ask = child),
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: "" });
  expect(JSON.parse(stdout)).toMatchObject({
    outcome: "interrupted",
    error: { kind: "interrupted", status: null },
  });
});

test.concurrent("SIGINT while another attempt is waited for exits with 130", async () => {
  await using server = await startChatServer((exchange) =>
    sendBody(exchange, 503, { headers: { "retry-after": "60" } }),
  );
  const { exitCode, stdout, stderr } = await runAsk([...at(server), "Hello"], {
    onStderr: (text, child) => void (text.endsWith(" s\n") && child.kill("SIGINT")),
  });
  expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: "" });
  expect(stderr).toStartWith("Attempt 1 failed (503): trying again in 60.0 s\n");
});

test.concurrent("a refused connection exits with 5", async () => {
  const baseUrl = `http://127.0.0.1:${await deadPort()}/v1`;
  const { exitCode, stdout, stderr } = await runAsk([
    ...at({ baseUrl }),
    "--retries",
    "0",
    "Hello",
  ]);
  expect({ exitCode, stdout, stderr: withoutPort(stderr) }).toEqual({
    exitCode: 5,
    stdout: "",
    stderr:
      "Cannot reach HOST: the connection was refused (ECONNREFUSED)\n" +
      "Is the server running, and is the port right?\n",
  });
});

test.concurrent("each of the three timers exits with 5 and names its flag", async () => {
  await using silent = await startChatServer(() => {});
  await using stuck = await startChatServer((exchange) =>
    sendStream(exchange, streamOf(answerOf("Hi")), { open: true }),
  );
  const limit = async (server: typeof silent, flag: string): Promise<unknown> => {
    const run = await runAsk([...at(server), flag, "50ms", "Hello"]);
    return { ...run, stderr: withoutPort(run.stderr) };
  };
  expect(
    await Promise.all([
      limit(silent, "--first-byte-timeout"),
      limit(stuck, "--idle-timeout"),
      limit(silent, "--timeout"),
    ]),
  ).toEqual([
    {
      exitCode: 5,
      stdout: "",
      stderr: "HOST sent nothing within 50.0 ms\n--first-byte-timeout DURATION waits longer\n",
    },
    {
      exitCode: 5,
      stdout: "Hi\n",
      stderr: "HOST fell silent: nothing came for 50.0 ms\n--idle-timeout DURATION waits longer\n",
    },
    {
      exitCode: 5,
      stdout: "",
      stderr: "HOST did not finish within 50.0 ms\n--timeout DURATION waits longer\n",
    },
  ]);
});

test.concurrent("the timers hold for the demo, too", async () => {
  const { exitCode, stdout } = await runAsk(["--demo", "--first-byte-timeout", "50ms"]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: "" });
});

test.concurrent("a timer that ran out is said in Chinese alone", async () => {
  await using server = await startChatServer(() => {});
  const args = [...at(server), "--first-byte-timeout", "50ms", "--lang", "zh", "你好"];
  expect(withoutPort((await runAsk(args)).stderr)).toBe(
    "HOST 在 50.0 ms 内没有发来任何数据\n可用 --first-byte-timeout DURATION 延长等待\n",
  );
});

test.concurrent("408, 429, 500 and 503 exit with 4", async () => {
  await using server = await startChatServer((exchange, { path }) =>
    sendBody(exchange, Number(path.split("/")[1]), { body: { message: "try later" } }),
  );
  const statuses = [408, 429, 500, 503];
  const runs = await runAsks(
    statuses.map((status) => {
      const baseUrl = `http://127.0.0.1:${server.port}/${status}/v1`;
      return at({ baseUrl }).concat("--retries", "0", "Hello");
    }),
  );
  expect(runs.map(({ exitCode }) => exitCode)).toEqual([4, 4, 4, 4]);
  expect(withoutPort(runs[1]?.stderr ?? "")).toBe(
    "HOST is busy (429): try later\nWait a little and ask again; --retries N asks again by itself\n",
  );
  expect(withoutPort(runs[3]?.stderr ?? "")).toBe(
    "HOST is busy (503): try later\n" +
      "The fault is on its side: ask again later; --retries N asks again by itself\n",
  );
  expect(server.requests).toHaveLength(4);
});

test.concurrent("retries are announced, and the answer of the last counts", async () => {
  let asked = 0;
  await using server = await startChatServer((exchange) => {
    if (++asked < 3) sendBody(exchange, 429, { headers: { "retry-after-ms": "1" } });
    else sendStream(exchange, greeting);
  });
  expect(await runAsk([...at(server), "Hello"])).toEqual({
    exitCode: 0,
    stdout: "Hi there\n",
    stderr:
      "Attempt 1 failed (429): trying again in 0.0 s\n" +
      "Attempt 2 failed (429): trying again in 0.0 s\n",
  });
});

test.concurrent("an endpoint that stays busy is asked three times, then exits with 4", async () => {
  await using server = await startChatServer((exchange) =>
    sendBody(exchange, 503, { headers: { "retry-after-ms": "1" } }),
  );
  const { exitCode, stderr } = await runAsk([...at(server), "Hello"]);
  expect({ exitCode, lines: stderr.split("\n").length, asked: server.requests.length }).toEqual({
    exitCode: 4,
    lines: 5,
    asked: 3,
  });
});

test.concurrent("a quota that is used up is not asked again", async () => {
  await using server = await startChatServer((exchange) =>
    sendBody(exchange, 429, {
      body: { error: { message: "You exceeded your quota", code: "insufficient_quota" } },
    }),
  );
  expect((await runAsk([...at(server), "Hello"])).exitCode).toBe(4);
  expect(server.requests).toHaveLength(1);
});

test.concurrent("stream_options that are refused are left out, and it is said", async () => {
  await using server = await startChatServer((exchange, { body }) => {
    const refused = "stream_options" in (body ?? {});
    if (refused)
      sendBody(exchange, 400, { body: { error: { message: "unknown stream_options" } } });
    else sendStream(exchange, greeting);
  });
  expect(await runAsk([...at(server), "Hello"])).toEqual({
    exitCode: 0,
    stdout: "Hi there\n",
    stderr:
      "The endpoint refuses stream_options: asking again without it, so usage may be missing\n",
  });
});

test.concurrent("an endpoint that refuses exits with 3, in its own words", async () => {
  const answers: Readonly<Record<string, Parameters<typeof sendBody>[2] & { status: number }>> = {
    key: { status: 401, body: '"Invalid token"', headers: { "content-type": "application/json" } },
    balance: { status: 403, body: { code: 30001, message: "no balance", data: null } },
    model: { status: 400, body: { code: 20012, message: "Model does not exist.", data: null } },
    path: { status: 404, body: "404 page not found" },
    moved: { status: 302, headers: { location: "https://example.org/v1" } },
    traced: { status: 400, body: '"bad"', headers: { "x-siliconcloud-trace-id": "ti_1" } },
  };
  await using server = await startChatServer((exchange, { path }) => {
    const { status, ...options } = answers[path.split("/")[1] ?? ""] ?? { status: 500 };
    sendBody(exchange, status, options);
  });
  const host = `http://127.0.0.1:${server.port}`;
  const runs = await runAsks(
    Object.keys(answers).map((name) =>
      at({ baseUrl: `${host}/${name}/v1` }).concat("--retries", "0", "Hello"),
    ),
  );
  expect(new Set(runs.map(({ exitCode, stdout }) => `${exitCode} ${stdout}`))).toEqual(
    new Set(["3 "]),
  );
  expect(runs.map(({ stderr }) => withoutPort(stderr))).toEqual([
    "HOST refused (401): Invalid token\nNo key was sent: name its variable with --key-env\n",
    "HOST refused (403): no balance (30001)\n",
    'HOST refused (400): Model does not exist. (20012)\nIs "m" spelt right? --model NAME chooses another\n',
    "HOST refused (404): 404 page not found\n" +
      "Check the base URL (it mostly ends in /v1) and the model's name\n",
    "HOST redirects (302) to https://example.org/v1; redirects are not followed\n" +
      "Give the final address with --base-url\n",
    "HOST refused (400): bad [trace ti_1]\n",
  ]);
  expect(server.requests.filter(({ method }) => method === "POST")).toHaveLength(runs.length);
});

test.concurrent("a key that the endpoint repeats in its error is masked", async () => {
  await using server = await startChatServer((exchange, { headers }) =>
    sendBody(exchange, 401, { body: { message: `no such user: ${headers.authorization}` } }),
  );
  const env = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: server.baseUrl };
  const line = ["--model", "m", "Hello"] as const;
  const [plain, json, wire] = await runAsks([line, ["--json", ...line], ["--wire", ...line]], {
    env,
  });
  const told = `no such user: Bearer ${"*".repeat(KEY.length)}`;
  expect(plain.stderr).toContain(`refused (401): ${told}\n`);
  expect(JSON.parse(json.stdout).error.message).toBe(told);
  expect(wire.stdout).toContain(told);
  expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
});

test.concurrent("an error in the stream exits with 6, after what came", async () => {
  await using server = await startChatServer((exchange) =>
    sendStream(exchange, streamOf(answerOf("Hi"), { error: { message: "out of memory" } })),
  );
  const { exitCode, stdout, stderr } = await runAsk([...at(server), "Hello"]);
  expect({ exitCode, stdout, stderr: withoutPort(stderr) }).toEqual({
    exitCode: 6,
    stdout: "Hi\n",
    stderr: "HOST reports an error: out of memory\n",
  });
});

test.concurrent("an error object with status 200 exits with 6", async () => {
  await using server = await startChatServer((exchange) =>
    sendBody(exchange, 200, { body: { error: { message: "no", code: "overloaded" } } }),
  );
  const { exitCode, stdout, stderr } = await runAsk([...at(server), "Hello"]);
  expect({ exitCode, stdout, stderr: withoutPort(stderr) }).toEqual({
    exitCode: 6,
    stdout: "",
    stderr: "HOST reports an error: no (overloaded)\n",
  });
});

test.concurrent("a web page with status 200 exits with 6", async () => {
  await using server = await startChatServer((exchange) =>
    sendBody(exchange, 200, {
      body: "<!doctype html><title>Log in</title>",
      headers: { "content-type": "text/html; charset=utf-8" },
    }),
  );
  const { exitCode, stdout, stderr } = await runAsk([...at(server), "Hello"]);
  expect({ exitCode, stdout, stderr: withoutPort(stderr) }).toEqual({
    exitCode: 6,
    stdout: "",
    stderr:
      "HOST answered with text/html that is neither an event stream nor a completion\n" +
      "Check the base URL: it mostly ends in /v1\n",
  });
});

test.concurrent("a stream that ends in mid-sentence exits with 6, after what came", async () => {
  await using server = await startChatServer((exchange) =>
    sendStream(exchange, streamOf(answerOf("Hi"))),
  );
  expect(await runAsk([...at(server), "Hello"])).toEqual({
    exitCode: 6,
    stdout: "Hi\n",
    stderr:
      "The stream was cut: it ended without [DONE] or a finish_reason\n" +
      "What came is above; the rest is lost: ask again\n",
  });
});

test.concurrent("an event stream that is empty exits with 6, and is said to be empty", async () => {
  await using server = await startChatServer((exchange) => {
    exchange.head(200, { "content-type": "text/event-stream" });
    exchange.end();
  });
  const { exitCode, stdout, stderr } = await runAsk([...at(server), "Hello"]);
  expect({ exitCode, stdout, stderr: withoutPort(stderr) }).toEqual({
    exitCode: 6,
    stdout: "",
    stderr:
      "HOST answered with an event stream that is empty\n" +
      "Ask again; if it stays so, the log of the endpoint may say why\n",
  });
});

test.concurrent(
  "a body that breaks the rules of HTTP is told in words, and nothing is above",
  async () => {
    await using server = await startChatServer((exchange) => {
      exchange.raw(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
      );
    });
    expect(await runAsk([...at(server), "Hello"])).toEqual({
      exitCode: 6,
      stdout: "",
      stderr:
        "The stream was cut: the response breaks the rules of HTTP (InvalidHTTPResponse)\n" +
        "Nothing of the answer came: ask again\n",
    });
  },
);

test.concurrent("a connection that is reset exits with 6, after what came", async () => {
  let cut: (() => void) | undefined;
  await using server = await startChatServer((exchange) => {
    sendStream(exchange, streamOf(answerOf("Hi")), { open: true });
    cut = () => exchange.reset();
  });
  const run = await runAsk([...at(server), "Hello"], {
    onStdout: (text) => void (text === "Hi" && cut?.()),
  });
  expect(run).toEqual({
    exitCode: 6,
    stdout: "Hi\n",
    stderr:
      "The stream was cut: the connection was reset (ECONNRESET)\n" +
      "What came is above; the rest is lost: ask again\n",
  });
});

test.concurrent("a wrong argument or setting exits with 2, and nothing is sent", async () => {
  await using server = await startChatServer((exchange) => sendStream(exchange, greeting));
  const env = { OPENAI_BASE_URL: server.baseUrl };
  const cases: readonly (readonly [args: readonly string[], stderr: string])[] = [
    [["--modle", "m", "Hi"], "Unknown flag --modle; did you mean --model?\n"],
    [["--temperature", "3", "Hi"], "--temperature must be from 0 to 2, got 3\n"],
    [["--timeout", "5", "Hi"], "--timeout 5 has no unit; write 5ms, 5s, 5m or 5h\n"],
    [["--model"], "Missing value after --model; write --model NAME\n"],
    [["--seed", "1", "--seed", "2", "Hi"], "--seed is given twice\n"],
    [["--json", "--wire", "Hi"], "--json and --wire exclude each other; give one of them\n"],
    [
      ["--demo", "--provider", "openai", "Hi"],
      "--demo and --provider exclude each other; give one of them\n",
    ],
    [["Why", "me"], 'One question expected, got 2 words\nPut it in quotes: "Why me"\n'],
    [
      ["--prompt", "Hi", "Hi"],
      "Cannot ask: the question is given both as --prompt and on its own\n",
    ],
    [
      ["--stats"],
      "Cannot ask: there is no question\n" +
        'Put it in quotes: bun scripts/ask.ts "Why is the sky blue?", or see --help\n',
    ],
    [
      ["--env-file", "none.env", "Hi"],
      'Cannot read --env-file "none.env": there is no such file\n',
    ],
    [
      ["--provider", "openai", "--base-url", "http://127.0.0.1:1/v1", "Hi"],
      "--provider openai and --base-url do not fit together: 127.0.0.1:1 is not a host of OpenAI\n" +
        "Leave one of the two out\n",
    ],
    [
      ["--base-url", "ftp://example.org", "Hi"],
      "Cannot read the URL in --base-url: it is not a valid http:// or https:// address\n" +
        "Write it like https://api.siliconflow.cn/v1\n",
    ],
    [
      ["--header", `Authorization=Bearer ${KEY}`, "Hi"],
      'Cannot take header "Authorization" as an argument: other programs can read it, and the shell keeps it\n' +
        "Put the key into .env and name its variable with --key-env\n",
    ],
    [
      ["--header", "x-note=\n", "Hi"],
      'Cannot send header "x-note": its name or its value has a character that HTTP does not allow\n',
    ],
    [
      ["--key-env", KEY, "Hi"],
      "Cannot read the key: --key-env takes the name of a variable, such as MY_API_KEY\n" +
        "Never put a key on the command line: it stays in the shell's history\n",
    ],
    [
      ["--param", "user=me", "Hi"],
      "The value of --param user is not JSON: me\n" +
        "Put texts in single quotes and the whole in double quotes: --param \"user='me'\"\n",
    ],
  ];
  const runs = await runAsks(
    cases.map(([args]) => args),
    { env },
  );
  expect(runs).toEqual(cases.map(([, stderr]) => ({ exitCode: 2, stdout: "", stderr })));
  expect(server.requests).toEqual([]);
});

test.concurrent("a key that cannot be one exits with 2, and nothing is sent", async () => {
  await using server = await startChatServer((exchange) => sendStream(exchange, greeting));
  const env = { OPENAI_API_KEY: `${KEY} ${KEY}`, OPENAI_BASE_URL: server.baseUrl };
  expect(await runAsk(["--model", "m", "Hi"], { env })).toEqual({
    exitCode: 2,
    stdout: "",
    stderr:
      "Cannot use the key in OPENAI_API_KEY (the environment): it holds a blank\n" +
      "Copy the whole key again from the page where you got it\n",
  });
  expect(server.requests).toEqual([]);
});

test.concurrent(
  "a wait of minutes that the endpoint asks for is not waited for, but told",
  async () => {
    await using server = await startChatServer((exchange) =>
      sendBody(exchange, 429, {
        headers: { "retry-after": "300" },
        body: { error: { message: "slow down" } },
      }),
    );
    const [en, zh] = await runAsks(
      ["en", "zh"].map((lang) => ["--lang", lang, "--retries", "3"].concat(at(server), "Hi")),
    );
    expect(server.requests).toHaveLength(2);
    expect([en?.exitCode, zh?.exitCode]).toEqual([4, 4]);
    expect(en?.stderr).toEndWith(
      "It asks to wait 5 min: ask again then. More than 60 s is not waited for\n",
    );
    expect(zh?.stderr).toEndWith("它要求等待 5 分钟：请到时再试。超过 60 秒不会自动等待\n");
  },
);

test.concurrent("an endpoint that stays busy is told with how often it was asked", async () => {
  await using server = await startChatServer((exchange) =>
    sendBody(exchange, 429, {
      headers: { "retry-after-ms": "1" },
      body: { error: { message: "slow down" } },
    }),
  );
  const [run] = await runAsks([["--lang", "en", "--retries", "2", ...at(server), "Hi"]]);
  expect(server.requests).toHaveLength(3);
  expect(run.stderr).toEndWith(
    "Wait a little and ask again; it was asked 3 times, a larger --retries asks more often\n",
  );
});

const hasFullDevice = existsSync("/dev/full");

test.concurrent.skipIf(!hasFullDevice)(
  "an answer that cannot be written exits with 1",
  async () => {
    const { exitCode, stderr } = await runShell("ask --demo > /dev/full");
    expect(exitCode).toBe(1);
    expect(stderr).toEndWith("\nCannot write to stdout: the disk is full\n");
  },
);

test.concurrent("a key that the endpoint repeats in its answer is not printed", async () => {
  await using server = await startChatServer((exchange) =>
    sendStream(exchange, streamOf(answerOf(`${KEY} is your key`), "[DONE]")),
  );
  const env = { OPENAI_BASE_URL: server.baseUrl, OPENAI_API_KEY: KEY };
  const { exitCode, stdout } = await runAsk(["--model", "m", "Hi"], { env });
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: `${"*".repeat(KEY.length)} is your key\n`,
  });
  const wire = await runAsk(["--model", "m", "--wire", "Hi"], { env });
  // Neither the text of a chunk nor its JSON shows a part of the key.
  expect(wire.stdout).not.toContain(KEY.slice(0, 4));
});
