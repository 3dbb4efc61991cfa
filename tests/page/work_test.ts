import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Language } from "../../lib/base/message.ts";
import { pairOf } from "../../lib/measure/cache_pairs.ts";
import type { FinishedRun } from "../../lib/measure/finished_run.ts";
import type { ServerSide } from "../../lib/measure/server_side.ts";
import { renderPage } from "../../lib/page/page.ts";
import { pageBundle } from "../../lib/page/page_bundle.ts";
import type { LineChart, PageData } from "../../lib/page/page_data.ts";
import type { ReportedRun } from "../../lib/page/page_input.ts";
import { coarser, inSteps, stepStarts } from "../../lib/page/time_frame.ts";
import type { ResultRequest } from "../../lib/report/run/result.ts";
import { exportedRun } from "../support/exported_runs.ts";
import { madeUpRecord, madeUpRecords, madeUpRun } from "../support/records.ts";
import { runs } from "../support/runs.ts";

const bundle = await pageBundle();

const reported = (run: FinishedRun, rest: Partial<ReportedRun> = {}): ReportedRun => ({
  ...exportedRun(run),
  source: null,
  kind: "run",
  streams: null,
  calibration: null,
  ...rest,
});

function pageOf(
  given: readonly ReportedRun[],
  language: Language = "en",
): { readonly html: string; readonly data: PageData } {
  const html = renderPage(
    { runs: given, searches: [], notes: [], tables: [], language },
    bundle,
  ).replace(bundle.script, "");
  const [, json = ""] = /<script[^>]* id="data">([^<]*)<\/script>/.exec(html) ?? [];
  return { html, data: JSON.parse(json) as PageData };
}

/** The rows of the first table of a part, as texts. */
function rowsIn(html: string, id: string): string[][] {
  const [, section = ""] =
    new RegExp(`<section id="${id}"[^]*?<tbody>([^]*?)</tbody>`).exec(html) ?? [];
  return [...section.matchAll(/<tr>([^]*?)<\/tr>/g)].map(([, row = ""]) =>
    [...row.matchAll(/<t[hd][^>]*>([^]*?)<\/t[hd]>/g)].map(([, cell = ""]) =>
      cell.replaceAll(/<[^>]*>/g, "").trim(),
    ),
  );
}

function chart(data: PageData, name: string): LineChart | undefined {
  return [data.charts, ...data.runs.map(({ charts }) => charts)]
    .flatMap(({ lines }) => lines)
    .find((one) => one.name === name);
}

function tags(html: string): string[] {
  return html.match(/<\/?[a-z][a-z0-9]*/g) ?? [];
}

/** Two conversations of two turns, the second out of the cache by half. */
const talks = madeUpRun(
  madeUpRecords(4, (index) => ({
    ttft: index % 2 === 0 ? 100 + index : 50,
    usage: { promptTokens: 100, cachedTokens: index % 2 === 0 ? 0 : 50 },
  })).map((record) =>
    Object.assign(record, {
      turn: { conversation: Math.floor(record.index / 2), number: (record.index % 2) + 1, of: 2 },
    }),
  ),
);

const pairs = madeUpRun(
  Array.from({ length: 4 }, (_, index) => ({
    ...madeUpRecord(index, {
      ttft: index % 2 === 0 ? 100 + pairOf(index) : 20,
      // The second pair is not whole.
      outcome: index === 3 ? "failed" : "complete",
    }),
    pair: index % 2 === 0 ? ("cold" as const) : ("warm" as const),
  })),
);

const kinds = madeUpRun(
  madeUpRecords(6, (index) => ({ ttft: index < 4 ? 100 : 900 })).map((record) =>
    Object.assign(record, { kind: record.index < 4 ? "chat" : "<b>long</b>" }),
  ),
);

const shared = {
  ...madeUpRun(madeUpRecords(10, () => ({ usage: { promptTokens: 100, cachedTokens: 58 } }))),
  config: { model: "m", concurrency: 1, cache: "share=0.6,groups=8" },
};

