import { expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { replayChat } from "../../lib/chat/replay_chat.ts";
import {
  BareChunks,
  beginsWithBareChunk,
  eventsOfArray,
} from "../../lib/transcript/bare_chunks.ts";
import { encodeTranscript } from "../../lib/transcript/encode.ts";
import {
  type FileTrait,
  readTranscript,
  TranscriptFile,
} from "../../lib/transcript/transcript_file.ts";
import { takeHead } from "../../lib/transcript/response_head.ts";
import { Utf16ToUtf8 } from "../../lib/transcript/utf16_to_utf8.ts";
import { monotonicClock } from "../../lib/base/clock.ts";
import { bareEnvironment } from "../support/clean_environment.ts";
import { collect } from "../support/collect.ts";
import { runLines } from "../support/run_lines.ts";
import { everyCut } from "../support/cuts.ts";
import { temporaryFolder } from "../support/folder.ts";
import { replayFetch } from "../../lib/mod.ts";
import { lesson } from "../support/stream.ts";
import { HEADER } from "../support/transcripts.ts";

// Many processes at once on a busy machine: each is quick, their sum is not.
setDefaultTimeout(30_000);

const FIXTURES = join(import.meta.dir, "..", "fixtures");
const ROOT = join(import.meta.dir, "..", "..");
const SCRIPT = join(ROOT, "scripts", "replay.ts");

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const utf16 = (text: string): Uint8Array => Buffer.from(`\uFEFF${text}`, "utf16le");

const chunks = lesson.stream
  .split("\n\n")
  .flatMap((event) =>
    event === "" || event.includes("[DONE]") ? [] : event.slice("data: ".length),
  );

const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";

/** What people have, with LF alone. */
const forms: Readonly<Record<string, readonly [text: string, traits: readonly FileTrait[]]>> = {
  "an event stream": [lesson.stream, []],
  "the output of curl -i": [`HTTP/2 200 \nserver: x\n\n${lesson.stream}`, ["response head"]],
  "the output of curl -i through a proxy": [
    `HTTP/1.1 200 Connection established\n\nHTTP/1.1 100 Continue\n\n${HEAD.replaceAll("\r", "")}${lesson.stream}`,
    ["response head"],
  ],
  "JSON lines": [`${chunks.join("\n")}\n`, ["JSON lines"]],
  "JSON lines that end with [DONE]": [`${chunks.join("\n")}\n[DONE]\n`, ["JSON lines"]],
  "JSON lines with empty lines between": [`\n${chunks.join("\n\n")}\n\n`, ["JSON lines"]],
  "a JSON array": [`[${chunks.join(",\n")}]\n`, ["JSON array"]],
  "a JSON array, laid out": [
    `${JSON.stringify(
      chunks.map((chunk) => JSON.parse(chunk)),
      null,
      2,
    )}\n`,
    ["JSON array"],
  ],
  "JSON lines behind a head": [
    `HTTP/1.1 200 OK\n\n${chunks.join("\n")}\n`,
    ["response head", "JSON lines"],
  ],
};

/** The same file as others have it. */
const variants: Readonly<Record<string, (text: string) => Uint8Array>> = {
  LF: encode,
  CRLF: (text) => encode(text.replaceAll("\n", "\r\n")),
  "LF and no last newline": (text) => encode(text.trimEnd()),
  "CRLF and no last newline": (text) => encode(text.trimEnd().replaceAll("\n", "\r\n")),
  "a byte order mark": (text) => encode(`\uFEFF${text}`),
  "UTF-16": (text) => utf16(text.replaceAll("\n", "\r\n")),
  "UTF-16 and no last newline": (text) => utf16(text.trimEnd().replaceAll("\n", "\r\n")),
  "UTF-16, the other way round": (text) => Buffer.from(utf16(text)).swap16(),
};

async function replayed(path: string) {
  const file = new TranscriptFile(path);
  const { reading, verdict } = await replayChat(file, { speed: Infinity, clock: monotonicClock });
  return { file, reading, verdict };
}

for (const [form, [text, traits]] of Object.entries(forms)) {
  test(`${form} is read as the stream it shows, however it is written`, async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "a.txt");
    for (const [variant, written] of Object.entries(variants)) {
      writeFileSync(path, written(text));
      const { file, reading, verdict } = await replayed(path);
      const { content } = reading.choices[0] ?? {};
      const expected = variant.startsWith("UTF-16") ? ["UTF-16", ...traits] : traits;
      expect([variant, content, verdict.outcome, file.traits]).toEqual([
        variant,
        lesson.content,
        "complete",
        expected as FileTrait[],
      ]);
      expect(reading.timeline.usage?.totalTokens).toBe(40);
      expect(reading.malformedEvents).toBe(0);
      const { pieces, response } = await readTranscript(path);
      expect(pieces).toHaveLength(1);
      expect(response === undefined).toBe(!traits.includes("response head"));
    }
  });
}

