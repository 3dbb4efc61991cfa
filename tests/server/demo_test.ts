import { expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { completeChat } from "../../lib/chat/complete_chat.ts";
import { requestMetrics } from "../../lib/measure/metrics.ts";
import { DEMO_MODEL, startDemo } from "../../lib/server/demo.ts";
import { normalisePrettyPrinted } from "../../lib/transcript/pretty.ts";
import { readTranscript } from "../../lib/transcript/transcript_file.ts";
import { chatRequest } from "../../lib/protocols/completion_request.ts";
import { SseSplitter } from "../../lib/wire/sse.ts";
import { readPieces } from "../support/read_pieces.ts";

const answer = "你好！有什么问题或者需要帮助的吗？";
const demo = await readTranscript(
  fileURLToPath(new URL("../../lib/server/demo.sse", import.meta.url)),
);
const lesson = await Bun.file(new URL("../fixtures/lesson-pretty.txt", import.meta.url)).text();

/** The data of each event: a value where it is JSON, else the text. */
function dataOf(body: string): unknown[] {
  return new SseSplitter()
    .push(body)
    .map(({ data }) => (data.startsWith("{") ? JSON.parse(data) : data));
}

test("the demo is the lesson's response, event for event", () => {
  const recorded = dataOf(demo.pieces.map(({ text }) => text).join(""));
  expect(recorded).toEqual(dataOf(normalisePrettyPrinted(lesson)?.body ?? ""));
  expect(recorded).toHaveLength(13);
});

test("the demo says that its times are made up", () => {
  expect(demo.notes.join("\n")).toContain("times are made up");
});

test("each event of the demo is a piece with a time of its own", () => {
  const times = demo.pieces.map(({ at }) => at ?? NaN);
  expect(demo.pieces.every(({ text }) => dataOf(text).length === 1)).toBe(true);
  expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
});

test("the demo has 12 chunks, 10 with text, one token each", () => {
  const { reading } = readPieces(demo.pieces).result;
  expect(reading.chunks).toEqual({ total: 12, withText: 10, emptyFirst: 1, emptyLast: 1 });
  expect(reading.models).toEqual([DEMO_MODEL]);
  const metrics = requestMetrics(reading.timeline, { stall: 500_000 });
  expect(metrics).toMatchObject({ ttfb: 183_402, ttft: 195_518, deltas: 10, tokensPerDelta: 1 });
});

test("the demo answers over HTTP, whatever it is asked", async () => {
  const { baseUrl, close } = await startDemo({ speed: Infinity });
  try {
    const request = chatRequest({
      baseUrl,
      model: "any",
      messages: [{ role: "user", content: "?" }],
      key: null,
    });
    const { verdict, reading } = await completeChat(request);
    expect(verdict).toEqual({ outcome: "complete", failure: null });
    expect(reading.choices[0]).toMatchObject({ content: answer, finishReason: "stop" });
    expect(reading.timeline.usage).toMatchObject({
      promptTokens: 30,
      completionTokens: 10,
      totalTokens: 40,
    });
    const models = (await (await fetch(`${baseUrl}/models`)).json()) as { data: { id: string }[] };
    expect(models.data.map(({ id }) => id)).toEqual([DEMO_MODEL]);
  } finally {
    await close();
  }
});