const replayed = madeUpRun(
  madeUpRecords(3, (index) => ({ scheduled: index * 200 - index, sent: index * 200 })),
  {
    replayed: {
      requests: 5,
      sessions: 2,
      span: 400_000,
      promptTokens: [30, 30, 30, 30, null],
      outputTokens: [null, null, null, null, null],
    },
  },
);

const SERVER: ServerSide = {
  engine: "vllm",
  url: "http://127.0.0.1:8000/metrics",
  reads: 2,
  failedReads: 0,
  problem: null,
  requests: 4,
  queue: 20_000,
  prefill: 30_000,
  ttft: 52_000,
  tpot: null,
  running: { mean: 2, max: 3 },
  waiting: null,
  kvCache: { mean: 0.25, max: 0.5 },
  prefixHits: 0.125,
  overTime: [
    {
      at: 300_000,
      running: 3,
      waiting: null,
      kvCache: 0.5,
      queue: 20_000,
      prefill: null,
      prefixHits: null,
    },
    {
      at: 900_000,
      running: 1,
      waiting: null,
      kvCache: 0,
      queue: null,
      prefill: null,
      prefixHits: 0.125,
    },
  ],
};

const watched = madeUpRun(madeUpRecords(4), { server: SERVER });

const deep = (tokens: number, ttft: number) =>
  reported(
    {
      ...madeUpRun(
        madeUpRecords(2, () => ({
          ttft,
          usage: { promptTokens: tokens + 50, cachedTokens: tokens },
        })),
        { asked: { depth: { tokens, primed: null }, promptTokens: tokens + 50 } },
      ),
      config: { model: "m", concurrency: 1, depth: tokens },
    },
    { label: `depth ${tokens}` },
  );

const IDS = ["run-0-turns", "run-0-kinds", "run-0-cache", "run-0-replayed", "run-0-server"];

test("a page of a run without turns, kinds, depth, cache, traffic or server has no place for them", () => {
  const { html, data } = pageOf([reported(madeUpRun(madeUpRecords(4)))]);
  for (const id of [...IDS, "depth", "work"]) expect(html).not.toContain(`id="${id}"`);
  const none = { lines: [], splits: [], bars: [] };
  expect(data.charts).toEqual(none);
  expect(data.runs.map(({ charts }) => charts)).toEqual([none]);
  const { html: two } = pageOf([reported(madeUpRun(madeUpRecords(4))), reported(madeUpRun([]))]);
  expect(two).not.toContain('id="work"');
});

test("a page has the part of each run, and of no other, in both languages", () => {
  for (const [at, run] of [talks, kinds, shared, replayed, watched].entries()) {
    const [english, chinese] = (["en", "zh"] as const).map(
      (language) => pageOf([reported(run)], language).html,
    );
    expect(IDS.map((id) => english?.includes(`<section id="${id}"`))).toEqual(
      IDS.map((_, place) => place === at),
    );
    expect(tags(chinese ?? "")).toEqual(tags(english ?? ""));
  }
});

test("conversations stand turn by turn, with the cached share", () => {
  const { html, data } = pageOf([reported(talks)]);
  expect(rowsIn(html, "run-0-turns")).toEqual([
    ["1", "2", "2", "0", "101 ms", "102 ms", "–", "100", "0%"],
    ["2", "2", "2", "0", "50.0 ms", "50.0 ms", "–", "100", "50%"],
  ]);
  expect(chart(data, "turn-ttft")?.lines.map(({ name, values }) => [name, values])).toEqual([
    ["p50", [101, 50]],
    // Of fewer than 100 requests there is no p99.
    ["p90", [101.8, 50]],
  ]);
  expect(chart(data, "turn-cached")?.lines[0]?.values).toEqual([0, 0.5]);
  expect(chart(data, "turn-tokens")).toBeUndefined();
});

