import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { afterAll, beforeAll, expect, test } from "bun:test";
import Anthropic from "@anthropic-ai/sdk";
import { streamText } from "ai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import OpenAI from "openai";
import { completeChat } from "../../lib/chat/complete_chat.ts";
import { replayFetch, type ReplayFetchOptions } from "../../lib/server/replay_fetch.ts";
import { withFaults } from "../../lib/server/reply/fault.ts";
import { loadTranscripts } from "../../lib/server/reply/load_transcripts.ts";
import { recordedApi, recordedEnd } from "../../lib/server/reply/recorded_reply.ts";
import { TranscriptSource } from "../../lib/server/reply/transcript_source.ts";
import { TranscriptError } from "../../lib/transcript/format.ts";
import type { JsonObject } from "../../lib/base/json.ts";
import { completionRequest } from "../../lib/protocols/completion_request.ts";
import {
  ask,
  bodyOf,
  CORPUS,
  corpusFile,
  fileOf,
  question,
  serving,
  transcriptOf,
} from "../support/serving.ts";
import { APIS, bodyOver } from "../support/told.ts";
import { SimulatedSource } from "../../lib/server/reply/simulated_source.ts";
import { protocolNamed } from "../../lib/protocols/protocols.ts";
import { answerOf, lesson, streamOf } from "../support/stream.ts";
import { FAR } from "../support/recordings.ts";

let folder = "";
const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

/** A stream as OpenAI sends it, to a request for its usage. */
const openai = transcriptOf(
  [
    streamOf({
      id: "c1",
      created: 1,
      model: "m",
      choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }],
      usage: null,
    }),
    streamOf(answerOf("你", { id: "c1", usage: null }), answerOf("好", { id: "c1", usage: null })),
    streamOf({ id: "c1", choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage: null }),
    streamOf({ id: "c1", choices: [], usage }, "[DONE]"),
  ],
  { request: question("hello") },
);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "streamgauge-replay-"));
  writeFileSync(join(folder, "openai.sse"), fileOf(openai));
  writeFileSync(join(folder, "lesson.sse"), lesson.stream);
  const late = transcriptOf([
    { text: "data: 1\n\n", at: 0 },
    { text: "data: 2\n\n", at: FAR },
  ]);
  writeFileSync(join(folder, "late.sse"), fileOf(late));
  writeFileSync(join(folder, "bad.sse"), ':@transcript {"version":2}\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string): string {
  return join(folder, name);
}

function fetchFrom(
  name: string,
  options?: ReplayFetchOptions,
): (body: JsonObject, init?: RequestInit) => Promise<Response> {
  const replay = replayFetch(file(name), options);
  return (body, init) =>
    replay("https://api.example.com/v1/chat/completions", {
      method: "POST",
      body: JSON.stringify(body),
      ...init,
    });
}

/** What the `openai` client reads of a stream. */
async function readByOpenAI(client: OpenAI, { withUsage = true } = {}) {
  const stream = await client.chat.completions.create({
    model: "m",
    messages: [{ role: "user", content: "hello" }],
    stream: true,
    ...(withUsage ? { stream_options: { include_usage: true } } : {}),
  });
  const read = { text: "", chunks: 0, finish: null as string | null, usage: null as unknown };
  for await (const chunk of stream) {
    read.chunks++;
    read.text += chunk.choices[0]?.delta.content ?? "";
    read.finish ??= chunk.choices[0]?.finish_reason ?? null;
    read.usage = chunk.usage ?? read.usage;
  }
  return read;
}

/** The same transcripts through `fetch` and over HTTP. */
async function bothWays<Read>(
  name: string,
  read: (client: OpenAI) => Promise<Read>,
): Promise<[Read, Read]> {
  const apiKey = "none";
  const replayed = await read(
    new OpenAI({ apiKey, maxRetries: 0, fetch: replayFetch(file(name)) }),
  );
  await using endpoint = await serving(
    new TranscriptSource(await loadTranscripts(file(name)), { speed: Infinity }),
  );
  const served = await read(new OpenAI({ apiKey, maxRetries: 0, baseURL: endpoint.baseUrl }));
  return [replayed, served];
}

