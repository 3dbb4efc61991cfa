import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { aiperfFigures } from "../../../lib/measure/definitions/aiperf.ts";
import { DEFINITIONS, definitionsNamed } from "../../../lib/measure/definitions/definitions.ts";
import { evalscopeFigures } from "../../../lib/measure/definitions/evalscope.ts";
import { eventsOf, traceOf } from "../../../lib/measure/definitions/event_trace.ts";
import { NO_FIGURES } from "../../../lib/measure/definitions/figures.ts";
import { guidellmFigures } from "../../../lib/measure/definitions/guidellm.ts";
import { inferencePerfFigures } from "../../../lib/measure/definitions/inference_perf.ts";
import { otelFigures } from "../../../lib/measure/definitions/otel.ts";
import { sglangFigures } from "../../../lib/measure/definitions/sglang.ts";
import { ourFigures } from "../../../lib/measure/definitions/streamgauge.ts";
import { vllmFigures, vllmRustFigures } from "../../../lib/measure/definitions/vllm.ts";
import { eventStreams, madeUpStream, piecesOf, readPieces } from "../../support/event_streams.ts";
import { runs } from "../../support/runs.ts";

test("a trace gives back the events it was made of, also over JSON", () => {
  fc.assert(
    fc.property(eventStreams, (stream) => {
      expect(eventsOf(JSON.parse(JSON.stringify(traceOf(stream))))).toEqual(stream);
    }),
    { numRuns: runs(200) },
  );
});

test("events are read as they were written, wherever the pieces are cut", () => {
  fc.assert(
    fc.property(eventStreams, fc.integer({ min: 1, max: 60 }), (stream, length) => {
      const whole = readPieces(piecesOf(stream), stream.endedAt).stream;
      const cut = readPieces(piecesOf(stream, length), stream.endedAt).stream;
      expect(whole).toEqual(stream);
      expect(cut).toEqual(stream);
    }),
    { numRuns: runs(100) },
  );
});

test("no definition gives a negative time, or a first token behind the last", () => {
  fc.assert(
    fc.property(eventStreams, (stream) => {
      for (const { name, of, has } of DEFINITIONS) {
        const { ttft, itl, icl, tpot, ntpot, e2e, unknown } = of(stream);
        for (const time of [ttft, tpot, ntpot, e2e, ...itl, ...icl]) {
          expect({ name, time: time === null || time >= 0 }).toEqual({ name, time: true });
        }
        if (ttft !== null && e2e !== null) expect(ttft).toBeLessThanOrEqual(e2e);
        expect(unknown.every((metric) => has.includes(metric))).toBe(true);
      }
    }),
    { numRuns: runs(200) },
  );
});

test("gaps and the first token add up to the end, where a tool's end is its last counted event", () => {
  fc.assert(
    fc.property(eventStreams, (stream) => {
      const vllm = vllmFigures(stream);
      const aiperf = aiperfFigures(stream);
      for (const [{ ttft, e2e }, gaps] of [
        [vllm, vllm.itl],
        [aiperf, aiperf.icl],
      ] as const) {
        expect((ttft ?? 0) + gaps.reduce((a, b) => a + b, 0)).toBe(e2e ?? 0);
      }
    }),
    { numRuns: runs(200) },
  );
});

/** Times of the deltas of a plain stream: one token for each, no role chunk, usage alone at the end. */
const plain = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 2, maxLength: 20 });

test("of one token a chunk, without a role chunk, all agree but where their ends or their names differ", () => {
  fc.assert(
    fc.property(plain, (gaps) => {
      let at = 0;
      const deltas = gaps.map((gap) => ({ content: true, ms: (at += gap) / 1000 }));
      const tokens = gaps.length;
      const stream = madeUpStream([
        ...deltas,
        { usage: tokens, ms: at / 1000 },
        { done: true, ms: at / 1000 },
      ]);
      // The body ends with [DONE], so that no end is later than another.
      const closed = { ...stream, endedAt: at };
      const { metrics, request, stream: read } = readPieces(piecesOf(closed), at);
      if (read === null) throw new Error("no times");
      const ours = ourFigures({ metrics, usage: request.usage });
      const [first = 0] = gaps;
      const between = gaps.slice(1);
      const each = (at - first) / (tokens - 1);
      const same = { ttft: first, e2e: at, tokens };
      expect(ours).toMatchObject({ ...same, itl: between, tpot: each });
      expect(vllmFigures(read)).toMatchObject({ ...same, itl: between, tpot: each });
      expect(vllmRustFigures(read)).toMatchObject({ ...same, itl: between, tpot: each });
      expect(evalscopeFigures(read)).toMatchObject({ ...same, itl: between, tpot: each });
      expect(sglangFigures(read)).toMatchObject({ ...same, itl: between, tpot: each });
      // One ITL for each request; the gaps have another name.
      expect(aiperfFigures(read)).toMatchObject({ ...same, itl: [each], icl: between });
      // The time to the first token is in its TPOT.
      expect(guidellmFigures(read)).toMatchObject({ ...same, itl: [each], tpot: at / tokens });
      // A tokenizer would give its ITL.
      const counts = { tokens: [...gaps.map(() => 1), 0, 0] };
      const counted = inferencePerfFigures(read, counts);
      expect(counted).toMatchObject({ ...same, itl: between, tpot: each, ntpot: at / tokens });
      expect(inferencePerfFigures(read)).toMatchObject({ ...same, itl: [], tpot: each });
      // It knows no tokens; the event with usage is a chunk, too.
      expect(otelFigures(read)).toMatchObject({ ttft: first, e2e: at, icl: [...between, 0] });
    }),
    { numRuns: runs(100) },
  );
});

