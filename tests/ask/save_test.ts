import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeTranscript } from "../../lib/transcript/decode.ts";
import type { Transcript } from "../../lib/transcript/format.ts";
import { type ChatServer, sendBody, sendStream, startChatServer } from "../support/chat_server.ts";
import {
  at,
  type AskRun,
  type AskWorld,
  KEY,
  runAsk,
  runAsks,
  runShell,
  useToolkit,
} from "../support/run_ask.ts";
import { answerOf, chunkOf, lesson, streamOf } from "../support/stream.ts";

useToolkit();

const greeting = streamOf(answerOf("Hi"), answerOf(" there"), chunkOf({}, { finish: "stop" }));

/** A run, and what it left in its folder. */
async function saving(
  args: readonly string[],
  world: AskWorld = {},
): Promise<AskRun & { readonly files: Readonly<Record<string, string>> }> {
  let files: Record<string, string> = {};
  const run = await runAsk(args, { ...world, onExit: (folder) => (files = filesIn(folder)) });
  return { ...run, files };
}

function filesIn(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith(".sse"));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

function decoded(text: string | undefined): Transcript {
  return decodeTranscript(Buffer.from(text ?? ""), { name: "saved.sse" });
}

function bodyOf({ pieces }: Transcript): string {
  return pieces.map(({ text }) => text).join("");
}

/** A transcript of "Hello" that was answered with this stream. */
function recorded(stream: string, { request }: { request?: object } = {}): string {
  const body = request ?? {
    model: "old-model",
    messages: [
      { role: "system", content: "Be brief" },
      { role: "user", content: "Hello" },
    ],
    temperature: 0.3,
  };
  const header = {
    version: 1,
    recorded_at: "2026-03-01T00:00:00.000Z",
    request: { method: "POST", url: "https://example.org/v1/chat/completions", headers: {}, body },
    response: { status: 200, headers: {}, at_ms: 1 },
  };
  const length = Buffer.byteLength(stream);
  return `:@transcript ${JSON.stringify(header)}\n:@ 2.000 ${length}\n${stream}:@end 3.000\n`;
}

function startGreeter(): Promise<ChatServer> {
  return startChatServer((exchange) => sendStream(exchange, greeting));
}

// --save