test("the openai client reads the same stream through fetch and over HTTP", async () => {
  const [replayed, served] = await bothWays("openai.sse", (client) => readByOpenAI(client));
  expect(replayed).toEqual({ text: "你好", chunks: 5, finish: "stop", usage });
  expect(served).toEqual(replayed);
  const [lessonReplayed, lessonServed] = await bothWays("lesson.sse", (client) =>
    readByOpenAI(client),
  );
  expect(lessonReplayed).toMatchObject({ text: lesson.content, chunks: 12, finish: "stop" });
  expect(lessonServed).toEqual(lessonReplayed);
});

test("the openai client gets no usage where it does not ask for it", async () => {
  const [replayed, served] = await bothWays("openai.sse", (client) =>
    readByOpenAI(client, { withUsage: false }),
  );
  expect(replayed).toEqual({ text: "你好", chunks: 4, finish: "stop", usage: null });
  expect(served).toEqual(replayed);
});

test("the openai client reads the same completion without streaming, and the same models", async () => {
  const [replayed, served] = await bothWays("openai.sse", async (client) => {
    const whole = await client.chat.completions.create({
      model: "m",
      messages: [{ role: "user", content: "hello" }],
    });
    const models = await client.models.list();
    return { whole, models: models.data.map(({ id }) => id) };
  });
  expect(replayed.whole.choices[0]).toEqual({
    index: 0,
    message: { role: "assistant", content: "你好" },
    finish_reason: "stop",
  } as never);
  expect(replayed.whole.usage).toEqual(usage);
  expect(replayed.models).toEqual(["m"]);
  expect(JSON.parse(JSON.stringify(served))).toEqual(JSON.parse(JSON.stringify(replayed)));
});

test("the AI SDK reads the same stream through fetch and over HTTP", async () => {
  await using endpoint = await serving(new TranscriptSource([openai], { speed: Infinity }));
  const replayed = await readByAiSdk({
    baseURL: "https://api.example.com/v1",
    fetch: replayFetch(file("openai.sse")),
  });
  expect(replayed).toEqual({
    deltas: ["你", "好"],
    finish: "stop",
    inputTokens: 3,
    outputTokens: 2,
  });
  expect(await readByAiSdk({ baseURL: endpoint.baseUrl })).toEqual(replayed);
});

test("every whole recording of the corpus gives our own reader the same through fetch and over HTTP", async () => {
  const messages = [{ role: "user", content: "?" }] as const;
  // What is read of one that breaks off depends on when that is noticed.
  const whole = (await loadTranscripts(CORPUS)).filter(
    ({ transcript }) => recordedEnd(transcript).kind === "end",
  );
  expect(whole.length).toBeGreaterThan(40);
  for (const recorded of whole) {
    const api = recordedApi(recorded.transcript) ?? "chat";
    const request = (baseUrl: string) =>
      completionRequest({ api, baseUrl, model: "m", messages, key: null });
    await using endpoint = await serving(new TranscriptSource([recorded], { speed: Infinity }));
    const served = await completeChat(request(endpoint.baseUrl));
    const replayed = await completeChat(request("http://replay/v1"), {
      fetch: replayFetch(corpusFile(recorded.name)),
    });
    const facts = ({ verdict, reading, head }: typeof served) => ({
      verdict,
      choices: reading.choices,
      usage: reading.timeline.usage,
      deltas: reading.timeline.deltasAt.length,
      status: head?.status,
      type: head?.headers.get("content-type"),
    });
    expect({ name: recorded.name, ...facts(served) }).toEqual({
      name: recorded.name,
      ...facts(replayed),
    });
  }
});

test("pieces come one for one, or cut as asked", async () => {
  const whole = Buffer.byteLength(openai.transcript.pieces.map(({ text }) => text).join(""));
  expect(await pieceLengths({})).toEqual(
    openai.transcript.pieces.map(({ text }) => Buffer.byteLength(text)),
  );
  expect(await pieceLengths({ split: 1 })).toEqual(Array.from({ length: whole }, () => 1));
  expect(await pieceLengths({ split: "event" })).toHaveLength(6);
  expect(await pieceLengths({ split: "random:3" })).toEqual(
    await pieceLengths({ split: { kind: "random", seed: 3 } }),
  );
});