test("file that PowerShell wrote is read as the stream it shows", async () => {
  const { file, reading, verdict } = await replayed(join(FIXTURES, "powershell-utf16.sse"));
  expect(file.traits).toEqual(["UTF-16"]);
  expect(verdict.outcome).toBe("complete");
  expect(reading.choices[0]?.content).not.toBe("");
});

test("transcript that went through PowerShell's > keeps its times", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "a.sse");
  const pieces = lesson.stream
    .split(/(?<=\n\n)/)
    .map((text, index) => ({ text, at: index * 1000 }));
  const transcript = {
    header: HEADER,
    pieces,
    notes: [],
    closing: { kind: "end", at: 20_000 },
  } as const;
  writeFileSync(path, utf16(encodeTranscript(transcript).replaceAll("\n", "\r\n")));
  expect(await readTranscript(path)).toEqual({ ...transcript, pieces: [...pieces] });
  expect((await replayed(path)).file.traits).toEqual(["UTF-16"]);
});

test("head that says what went wrong is reported as that failure", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "a.txt");
  const body = '{"error":{"message":"Invalid token","code":"invalid_api_key"}}';
  const before = "HTTP/1.1 200 Connection established\r\n\r\n";
  for (const end of ["\r\n", "\n"]) {
    const head = `HTTP/1.1 401 Unauthorized${end}content-type: application/json${end}${end}`;
    for (const text of [`${before}${head}${body}`, `${head}${body}\n`]) {
      writeFileSync(path, text);
      const { verdict } = await replayed(path);
      expect(verdict.failure).toEqual({
        kind: "status",
        status: 401,
        code: "invalid_api_key",
        message: "Invalid token",
      });
      expect((await readTranscript(path)).response?.status).toBe(401);
    }
  }
  // Nothing but a head, as of a HEAD or of an answer that was cut.
  for (const text of ["HTTP/2 503 \r\nretry-after: 5\r\n\r\n", "HTTP/2 503"]) {
    writeFileSync(path, text);
    expect((await replayed(path)).verdict.failure).toMatchObject({ kind: "busy", status: 503 });
  }
});

test("serving a file with a head answers with its status and its headers", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "a.txt");
  const ask = async () => {
    const messages = [{ role: "user", content: "?" }];
    const body = JSON.stringify({ model: "m", messages, stream: true });
    const url = "http://replay/v1/chat/completions";
    const response = await replayFetch(path)(url, { method: "POST", body });
    return {
      status: response.status,
      after: response.headers.get("x-a"),
      text: await response.text(),
    };
  };
  const more = "x-a: 1\r\ntransfer-encoding: chunked\r\ncontent-length: 7\r\n\r\n";
  writeFileSync(path, `HTTP/1.1 429 Too Many Requests\r\n${more}{"error":{"message":"slow"}}`);
  expect(await ask()).toEqual({ status: 429, after: "1", text: '{"error":{"message":"slow"}}' });
  writeFileSync(
    path,
    `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n${more}${lesson.stream}`,
  );
  expect(await ask()).toMatchObject({ status: 200, after: "1" });
  writeFileSync(path, chunks.join("\n"));
  expect((await ask()).text).toStartWith(`data: ${chunks[0]}\n\n`);
});

