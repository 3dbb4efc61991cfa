import { expect, test } from "bun:test";
import { CompletionReader } from "../../../lib/chat/completion_reader.ts";
import { TimingsReader } from "../../../lib/load/server_metrics/timings_reader.ts";
import type { ServerTimings } from "../../../lib/measure/server_side.ts";
import { pieces } from "../../support/cuts.ts";

/** What a reader takes out of this stream, however it is cut. */
function timingsIn(stream: string): ServerTimings | null {
  const found = [stream.length, 1, 7].map((size) => {
    const reader = new CompletionReader();
    const timings = new TimingsReader();
    for (const text of pieces(stream, size)) timings.take(reader.push({ text, at: 1 }));
    timings.take(reader.end(2));
    return timings.timings();
  });
  expect(found[1]).toEqual(found[0] ?? null);
  expect(found[2]).toEqual(found[0] ?? null);
  return found[0] ?? null;
}

const delta = { choices: [{ index: 0, delta: { content: "你好" } }] };
const end = { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] };
const stream = (...events: object[]): string =>
  `${events.map((value) => `data: ${JSON.stringify(value)}\n\n`).join("")}data: [DONE]\n\n`;

test("the timings of llama.cpp are those of its last chunk that has some", () => {
  const timings = {
    cache_n: 236,
    prompt_n: 1,
    prompt_ms: 30.958,
    prompt_per_token_ms: 30.958,
    predicted_n: 35,
    predicted_ms: 661.064,
  };
  expect(
    timingsIn(
      stream({ ...delta, timings: { prompt_ms: 30.958, predicted_ms: 1 } }, { ...end, timings }),
    ),
  ).toEqual({ queue: null, prefill: 30_958, decode: 661_064, cachedTokens: 236 });
});

test("the metrics of a request of vLLM tell its queue, too", () => {
  const metrics = { time_to_first_token_ms: 85.2, generation_time_ms: 1240.5, queue_time_ms: 12.3 };
  expect(timingsIn(stream(delta, end, { choices: [], usage: {}, metrics }))).toEqual({
    queue: 12_300,
    prefill: 85_200,
    decode: 1_240_500,
    cachedTokens: null,
  });
});

test("a stream that tells nothing has no timings, nor one whose timings are of another form", () => {
  expect(timingsIn(stream(delta, end))).toBeNull();
  expect(timingsIn(stream(delta, { ...end, timings: {} }))).toBeNull();
  expect(
    timingsIn(stream(delta, { ...end, timings: { prompt_ms: "soon", cache_n: -1 } })),
  ).toBeNull();
  const said = { choices: [{ index: 0, delta: { content: '"timings":{"prompt_ms":1}' } }] };
  expect(timingsIn(stream(said, end))).toBeNull();
});