test("a request may be a URL with options, a Request, or a URL object, with a body of any kind", async () => {
  const url = "https://x.example/openai/v1/chat/completions?api-version=1";
  const body = JSON.stringify(question("hello"));
  const replay = replayFetch(file("openai.sse"), { match: "strict" });
  const stream = new Blob([body]).stream();
  for (const response of [
    await replay(url, { method: "POST", body }),
    await replay(new URL(url), { method: "POST", body: new TextEncoder().encode(body) }),
    await replay(new Request(url, { method: "POST", body })),
    await replay(new Request(url, { method: "POST" }), { body }),
    await replay(url, { method: "POST", body: stream, duplex: "half" } as RequestInit),
  ]) {
    expect([response.status, response.url]).toEqual([200, url]);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(await response.text()).toEndWith("data: [DONE]\n\n");
  }
});

test("several files take turns", async () => {
  const replay = replayFetch([file("lesson.sse"), file("openai.sse")]);
  const post = async (): Promise<string> =>
    (
      await replay("http://x/chat/completions", {
        method: "POST",
        body: JSON.stringify(question("?", { stream_options: undefined })),
      })
    ).text();
  expect([await post(), await post(), await post()].map((text) => text.length)).toEqual([
    lesson.stream.length,
    // Without its usage, as nobody asked for it.
    (await (await fetchFrom("openai.sse")(question("hello", { stream_options: {} }))).text())
      .length,
    lesson.stream.length,
  ]);
});

test("what is not served, and what does not match, is a 404", async () => {
  const replay = replayFetch(file("openai.sse"), { match: "strict" });
  const other = await replay("https://api.example.com/v1/embeddings", {
    method: "POST",
    body: "{}",
  });
  expect([other.status, await other.json()]).toMatchObject([
    404,
    { error: { message: "POST /v1/embeddings is not served here" } },
  ]);
  const unknown = await fetchFrom("openai.sse", { match: "strict" })(question("bye"));
  expect([unknown.status, await unknown.json()]).toMatchObject([
    404,
    { error: { code: "no_match" } },
  ]);
});

test("an aborted request is rejected with its reason, before it and in it", async () => {
  const late = fetchFrom("late.sse", { speed: 1 });
  await expect(late(question("?"), { signal: AbortSignal.abort() })).rejects.toThrow("aborted");
  const stop = new AbortController();
  const response = await late(question("?"), { signal: stop.signal });
  const reader = response.body?.getReader();
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("data: 1\n\n");
  const reason = new Error("enough");
  const pending = reader?.read();
  stop.abort(reason);
  expect(await pending?.catch((error: unknown) => error)).toBe(reason);
});

test("the signal of a Request counts, too", async () => {
  const stop = new AbortController();
  const request = new Request("http://x/chat/completions", {
    method: "POST",
    body: JSON.stringify(question("?")),
    signal: stop.signal,
  });
  const slow = replayFetch(file("late.sse"), { speed: 1, faults: ["slow-head:1h"] })(request);
  stop.abort();
  expect(await slow.catch((error: Error) => error.name)).toBe("AbortError");
});

test("a reader that has enough ends the replay", async () => {
  const response = await fetchFrom("late.sse", { speed: 1 })(question("?"));
  const reader = response.body?.getReader();
  await reader?.read();
  await reader?.cancel();
  expect((await reader?.read())?.done).toBe(true);
});

test("faults are network errors, as Bun's fetch gives them", async () => {
  const reset = await fetchFrom("openai.sse", { faults: ["reset"] })(question("hello")).catch(
    (error: unknown) => error,
  );
  expect(reset).toBeInstanceOf(TypeError);
  expect(reset).toMatchObject({ code: "ECONNRESET" });
  const cut = await fetchFrom("openai.sse", { faults: [{ kind: "cut", after: { events: 1 } }] })(
    question("hello"),
  );
  const reader = cut.body?.getReader();
  expect(new TextDecoder().decode((await reader?.read())?.value)).toContain("assistant");
  expect(await reader?.read().catch((error: unknown) => error)).toMatchObject({
    code: "ECONNRESET",
  });
  const busy = await fetchFrom("openai.sse", { faults: ["status:429:retry-after=2"] })(
    question("hello"),
  );
  expect([busy.status, busy.headers.get("retry-after")]).toEqual([429, "2"]);
});