test("vLLM's Python client takes no count from a chunk with choices, its Rust client does", () => {
  const stream = madeUpStream([
    { content: true, usage: 1, ms: 100 },
    { content: true, usage: 2, ms: 120 },
    { content: true, usage: 3, ms: 140 },
  ]);
  expect(vllmFigures(stream)).toMatchObject({
    tokens: null,
    tpot: null,
    tokenSource: "tokenizer",
    unknown: ["tpot", "tokens", "runRate"],
  });
  // (140 − 100) / (3 − 1)
  expect(vllmRustFigures(stream)).toMatchObject({ tokens: 3, tpot: 20_000, unknown: [] });
});

test("without usage each tool counts in its own way, and what needs a tokenizer cannot be given", () => {
  const stream = madeUpStream([
    { content: true, ms: 100 },
    { content: true, ms: 120 },
    { done: true, ms: 130 },
  ]);
  const source = (name: string): unknown => {
    const { tokens, tokenSource } = DEFINITIONS.find((one) => one.name === name)!.of(stream);
    return { tokens, tokenSource };
  };
  expect(source("vllm")).toEqual({ tokens: null, tokenSource: "tokenizer" });
  expect(source("aiperf")).toEqual({ tokens: null, tokenSource: "tokenizer" });
  expect(source("guidellm")).toEqual({ tokens: 2, tokenSource: "events" });
  expect(source("evalscope")).toEqual({ tokens: null, tokenSource: "tokenizer" });
  expect(source("sglang")).toEqual({ tokens: null, tokenSource: "requested" });
  expect(source("inference-perf")).toEqual({ tokens: null, tokenSource: "tokenizer" });
  // 1 + the number of gaps
  expect(vllmRustFigures(stream)).toMatchObject({ tokens: 2, tokenSource: "events" });
});

test("evalscope gives an answer of one token a TPOT of 0, the others give it none", () => {
  const stream = madeUpStream([
    { content: true, ms: 100 },
    { usage: 1, ms: 110 },
  ]);
  expect(evalscopeFigures(stream).tpot).toBe(0);
  for (const { name, of } of DEFINITIONS) {
    if (name === "evalscope" || name === "guidellm") continue;
    expect({ name, tpot: of(stream).tpot }).toEqual({ name, tpot: null });
  }
});

test("evalscope counts a gap from the event before, of any kind", () => {
  const stream = madeUpStream([
    { content: true, ms: 100 },
    { usage: 1, ms: 130 },
    { content: true, ms: 140 },
  ]);
  expect(evalscopeFigures(stream).itl).toEqual([10_000]);
});

test("tool calls end the time to the first token for AIPerf and guidellm, not for SGLang and inference-perf", () => {
  const stream = madeUpStream([
    { toolCalls: true, ms: 100 },
    { content: true, ms: 140 },
    { content: true, ms: 150 },
  ]);
  const ttft = Object.fromEntries(DEFINITIONS.map(({ name, of }) => [name, of(stream).ttft]));
  expect(ttft).toMatchObject({
    aiperf: 100_000,
    guidellm: 100_000,
    sglang: 140_000,
    "inference-perf": 140_000,
  });
});

test("inference-perf has no TTFT to give where a single chunk may hold one token or several", () => {
  const stream = madeUpStream([{ content: true, ms: 100 }]);
  expect(inferencePerfFigures(stream).unknown).toContain("ttft");
  expect(inferencePerfFigures(stream, { tokens: [1] })).toMatchObject({ ttft: null, unknown: [] });
  expect(inferencePerfFigures(stream, { tokens: [2] })).toMatchObject({ ttft: 100_000, itl: [0] });
});

test("a stream without anything that a tool counts has no figures there, though its body ends", () => {
  for (const stream of [
    { events: [], endedAt: 200_000 },
    madeUpStream([{ done: true, ms: 100 }]),
  ]) {
    for (const { name, of } of DEFINITIONS) {
      expect({ name, figures: of(stream) }).toEqual({ name, figures: NO_FIGURES });
    }
  }
});

test("inference-perf counts with its tokenizer where there is one, else as usage says", () => {
  const stream = madeUpStream([
    { content: true, ms: 100 },
    { content: true, ms: 120 },
    { usage: 4, ms: 130 },
  ]);
  expect(inferencePerfFigures(stream)).toMatchObject({ tokens: 4, tokenSource: "usage" });
  const counted = inferencePerfFigures(stream, { tokens: [1, 2] });
  expect(counted).toMatchObject({ tokens: 3, tokenSource: "tokenizer" });
});

test("definitions come in their own order, whatever the order of the names", () => {
  const names = definitionsNamed(["otel", "vllm"]).map(({ name }) => name);
  expect(names).toEqual(["vllm", "otel"]);
});

test("a stream that was cut counts in vLLM, AIPerf and guidellm", () => {
  const taking = DEFINITIONS.filter(({ takesCut }) => takesCut).map(({ name }) => name);
  expect(taking).toEqual(["vllm", "aiperf", "guidellm"]);
});
