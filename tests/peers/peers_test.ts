import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { definitionsNamed } from "../../lib/measure/definitions/definitions.ts";
import {
  type Column,
  type DefinedRequest,
  sideBySide,
} from "../../lib/measure/definitions/side_by_side.ts";
import { madeUpStream, piecesOf, readPieces } from "../support/event_streams.ts";
import { spreadOf, statisticsOf } from "./statistics.ts";
import { AIPERF_WAY, reportedIn as aiperfReport } from "./tools/aiperf.ts";
import { GUIDELLM_WAY, reportedIn as guidellmReport } from "./tools/guidellm.ts";
import { columnsOf, streamgauge } from "./tools/streamgauge.ts";
import type { Reported, ToolName } from "./tools/tool.ts";
import { type Metric, readTruthLog, type TruthRequest, truthOf } from "./truth.ts";

// 20 requests of each tool over 2 streams, after 2 to warm up, of which one got a 429, one an error event, one was cut.
const fixtures = join(import.meta.dir, "..", "fixtures", "peers");

function truthLog(tool: ToolName): TruthRequest[] {
  return readTruthLog(readFileSync(join(fixtures, tool, "truth.jsonl"), "utf8"));
}

/** To three digits behind the point. */
function p50s({ figures }: Reported): Record<string, number> {
  return Object.fromEntries(
    Object.entries(figures).map(([metric, statistics]) => [
      metric,
      Math.round((statistics?.p50 ?? NaN) * 1000) / 1000,
    ]),
  );
}

function counted({ summing }: Reported, of: { tool: ToolName; metric: Metric }): number {
  return truthLog(of.tool).filter((request) => summing.has(request, of.metric)).length;
}

test("ours is read from its results, without the warm-up", () => {
  const reported = streamgauge.reported(join(fixtures, "streamgauge"));
  expect([reported.complete, reported.failed]).toEqual([17, 3]);
  expect(p50s(reported)).toEqual({
    ttft_ms: 198.734,
    icl_ms: 25.001,
    itl_ms: 25.334,
    e2e_ms: 657.342,
    output_tokens_per_second: 30.426,
    run_output_tokens_per_second: 53.749,
  });
  expect(counted(reported, { tool: "streamgauge", metric: "ttft_ms" })).toBe(20);
});

test("our columns for the other tools are read from the same results", () => {
  const { aiperf, guidellm } = columnsOf(join(fixtures, "streamgauge"));
  expect([aiperf.figures.itl_ms?.p50, guidellm.figures.tpot_ms?.p50]).toEqual([25.334, 32.867]);
  expect(aiperf.figures.run_output_tokens_per_second?.mean).toBe(53.75132896208555);
});

test("AIPerf is read from its exports, without the warm-up", () => {
  const reported = aiperfReport(join(fixtures, "aiperf", "artifacts"));
  expect([reported.complete, reported.failed]).toEqual([19, 1]);
  expect(p50s(reported)).toEqual({
    ttft_ms: 204.163,
    icl_ms: 23.711,
    itl_ms: 25.188,
    e2e_ms: 671.346,
    output_tokens_per_second: 29.401,
    run_output_tokens_per_second: 52.535,
  });
  // What it takes for complete: the error event and the cut are in it.
  expect(counted(reported, { tool: "aiperf", metric: "ttft_ms" })).toBe(19);
});

test("guidellm is read from its report, each figure with the requests that it is of", () => {
  const reported = guidellmReport(join(fixtures, "guidellm", "report.json"));
  expect([reported.complete, reported.failed]).toEqual([20, 2]);
  expect(p50s(reported)).toEqual({
    ttft_ms: 201.832,
    itl_ms: 25.138,
    tpot_ms: 33.471,
    e2e_ms: 662.065,
    output_tokens_per_second: 29.861,
  });
  for (const metric of ["ttft_ms", "e2e_ms"] as const)
    expect(counted(reported, { tool: "guidellm", metric })).toBe(
      reported.figures[metric]?.count ?? NaN,
    );
});

