import { expect, test } from "bun:test";
import { join } from "node:path";
import { completeChat } from "../../lib/chat/complete_chat.ts";
import { replayChat } from "../../lib/chat/replay_chat.ts";
import { monotonicClock } from "../../lib/base/clock.ts";
import { Secret } from "../../lib/base/secret.ts";
import { completionRequest } from "../../lib/protocols/completion_request.ts";
import type { ProtocolName } from "../../lib/protocols/protocol.ts";
import { PROTOCOLS } from "../../lib/protocols/protocols.ts";
import { requestMetrics } from "../../lib/measure/metrics.ts";
import { resultJson } from "../../lib/report/request/result_json.ts";
import { TranscriptRecorder } from "../../lib/transcript/recorder.ts";
import { TranscriptFile } from "../../lib/transcript/transcript_file.ts";
import { startChatServer } from "../support/chat_server.ts";
import { everyCut } from "../support/cuts.ts";
import { temporaryFolder } from "../support/folder.ts";
import {
  bodyOfProtocol,
  completionOf,
  eventsOf,
  messageStart,
  messageEnd,
  readAs,
  response,
  textBlock,
  typedStream,
  wholeOf,
} from "../support/protocol_streams.ts";
import { answerOf, streamOf } from "../support/stream.ts";

const names = PROTOCOLS.map(({ name }) => name);
const isChunked = (name: ProtocolName): boolean => name === "chat" || name === "completions";

test("a stream of every protocol is read alike, whether it was asked for or tells itself, cut anywhere", () => {
  for (const name of names) {
    const body = bodyOfProtocol(name, "Hel", "lo");
    for (const api of [name, undefined]) {
      let count = 0;
      for (const parts of everyCut(body)) {
        if (count++ % 5 !== 0) continue;
        const { reading, verdict } = readAs(api, parts);
        expect([name, verdict.outcome, reading.choices[0]?.content]).toEqual([
          name,
          "complete",
          "Hello",
        ]);
        expect(reading.choices[0]?.finishReason).toBe("stop");
        expect(reading.timeline).toMatchObject({
          usage: { promptTokens: 5, completionTokens: 2, totalTokens: 7 },
        });
        expect(reading.timeline.deltasAt).toHaveLength(2);
      }
    }
  }
});

/** What becomes of a stream that ends behind this. */
function cutBehind(name: ProtocolName, last: string): string {
  const body = bodyOfProtocol(name, "Hel", "lo");
  return readAs(name, body.slice(0, body.lastIndexOf(last) + last.length)).verdict.outcome;
}

test("a last event without its blank line counts in every protocol, and half of one does not", () => {
  for (const name of names) {
    const body = bodyOfProtocol(name, "Hel", "lo").replace("data: [DONE]\n\n", "");
    for (const end of ["", "\n"]) {
      const { reading, verdict } = readAs(name, body.trimEnd() + end);
      expect([name, verdict.outcome, reading.choices[0]?.content]).toEqual([
        name,
        "complete",
        "Hello",
      ]);
    }
  }
  expect(cutBehind("responses", '{"type":"response.completed"')).toBe("truncated");
  expect(cutBehind("responses", "event: response.completed\n")).toBe("truncated");
});

test("the last event ends a completion, also where the connection stays open", async () => {
  for (const name of names) {
    await using server = await startChatServer((exchange) => {
      exchange.head(200, { "content-type": "text/event-stream" });
      exchange.piece(bodyOfProtocol(name, "Hel", "lo"));
    });
    const { verdict, reading } = await completeChat(
      completionRequest({
        api: name,
        baseUrl: server.baseUrl,
        model: "m",
        messages: [{ role: "user", content: "Hi" }],
        key: null,
      }),
    );
    expect([name, verdict.outcome, reading.lastEvent]).toEqual([
      name,
      "complete",
      {
        chat: "[DONE]",
        completions: "[DONE]",
        responses: "response.completed",
        messages: "message_stop",
      }[name],
    ]);
  }
});