test.concurrent("--save records the demo, and says where", async () => {
  const { exitCode, stdout, stderr, files } = await saving(["--demo", "--save", "hello.sse"]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${lesson.content}\n` });
  expect(stderr).toEndWith('\nSaved in "hello.sse"\n');
  const { header, closing, pieces } = decoded(files["hello.sse"]);
  expect(header?.request.body).toMatchObject({ messages: [{ role: "user", content: "你好" }] });
  expect(closing?.kind).toBe("end");
  expect(pieces.length).toBeGreaterThan(5);
});

test.concurrent("--save keeps a file that is there, before anything is sent", async () => {
  await using server = await startGreeter();
  const run = await saving([...at(server), "--save", "a.sse", "Hi"], {
    files: { "a.sse": "mine" },
  });
  expect(run).toEqual({
    exitCode: 2,
    stdout: "",
    stderr: 'Cannot write "a.sse": the file is there already\n--force overwrites it\n',
    files: { "a.sse": "mine" },
  });
  expect(server.requests).toEqual([]);
});

test.concurrent("--force lets --save overwrite it", async () => {
  await using server = await startGreeter();
  const args = [...at(server), "--save", "a.sse", "--force", "Hi"];
  const { exitCode, stderr, files } = await saving(args, { files: { "a.sse": "x".repeat(9000) } });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: 'Saved in "a.sse"\n' });
  expect(bodyOf(decoded(files["a.sse"]))).toBe(greeting);
});

test.concurrent("a place that cannot be written is found before anything is sent", async () => {
  await using server = await startGreeter();
  const run = (path: string): Promise<AskRun> => runAsk([...at(server), "--save", path, "Hi"]);
  const runs = await Promise.all([run("no/a.sse"), run(".")]);
  expect(runs.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual([
    { exitCode: 2, stderr: 'Cannot write "no/a.sse": there is no such file or folder\n' },
    { exitCode: 2, stderr: 'Cannot write ".": it is a folder\n' },
  ]);
  expect(server.requests).toEqual([]);
});

test.concurrent("no file stays behind when nothing was sent", async () => {
  const [noKey, dry] = await Promise.all([
    saving(["--save", "a.sse", "Hi"]),
    saving(["--save", "a.sse", "--dry-run", "Hi"]),
  ]);
  expect(noKey).toMatchObject({ exitCode: 2, files: {} });
  expect(dry).toMatchObject({ exitCode: 0, files: {} });
});

test.concurrent("a failure is saved, too, without the key that the endpoint repeats", async () => {
  await using server = await startChatServer((exchange, { headers }) =>
    sendBody(exchange, 401, { body: { message: `no such user: ${headers.authorization}` } }),
  );
  const env = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: server.baseUrl };
  const run = await saving(["--model", "m", "--save", "a.sse", "Hi"], { env });
  expect(run.exitCode).toBe(3);
  expect(run.stderr).toEndWith('\nSaved in "a.sse"\n');
  const transcript = decoded(run.files["a.sse"]);
  expect(transcript.header?.response?.status).toBe(401);
  expect(bodyOf(transcript)).toBe(`{"message":"no such user: Bearer ${"*".repeat(KEY.length)}"}`);
});

test.concurrent("a recording goes on to its end when the reader of stdout has enough", async () => {
  let files: Record<string, string> = {};
  const { stdout, stderr } = await runShell("ask --demo --save a.sse | head -c 3", {
    onExit: (folder) => (files = filesIn(folder)),
  });
  expect(stdout).toBe("你");
  expect(stderr).toEndWith('\nSaved in "a.sse"\n');
  const transcript = decoded(files["a.sse"]);
  expect(transcript.closing?.kind).toBe("end");
  expect(bodyOf(transcript)).toContain("[DONE]");
});

test.concurrent("Ctrl-C ends the recording, and what came is saved", async () => {
  await using server = await startChatServer((exchange) =>
    sendStream(exchange, streamOf(answerOf("Hi")), { open: true }),
  );
  let files: Record<string, string> = {};
  const { exitCode, stderr } = await runAsk([...at(server), "--save", "a.sse", "Hello"], {
    onStdout: (text, child) => void (text === "Hi" && child.kill("SIGINT")),
    onExit: (folder) => (files = filesIn(folder)),
  });
  expect(exitCode).toBe(130);
  expect(stderr).toEndWith('\nSaved in "a.sse"\n');
  const { closing, pieces } = decoded(files["a.sse"]);
  expect(closing).toMatchObject({ kind: "failed", error: { code: "interrupted" } });
  expect(pieces).toHaveLength(1);
});

test.concurrent(
  "a disk that fills is said once; the answer goes on, and the exit code is 1",
  async () => {
    const long = streamOf(answerOf("long ".repeat(400)), "[DONE]");
    await using server = await startChatServer((exchange) => sendStream(exchange, long));
    // A file of at most one block of 512 bytes or 1 KiB; the signal for it would end the process.
    const limit = "trap '' XFSZ; ulimit -f 1;";
    const { stdout, stderr, exitCode } = await runShell(
      `${limit} ask ${at(server).join(" ")} --save a.sse Hello`,
    );
    expect(stdout).toBe(`${"long ".repeat(400)}\n`);
    expect({ stderr, exitCode }).toEqual({
      stderr: 'The recording in "a.sse" is not whole: the file would be too large\n',
      exitCode: 1,
    });
  },
);

// --continue

test.concurrent(
  "--continue sends what was said, with its model, and --save then holds all",
  async () => {
    await using server = await startGreeter();
    const files = { "a.sse": recorded(streamOf(answerOf("Good "), answerOf("day"), "[DONE]")) };
    const args = [
      "--base-url",
      server.baseUrl,
      "--continue",
      "a.sse",
      "--save",
      "b.sse",
      "And you?",
    ];
    const run = await saving(args, { files });
    expect(run).toMatchObject({ exitCode: 0, stdout: "Hi there\n", stderr: 'Saved in "b.sse"\n' });
    const said = {
      model: "old-model",
      messages: [
        { role: "system", content: "Be brief" },
        { role: "user", content: "Hello" },
        { role: "assistant", content: "Good day" },
        { role: "user", content: "And you?" },
      ],
      stream: true,
      stream_options: { include_usage: true },
    };
    expect(server.requests.map(({ body }) => body)).toEqual([said]);
    expect(decoded(run.files["b.sse"]).header?.request.body).toEqual(said);
  },
);

test.concurrent("--model and --system win over what a transcript says", async () => {
  await using server = await startGreeter();
  const files = { "a.sse": recorded(streamOf(answerOf("Good day"), "[DONE]")) };
  const flags = ["--continue", "a.sse", "--system", "Be kind"];
  expect((await runAsk([...at(server), ...flags, "More"], { files })).exitCode).toBe(0);
  expect(server.requests[0]?.body).toMatchObject({
    model: "m",
    messages: [
      { role: "system", content: "Be kind" },
      { role: "user", content: "Hello" },
      { role: "assistant", content: "Good day" },
      { role: "user", content: "More" },
    ],
  });
});

test.concurrent("--continue refuses what has no question or no whole answer", async () => {
  const files = {
    "body.sse": streamOf(answerOf("Hi"), "[DONE]"),
    "cut.sse": recorded(streamOf(answerOf("Hi"))),
    "empty.sse": recorded(streamOf(answerOf(""), "[DONE]")),
    "new.sse": ':@transcript {"version":2}\n',
  };
  const names = [...Object.keys(files), "missing.sse"];
  const runs = await runAsks(
    names.map((name) => ["--demo", "--continue", name, "More"]),
    { files },
  );
  expect(runs.map(({ exitCode }) => exitCode)).toEqual([2, 2, 2, 2, 2]);
  expect(runs.map(({ stderr }) => stderr).join("")).toBe(
    'Cannot continue "body.sse": it does not hold what was asked\n' +
      "--save FILE.sse records a conversation that can be continued\n" +
      'Cannot continue "cut.sse": its answer is not complete\n' +
      'Cannot continue "empty.sse": its answer is empty\n' +
      'Cannot read transcript "new.sse": it is version 2, this toolkit reads version 1; update Streamgauge\n' +
      'Cannot read "missing.sse": there is no such file or folder\n',
  );
});

test.concurrent("--continue and --save of one file need --force, and then hold all", async () => {
  const files = { "a.sse": recorded(streamOf(answerOf("Good day"), "[DONE]")) };
  const args = ["--demo", "--continue", "a.sse", "--save", "a.sse", "More"];
  const [refused, forced] = await Promise.all([
    saving(args, { files }),
    saving([...args, "--force"], { files }),
  ]);
  expect(refused).toMatchObject({ exitCode: 2, files });
  expect(forced.exitCode).toBe(0);
  expect(decoded(forced.files["a.sse"]).header?.request.body).toMatchObject({
    model: "old-model",
    messages: [{}, {}, { role: "assistant", content: "Good day" }, { content: "More" }],
  });
});

test.concurrent("--force without --save is refused: it would overwrite nothing", async () => {
  expect(await runAsk(["--demo", "--force"])).toMatchObject({
    exitCode: 2,
    stderr: "--force needs --save\n",
  });
});
