import { expect, test } from "bun:test";
import { definitionsNamed } from "../../../lib/measure/definitions/definitions.ts";
import type { DefinitionName } from "../../../lib/measure/definitions/figures.ts";
import {
  type Column,
  type DefinedRequest,
  sideBySide,
} from "../../../lib/measure/definitions/side_by_side.ts";
import { statisticsOf } from "../../../lib/measure/definitions/statistics.ts";
import {
  type MadeUpEvent,
  madeUpStream,
  piecesOf,
  readPieces,
} from "../../support/event_streams.ts";

function requestOf(
  events: readonly MadeUpEvent[],
  beside: Partial<DefinedRequest> = {},
): DefinedRequest {
  const stream = madeUpStream(events);
  return { ...readPieces(piecesOf(stream), stream.endedAt).request, ...beside };
}

function columnsOf(
  requests: readonly DefinedRequest[],
  ...names: readonly DefinitionName[]
): Readonly<Record<string, Column>> {
  const { columns } = sideBySide(requests, definitionsNamed(names));
  return Object.fromEntries(
    columns.map((column) => [column.definition?.name ?? "streamgauge", column]),
  );
}

/** 100 ms to the first of so many tokens, then one each 10 ms, with usage and [DONE] at the end. */
function steady(tokens: number, { gap = 10 } = {}): MadeUpEvent[] {
  const texts = Array.from({ length: tokens }, (_, index) => ({
    content: true,
    ms: 100 + index * gap,
  }));
  const end = 100 + (tokens - 1) * gap;
  return [...texts, { usage: tokens, ms: end }, { done: true, ms: end }];
}

test("gaps of all requests are pooled where the tool pools them, and means of requests are not", () => {
  const requests = [requestOf(steady(5)), requestOf(steady(3, { gap: 40 }))];
  const { vllm, aiperf } = columnsOf(requests, "vllm", "aiperf");
  // 4 gaps of 10 ms and 2 of 40 ms: 120 / 6
  expect(vllm?.cells.itl).toMatchObject({ kind: "value", count: 6, mean: 20_000, p50: 10_000 });
  // one of 10 ms and one of 40 ms
  expect(aiperf?.cells.itl).toMatchObject({ kind: "value", count: 2, mean: 25_000, p50: 25_000 });
});

test("guidellm weighs an ITL by the tokens behind the first, and a TPOT by all", () => {
  const requests = [requestOf(steady(5)), requestOf(steady(3, { gap: 40 }))];
  const { guidellm } = columnsOf(requests, "guidellm");
  // (10 × 4 + 40 × 2) / 6; the least sample that half of the weight does not exceed
  expect(guidellm?.cells.itl).toMatchObject({ kind: "value", mean: 20_000, p50: 10_000 });
  // 140 / 5 = 28 and 180 / 3 = 60: (140 + 180) / 8
  expect(guidellm?.cells.tpot).toMatchObject({ kind: "value", mean: 40_000, p50: 28_000 });
});

test("percentiles of a few samples are given as other tools give them, and ours is not", () => {
  const requests = [100, 200, 300].map((ms) => requestOf([{ content: true, ms }]));
  const { streamgauge, vllm, evalscope } = columnsOf(requests, "vllm", "evalscope");
  expect(streamgauge?.cells.ttft).toMatchObject({ p50: 200_000, p99: null });
  // 200 + 0.98 × 100
  expect(vllm?.cells.ttft).toMatchObject({ p50: 200_000, p99: 298_000 });
  expect(evalscope?.cells.ttft).toMatchObject({ p50: 200_000, p99: 300_000 });
});

test("a request that failed is left out everywhere, and one that was cut is not by vLLM", () => {
  const failure = { kind: "truncated", status: 200, code: null, message: "cut" } as const;
  const cut = requestOf([{ content: true, ms: 100 }], { outcome: "truncated", failure });
  const broken = { ...cut, failure: { ...failure, code: "ECONNRESET" } };
  const busy = { ...failure, kind: "busy", status: 429 } as const;
  const failed = requestOf([], { outcome: "failed", failure: busy });
  const requests = [requestOf(steady(3)), cut, broken, failed];
  const { streamgauge, vllm, sglang } = columnsOf(requests, "vllm", "sglang");
  expect([streamgauge, vllm, sglang].map((column) => column?.requests)).toEqual([1, 2, 1]);
});

const CUT = { kind: "truncated", status: 200, code: null, message: "cut" } as const;
const SAID = { kind: "endpoint", status: 200, code: "500", message: "The engine died" } as const;