test("where no cached tokens are counted, turns have their prompt tokens, and it is said", () => {
  const records = talks.records.map((record) => ({ ...record, usage: null }));
  const counted = talks.records.map((record) => ({
    ...record,
    usage: record.usage && { ...record.usage, cachedTokens: null },
  }));
  const { html, data } = pageOf([reported(madeUpRun(counted))]);
  expect(html).toContain("The endpoint counts no cached tokens.");
  expect(chart(data, "turn-tokens")?.lines[0]?.values).toEqual([100, 100]);
  expect(pageOf([reported(madeUpRun(records))]).data.runs[0]?.charts.lines.length).toBe(1);
});

test("each kind has its row and its curve, and its name is no markup", () => {
  const { html, data } = pageOf([reported(kinds)]);
  expect(rowsIn(html, "run-0-kinds").map(([kind, sent, , ttft]) => [kind, sent, ttft])).toEqual([
    ["&lt;b&gt;long&lt;/b&gt;", "2", "900 ms"],
    ["chat", "4", "100 ms"],
  ]);
  const [ttft] = data.runs[0]?.charts.splits ?? [];
  expect(ttft?.parts.map(({ label, spreads }) => [label, spreads[0]?.marks[0]?.value])).toEqual([
    ["<b>long</b>", 900],
    ["chat", 100],
  ]);
});

test("what was wanted of the cache is a line across what was reported", () => {
  const { html, data } = pageOf([reported(shared)]);
  expect(html).toContain("60% of the prompt tokens wanted, 58% reported");
  const { level, lines } = chart(data, "cached-share") ?? {};
  expect(level).toEqual({ name: "wanted", value: 0.6 });
  expect(new Set(lines?.[0]?.values)).toEqual(new Set([0.58]));
  const silent = { ...madeUpRun(madeUpRecords(2)), config: shared.config };
  const bare = pageOf([reported(silent)]);
  expect(bare.html).toContain("60% of the prompt tokens wanted; the endpoint reports none");
  expect(bare.data.runs[0]?.charts.lines).toEqual([]);
});

test("of pairs the whole ones count, in the table and in the chart", () => {
  const { html, data } = pageOf([reported(pairs)]);
  expect(html).toContain("sent again, prompts were answered 80% sooner (median of 1 pair)");
  expect(rowsIn(html, "run-0-cache").map(([name, count, min]) => [name, count, min])).toEqual([
    ["prompt is new", "1", "100 ms"],
    ["sent again", "1", "20.0 ms"],
  ]);
  const [split] = data.runs[0]?.charts.splits ?? [];
  expect(split?.parts.map(({ spreads }) => spreads[0]?.curve.value)).toEqual([[100], [20]]);
});

test("recorded traffic stands beside what was sent, with how late that was", () => {
  const { html, data } = pageOf([reported(replayed)]);
  expect(rowsIn(html, "run-0-replayed")).toEqual([
    ["requests", "5", "3"],
    ["conversations", "2", ""],
    ["tokens in", "90", "90"],
    ["tokens out", "–", "–"],
    ["from the first request to the last", "400 ms", "400 ms"],
    ["sent late, median", "", "1.00 ms"],
    ["sent late, at most", "", "2.00 ms"],
  ]);
  expect(html).toContain("tokens out: not counted both times");
  expect(chart(data, "lateness")?.lines.map(({ values }) => values)).toEqual([
    [0, 1, 2],
    [0, 1, 2],
  ]);
  const [bars] = data.runs[0]?.charts.bars ?? [];
  expect(bars?.bars.map(({ label, parts }) => [label, parts[0]?.value])).toEqual([
    ["in, recorded", 90],
    ["in, sent", 90],
  ]);
});

