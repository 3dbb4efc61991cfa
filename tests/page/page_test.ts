import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import type { Language } from "../../lib/base/message.ts";
import { loadCurve } from "../../lib/page/load_curve.ts";
import { renderPage } from "../../lib/page/page.ts";
import type { PageData } from "../../lib/page/page_data.ts";
import { pageBundle } from "../../lib/page/page_bundle.ts";
import type { ReportedRun, ReportInput } from "../../lib/page/page_input.ts";
import { MOST_TEXT, requestColumns } from "../../lib/page/request_columns.ts";
import { benchJson } from "../../lib/report/run/run_json.ts";
import type { Result } from "../../lib/report/run/result.ts";
import { resultOf } from "../../lib/report/run/result_form.ts";
import { warningsOf } from "../../lib/report/run/warnings.ts";
import type { FinishedRun } from "../../lib/measure/finished_run.ts";
import { madeUpRecord, madeUpRecords, madeUpRun } from "../support/records.ts";

const bundle = await pageBundle();

function reported(run: FinishedRun, rest: Partial<ReportedRun> = {}): ReportedRun {
  const json = benchJson({ run, warnings: warningsOf(run) }, "en");
  const { runs } = resultOf(JSON.parse(JSON.stringify(json))).result as Result;
  return {
    label: "run",
    resultName: null,
    source: null,
    kind: "run",
    result: runs[0] as ReportedRun["result"],
    names: null,
    streams: null,
    calibration: null,
    ...rest,
  };
}

function input(runs: readonly ReportedRun[], language: Language = "en"): ReportInput {
  return { runs, searches: [], notes: [], tables: [], language };
}

function dataIn(page: string): PageData {
  const [, json = ""] = /<script[^>]* id="data">([^<]*)<\/script>/.exec(page) ?? [];
  return JSON.parse(json) as PageData;
}

function tags(page: string): string[] {
  return page.match(/<\/?[a-z][a-z0-9]*/g) ?? [];
}

function at(concurrency: number): ReportedRun {
  const run = madeUpRun(madeUpRecords(4));
  const slo = { ttft: 500, tpot: 50 };
  return reported({ ...run, config: { model: "m", concurrency, slo_ms: slo } });
}

function sum(series: readonly number[] = []): number {
  return series.reduce((a, b) => a + b, 0);
}

const HOSTILE = [
  "</script><script>alert(1)</script>",
  "<!--<script>",
  "<img src=x onerror=alert(1)>",
  "\u2028alert(1)//",
  "\u202etxet desrever",
  "\u001b]0;title\u0007",
  "javascript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
].join(" ");