/** Runs `replay` as its user does. */
async function replay(...args: readonly string[]) {
  const child = Bun.spawn([process.execPath, SCRIPT, ...args], {
    env: bareEnvironment,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([collect(child.stdout), collect(child.stderr)]);
  return { code: await child.exited, stdout, stderr };
}

const said: Readonly<Record<string, readonly [file: Uint8Array, en: string, zh: string]>> = {
  "UTF-16": [
    utf16(lesson.stream),
    "This file is UTF-16 text, as PowerShell writes it, without times: its text and usage are shown",
    "此文件是由 PowerShell 写出的 UTF-16 文本，没有时间信息：只显示文本和用量",
  ],
  "a response head": [
    encode(HEAD + lesson.stream),
    "This file is the output of curl -i, with the response head, without times: its text and usage are shown",
    "此文件是由 curl -i 输出的内容，带有响应头，没有时间信息：只显示文本和用量",
  ],
  "JSON lines in UTF-16": [
    utf16(chunks.join("\r\n")),
    "This file is UTF-16 text, as PowerShell writes it; chunks as JSON lines, without data:, without times: its text and usage are shown",
    "此文件是由 PowerShell 写出的 UTF-16 文本；每行一个 JSON 数据块，没有 data:，没有时间信息：只显示文本和用量",
  ],
  "a JSON array": [
    encode(`[${chunks.join()}]`),
    "This file is chunks in a JSON array, without times: its text and usage are shown",
    "此文件是放在 JSON 数组中的数据块，没有时间信息：只显示文本和用量",
  ],
};
for (const [what, [bytes, en, zh]] of Object.entries(said)) {
  test.concurrent(`replay plays ${what}, and says on stderr what it read`, async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "a.txt");
    writeFileSync(path, bytes);
    const [english, chinese] = await runLines(
      [
        ["replay", path, "--lang", "en"],
        ["replay", path, "--lang", "zh", "--report"],
      ],
      { toolkit: ROOT, cwd: folder.path, env: bareEnvironment },
    );
    expect(english).toMatchObject({ exitCode: 0, stdout: `${lesson.content}\n` });
    expect(english.stderr).toStartWith(`${en}\n\ntimes    none were recorded\n`);
    expect(chinese).toMatchObject({ exitCode: 0, stderr: `${zh}\n` });
  });
}

test.concurrent(
  "replay of curl -i with a failed status says that failure, strictly with its code",
  async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "a.txt");
    writeFileSync(path, 'HTTP/2 401 \r\n\r\n{"error":{"message":"Invalid token"}}');
    const run = await replay(path, "--strict", "--lang", "en");
    expect(run.code).toBe(3);
    expect(run.stderr).toStartWith(
      "This file is the output of curl -i, with the response head\n" +
        "Recorded outcome: failed (401): Invalid token\n",
    );
  },
);

test.concurrent.skipIf(process.platform === "win32")(
  "replay gives up a device or a pipe that never ends, with a sentence",
  async () => {
    using folder = temporaryFolder();
    const pipe = join(folder.path, "p");
    const line = `mkfifo "${pipe}"; (yes "$1" > "${pipe}") & "${process.execPath}" "${SCRIPT}" --lang en "${pipe}"`;
    const spawn = async (word: string) => {
      const child = Bun.spawn(["sh", "-c", line, "sh", word], {
        env: bareEnvironment,
        stdin: "ignore",
        stdout: "ignore",
        stderr: "pipe",
      });
      const stderr = await collect(child.stderr);
      return { code: await child.exited, stderr: stderr.replaceAll(`${folder.path}/`, "") };
    };
    const none =
      "it is neither a transcript nor an event stream\n" +
      "curl -N … > hello.sse also makes a file that can be replayed, without times\n";
    expect(await replay("/dev/zero", "--lang", "en")).toEqual({
      code: 2,
      stdout: "",
      stderr: `Cannot replay "/dev/zero": ${none}`,
    });
    expect(await spawn("y")).toEqual({ code: 2, stderr: `Cannot replay "p": ${none}` });
  },
);