test("the truth counts from when a request was read to when its chunks were written", () => {
  const log: TruthRequest[] = [
    {
      id: "a",
      request_id: null,
      connection: 0,
      limit: 20,
      received: 1_000_000,
      chunks: [1_200_000, 1_210_000, 1_240_000],
      ended: 1_241_000,
      late: 0,
      fault: null,
      left: false,
    },
  ];
  const linear = truthOf(log, { percentiles: "linear", e2eTo: "last_token", has: () => true });
  const p50 = Object.fromEntries(Object.entries(linear).map(([metric, { p50 }]) => [metric, p50]));
  // Gaps of 10 and 30 ms; 40 ms / 2; 240 ms / 3; 3 tokens / 0.24 s.
  expect(p50).toEqual({
    ttft_ms: 200,
    icl_ms: 20,
    itl_ms: 20,
    tpot_ms: 80,
    e2e_ms: 240,
    output_tokens_per_second: 12.5,
    run_output_tokens_per_second: 12.5,
  });
  expect(truthOf(log, { percentiles: "linear", e2eTo: "end", has: () => true }).e2e_ms?.p50).toBe(
    241,
  );
});

/** What the endpoint wrote, as events that a client would have had at once. */
function requestOf({ received, chunks, ended }: TruthRequest): DefinedRequest {
  const after = (at: number): number => (at - received) / 1000;
  const end = after(ended ?? NaN);
  const texts = chunks.map((at) => ({ content: true, ms: after(at) }));
  const stream = madeUpStream([
    ...texts,
    { usage: chunks.length, ms: end },
    { done: true, ms: end },
  ]);
  return { ...readPieces(piecesOf(stream), stream.endedAt).request, sent: received };
}

for (const [name, way] of [
  ["aiperf", AIPERF_WAY],
  ["guidellm", GUIDELLM_WAY],
] as const) {
  test(`the truth has the formulas of --as ${name}`, () => {
    const log = truthLog("streamgauge").filter(({ fault, limit }) => fault === null && limit > 1);
    expect(log.length).toBe(17);
    const truth = truthOf(log, { ...way, has: () => true });
    const { columns } = sideBySide(log.map(requestOf), definitionsNamed([name]));
    const { ttft, icl, itl, tpot, e2e, rate, runRate } =
      columns[1]?.cells ?? ({} as Column["cells"]);
    for (const [metric, cell, factor] of [
      ["ttft_ms", ttft, 1000],
      ["icl_ms", icl, 1000],
      ["itl_ms", itl, 1000],
      ["tpot_ms", tpot, 1000],
      ["e2e_ms", e2e, 1000],
      ["output_tokens_per_second", rate, 1],
      ["run_output_tokens_per_second", runRate, 1],
    ] as const) {
      if (cell.kind !== "value") continue;
      const { mean, p50, p99 } = truth[metric] ?? { mean: null, p50: null, p99: null };
      expect([metric, cell.mean, cell.p50, cell.p99]).toEqual([
        metric,
        ...[mean, p50, p99].map((value) => expect.closeTo((value ?? NaN) * factor, 3)),
      ]);
    }
  });
}

test("requests with a fault, and those that the client left, are no truth", () => {
  const log = truthLog("streamgauge");
  const summing = { percentiles: "linear", e2eTo: "end", has: () => true } as const;
  // 22 less 3.
  expect(truthOf(log, summing).ttft_ms?.count).toBe(19);
  const left = log.map((request) => Object.assign(request, { left: true }));
  expect(truthOf(left, summing).ttft_ms).toEqual({ count: 0, mean: null, p50: null, p99: null });
});

test("percentiles of the truth are those of the tool it is held against", () => {
  expect(statisticsOf([40, 10, 20, 30], "linear").p50).toBe(25);
  expect(statisticsOf([40, 10, 20, 30], "nearest_rank").p50).toBe(20);
  expect(statisticsOf([40, 10, 20, 30], "nearest_rank").p99).toBe(40);
});

test("rounds without a value do not count in the spread", () => {
  expect(spreadOf([3, null, 1, undefined, 2])).toEqual({ median: 2, low: 1, high: 3 });
  expect(spreadOf([null])).toBeNull();
});