test("the policy of a page lets its own script and style work, and nothing else", () => {
  const page = renderPage(input([reported(madeUpRun(madeUpRecords(2)))]), bundle);
  const [, policy = ""] = /Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
  const hash = (element: RegExp): string => {
    const [, text = ""] = element.exec(page) ?? [];
    return `sha256-${createHash("sha256").update(text).digest("base64")}`;
  };
  expect(policy).toBe(
    [
      "default-src 'none'",
      `script-src '${hash(/<script type="module">([\s\S]*?)<\/script>/)}'`,
      `style-src '${hash(/<style>([\s\S]*?)<\/style>/)}'`,
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join("; "),
  );
  expect(page).not.toMatch(/ (?:style|on\w+|src|href)=/);
});

test("what models and endpoints say stands in a page as data, and nowhere as markup", () => {
  const failure = { kind: "endpoint", status: 200, code: HOSTILE, message: HOSTILE } as const;
  const run = madeUpRun([madeUpRecord(0), madeUpRecord(1, { outcome: "failed", failure })]);
  const hostile = reported(
    { ...run, config: { model: HOSTILE, base_url: HOSTILE, prompts: HOSTILE } },
    {
      label: HOSTILE,
      source: HOSTILE,
      names: [HOSTILE, HOSTILE],
      streams: [
        {
          kinds: "a4",
          text: { answer: HOSTILE, reasoning: HOSTILE, tools: [HOSTILE], leftOut: 0 },
        },
        null,
      ],
    },
  );
  const page = renderPage(input([hostile, hostile]), bundle);
  const ours = page.match(/<\/?script[^>]*>/g);
  expect(ours).toEqual([
    '<script type="application/json" id="data">',
    "</script>",
    '<script type="module">',
    "</script>",
  ]);
  expect(page).not.toContain("<img");
  expect(page.replace(bundle.script, "")).not.toContain("<!--");
  expect(page.replace(bundle.script, "")).not.toMatch(/[\u2028\u202e\u001b\u0007]/);
  const [text] = dataIn(page).runs[0]?.requests.text ?? [];
  expect(text?.answer).toContain("</script><script>alert(1)</script>");
  expect(text?.answer).toContain("<U+202E>txet desrever");
});

test("the script brings the licence of what it brings along, and closes no element", () => {
  expect(bundle.script).toContain("Leon Sorokin");
  expect(bundle.script).toContain("Permission is hereby granted");
  expect(bundle.script).not.toMatch(/<\/script|<!--/i);
  expect(bundle.style).not.toMatch(/<\/style|url\(|@import/i);
  // A page is to stay under 1 MB, without its data.
  expect(bundle.script.length + bundle.style.length).toBeLessThan(200_000);
});

test("a page says the same in both languages", () => {
  const run = reported(madeUpRun(madeUpRecords(2), { serviceLevel: { ttft: 500_000 } }));
  const english = renderPage(input([run, run]), bundle);
  const chinese = renderPage(input([run, run], "zh"), bundle);
  expect(english).toContain('<html lang="en">');
  expect(chinese).toContain('<html lang="zh-CN">');
  for (const [en, zh] of [
    ["<h1><bdi>How m streamed</bdi></h1>", "<h1><bdi>m 的流式表现</bdi></h1>"],
    ["Side by side", "并排对比"],
    ["A row for each request, a mark for each delta.", "每行一个请求，每个标记是一个增量。"],
    ["<strong>warning</strong>", "<strong>注意</strong>"],
  ] as const) {
    expect(english).toContain(en);
    expect(chinese).toContain(zh);
  }
  expect(tags(chinese)).toEqual(tags(english));
});

test("where kinds are not known, a page says so, and has no texts", () => {
  const page = renderPage(input([reported(madeUpRun(madeUpRecords(2)))]), bundle);
  expect(page).toContain("here all deltas have one colour, and texts are not known");
  expect(dataIn(page).runs[0]?.requests.kinds).toEqual([null, null]);
});

test("of more gaps than a page holds those of every so many requests stay, and it says how many do not", () => {
  const run = reported(madeUpRun(madeUpRecords(10)));
  // Ten requests of three gaps each.
  expect(requestColumns(run, { most: 30 }).withoutGaps).toBe(0);
  const { requests, withoutGaps } = requestColumns(run, { most: 12 });
  expect(withoutGaps).toBe(6);
  expect(requests.kept).toEqual([3, -1, -1, 3, -1, -1, 3, -1, -1, 3]);
});

test("a long text is shortened, between characters, and the page says by how much", () => {
  const answer = `a${"😀".repeat(MOST_TEXT)}`;
  const text = { answer, reasoning: "why", tools: [], leftOut: 0 };
  const run = reported(madeUpRun(madeUpRecords(1)), { streams: [{ kinds: "a4", text }] });
  const { requests, withoutText } = requestColumns(run, { most: 100 });
  expect(withoutText).toBe(1);
  const [kept] = requests.text;
  // Half of an emoji at the limit is left out, and so is all that comes behind it.
  expect(kept?.answer.length).toBe(MOST_TEXT - 1);
  expect(kept?.leftOut).toBe(answer.length - (MOST_TEXT - 1) + 2);
  const page = renderPage(input([run]), bundle);
  expect(page).toContain("The text of 1 request was shortened.");
});

test("runs at several loads make a curve in the order of the loads, with the service level", () => {
  const curve = loadCurve([at(4), at(1), at(2)]);
  expect(curve?.lines.length).toBe(1);
  const [line] = curve?.lines ?? [];
  expect(line?.steps.map(({ load, run }) => [load, run])).toEqual([
    [1, 1],
    [2, 2],
    [4, 0],
  ]);
  expect(line?.limits).toEqual({ ttft: 500, tpot: 50 });
  expect(loadCurve([at(1), at(1)])).toBeNull();
  expect(loadCurve([at(1)])).toBeNull();
});

test("over time, output and requests in flight add up to those of the run", () => {
  const run = reported(madeUpRun(madeUpRecords(20)));
  const page = dataIn(renderPage(input([run]), bundle));
  const { overTime } = page.runs[0] ?? {};
  // 20 requests of 4 tokens, one after the other.
  expect(sum(overTime?.tokens) * (overTime?.step ?? 0)).toBeCloseTo(80, 6);
  expect(sum(overTime?.complete)).toBe(20);
  expect(overTime?.inFlight.every((count) => count <= 1)).toBe(true);
  expect(overTime?.due).toBeNull();
});

test("in an open loop, what was due and what was sent grow to all requests", () => {
  const records = madeUpRecords(10, (index) => ({ scheduled: index * 100, sent: index * 150 }));
  const { overTime } =
    dataIn(renderPage(input([reported(madeUpRun(records))]), bundle)).runs[0] ?? {};
  expect(overTime?.due?.at(-1)).toBe(10);
  expect(overTime?.sent?.at(-1)).toBe(10);
  const middle = Math.floor((overTime?.due?.length ?? 0) / 2);
  expect(overTime?.due?.[middle]).toBeGreaterThan(overTime?.sent?.[middle] ?? 0);
});

test("a table that others made stands in the page", () => {
  const page = renderPage(
    {
      ...input([reported(madeUpRun(madeUpRecords(1)))]),
      tables: [
        {
          title: { en: "Comparison", zh: "比较" },
          headings: [
            { en: "metric", zh: "指标" },
            { en: "verdict", zh: "结论" },
          ],
          rows: [["TTFT", "<faster>"]],
          notes: [{ en: "only two runs", zh: "只有两次运行" }],
        },
      ],
    },
    bundle,
  );
  expect(page).toContain("<h2>Comparison</h2>");
  expect(page).toContain("&lt;faster&gt;");
  expect(page).toContain("<li>only two runs</li>");
});

test("a run without requests, and one in which all failed, make a page", () => {
  const failed = madeUpRecords(3, () => ({ outcome: "failed", ttft: null, usage: null }));
  for (const records of [[], failed]) {
    expect(renderPage(input([reported(madeUpRun(records))]), bundle)).toContain("<h2");
  }
});

test("in an open loop a page has the wait, and says from when the service level counts", () => {
  const records = madeUpRecords(4, (index) => ({ scheduled: index * 200 - 50 }));
  const base = madeUpRun(records, { serviceLevel: { ttft: 500_000 } });
  const open = reported({ ...base, config: { model: "m", rate: 5, slo_ms: { ttft: 500 } } });
  const page = renderPage(input([open]), bundle);
  expect(page).toContain('data-card="wait"');
  expect(page).toContain('data-card="wait-ttft"');
  expect(page).toContain("The service level counts from when a request was due");
  expect(renderPage(input([open], "zh"), bundle)).toContain("指标上限从请求的计划时刻算起");
  const { spreads = [] } = dataIn(page).runs[0] ?? {};
  const medians = Object.fromEntries(spreads.map(({ metric, marks }) => [metric, marks[0]?.value]));
  expect(medians).toMatchObject({ wait_ms: 50, ttft_scheduled_ms: 150, e2e_scheduled_ms: 210 });
  const closed = renderPage(input([reported(madeUpRun(madeUpRecords(4)))]), bundle);
  expect(closed).not.toContain('data-card="wait"');
  expect(dataIn(closed).runs[0]?.spreads.length).toBe(4);
});

test("a warning stands on a page with what to do about it", () => {
  const page = renderPage(input([reported(madeUpRun(madeUpRecords(4)))]), bundle);
  expect(page).toContain("Send 100 requests or more: --requests 100, or a longer --duration");
});

test("the title in the tab has the model, the load and the day, and the heading the model alone", () => {
  const run = { ...madeUpRun(madeUpRecords(1)), config: { model: "m", concurrency: 4 } };
  const dated = { ...run, environment: { started_at: "2026-01-02T03:04:05Z" } };
  const page = renderPage(input([reported(dated)]), bundle);
  expect(page).toContain("<title>How m streamed · 4 at a time · 2026-01-02</title>");
  expect(renderPage(input([reported(dated)], "zh"), bundle)).toContain(
    "<title>m 的流式表现 · 同时 4 个 · 2026-01-02</title>",
  );
});

test("what is said of a run when it was full stands among its facts", () => {
  const records = madeUpRecords(64, (index) => ({ sent: Math.floor(index / 2) * 162 }));
  const page = renderPage(input([reported(madeUpRun(records, { concurrency: 2 }))]), bundle);
  expect(page.includes("while at least 2 streams ran")).toBe(true);
  expect(page.includes("TTFT p90 ≤ 100 ms")).toBe(true);
});

test("requests of several models say in the table which is whose", () => {
  const [one, other] = ["m", "n"].map((model) =>
    reported({ ...madeUpRun(madeUpRecords(1)), config: { model } }, { label: model }),
  );
  const page = renderPage(input([one, other].filter((run) => run !== undefined)), bundle);
  expect(page).toContain('<th scope="col">model</th>');
  expect(page).not.toContain('<th scope="col">endpoint</th>');
});
