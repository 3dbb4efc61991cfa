import { expect, test } from "bun:test";
import { runsMarkdown } from "../../../lib/report/export/markdown.ts";
import { exportedRun } from "../../support/exported_runs.ts";
import { madeUpRecord, madeUpRecords, madeUpRun } from "../../support/records.ts";

const run = exportedRun(
  {
    ...madeUpRun(madeUpRecords(4), { serviceLevel: { ttft: 500_000 } }),
    config: { model: "m", base_url: "http://127.0.0.1:8000/v1" },
  },
  { label: "4 at a time" },
);

test("Markdown in English", () => {
  // 4 requests, one every 200 ms, each closed after 161 ms: 16 tokens in 761 ms.
  expect(runsMarkdown([run], { language: "en" })).toBe(`### 4 at a time

- model: m
- endpoint: http://127.0.0.1:8000/v1
- complete: 4/4
- output tokens/s: 21.0
- requests/s: 5.26
- good: 100%

|  | samples | mean | p50 | p90 | p99 | max |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
| TTFT | 4 | 100 ms | 100 ms | 100 ms | – | 100 ms |
| gap (ITL) | 12 | 20.0 ms | 20.0 ms | 20.0 ms | – | 20.0 ms |
| TPOT | 4 | 20.0 ms | 20.0 ms | 20.0 ms | – | 20.0 ms |
| E2E | 4 | 160 ms | 160 ms | 160 ms | – | 160 ms |

- **warning**: too few samples for p99: it needs 100 complete requests, there are 4
  Send 100 requests or more: --requests 100, or a longer --duration`);
});

test("Markdown in Chinese", () => {
  expect(runsMarkdown([run], { language: "zh" }).split("\n").slice(0, 12)).toEqual([
    "### 4 at a time",
    "",
    "- 模型: m",
    "- 服务端: http://127.0.0.1:8000/v1",
    "- 完整: 4/4",
    "- 输出 token/s: 21.0",
    "- 请求/s: 5.26",
    "- 合格: 100%",
    "",
    "|  | 样本 | 平均 | p50 | p90 | p99 | 最大 |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    "| TTFT | 4 | 100 ms | 100 ms | 100 ms | – | 100 ms |",
  ]);
});

test("several runs have a table of all of them first", () => {
  const markdown = runsMarkdown([run, { ...run, label: "8 at a time" }], { language: "en" });
  expect(markdown.split("\n").slice(0, 4)).toEqual([
    "| run | complete | good | TTFT p50 | TTFT p99 | TPOT p50 | E2E p50 | output tokens/s |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    "| 4 at a time | 4/4 | 100% | 100 ms | – | 20.0 ms | 160 ms | 21.0 |",
    "| 8 at a time | 4/4 | 100% | 100 ms | – | 20.0 ms | 160 ms | 21.0 |",
  ]);
});

test("what a result says is no markup, no table and calls nobody", () => {
  const hostile = "a|b\n# c [x](http://e) <img> `d` @you \u202e";
  const odd = exportedRun(
    { ...madeUpRun([madeUpRecord(0)]), config: { model: hostile } },
    { label: hostile },
  );
  const [title, , model] = runsMarkdown([odd], { language: "en" }).split("\n");
  const text = String.raw`a\|b \# c \[x\](http://e) \<img\> \`d\` @${"\u200b"}you \<U+202E\>`;
  expect(title).toBe(`### ${text}`);
  expect(model).toBe(`- model: ${text}`);
});

test("in an open loop Markdown has the times with the wait, and says from when the service level counts", () => {
  const records = madeUpRecords(3, (index) => ({ scheduled: index * 200 - 50 }));
  const base = madeUpRun(records, { serviceLevel: { ttft: 500_000 } });
  const open = exportedRun({ ...base, config: { rate: 5, slo_ms: { ttft: 500 } } });
  const [english, chinese] = (["en", "zh"] as const).map((language) =>
    runsMarkdown([open], { language }),
  );
  expect(english).toContain("| wait to be sent | 3 | 50.0 ms |");
  expect(english).toContain("| wait + TTFT | 3 | 150 ms |");
  expect(english).toContain("- The service level counts from when a request was due");
  expect(chinese).toContain("| 等待 + TTFT | 3 | 150 ms |");
  expect(chinese).toContain("- 指标上限从请求的计划时刻算起");
  expect(runsMarkdown([run], { language: "en" })).not.toContain("wait");
});

test("what a search found stands in Markdown with its warnings, and each step with what became of it", () => {
  const search = {
    flag: "concurrency",
    best: 1,
    missed: 2,
    end: "closed_in",
    steps: [
      { value: 1, met: true },
      { value: 2, met: false },
    ],
    warnings: [{ code: "few_requests", message: "few", step: "more" }],
  } as const;
  const steps = [run, { ...run, label: "2 at a time" }];
  const markdown = runsMarkdown(steps, {
    language: "en",
    searches: [{ resultName: null, search }],
  });
  expect(markdown.split("\n").slice(0, 8)).toEqual([
    "| run | met | complete | good | TTFT p50 | TTFT p99 | TPOT p50 | E2E p50 | output tokens/s |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    "| 4 at a time | ✓ | 4/4 | 100% | 100 ms | – | 20.0 ms | 160 ms | 21.0 |",
    "| 2 at a time | ✗ | 4/4 | 100% | 100 ms | – | 20.0 ms | 160 ms | 21.0 |",
    "",
    "**The highest concurrency that met the service level: 1**",
    "",
    "- **warning**: few",
  ]);
});

test("runs of several models have a column that names each", () => {
  const other = exportedRun({ ...madeUpRun(madeUpRecords(1)), config: { model: "n" } });
  const [head, , first] = runsMarkdown([run, other], { language: "en" }).split("\n");
  expect(head).toStartWith("| run | model | endpoint | complete |");
  expect(first).toStartWith("| 4 at a time | m | http://127.0.0.1:8000/v1 | 4/4 |");
});

test("what is said about all of it stands first in Markdown", () => {
  const notes = [{ en: "a: the measurement was interrupted.", zh: "a：测量被中断。" }];
  const [first, , second] = runsMarkdown([run], { language: "en", notes }).split("\n");
  expect([first, second]).toEqual(["- a: the measurement was interrupted.", "### 4 at a time"]);
  expect(runsMarkdown([run], { language: "zh", notes })).toStartWith("- a：测量被中断。");
});
