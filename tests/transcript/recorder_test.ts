import { expect, test } from "bun:test";
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { completeChat } from "../../lib/chat/complete_chat.ts";
import type { Closing, Transcript } from "../../lib/transcript/format.ts";
import { decodeTranscript } from "../../lib/transcript/decode.ts";
import { type RecorderOptions, TranscriptRecorder } from "../../lib/transcript/recorder.ts";
import { readTranscript } from "../../lib/transcript/transcript_file.ts";
import { chatRequest } from "../../lib/protocols/completion_request.ts";
import { type HttpRequest } from "../../lib/wire/request.ts";
import { Secret } from "../../lib/base/secret.ts";
import { everyCut } from "../support/cuts.ts";
import { temporaryFolder } from "../support/folder.ts";
import { scripted } from "../support/scripted_fetch.ts";
import { deadPort } from "../support/chat_server.ts";
import { startServer } from "../support/server.ts";
import { answerOf, lesson, streamOf } from "../support/stream.ts";

const KEY = "sk-streamgauge4f9Zk2Q7";
const STARS = "*".repeat(KEY.length);
const RECORD_PROCESS = join(import.meta.dir, "..", "support", "record_process.ts");

function requestOf(given: Partial<HttpRequest> = {}): HttpRequest {
  const messages = [{ role: "user", content: "你好" }] as const;
  const request = chatRequest({
    baseUrl: "http://127.0.0.1:9/v1",
    model: "m",
    messages,
    key: new Secret(KEY),
  });
  return { ...request, ...given };
}

function headOf(headers: Record<string, string> = {}, status = 200) {
  return { status, headers: new Headers(headers), at: 1234 };
}

/** A recorder whose errors fail the test, unless they are looked at. */
function recorderAt(path: string, options: Partial<RecorderOptions> = {}): TranscriptRecorder {
  return new TranscriptRecorder(path, {
    now: () => new Date("2026-01-01T08:00:00Z"),
    onError(error) {
      throw error;
    },
    ...options,
  });
}

function decode(path: string): Transcript {
  return decodeTranscript(readFileSync(path), { name: "a.sse" });
}

test("recorder writes the transcript of a request", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "hello.sse");
  const {
    fetch,
    clock,
    recorder: taken,
  } = scripted({
    headAt: 181_204,
    pieces: [
      [183_402, streamOf(answerOf("你好")).slice(0, 20)],
      [195_518, `${streamOf(answerOf("你好")).slice(20)}data: [DO`],
      [195_913, "NE]\n\n"],
    ],
    endAt: 200_000,
  });
  const recorder = recorderAt(path);
  const request = requestOf();
  await completeChat(request, {
    fetch,
    clock,
    recorder: {
      begin: (request) => recorder.begin(request),
      head: (head) => (recorder.head(head), taken.head(head)),
      piece: (piece) => (recorder.piece(piece), taken.piece(piece)),
      end: (ending, at) => recorder.end(ending, at),
    },
  });
  recorder.close();
  const header = {
    version: 1,
    recorded_at: "2026-01-01T08:00:00.000Z",
    request: {
      method: "POST",
      url: "http://127.0.0.1:9/v1/chat/completions",
      headers: {
        accept: "text/event-stream",
        "accept-encoding": "identity",
        "content-type": "application/json",
      },
      body: request.body,
    },
    response: { status: 200, headers: {}, at_ms: 181.204 },
  };
  const lines = readFileSync(path, "utf8").split("\n");
  expect(lines[0]).toStartWith(`:@transcript ${JSON.stringify(header)} `);
  expect(lines.slice(1)).toEqual([
    ":@ 183.402 20",
    'data: {"choices":[{"index":0,"delta":{"content":"你好"},"finish_reason":null}]}',
    // The rest of 81 bytes, two line feeds, and nine bytes more.
    ":@ 195.518 72",
    "",
    "data: [DONE]",
    ":@ 195.913 5",
    "",
    ":@end 195.913",
    "",
  ]);
});