test("pings that never end are given up when the time is over, in every protocol", async () => {
  await using server = await startChatServer(async (exchange) => {
    exchange.head(200, { "content-type": "text/event-stream" });
    const left = new AbortController();
    void exchange.closed.then(() => left.abort());
    while (!left.signal.aborted) {
      exchange.piece(typedStream({ type: "ping" }, response("in_progress", { response: {} })));
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  for (const name of ["responses", "messages"] as const) {
    const request = completionRequest({
      api: name,
      baseUrl: server.baseUrl,
      model: "m",
      messages: [{ role: "user", content: "Hi" }],
      key: null,
    });
    const { verdict } = await completeChat(request, { limits: { total: 100_000 } });
    expect(verdict.failure).toMatchObject({ kind: "timeout", code: "total" });
  }
});

test("a whole body of every protocol is an answer that did not stream", () => {
  for (const name of names) {
    for (const api of [name, undefined]) {
      const { reading, verdict } = readAs(api, JSON.stringify(wholeOf(name, "Hi")));
      expect([name, verdict.outcome, reading.choices[0]?.content]).toEqual([
        name,
        "complete",
        "Hi",
      ]);
      expect(reading.timeline).toMatchObject({ streamed: false, usage: { totalTokens: 7 } });
    }
  }
});

test("what comes in another protocol than was asked for is read, and fails with the name of that", () => {
  const titles = Object.fromEntries(PROTOCOLS.map(({ name, title }) => [name, title]));
  for (const asked of names) {
    for (const came of names) {
      const isSame = asked === came || (isChunked(asked) && isChunked(came));
      const body = bodyOfProtocol(came, "Hel", "lo");
      const { reading, verdict } = readAs(asked, body);
      expect(reading.choices[0]?.content).toBe("Hello");
      const whole = readAs(asked, JSON.stringify(wholeOf(came, "Hi")));
      expect(whole.reading.choices[0]?.content).toBe("Hi");
      if (isSame) {
        expect([asked, came, verdict.outcome]).toEqual([asked, came, "complete"]);
        expect(whole.verdict.outcome).toBe("complete");
        continue;
      }
      const failed = { kind: "not_a_completion", status: 200, code: "other_protocol" };
      expect(verdict).toEqual({
        outcome: "failed",
        failure: {
          ...failed,
          message: `this is a ${titles[came]} stream: --api ${came}`,
        } as never,
      });
      expect(whole.verdict.failure?.message).toBe(
        `this is a ${titles[came]} answer: --api ${came}`,
      );
      // Also where it is cut: it would not have been read as what was asked.
      const half = readAs(asked, streamOf(...eventsOf(came, "Hel", "lo").slice(0, 3)));
      expect(half.verdict.failure?.code).toBe("other_protocol");
    }
  }
});

test("an error in the other protocol's form stays the endpoint's error", () => {
  const body = typedStream({ type: "error", error: { type: "overloaded_error", message: "Busy" } });
  for (const name of names) {
    expect(readAs(name, body).verdict.failure).toMatchObject({ kind: "endpoint", message: "Busy" });
  }
});

test("completions: a <think> in the text is reasoning, as it is in chats", () => {
  const body = streamOf(completionOf("<think>Hm"), completionOf("</think>Hi", "stop"), "[DONE]");
  const { reading } = readAs("completions", body);
  expect(reading.choices[0]).toMatchObject({ reasoning: "Hm", content: "Hi" });
});

test("completions: usage on an empty chunk, timings and a limit are read", () => {
  const usage = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 };
  const body = streamOf(
    completionOf("Hi"),
    { ...completionOf("", "length"), timings: { predicted_n: 7 } },
    { ...completionOf(""), usage },
    "[DONE]",
  );
  const { reading, verdict } = readAs("completions", body);
  expect(verdict.outcome).toBe("complete");
  expect(reading.choices[0]).toMatchObject({ content: "Hi", finishReason: "length" });
  expect(reading.timeline.usage?.completionTokens).toBe(7);
  expect(readAs("completions", streamOf(completionOf("Hi"))).verdict.outcome).toBe("truncated");
});

test("the event that tells of the acceptance is timed, and is no token", () => {
  const bodies: Partial<Record<ProtocolName, string[]>> = {
    responses: [
      typedStream(response("created", { response: {} })),
      typedStream(response("in_progress", { response: {} })),
      typedStream(response("output_text.delta", { delta: "Hi" })),
      typedStream(response("completed", { response: {} })),
    ],
    messages: [
      typedStream(messageStart()),
      typedStream({ type: "ping" }),
      typedStream(...textBlock(0, "Hi")),
      typedStream(...messageEnd()),
    ],
    chat: [streamOf(answerOf("")), streamOf(answerOf("Hi"), "[DONE]")],
  };
  const accepted = (name: "responses" | "messages" | "chat"): number | null =>
    readAs(name, bodies[name] ?? []).reading.timeline.acceptedAt;
  // Pieces come a millisecond after each other, the first after one.
  expect(accepted("responses")).toBe(1000);
  expect(accepted("messages")).toBe(1000);
  expect(accepted("chat")).toBeNull();
  expect(readAs("messages", bodies.messages ?? []).reading.timeline.deltasAt).toEqual([3000]);
});

test("what was recorded gives what the live request gave, also where it came in another protocol", async () => {
  for (const asked of names) {
    for (const came of names) {
      const parts = bodyOfProtocol(came, "Hel", "lo").split(/(?<=\n\n)/);
      await using server = await startChatServer((exchange) => {
        exchange.head(200, { "content-type": "text/event-stream" });
        for (const part of parts) exchange.piece(part);
        exchange.end();
      });
      using folder = temporaryFolder();
      const path = join(folder.path, "a.sse");
      const recorder = new TranscriptRecorder(path, {
        onError(error) {
          throw error;
        },
      });
      const request = completionRequest({
        api: asked,
        baseUrl: server.baseUrl,
        model: "m",
        messages: [{ role: "user", content: "Hi" }],
        key: null,
        usageCache: "apart",
      });
      const live = await completeChat(request, { recorder });
      await live.released;
      const played = await replayChat(new TranscriptFile(path), {
        speed: Infinity,
        clock: monotonicClock,
      });
      const shown = ({ verdict, reading, head, attempts }: typeof played): object => {
        const metrics = requestMetrics(reading.timeline, { stall: 1000 });
        const result = { verdict, reading, head, attempts };
        return { verdict, reading, metrics, json: resultJson(result, { metrics, language: "en" }) };
      };
      expect(shown(played)).toEqual(shown(live));
      expect(live.reading.choices[0]?.content).toBe("Hello");
    }
  }
});

test("a key that an endpoint repeats in halves is neither read nor recorded, in any protocol", async () => {
  const key = "sk-streamgauge4f9Zk2Q7";
  const [first, second] = [key.slice(0, 11), key.slice(11)];
  for (const name of names) {
    const parts = bodyOfProtocol(name, `a ${first}`, `${second} b`).split(/(?<=\n)/);
    await using server = await startChatServer((exchange) => {
      exchange.head(200, { "content-type": "text/event-stream" });
      for (const part of parts) exchange.piece(part);
      exchange.end();
    });
    using folder = temporaryFolder();
    const path = join(folder.path, "a.sse");
    const recorder = new TranscriptRecorder(path, {
      onError(error) {
        throw error;
      },
    });
    const request = completionRequest({
      api: name,
      baseUrl: server.baseUrl,
      model: "m",
      messages: [{ role: "user", content: "Hi" }],
      key: new Secret(key),
    });
    const live = await completeChat(request, { recorder });
    await live.released;
    const sent = server.requests[0]?.headers ?? {};
    const isAnthropic = name === "messages";
    expect(sent[isAnthropic ? "x-api-key" : "authorization"]).toBe(
      isAnthropic ? key : `Bearer ${key}`,
    );
    expect(sent[isAnthropic ? "authorization" : "x-api-key"]).toBeUndefined();
    expect(live.reading.choices[0]?.content).toBe(`a ${"*".repeat(key.length)} b`);
    const file = await Bun.file(path).text();
    for (const part of [key, first, second]) expect(file).not.toContain(part);
  }
});

test("the way of counting that a request names is kept in its recording", async () => {
  const usage = { input_tokens: 300, cache_read_input_tokens: 100 };
  const body = typedStream(messageStart(usage), ...textBlock(0, "Hi"), ...messageEnd());
  await using server = await startChatServer((exchange) => {
    exchange.head(200, { "content-type": "text/event-stream" });
    exchange.piece(body);
    exchange.end();
  });
  for (const [usageCache, prompt] of [
    ["apart", 400],
    ["included", 300],
    [undefined, null],
  ] as const) {
    using folder = temporaryFolder();
    const path = join(folder.path, "a.sse");
    const recorder = new TranscriptRecorder(path, {
      onError(error) {
        throw error;
      },
    });
    const request = completionRequest({
      api: "messages",
      baseUrl: server.baseUrl,
      model: "m",
      messages: [{ role: "user", content: "Hi" }],
      key: null,
      usageCache,
    });
    const live = await completeChat(request, { recorder });
    await live.released;
    expect(live.reading.timeline.usage?.promptTokens).toBe(prompt);
    const options = { speed: Infinity, clock: monotonicClock };
    const played = await replayChat(new TranscriptFile(path), options);
    expect(played.reading.timeline.usage).toEqual(live.reading.timeline.usage);
    const other = await replayChat(new TranscriptFile(path), { ...options, usageCache: "apart" });
    expect(other.reading.timeline.usage?.promptTokens).toBe(400);
  }
});

test("an event that a protocol has is one of its completions, also where it brings nothing", () => {
  const inProgress = typedStream(response("in_progress", { response: { status: "queued" } }));
  const ping = typedStream({ type: "ping" });
  for (const [api, body] of [
    ["responses", inProgress],
    ["messages", ping],
  ] as const) {
    expect(readAs(api, body).reading.facts.hasChunk).toBe(true);
    expect(readAs(api, typedStream({ type: "x" })).reading.facts.hasChunk).toBe(false);
  }
});