test("the openai client retries what strikes some requests only", async () => {
  // This seed strikes the first request, and not the second.
  const faults = ["status:503:retry-after-ms=1:share=50%:seed=2"];
  const client = new OpenAI({
    apiKey: "none",
    maxRetries: 5,
    fetch: replayFetch(file("openai.sse"), { faults: [...faults, "no-done"] }),
  });
  expect(await readByOpenAI(client)).toMatchObject({ text: "你好", chunks: 5 });
});

test("a fault or a split that cannot be read is an error at once, a file that cannot at the request", async () => {
  expect(() => replayFetch("x.sse", { faults: ["brake"] })).toThrow(
    "faults must be one of status, cut",
  );
  expect(() => replayFetch("x.sse", { split: "often" })).toThrow(
    "split must be event, a number of bytes",
  );
  await expect(fetchFrom("bad.sse")(question("?"))).rejects.toBeInstanceOf(TranscriptError);
  await expect(fetchFrom("none.sse")(question("?"))).rejects.toThrow("ENOENT");
});

test("the same answer over HTTP and through fetch, byte for byte, also with faults", async () => {
  const source = new TranscriptSource([openai], { speed: Infinity });
  await using endpoint = await serving(
    withFaults(source, [{ kind: "error-event", after: { share: 0.5 } }]),
  );
  const served = await (await ask(endpoint, question("hello"))).text();
  const replayed = await (
    await fetchFrom("openai.sse", { faults: ["error-event"] })(question("hello"))
  ).text();
  expect(replayed).toBe(served);
});

async function readByAiSdk(settings: { baseURL: string; fetch?: typeof fetch }): Promise<unknown> {
  const provider = createOpenAICompatible({
    name: "test",
    apiKey: "none",
    includeUsage: true,
    ...settings,
  });
  const result = streamText({ model: provider.chatModel("m"), prompt: "hello", maxRetries: 0 });
  const deltas: string[] = [];
  for await (const delta of result.textStream) deltas.push(delta);
  const { inputTokens, outputTokens } = await result.usage;
  return { deltas, finish: await result.finishReason, inputTokens, outputTokens };
}

async function pieceLengths(options: ReplayFetchOptions): Promise<number[]> {
  const response = await fetchFrom("openai.sse", options)(question("hello"));
  const lengths: number[] = [];
  for await (const piece of response.body ?? []) lengths.push(piece.length);
  return lengths;
}

test("a transcript of any protocol is replayed without a server, and clients find its models", async () => {
  for (const api of APIS) {
    const model = { ttft: 0, tps: 1e6, tokens: 4, reasoning: 1, chunk: 1, jitter: 0 };
    const body = bodyOver(api);
    const stream = bodyOf(new SimulatedSource(model, { seed: 1 }).answer(body, api));
    const name = `${api}.sse`;
    writeFileSync(file(name), fileOf(transcriptOf([stream], { api, request: body })));
    const replay = replayFetch(file(name), { split: 7 });
    for (const base of ["http://replay", "http://replay/v1", "http://replay/api/anthropic/v1"]) {
      const { path } = protocolNamed(api);
      const response = await replay(`${base}${path}?a=b`, {
        method: "POST",
        body: JSON.stringify(body),
      });
      expect([api, await response.text()]).toEqual([api, stream]);
    }
    const models = await (await replay("http://replay/v1/models")).json();
    expect(models).toMatchObject({ data: [{ id: "m" }] });
    expect(await (await replay("http://replay/v1/models/m")).json()).toMatchObject({ id: "m" });
    expect((await replay("http://replay/v1/models/models")).status).toBe(404);
  }
});

test("the Anthropic client reads a transcript through fetch", async () => {
  const model = { ttft: 0, tps: 1e6, tokens: 4, reasoning: 1, chunk: 1, jitter: 0 };
  const body = bodyOver("messages");
  const stream = bodyOf(new SimulatedSource(model, { seed: 1 }).answer(body, "messages"));
  writeFileSync(file("message.sse"), fileOf(transcriptOf([stream], { request: body })));
  const client = new Anthropic({
    apiKey: "none",
    fetch: replayFetch(file("message.sse"), { split: "random:3" }),
  });
  const message = await client.messages
    .stream({ model: "m", max_tokens: 9, messages: [{ role: "user", content: "?" }] })
    .finalMessage();
  expect(message.content.map(({ type }) => type)).toEqual(["thinking", "text"]);
});