test("recorder leaves a readable file at every moment", () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "a.sse");
  const recorder = recorderAt(path);
  const pieces = ["data: 1", "\n\ndata: 2\n\n", "data: 你", "好\n", "\n"].map((text, index) => ({
    text,
    at: 2000 + index,
  }));
  recorder.begin(requestOf());
  expect(decode(path)).toMatchObject({ header: { response: null }, pieces: [], closing: null });
  recorder.head(headOf());
  expect(decode(path)).toMatchObject({ header: { response: { status: 200 } }, pieces: [] });
  const text: string[] = [];
  for (const piece of pieces) {
    recorder.piece(piece);
    text.push(piece.text);
    const recorded = decode(path);
    // The LF that ends a cut file may be ours.
    expect([text.join(""), text.join("").replace(/\n$/, "")]).toContain(
      recorded.pieces.map((piece) => piece.text).join(""),
    );
    expect(recorded.closing).toBeNull();
  }
  recorder.end({ kind: "ended", status: 200 }, 3000);
  expect(decode(path)).toMatchObject({ pieces, closing: { kind: "end", at: 3000 } });
  recorder.close();
});

test("recorder keeps a request that no head came for", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "a.sse");
  const recorder = recorderAt(path);
  const baseUrl = `http://127.0.0.1:${await deadPort()}/v1`;
  await completeChat(requestOf({ url: `${baseUrl}/chat/completions` }), { recorder });
  recorder.close();
  const { header, pieces, closing } = decode(path);
  expect(header).toMatchObject({ request: { method: "POST" }, response: null });
  expect(pieces).toEqual([]);
  expect(closing).toMatchObject({ kind: "failed", error: { code: "ECONNREFUSED" } });
});

test("recorder keeps the last of several attempts, and says which it was", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "a.sse");
  const recorder = recorderAt(path);
  await using server = await startServer(({ head, piece, end }) => {
    const isBusy = server.requests.length < 3;
    head(isBusy ? 503 : 200, { "retry-after-ms": "1" });
    piece(isBusy ? JSON.stringify("busy ".repeat(1000)) : lesson.stream);
    end();
  });
  const request = requestOf({ url: `${server.baseUrl}/chat/completions` });
  await completeChat(request, { recorder, retries: 2 });
  recorder.close();
  const recorded = decode(path);
  expect(recorded.header).toMatchObject({ attempt: 3, response: { status: 200 } });
  expect(recorded.pieces.map(({ text }) => text).join("")).toBe(lesson.stream);
  expect(recorded.closing?.kind).toBe("end");
});

test("recorder says that the user interrupted, also between two attempts", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "a.sse");
  const recorder = recorderAt(path);
  const user = new AbortController();
  await using server = await startServer(({ head, piece, end }) => {
    head(429, { "retry-after": "60" });
    piece("slow down");
    end();
  });
  const request = requestOf({ url: `${server.baseUrl}/chat/completions` });
  await completeChat(request, {
    recorder,
    retries: 1,
    signal: user.signal,
    onAnotherAttempt: () => queueMicrotask(() => user.abort()),
  });
  recorder.close();
  expect(decode(path)).toMatchObject({
    header: { response: { status: 429 } },
    pieces: [{ text: "slow down" }],
    closing: { kind: "failed", error: { code: "interrupted" } },
  });
});

test("recorder does not overwrite a file unless it is told to", () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "a.sse");
  writeFileSync(path, "precious");
  expect(() => recorderAt(path)).toThrow(expect.objectContaining({ code: "EEXIST" }));
  expect(readFileSync(path, "utf8")).toBe("precious");
});

test("recorder keeps what it will overwrite until the request is sent", () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "a.sse");
  writeFileSync(path, "precious\n".repeat(10_000));
  const recorder = recorderAt(path, { overwrite: true });
  expect(readFileSync(path, "utf8")).toBe("precious\n".repeat(10_000));
  recorder.begin(requestOf());
  recorder.end({ kind: "interrupted" }, 10);
  recorder.close();
  expect(readFileSync(path, "utf8")).not.toContain("precious");
  expect(decode(path).closing?.kind).toBe("failed");
});

