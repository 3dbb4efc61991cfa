import { expect, test } from "bun:test";
import type { ChatOptions } from "../../lib/chat/complete_chat.ts";
import type { ChatPart } from "../../lib/chat/reading.ts";
import { type ChatStream, streamChat } from "../../lib/chat/stream_chat.ts";
import { event } from "../support/event.ts";
import { scripted } from "../support/scripted_fetch.ts";
import { startServer, startServerWith } from "../support/server.ts";
import { answerOf, chunkOf, lesson, streamOf } from "../support/stream.ts";

function stream(baseUrl: string, options: ChatOptions = {}): ChatStream {
  const messages = [{ role: "user", content: "你好" }] as const;
  return streamChat({ baseUrl, model: "demo", messages, key: null }, options);
}

const threeDeltas = {
  headAt: 50,
  pieces: [
    [100, streamOf(chunkOf({ reasoning: "hm" }))],
    [
      200,
      streamOf(answerOf("Hi"), chunkOf({ tool_calls: [{ id: "a", function: { name: "f" } }] })),
    ],
    [300, streamOf(answerOf("!", { finish: "stop", usage: { completion_tokens: 3 } }), "[DONE]")],
  ],
  endAt: 400,
} as const;

test("chat stream gives its parts in order, each with its time", async () => {
  const chat = stream("http://127.0.0.1/v1", scripted(threeDeltas));
  expect(await Array.fromAsync(chat)).toMatchObject([
    { type: "reasoning", text: "hm", choice: 0, at: 100 },
    { type: "text", text: "Hi", choice: 0, at: 200 },
    { type: "tool_call", choice: 0, index: 0, id: "a", name: "f", arguments: "", at: 200 },
    { type: "text", text: "!", choice: 0, at: 300 },
    { type: "finish", choice: 0, reason: "stop", at: 300 },
    { type: "usage", usage: { completionTokens: 3 }, at: 300 },
  ]);
  expect((await chat.result).verdict.outcome).toBe("complete");
});

test("chat stream stamps arrivals however slowly its parts are taken", async () => {
  const chat = stream("http://127.0.0.1/v1", scripted(threeDeltas));
  const parts: ChatPart[] = [];
  for await (const part of chat) {
    // The slowest consumer there is: it takes the second part when everything is over.
    const { reading } = await chat.result;
    expect(reading.timeline).toMatchObject({ deltasAt: [100, 200, 300], closedAt: 300 });
    parts.push(part);
  }
  expect(parts.map(({ at }) => at)).toEqual([100, 200, 200, 300, 300, 300]);
});

test("chat stream gives a part before the next one was sent", async () => {
  const taken = lesson.texts.map(() => event());
  await using server = await startServer(async ({ head, piece, end }) => {
    head();
    for (const [index, text] of lesson.texts.entries()) {
      piece(streamOf(answerOf(text)));
      await taken[index]?.happened;
    }
    piece(streamOf("[DONE]"));
    end();
  });
  let content = "";
  for await (const part of stream(server.baseUrl)) {
    if (part.type !== "text") continue;
    content += part.text;
    taken[lesson.texts.indexOf(part.text)]?.happen();
  }
  expect(content).toBe(lesson.content);
});

test("chat stream resolves its result though nobody takes its parts", async () => {
  await using server = await startServerWith(lesson.stream);
  const { verdict, reading } = await stream(server.baseUrl).result;
  expect(verdict.outcome).toBe("complete");
  expect(reading.choices[0]?.content).toBe(lesson.content);
});

test("chat stream gives its parts also after it is over", async () => {
  await using server = await startServerWith(lesson.stream);
  const chat = stream(server.baseUrl);
  await chat.result;
  const parts = await Array.fromAsync(chat);
  expect(parts.filter(({ type }) => type === "text")).toHaveLength(10);
});

test("chat stream ends the request when the loop is left, by break or by a throw", async () => {
  for (const byThrow of [false, true]) {
    const closed = event();
    await using server = await startServer(async (exchange) => {
      exchange.head();
      exchange.piece(streamOf(answerOf("Hi"), answerOf(" there")));
      await exchange.closed;
      closed.happen();
    });
    const chat = stream(server.baseUrl);
    const loop = async (): Promise<void> => {
      for await (const part of chat) {
        expect(part).toMatchObject({ text: "Hi" });
        if (byThrow) throw new Error("no more");
        break;
      }
    };
    if (byThrow) await expect(loop()).rejects.toThrow("no more");
    else await loop();
    const { verdict, reading } = await chat.result;
    expect(verdict.outcome).toBe("interrupted");
    expect(reading.choices[0]?.content).toBe("Hi there");
    await closed.happened;
  }
});

test("chat stream ends when the signal is aborted", async () => {
  await using server = await startServer(({ head, piece }) => {
    head();
    piece(streamOf(answerOf("Hi")));
  });
  const user = new AbortController();
  const chat = stream(server.baseUrl, { signal: user.signal });
  const parts: ChatPart[] = [];
  for await (const part of chat) {
    parts.push(part);
    user.abort();
  }
  expect(parts).toMatchObject([{ type: "text", text: "Hi" }]);
  expect((await chat.result).verdict.outcome).toBe("interrupted");
});

test("chat stream gives a failure as a part, and its loop does not throw", async () => {
  await using refusing = await startServerWith('"Invalid token"', { status: 401 });
  await using silent = await startServer(() => {});
  await using broken = await startServer(({ reset }) => reset());
  // Only the silent one: on a busy machine the others may take as long.
  const limits = { firstByte: 20_000 };
  const cases: [string, object, object][] = [
    [refusing.baseUrl, {}, { message: "Invalid token", code: null }],
    [silent.baseUrl, { limits }, { message: "no first byte within 0.02 s", code: "first_byte" }],
    [broken.baseUrl, {}, { message: expect.stringContaining("closed"), code: "ECONNRESET" }],
  ];
  for (const [baseUrl, options, error] of cases) {
    const chat = stream(baseUrl, options);
    expect(await Array.fromAsync(chat)).toMatchObject([{ type: "error", error }]);
    expect((await chat.result).verdict.outcome).not.toBe("complete");
  }
});

test("chat stream has no part of an attempt that was made again", async () => {
  await using server = await startServer(({ head, piece, end }) => {
    const isBusy = server.requests.length < 2;
    head(isBusy ? 503 : 200, { "retry-after-ms": "1" });
    piece(isBusy ? '"busy"' : streamOf(answerOf("Hi"), "[DONE]"));
    end();
  });
  const parts = await Array.fromAsync(stream(server.baseUrl, { retries: 1 }));
  expect(parts).toMatchObject([{ type: "text", text: "Hi" }]);
});

test("chat stream ends its loop when a callback throws, and its result says so", async () => {
  await using server = await startServerWith('"busy"', { status: 503 });
  const chat = stream(server.baseUrl, {
    retries: 1,
    onAnotherAttempt() {
      throw new Error("no more");
    },
  });
  const rejected = expect(chat.result).rejects.toThrow("no more");
  expect(await Array.fromAsync(chat)).toEqual([]);
  await rejected;
});