test("AIPerf and guidellm take a stream that was cut for complete, and AIPerf one that said an error", () => {
  const cut = requestOf([{ content: true, ms: 100 }], { outcome: "truncated", failure: CUT });
  const broken = { ...cut, failure: { ...CUT, code: "ECONNRESET" } };
  const texts = [
    { content: true, ms: 100 },
    { content: true, ms: 110 },
  ];
  const said = requestOf(texts, { outcome: "failed", failure: SAID });
  const nothingElse = requestOf([], { outcome: "failed", failure: SAID });
  const requests = [requestOf(steady(3)), cut, broken, said, nothingElse];
  const { aiperf, guidellm, vllm } = columnsOf(requests, "aiperf", "guidellm", "vllm");
  expect([aiperf, guidellm, vllm].map((column) => column?.requests)).toEqual([3, 2, 2]);
});

test("AIPerf leaves streams without usage out of what needs a count, where others have it", () => {
  const sent = 0;
  const cut = requestOf([{ content: true, ms: 300 }], { outcome: "truncated", failure: CUT, sent });
  const { aiperf } = columnsOf([requestOf(steady(3), { sent }), cut], "aiperf");
  expect(aiperf?.cells.ttft).toMatchObject({ kind: "value", count: 2, mean: 200_000 });
  expect(aiperf?.cells.itl).toMatchObject({ kind: "value", count: 1, mean: 10_000 });
  // 3 tokens up to the last text of any.
  expect(aiperf?.cells.runRate).toMatchObject({ kind: "value", mean: 10 });
  const { aiperf: none } = columnsOf([cut, cut], "aiperf");
  expect(none?.cells.itl).toEqual({ kind: "unknown" });
});

test("a run has no tokens a second where a stream that the tool takes has no end", () => {
  const requests = [
    requestOf(steady(3), { sent: 0 }),
    requestOf([{ done: true, ms: 5 }], { sent: 0 }),
  ];
  const { aiperf } = columnsOf(requests, "aiperf");
  expect(aiperf?.cells.ttft).toMatchObject({ kind: "value", count: 1 });
  expect(aiperf?.cells.runRate).toEqual({ kind: "none" });
});

test("a stream alone is shown whatever became of it", () => {
  const failure = { kind: "truncated", status: 200, code: null, message: "cut" } as const;
  const cut = requestOf([{ content: true, ms: 100 }], { outcome: "truncated", failure });
  const { streamgauge, sglang } = columnsOf([cut], "sglang");
  expect(streamgauge?.cells.ttft).toMatchObject({ kind: "value", mean: 100_000 });
  expect(sglang?.cells.ttft).toMatchObject({ kind: "value", mean: 100_000 });
});

test("a request without a trace is none of the streams", () => {
  const { streams } = sideBySide([requestOf(steady(3), { trace: undefined })], []);
  expect(streams).toBe(0);
});

test("tokens a second of a run need a clock that the requests share", () => {
  const run = [requestOf(steady(5), { sent: 0 }), requestOf(steady(5), { sent: 59_000 })];
  const { vllm, guidellm } = columnsOf(run, "vllm", "guidellm");
  // 10 tokens until 59 + 141 ms, the end of the second body
  expect(vllm?.cells.runRate).toMatchObject({ kind: "value", mean: 50 });
  expect(guidellm?.cells.runRate).toEqual({ kind: "none" });
  const { vllm: files } = columnsOf([requestOf(steady(5)), requestOf(steady(5))], "vllm");
  expect(files?.cells.runRate).toEqual({ kind: "none" });
  const { vllm: alone } = columnsOf([requestOf(steady(5))], "vllm");
  // 5 tokens in 141 ms
  expect(alone?.cells.runRate).toMatchObject({ mean: expect.closeTo(35.46, 2) });
});

test("what cannot be given of one stream cannot be given of all", () => {
  const requests = [requestOf(steady(3)), requestOf([{ content: true, ms: 100 }])];
  const { vllm, evalscope, otel } = columnsOf(requests, "vllm", "evalscope", "otel");
  expect(vllm?.cells.tpot).toEqual({ kind: "unknown" });
  expect(vllm?.cells.ttft.kind).toBe("value");
  expect(evalscope?.cells.tpot).toEqual({ kind: "unknown" });
  expect(otel?.cells.tpot).toEqual({ kind: "none" });
});

test("the nearest rank is the least sample that its share of the weight does not exceed", () => {
  const samples = [10, 20, 30, 40].map((value) => ({ value, weight: 1 }));
  expect(statisticsOf(samples, "nearest_rank")).toEqual({ count: 4, mean: 25, p50: 20, p99: 40 });
  expect(statisticsOf(samples, "linear")).toMatchObject({ p50: 25, p99: expect.closeTo(39.7) });
  const weighed = [
    { value: 10, weight: 1 },
    { value: 20, weight: 3 },
    { value: 30, weight: 0 },
  ];
  expect(statisticsOf(weighed, "nearest_rank")).toEqual({ count: 2, mean: 17.5, p50: 20, p99: 20 });
  expect(statisticsOf([], "linear")).toEqual({ count: 0, mean: null, p50: null, p99: null });
});