test("recorder told to overwrite makes the file where there is none", () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "a.sse");
  const recorder = recorderAt(path, { overwrite: true });
  recorder.begin(requestOf());
  recorder.close();
  expect(decode(path).header?.version).toBe(1);
});

test("recorder finds a place that cannot be written to at once", () => {
  using folder = temporaryFolder();
  const file = join(folder.path, "file");
  writeFileSync(file, "");
  const places = [
    [join(folder.path, "missing", "a.sse"), "ENOENT"],
    [join(file, "a.sse"), "ENOTDIR"],
    [folder.path, "EISDIR"],
  ] as const;
  for (const [path, code] of places) {
    const expected = expect.objectContaining({ code });
    expect(() => recorderAt(path, { overwrite: true })).toThrow(expected);
  }
});

test.skipIf(process.platform !== "linux")(
  "recorder says once that the disk is full, and the stream goes on",
  async () => {
    const errors: (string | undefined)[] = [];
    const recorder = recorderAt("/dev/full", {
      overwrite: true,
      onError: (error) => void errors.push((error as NodeJS.ErrnoException).code),
    });
    const script = { headAt: 1, pieces: [[2, lesson.stream]], endAt: 3 } as const;
    const { fetch, clock, recorder: taken } = scripted(script);
    const { verdict, reading } = await completeChat(requestOf(), {
      fetch,
      clock,
      recorder: {
        begin: (request) => recorder.begin(request),
        head: (head) => (recorder.head(head), taken.head(head)),
        piece: (piece) => (recorder.piece(piece), taken.piece(piece)),
        end: (ending, at) => recorder.end(ending, at),
      },
    });
    recorder.close();
    expect(errors).toEqual(["ENOSPC"]);
    expect(openOnes()).toBe(0);
    expect(verdict.outcome).toBe("complete");
    expect(reading.choices[0]?.content).toBe(lesson.content);
  },
);

test.skipIf(process.platform === "win32")(
  "recorder that reaches a limit keeps what fitted, and the stream goes on",
  async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "a.sse");
    const word = "你好".repeat(1000);
    await using server = await startServer(({ head, piece, end }) => {
      head();
      piece(streamOf(answerOf("a")));
      piece(streamOf(answerOf(word), answerOf("b"), "[DONE]"));
      end();
    });
    // In blocks of 512 bytes.
    const line = `ulimit -f 4; exec "$@"`;
    const child = Bun.spawn(
      ["sh", "-c", line, "sh", process.execPath, RECORD_PROCESS, server.baseUrl, path],
      { stdout: "pipe", stderr: "inherit" },
    );
    const said = (await new Response(child.stdout).text()).trimEnd().split("\n").at(-1) ?? "";
    expect(JSON.parse(said)).toEqual({
      errors: ["EFBIG"],
      outcome: "complete",
      content: `a${word}b`,
    });
    const recorded = decode(path);
    expect(readFileSync(path)).toHaveLength(2048);
    const body = streamOf(answerOf("a"), answerOf(word), answerOf("b"), "[DONE]");
    const text = recorded.pieces.map(({ text }) => text).join("");
    expect(body).toStartWith(text);
    expect(text.length).toBeGreaterThan(500);
    expect(recorded.closing).toBeNull();
  },
);

test("recorder counts what was not UTF-8 and is kept as U+FFFD", () => {
  using folder = temporaryFolder();
  for (const bom of ["", "\uFEFF"]) {
    const path = join(folder.path, `${bom.length}.sse`);
    const recorder = recorderAt(path);
    recorder.begin(requestOf());
    recorder.head(headOf());
    const pieces = [`${bom}data: a\uFFFD\uFFFD`, "b\n\n", "data: \uFFFD\n\n"].map((text) => ({
      text,
      at: 5000,
    }));
    for (const piece of pieces) recorder.piece(piece);
    expect(decode(path).header?.replacement_characters).toBeUndefined();
    recorder.end({ kind: "ended", status: 200 }, 6000);
    recorder.close();
    const recorded = decode(path);
    expect(recorded.header).toMatchObject({ replacement_characters: 3, response: { status: 200 } });
    expect(recorded.pieces).toEqual(pieces);
    expect(readFileSync(path, "utf8").startsWith(`${bom}:@transcript`)).toBe(true);
  }
});

