import { expect, test } from "bun:test";
import { join } from "node:path";
import { readTranscript } from "../../../lib/transcript/transcript_file.ts";
import { aiperfFigures } from "../../../lib/measure/definitions/aiperf.ts";
import { evalscopeFigures } from "../../../lib/measure/definitions/evalscope.ts";
import type { Figures } from "../../../lib/measure/definitions/figures.ts";
import { guidellmFigures } from "../../../lib/measure/definitions/guidellm.ts";
import { inferencePerfFigures } from "../../../lib/measure/definitions/inference_perf.ts";
import { otelFigures } from "../../../lib/measure/definitions/otel.ts";
import { sglangFigures } from "../../../lib/measure/definitions/sglang.ts";
import { ourFigures } from "../../../lib/measure/definitions/streamgauge.ts";
import { vllmFigures, vllmRustFigures } from "../../../lib/measure/definitions/vllm.ts";
import type { EventStream } from "../../../lib/measure/definitions/stream_event.ts";
import { readPieces } from "../../support/event_streams.ts";

/*
 * tests/fixtures/definitions.sse, in ms: 100 role chunk (empty) · 300 reasoning · 320 reasoning · 340 content, 2 tokens ·
 * 380 content, 1 token · 382 finish chunk (empty) · 384 usage alone (5 tokens) · 385 [DONE] · 386 end of the body.
 */
const { pieces, closing } = await readTranscript(
  join(import.meta.dir, "..", "..", "fixtures", "definitions.sse"),
);
const endedAt = closing?.at ?? null;

/** The tokens of each event by a tokenizer: reasoning 1 and 1, content 2 and 1. */
const BY_TOKENIZER = [0, 1, 1, 2, 1, 0, 0, 0];
const OF_CONTENT = [0, 0, 0, 2, 1, 0, 0, 0];

/** The same text, in pieces that are cut elsewhere; each has the time of the piece it was in. */
const CUTS = [Infinity, 1, 7, 64];

function cut(length: number): { stream: EventStream; ours: Figures } {
  const parts = pieces.flatMap(({ text, at }) =>
    Array.from({ length: Math.ceil(text.length / Math.min(length, text.length)) }, (_, index) => {
      const from = index * Math.min(length, text.length);
      return { text: text.slice(from, from + Math.min(length, text.length)), at };
    }),
  );
  const { stream, metrics, request } = readPieces(parts, endedAt);
  if (stream === null) throw new Error("the stream has no times");
  return { stream, ours: ourFigures({ metrics, usage: request.usage }) };
}

function ms(micros: number | null): number | null {
  return micros === null ? null : micros / 1000;
}

/** Those of the figures that a row tells of, times in ms. */
function inMs(figures: Figures) {
  return {
    ttft: ms(figures.ttft),
    firstAnswer: ms(figures.firstAnswer),
    itl: figures.itl.map(ms),
    icl: figures.icl.map(ms),
    tpot: ms(figures.tpot),
    ntpot: ms(figures.ntpot),
    e2e: ms(figures.e2e),
    tokens: figures.tokens,
  };
}

const NONE = { firstAnswer: null, itl: [], icl: [], tpot: null, ntpot: null, tokens: 5 };

for (const length of CUTS) {
  const { stream, ours } = cut(length);
  const pieces = length === Infinity ? "as they came" : `of ${length} characters`;

  test(`vLLM starts at the role chunk and ends at the finish chunk, with pieces ${pieces}`, () => {
    // (382 − 100) / (5 − 1)
    const row = { ...NONE, ttft: 100, itl: [200, 20, 20, 40, 2], tpot: 70.5, e2e: 382 };
    expect(inMs(vllmFigures(stream))).toEqual(row);
    expect(inMs(vllmRustFigures(stream))).toEqual(row);
  });

  test(`evalscope ends at the event with usage, with pieces ${pieces}`, () => {
    // (384 − 100) / (5 − 1)
    const row = { ...NONE, ttft: 100, itl: [200, 20, 20, 40, 2], tpot: 71, e2e: 384 };
    expect(inMs(evalscopeFigures(stream))).toEqual(row);
  });

  test(`AIPerf has one ITL for a request and its gaps under another name, with pieces ${pieces}`, () => {
    // (380 − 300) / (5 − 1)
    const row = { ...NONE, ttft: 300, firstAnswer: 340, itl: [20], icl: [20, 20, 40], e2e: 380 };
    expect(inMs(aiperfFigures(stream))).toEqual(row);
    expect(inMs(aiperfFigures(stream, { tokens: BY_TOKENIZER }))).toEqual(row);
  });

  test(`guidellm counts the time to the first token into TPOT, with pieces ${pieces}`, () => {
    // 380 / 5
    const row = { ...NONE, ttft: 300, firstAnswer: 340, itl: [20], tpot: 76, e2e: 385 };
    expect(inMs(guidellmFigures(stream))).toEqual(row);
  });

  test(`SGLang ends at [DONE], with pieces ${pieces}`, () => {
    // (385 − 300) / (5 − 1)
    const row = { ...NONE, ttft: 300, itl: [20, 20, 40], tpot: 21.25, e2e: 385 };
    expect(inMs(sglangFigures(stream))).toEqual(row);
  });

  test(`inference-perf leaves the reasoning out, with pieces ${pieces}`, () => {
    // (380 − 340) / (5 − 1), 386 / 5
    const server = inferencePerfFigures(stream);
    const row = { ...NONE, ttft: 340, tpot: 10, ntpot: 77.2, e2e: 386 };
    expect(inMs(server)).toEqual(row);
    expect(server.unknown).toEqual(["itl"]);
    // 2 tokens at 340 and 1 at 380: (380 − 340) / (3 − 1), 386 / 3
    const client = inferencePerfFigures(stream, { tokens: OF_CONTENT });
    expect(inMs(client)).toEqual({
      ...row,
      itl: [0, 40],
      tpot: 20,
      ntpot: expect.closeTo(128.667, 3),
      tokens: 3,
    });
    expect(client.unknown).toEqual([]);
  });

  test(`OpenTelemetry counts every chunk, with pieces ${pieces}`, () => {
    const row = { ...NONE, ttft: 100, icl: [200, 20, 20, 40, 2, 2], e2e: 386, tokens: null };
    expect(inMs(otelFigures(stream))).toEqual(row);
  });

  test(`Streamgauge times deltas, with pieces ${pieces}`, () => {
    // (380 − 300) / (5 − 1)
    const row = { ...NONE, ttft: 300, firstAnswer: 340, itl: [20, 20, 40], tpot: 20, e2e: 380 };
    expect(inMs(ours)).toEqual(row);
  });
}