test("the server stands beside the client, on the time axis of the run", () => {
  const { html, data } = pageOf([reported(watched)]);
  expect(html).toContain("TTFT 100 ms = 20.0 ms queue + 30.0 ms prefill + 50.0 ms outside (means)");
  const [bars] = data.runs[0]?.charts.bars ?? [];
  expect(bars?.bars.map(({ parts }) => parts.map(({ tone, value }) => [tone, value]))).toEqual([
    [["here", 100]],
    [
      ["queue", 20],
      ["prefill", 30],
      ["outside", 50],
    ],
  ]);
  const { overTime, end, charts } = data.runs[0] ?? {};
  expect(charts?.lines.map(({ name }) => name)).toEqual([
    "server-requests",
    "server-times",
    "server-shares",
  ]);
  // The last reading lies behind the last request, which ended at 761 ms.
  expect(end).toBe(0.9);
  expect(charts?.lines.map((one) => one.end)).toEqual([0.9, 0.9, 0.9]);
  const [here, running, ...none] = chart(data, "server-requests")?.lines ?? [];
  expect(here?.values).toEqual(overTime?.inFlight);
  expect(running).toMatchObject({ name: "running", at: [0.3, 0.9], values: [3, 1] });
  expect(none).toEqual([]);
  // A mean is about the time before its reading, from the run's start on.
  const [queue] = chart(data, "server-times")?.lines ?? [];
  expect(queue).toMatchObject({ at: [0, 0.3, 0.9], values: [20, 20, null], holds: "before" });
  expect(chart(data, "server-shares")?.lines.map(({ values }) => values)).toEqual([
    [0.5, 0],
    [null, null, 0.125],
  ]);
});

test("the charts of a server are called by what it tells", () => {
  const caption = "<figcaption>KV cache in use; prefix cache hits</figcaption>";
  expect(pageOf([reported(watched)]).html).toContain(caption);
  const overTime = (SERVER.overTime ?? []).map((moment) =>
    Object.assign({}, moment, { kvCache: null }),
  );
  const bare = reported(madeUpRun(madeUpRecords(4), { server: { ...SERVER, overTime } }));
  expect(pageOf([bare]).html).toContain("<figcaption>prefix cache hits</figcaption>");
  expect(pageOf([bare], "zh").html).toContain("<figcaption>前缀缓存命中</figcaption>");
  expect(pageOf([bare]).html).toContain("<figcaption>queue, means between readings</figcaption>");
});

test("parts of the TTFT that do not add up reach past it, and it is said", () => {
  const server = { ...SERVER, queue: 90_000, prefill: 30_000 };
  const { html, data } = pageOf([reported(madeUpRun(madeUpRecords(4), { server }))]);
  expect(html).toContain(
    "TTFT 100 ms on average, but 90.0 ms queue + 30.0 ms prefill by the server: 20.0 ms more than it, so they do not add up",
  );
  expect(rowsIn(html, "run-0-server").at(-1)).toEqual([
    "more than the TTFT: does not add up",
    "20.0 ms",
  ]);
  const [bars] = data.runs[0]?.charts.bars ?? [];
  const sum = bars?.bars[1]?.parts.reduce((all, { value }) => all + value, 0);
  expect(sum).toBe(120);
});

test("what streams alone told of their server has its parts, and no lines", () => {
  const told = { queue: null, prefill: 40_000, decode: null, cachedTokens: null };
  const { html, data } = pageOf([reported(madeUpRun(madeUpRecords(4, () => ({ server: told }))))]);
  expect(html).toContain("The server&#39;s side</h3>");
  expect(html).toContain("TTFT 100 ms = 40.0 ms prefill + 60.0 ms queue and outside (means)");
  const [bars] = data.runs[0]?.charts.bars ?? [];
  expect(bars?.bars[1]?.parts.map(({ label }) => label)).toEqual(["prefill", "queue and outside"]);
  expect(data.runs[0]?.charts.lines).toEqual([]);
});

test("a server of an earlier day's result has no course, and the rest stands", () => {
  const { overTime: _, ...server } = SERVER;
  const { html, data } = pageOf([reported(madeUpRun(madeUpRecords(4), { server }))]);
  expect(html).toContain('id="run-0-server"');
  expect(data.runs[0]?.charts.lines).toEqual([]);
});