test("recorder puts the request's place in a run into the header", () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "a.sse");
  const run = { index: 7, warmup: false, scheduled_ms: null, sent_ms: 12.5 };
  const recorder = recorderAt(path, { run });
  recorder.begin(requestOf());
  recorder.head(headOf());
  recorder.close();
  expect(decode(path).header?.run).toEqual(run);
});

test("recorder of a request without a body records none", () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "a.sse");
  const recorder = recorderAt(path);
  recorder.begin(requestOf({ method: "GET", body: null }));
  recorder.close();
  expect(decode(path).header?.request).toEqual({
    method: "GET",
    url: "http://127.0.0.1:9/v1/chat/completions",
    headers: requestOf().headers,
  });
});

/** Records these pieces, with the key wherever it could come from, and returns the file. */
function recordWithKey(texts: readonly string[], path: string): string {
  const recorder = recorderAt(path, { overwrite: true });
  recorder.begin(
    requestOf({
      url: `http://127.0.0.1:9/${KEY}/chat?key=abc&q=${KEY}`,
      headers: { "user-agent": `me ${KEY}`, "x-api-key": KEY, cookie: KEY },
      body: { model: KEY, messages: [{ role: "user", content: `"${KEY}"` }], [KEY]: [1] },
    }),
  );
  recorder.head(headOf({ server: `s ${KEY}`, location: `/?token=${KEY}`, "set-cookie": KEY }));
  for (const text of texts) recorder.piece({ text, at: 2000 });
  const message = `Bad header "Bearer ${KEY}"`;
  recorder.end({ kind: "broken", status: 200, code: "EINVAL", message }, 3000);
  recorder.close();
  return readFileSync(path, "utf8");
}

test("recorder masks the key wherever it comes from", () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "a.sse");
  const file = recordWithKey([`data: ${KEY}\n\n`], path);
  expect(file).not.toContain(KEY);
  const { header, pieces, closing } = decode(path);
  expect(header?.request).toEqual({
    method: "POST",
    url: `http://127.0.0.1:9/${STARS}/chat?key=***&q=${STARS}`,
    headers: { "user-agent": `me ${STARS}` },
    body: { model: STARS, messages: [{ role: "user", content: `"${STARS}"` }], [STARS]: [1] },
  });
  expect(header?.response?.headers).toEqual({ server: `s ${STARS}`, location: `/?token=${STARS}` });
  expect(pieces).toEqual([{ text: `data: ${STARS}\n\n`, at: 2000 }]);
  const expected: Closing = {
    kind: "failed",
    at: 3000,
    error: { code: "EINVAL", message: `Bad header "Bearer ${STARS}"` },
  };
  expect(closing).toEqual(expected);
});

test("recorder masks a key that is cut over pieces, at every cut", () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "a.sse");
  const body = `data: a ${KEY}\n\n`;
  for (const texts of everyCut(body)) {
    expect(recordWithKey(texts, path)).not.toContain(KEY);
    const { pieces } = decode(path);
    expect(pieces.map(({ text }) => text).join("")).toBe(`data: a ${STARS}\n\n`);
    expect(pieces.map(({ text }) => text.length)).toEqual(texts.map((text) => text.length));
  }
});

