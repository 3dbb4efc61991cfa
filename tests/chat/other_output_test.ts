import { expect, test } from "bun:test";
import { odditiesIn } from "../../lib/chat/oddities.ts";
import { requestMetrics } from "../../lib/measure/metrics.ts";
import type { ProtocolName } from "../../lib/protocols/protocol.ts";
import { notesOf } from "../../lib/report/request/notes.ts";
import { renderChunkSummary } from "../../lib/report/request/wire_view.ts";
import { everyCut } from "../support/cuts.ts";
import {
  block,
  completed,
  messageEnd,
  messageStart,
  readAs,
  response,
  type TypedEvent,
  typedStream,
  wholeOf,
} from "../support/protocol_streams.ts";
import { chunkOf, streamOf } from "../support/stream.ts";

const SOUND = "UklGRg==";
const picture = { type: "image_url", image_url: { url: "data:image/png;base64,aa" } };
const end = [chunkOf({}, { finish: "stop" }), "[DONE]"];

/** Streams of which the output is no text, with the kind and how many deltas there are. */
const STREAMS: readonly (readonly [ProtocolName, string, "audio" | "image", number])[] = [
  [
    "chat",
    streamOf(
      chunkOf({ role: "assistant", content: "", audio: { id: "a" } }),
      chunkOf({ audio: { data: SOUND } }),
      chunkOf({ audio: { data: SOUND } }),
      ...end,
    ),
    "audio",
    2,
  ],
  ["chat", streamOf(chunkOf({ content: "", images: [picture] }), ...end), "image", 1],
  ["chat", streamOf(chunkOf({ content: [picture] }), ...end), "image", 1],
  ["chat", streamOf(chunkOf({ content: picture }), ...end), "image", 1],
  ...(["audio", "output_audio"] as const).map(
    (kind) =>
      [
        "responses",
        typedStream(response(`${kind}.delta`, { delta: SOUND }), completed({ output: [] })),
        "audio",
        1,
      ] as const,
  ),
  [
    "responses",
    typedStream(
      response("image_generation_call.partial_image", { partial_image_b64: "aa" }),
      response("output_item.done", { item: { type: "image_generation_call", result: "aabb" } }),
      completed({ output: [{ type: "image_generation_call", result: "aabb" }] }),
    ),
    "image",
    2,
  ],
  [
    "responses",
    typedStream(completed({ output: [{ type: "image_generation_call", result: "aabb" }] })),
    "image",
    1,
  ],
  [
    "messages",
    typedStream(
      messageStart(),
      ...block(0, { type: "image", source: { type: "base64", data: "aa" } }),
      ...messageEnd(),
    ),
    "image",
    1,
  ],
];

test("output that is no text counts as deltas and is noted, over each protocol and wherever it is cut", () => {
  for (const [api, stream, kind, deltas] of STREAMS) {
    for (const parts of everyCut(stream)) {
      const { reading, verdict } = readAs(api, parts);
      expect(verdict.outcome).toBe("complete");
      expect(reading.media[kind], stream).toBe(deltas);
      expect(reading.timeline.deltasAt).toHaveLength(deltas);
      expect(odditiesIn(reading)).toEqual([kind]);
      const notes = notesOf({ reading, verdict });
      expect(notes.map(({ code, count }) => [code, count])).toEqual([[kind, deltas]]);
    }
  }
});

test("the first sound ends the time to the first token, and to the first answer", () => {
  const pieces = [
    streamOf(chunkOf({ role: "assistant", content: "" })),
    streamOf(chunkOf({ audio: { data: SOUND } })),
    streamOf(chunkOf({ audio: { transcript: "Hi" } })),
    streamOf(...end),
  ];
  const { reading } = readAs("chat", pieces);
  expect(reading.choices[0]?.content).toBe("Hi");
  expect(requestMetrics(reading.timeline, { stall: 500_000 })).toMatchObject({
    ttft: 2000,
    ttfa: 2000,
    e2e: 3000,
    deltas: 2,
  });
});

function messages(...chunks: object[]) {
  return notesOf(readAs("chat", streamOf(...chunks, ...end))).map(({ message }) => message);
}

test("the note says whether there is text beside it", () => {
  const sound = chunkOf({ audio: { data: SOUND } });
  expect(messages(sound, sound)).toEqual([
    { en: "the answer is audio: 2 deltas, no text", zh: "回答是音频：2 个增量，没有文本" },
  ]);
  expect(messages(sound, chunkOf({ audio: { transcript: "Hi" } }))).toEqual([
    {
      en: "beside the text came audio: 1 delta, not shown",
      zh: "除文本外还有音频：1 个增量，不予显示",
    },
  ]);
  expect(messages(chunkOf({ images: [picture] }))).toEqual([
    { en: "the answer is images: 1 delta, no text", zh: "回答是图片：1 个增量，没有文本" },
  ]);
});

test("a whole completion with media is answered, and its transcript is its text", () => {
  const chat = wholeOf("chat", "") as { choices: { message: object }[] };
  Object.assign(chat.choices[0]?.message ?? {}, { audio: { data: SOUND, transcript: "Hi" } });
  const { reading, verdict } = readAs("chat", JSON.stringify(chat));
  expect(reading.choices[0]).toMatchObject({ content: "Hi", isAnswered: true });
  expect(notesOf({ reading, verdict }).map(({ code }) => code)).toEqual(["audio", "not_streamed"]);
});

test("a whole message behind deltas repeats its sound and adds none", () => {
  const last = {
    choices: [
      { index: 0, message: { content: "", audio: { data: SOUND } }, finish_reason: "stop" },
    ],
  };
  const stream = streamOf(chunkOf({ audio: { data: SOUND } }), last, "[DONE]");
  expect(readAs("chat", stream).reading.media.audio).toBe(1);
});

test("sound that the end of an item repeats counts once", () => {
  const part = { type: "output_audio", data: SOUND, transcript: "Hi" };
  const item = { id: "a", type: "message", content: [part] };
  const events: TypedEvent[] = [
    response("audio.delta", { delta: SOUND }),
    response("output_item.done", { output_index: 0, item }),
    completed({ output: [item] }),
  ];
  const { reading } = readAs("responses", typedStream(...events));
  expect(reading.media.audio).toBe(1);
  expect(reading.choices[0]?.content).toBe("Hi");
  // Without deltas the item brings it.
  expect(readAs("responses", typedStream(...events.slice(1))).reading.media.audio).toBe(1);
});

test("the count of chunks tells those with media from empty ones", () => {
  const [[, stream] = ["", ""]] = STREAMS;
  const { chunks } = readAs("chat", stream).reading;
  expect(chunks).toEqual({ total: 4, withText: 0, withMedia: 2, emptyFirst: 1, emptyLast: 1 });
  expect(renderChunkSummary(chunks, "en")).toBe(
    "4 chunks, none with text, 2 with audio or images alone; the first and the last are empty",
  );
  expect(renderChunkSummary(chunks, "zh")).toBe(
    "共 4 个数据块，都不带文本，2 个只带音频或图片；首尾两块为空",
  );
});