test.concurrent.skipIf(process.platform === "win32")(
  "pipe that goes on and on with data is read up to its limit",
  async () => {
    using folder = temporaryFolder();
    const pipe = join(folder.path, "p");
    const line = `mkfifo "${pipe}"; (yes ": data" > "${pipe}") & "${process.execPath}" "${SCRIPT}" --lang en "${pipe}"`;
    const child = Bun.spawn(["sh", "-c", line], {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
    expect((await collect(child.stderr)).replaceAll(`${folder.path}/`, "")).toBe(
      'Cannot read "p": it has more than 256 MiB\n',
    );
    expect(await child.exited).toBe(2);
  },
);

test("UTF-16 becomes UTF-8 wherever it is cut", () => {
  const text = "a\r\n你😀\r\r\nb\n\r";
  const bytes = utf16(text);
  for (const [lf, expected] of [
    [false, text],
    [true, text.replaceAll("\r\n", "\n")],
  ] as const) {
    for (const parts of everyCut(bytes)) {
      const converter = Utf16ToUtf8.of(bytes);
      if (lf) converter?.endLinesWithLf();
      const out = [...parts.map((part) => converter?.push(part)), converter?.end()];
      expect(Buffer.concat(out.flatMap((part) => part ?? [])).toString()).toBe(expected);
    }
  }
  expect(Utf16ToUtf8.of(encode("data: x"))).toBeNull();
  // Half a mark is none.
  for (const [first, second] of [
    [0xff, 0x41],
    [0x41, 0xfe],
    [0xfe, 0x41],
    [0x41, 0xff],
  ] as const) {
    expect(Utf16ToUtf8.of(Uint8Array.of(first, second))).toBeNull();
  }
  const bigEndian = Utf16ToUtf8.of(Uint8Array.of(0xfe, 0xff));
  expect(Buffer.from(bigEndian?.push(Uint8Array.of(0xfe, 0xff, 0, 0x41)) ?? []).toString()).toBe(
    "A",
  );
});

test("JSON lines become events wherever they are cut", () => {
  const text = '\uFEFF{"a":1}\r\n\n{"b":"你"}\n  [DONE]\nnote\n{"c":3}';
  const events = 'data: {"a":1}\n\ndata: {"b":"你"}\n\ndata: [DONE]\n\nnote\n\ndata: {"c":3}\n\n';
  for (const parts of everyCut(encode(text))) {
    const lines = new BareChunks("a.jsonl");
    const out = [...parts.map((part) => lines.push(part)), lines.end()];
    expect(Buffer.concat(out).toString()).toBe(events);
  }
  const long = new BareChunks("a.jsonl");
  const push = (): Uint8Array => long.push(encode(`{}\n${"x".repeat(17 * 1024 * 1024)}`));
  expect(push).toThrow('Cannot read transcript "a.jsonl": line 2 is longer than the limit of');
});

test("only chunks without data: are taken for such", () => {
  for (const [text, isChunk] of [
    ['{"choices":[{"delta":{}}]}', true],
    ['\n  {"object":"chat.completion.chunk","choices":[]}\n', true],
    ['{"choices":[{"message":{"content":"a"}}]}', false],
    ['{"error":{"message":"a"}}', false],
    ['{\n"choices":[{"delta":{}}]}', false],
    ['data: {"choices":[{"delta":{}}]}', false],
    ["", false],
  ] as const) {
    expect([text, beginsWithBareChunk(encode(text))]).toEqual([text, isChunk]);
  }
  for (const text of ["[]", "[1]", '[{"a":1}]', '[{"choices":[{"delta":{}}]},1]', "[", "{}"]) {
    expect(eventsOfArray(text)).toBeNull();
  }
});

test("head is taken with the one of several whose body follows, and without cookies", () => {
  const text =
    "HTTP/1.1 302 Found\r\nlocation: /a\r\n\r\nHTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: 2\r\nset-cookie: s=1\r\nbroken\r\n\r\nHTTP is a word";
  const taken = takeHead(encode(text));
  expect(taken?.head).toEqual({ status: 200, headers: { "x-a": "1, 2" } });
  expect(text.slice(taken?.length)).toBe("HTTP is a word");
  for (const none of ["", "HTTP/1.1", "HTTP/1.1 20 x\n\n", "data: HTTP/1.1 200 OK\n\n"]) {
    expect(takeHead(encode(none))).toBeNull();
  }
});

test("whatever stands behind a head is the body, byte for byte", () => {
  const body = fc
    .uint8Array()
    .filter((bytes) => !Buffer.from(bytes).toString("latin1").startsWith("HTTP/"));
  const end = fc.constantFrom("\r\n", "\n");
  fc.assert(
    fc.property(body, end, fc.integer({ min: 0, max: 5 }), (body, end, count) => {
      const heads = Array.from(
        { length: count + 1 },
        (_, n) => `HTTP/1.1 20${n} OK${end}n: ${n}${end}${end}`,
      );
      const head = encode(heads.join(""));
      const taken = takeHead(Buffer.concat([head, body]));
      expect(taken).toEqual({
        head: { status: 200 + count, headers: { n: String(count) } },
        length: head.length,
      });
    }),
  );
});

test("a line is too long by itself, not by what stands before it in the file", () => {
  const line = encode(`{"choices":[]${" ".repeat(1024 * 1024)}}\n`);
  const lines = new BareChunks("chunks.jsonl");
  const many = Buffer.concat(Array.from({ length: 20 }, () => line));
  expect(lines.push(many).length).toBeGreaterThan(many.length);
});

test("a response head is found before a body of any length, and is no head past 256 KiB", () => {
  const body = "x".repeat(300 * 1024);
  expect(takeHead(encode(HEAD + body))?.length).toBe(HEAD.length);
  expect(takeHead(encode(`HTTP/1.1 200 OK\r\nx: ${body}\r\n\r\n`))).toBeNull();
});