test("runs at several depths are a curve, and each says its depth", () => {
  const { html, data } = pageOf([deep(4096, 200), deep(0, 100)]);
  expect(rowsIn(html, "depth")).toEqual([
    ["0", "2", "50", "100 ms", "500", "20.0 ms", "50.0", "–"],
    ["4,096", "2", "50", "200 ms", "250", "20.0 ms", "50.0", "cached"],
  ]);
  expect(chart(data, "depth-ttft")?.lines).toEqual([
    { name: "p50", at: [0, 4096], values: [100, 200], color: 0 },
  ]);
  expect(chart(data, "depth-prefill")?.lines[0]?.values).toEqual([500, 250]);
  expect(chart(data, "depth-tpot")?.lines[0]?.values).toEqual([20, 20]);
  expect(html).toContain("1 at a time, at depth 4,096");
  // One depth is a row, and no curve.
  const one = pageOf([deep(4096, 200)]);
  expect(rowsIn(one.html, "depth").length).toBe(1);
  expect(one.data.charts.lines).toEqual([]);
});

function both(run: FinishedRun): ReportedRun[] {
  return ["a", "b"].map((label) => reported(run, { label, resultName: label }));
}

test("two results have their turns, depths, kinds, caches and servers beside each other, without a verdict", () => {
  const turns = pageOf(both(talks));
  expect(turns.html).toContain("This is shown without a verdict");
  expect(chart(turns.data, "turns-ttft")?.lines.map(({ name, values }) => [name, values])).toEqual([
    ["a", [101, 50]],
    ["b", [101, 50]],
  ]);
  expect(rowsIn(pageOf(both(kinds)).html, "work").map(([label]) => label)).toEqual([
    "a",
    "a",
    "b",
    "b",
  ]);
  expect(rowsIn(pageOf(both(shared)).html, "work")).toEqual([
    ["a", "60%", "58%", "–", "–", "–"],
    ["b", "60%", "58%", "–", "–", "–"],
  ]);
  expect(rowsIn(pageOf(both(pairs)).html, "work")[0]).toEqual([
    "a",
    "–",
    "–",
    "100 ms",
    "20.0 ms",
    "80%",
  ]);
  expect(rowsIn(pageOf(both(watched)).html, "work")[0]).toEqual([
    "a",
    "4",
    "100 ms",
    "20.0 ms",
    "30.0 ms",
    "50.0 ms",
    "3",
    "–",
    "50%",
    "13%",
  ]);
  const depths = ["a", "b"].flatMap((resultName) =>
    [0, 4096].map((tokens) => Object.assign(deep(tokens, 100), { resultName })),
  );
  const { html, data } = pageOf(depths);
  expect(chart(data, "depth-ttft")?.lines.map(({ name }) => name)).toEqual(["a", "b"]);
  expect(rowsIn(html, "depth").map(([line, depth]) => [line, depth])).toEqual([
    ["a", "0"],
    ["a", "4,096"],
    ["b", "0"],
    ["b", "4,096"],
  ]);
});

test("steps hold every request that has a moment, and coarser ones the same", () => {
  const frame = fc.record({
    first: fc.integer({ min: 0, max: 5 }),
    step: fc.constantFrom(0.1, 0.2, 1, 5),
    count: fc.integer({ min: 1, max: 120 }),
    end: fc.constant(0),
  });
  const moments = fc.array(fc.option(fc.integer({ min: 0, max: 700_000 }), { nil: null }));
  fc.assert(
    fc.property(frame, moments, (fine, all) => {
      const requests = all.map((sent) => ({ scheduled_ms: sent }) as ResultRequest);
      const known = all.filter((moment) => moment !== null).length;
      for (const steps of [fine, coarser(fine)]) {
        const found = inSteps(requests, steps, ({ scheduled_ms: due }) => due);
        expect(found.length).toBe(stepStarts(steps).length);
        expect(found.flat().length).toBe(known);
      }
      expect(coarser(fine).count).toBeLessThanOrEqual(30);
      expect(coarser(fine).count * coarser(fine).step).toBeGreaterThan(
        (fine.count - 1) * fine.step,
      );
    }),
    { numRuns: runs(100) },
  );
});
