import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { Run } from "./measure.ts";
import { asRows, errorsOf, type Results } from "./results.ts";
import { withSection } from "../support/page_section.ts";
import { PAGES } from "./sections.ts";
import { faultTable, markdown, plain, shortTable } from "./tables.ts";
import type { ToolName } from "./tools/tool.ts";

function figures(ttft: number): Run["reported"] {
  return { ttft_ms: { count: 100, mean: ttft, p50: ttft, p99: ttft } };
}

function runOf(tool: ToolName, { reported, truth, ...rest }: Partial<Run> = {}): Run {
  return {
    tool,
    streams: 16,
    requests: 100,
    round: 0,
    reported: reported ?? figures(200),
    truth: truth ?? figures(200),
    complete: 100,
    failed: 0,
    injected: {},
    cpu_s: 2,
    wall_s: 5,
    load_s: 4,
    connections: 16,
    endpoint_late_ms: 1,
    ...rest,
  };
}

const FAULTS = { status_429: 10, error_event: 10, cut: 10 };

const results: Results = {
  schema: 1,
  date: "2026-11-28",
  machine: "a machine",
  busy: 0.1,
  cores: 2,
  rounds: 2,
  tools: [
    { name: "streamgauge", title: "Streamgauge", version: "0.1.0" },
    { name: "aiperf", title: "AIPerf", version: "0.13.0" },
  ],
  absent: [],
  lost: [],
  runs: [
    runOf("streamgauge", {
      reported: figures(201),
      as: {
        aiperf: { column: { complete: 100, figures: figures(201) }, truth: figures(200) },
        guidellm: { column: { complete: 100, figures: {} }, truth: {} },
      },
    }),
    runOf("aiperf", { reported: figures(212), truth: figures(210) }),
    runOf("aiperf", { round: 1, reported: figures(216), truth: figures(210) }),
  ],
  faults: [
    runOf("streamgauge", {
      requests: 200,
      complete: 170,
      failed: 30,
      injected: FAULTS,
      as: {
        aiperf: { column: { complete: 190, figures: {} }, truth: {} },
        guidellm: { column: { complete: 180, figures: {} }, truth: {} },
      },
    }),
    runOf("aiperf", { complete: 190, failed: 10, injected: FAULTS }),
  ],
};

test("an error is taken in each round, and its median is shown", () => {
  const of = { tool: "aiperf", streams: 16, metric: "ttft_ms", part: "p50" } as const;
  expect(errorsOf(results.runs, of)?.error).toEqual({ median: 4, low: 2, high: 6 });
  expect(errorsOf(results.runs, { ...of, metric: "icl_ms" })).toBeNull();
});

test("a tool and our column for it are compared without what was true in their runs", () => {
  const row = asRows(results.runs).find(({ part }) => part === "p50");
  // (214 − 210) − (201 − 200), of which 4.02 ms is 2 %.
  expect(row).toMatchObject({ tool: "aiperf", difference: 3, agrees: true });
});

test("the tables say what each tool is off by, and what it counts as failed", () => {
  expect(plain(shortTable(results, "en"))).toBe(
    [
      "streams  tool         TTFT p50  TTFT p99  gap p50  gap p99  ITL p50  ITL p99  CPU    wall",
      "16       Streamgauge  +1.0      +1.0      –        –        –        –        2.0 s  5.0 s",
      "16       AIPerf       +4.0      +4.0      –        –        –        –        2.0 s  5.0 s",
    ].join("\n"),
  );
  expect(markdown(faultTable(results))).toBe(
    [
      "| tool | 429 | error event | cut | injected | reported | complete | complete by --as |",
      "| --- | --- | --- | --- | --- | --- | --- | --- |",
      "| Streamgauge | 10 | 10 | 10 | 30 | 30 | 170 | – |",
      "| AIPerf | 10 | 10 | 10 | 30 | 10 | 190 | 190 |",
    ].join("\n"),
  );
});

test("a page says when the machine was busy", () => {
  const texts = PAGES.map(({ section }) => section({ ...results, busy: 31.2 }));
  expect(texts.map((text) => text.includes("31.2"))).toEqual([true, true, true]);
  expect(PAGES.map(({ section }) => section(results).includes("0.1 on"))).not.toContain(true);
});

test("without times a page has the failures alone", () => {
  const [readme = "", chinese = "", page = ""] = PAGES.map(({ section }) =>
    section({ ...results, runs: [] }),
  );
  expect(readme).toBe(
    "2026-11-28, Streamgauge 0.1.0, AIPerf 0.13.0, a machine.\n\nOf 200 requests of which 5 % got a 429, 5 % an error event " +
      "and 5 % a clean end in the middle, these were reported as failures: Streamgauge 30 of 30, AIPerf 10 of 30.",
  );
  expect(chinese).toBe(
    "2026-11-28，Streamgauge 0.1.0、AIPerf 0.13.0，a machine。\n\n200 个请求中，5 % 收到 429，5 % 收到错误事件，5 % 在中途正常结束；" +
      "各工具报告的失败数：Streamgauge 30 / 30，AIPerf 10 / 30。",
  );
  expect(page).not.toContain("### Errors");
});

test("a section takes the place of the one before, and nothing else of the page", () => {
  for (const { path, section } of PAGES) {
    const page = readFileSync(path, "utf8");
    const once = withSection(page, section(results), "peers");
    expect(once).toContain("a machine");
    expect(withSection(once, section(results), "peers")).toBe(once);
    const [head = ""] = page.split("<!-- bun run peers");
    expect(once.startsWith(head)).toBe(true);
  }
  expect(() => withSection("# A page", "text", "peers")).toThrow("is not there");
});