test("recorder never has the beginning of a key in the file before the rest", () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "a.sse");
  const recorder = recorderAt(path);
  recorder.begin(requestOf());
  recorder.head(headOf());
  recorder.piece({ text: `data: ${KEY.slice(0, 10)}`, at: 2000 });
  expect(readFileSync(path, "utf8")).not.toContain(KEY.slice(0, 10));
  recorder.piece({ text: KEY.slice(10), at: 2001 });
  recorder.close();
  expect(readFileSync(path, "utf8")).not.toContain(KEY.slice(0, 10));
});

test("recorder has a body that ends in the beginning of a key whole", () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "a.sse");
  const recorder = recorderAt(path);
  const piece = { text: `data: ${KEY.slice(0, 10)}`, at: 2000 };
  recorder.begin(requestOf());
  recorder.head(headOf());
  recorder.piece(piece);
  recorder.end({ kind: "ended", status: 200 }, 3000);
  recorder.close();
  expect(decode(path)).toMatchObject({ pieces: [piece], closing: { kind: "end", at: 3000 } });
});

test("recorder leaves a short word in peace that a local server takes for a key", () => {
  using folder = temporaryFolder();
  for (const word of ["1", "data", "null"]) {
    const path = join(folder.path, `${word}.sse`);
    const recorder = recorderAt(path);
    const request = requestOf({ key: new Secret(word) });
    recorder.begin(request);
    recorder.head(headOf());
    recorder.piece({ text: lesson.stream, at: 2000 });
    recorder.end({ kind: "ended", status: 200 }, 3000);
    recorder.close();
    expect(decode(path).header?.request.body).toEqual(request.body);
    expect(decode(path).pieces).toEqual([{ text: lesson.stream, at: 2000 }]);
  }
});

/** A body in parts that end anywhere, also in the middle of a line. */
function randomParts(body: string, random: () => number): string[] {
  const parts: string[] = [];
  for (let at = 0; at < body.length;) {
    const end = at + 1 + Math.floor(random() * 60);
    parts.push(body.slice(at, end));
    at = end;
  }
  return parts;
}

for (let run = 1; run <= 10; run++) {
  test(`recording survives a kill at a random moment (${run})`, async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "a.sse");
    const parts = randomParts(lesson.stream, Math.random);
    const moment = Math.floor(Math.random() * parts.length);
    const recorded = new Map<string, PromiseWithResolvers<void>>();
    const whenSaid = (line: string): PromiseWithResolvers<void> => {
      const known = recorded.get(line) ?? Promise.withResolvers<void>();
      recorded.set(line, known);
      return known;
    };
    let sent = "";
    await using server = await startServer(async ({ head, piece }) => {
      head();
      await whenSaid("head").promise;
      for (const part of parts.slice(0, moment)) {
        piece(part);
        sent += part;
        await whenSaid(String(sent.length)).promise;
      }
      // The next part is under way when the end comes: it may be in the file or not.
      piece(parts[moment] ?? "");
      child.kill("SIGKILL");
    });
    const child = Bun.spawn([process.execPath, RECORD_PROCESS, server.baseUrl, path], {
      stdout: "pipe",
      stderr: "inherit",
    });
    let said = "";
    const decoder = new TextDecoder();
    for await (const bytes of child.stdout) {
      said += decoder.decode(bytes, { stream: true });
      const lines = said.split("\n");
      said = lines.pop() ?? "";
      for (const line of lines) whenSaid(line).resolve();
    }
    await child.exited;
    expect(child.signalCode).toBe("SIGKILL");
    const { header, pieces, closing } = await readTranscript(path);
    const text = pieces.map(({ text }) => text).join("");
    const context = `killed after ${moment} of ${JSON.stringify(parts)}`;
    expect(header?.response?.status, context).toBe(200);
    // The LF that ends a cut file may be the one that is added before a closing line.
    expect(`${text}\n`.startsWith(sent), context).toBe(true);
    expect(lesson.stream.startsWith(text), context).toBe(true);
    expect(closing, context).toBeNull();
  });
}

/** How often this process has the full disk open. */
function openOnes(): number {
  return readdirSync("/proc/self/fd").filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`) === "/dev/full";
    } catch {
      return false;
    }
  }).length;
}
