import { expect, test } from "bun:test";
import type { SearchResult } from "../../../lib/measure/search_result.ts";
import { searchConclusion } from "../../../lib/report/run/search_conclusion.ts";
import { searchJson } from "../../../lib/report/run/search_json.ts";
import { renderSearch } from "../../../lib/report/run/search_steps.ts";
import { searchWarnings } from "../../../lib/report/run/search_warnings.ts";
import { madeUpRecords, madeUpRun } from "../../support/records.ts";

/** A step of so many requests, each 200 ms behind the one before; some have their first token too late. */
const step = (requests: number, late = 0) =>
  madeUpRun(
    madeUpRecords(requests, (index) => (index < late ? { ttft: 900 } : {})),
    { serviceLevel: { ttft: 500_000 } },
  );

const RUNS = [step(4), step(120), step(160, 80)];
const FOUND: SearchResult = {
  best: 2,
  missed: 3,
  end: "closed_in",
  steps: [
    { value: 1, met: true },
    { value: 2, met: true },
    { value: 3, met: false },
  ],
};

test("a step shows its requests, p99 only where 100 of them carry it, and the longest", () => {
  expect(renderSearch(FOUND, { runs: RUNS, isRate: false, language: "en" })).toBe(`\
   concurrency  requests  good  TTFT p99     max  TPOT p99      max  tokens/s
✓            1         4  100%         –  100 ms         –  20.0 ms      21.0
✓            2       120  100%    100 ms  100 ms   20.0 ms  20.0 ms      20.0
✗            3       160   50%    900 ms  900 ms   20.0 ms  20.0 ms      20.0

The highest concurrency that met the service level: 2`);
  const rates = { runs: RUNS, isRate: true, language: "zh" } as const;
  expect(renderSearch(FOUND, rates)).toBe(`\
     速率  请求  合格  TTFT p99    最大  TPOT p99     最大  token/s
✓  1.00/s     4  100%         –  100 ms         –  20.0 ms     21.0
✓  2.00/s   120  100%    100 ms  100 ms   20.0 ms  20.0 ms     20.0
✗  3.00/s   160   50%    900 ms  900 ms   20.0 ms  20.0 ms     20.0

满足要求的最高速率：2.00 请求/秒`);
});

test("the table of a search fits a terminal of 80 columns", () => {
  const table = renderSearch(FOUND, { runs: RUNS, isRate: false, language: "en" });
  for (const line of table.split("\n")) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(80);
});

const texts = (found: Partial<SearchResult>, isRate = false): string[] => {
  const none = { best: null, missed: null, end: "stopped", steps: [] } as const;
  const { en, zh } = searchConclusion({ ...none, ...found }, { isRate });
  return [en, zh];
};

test("a search that did not finish says what it knows, and concludes nothing", () => {
  expect(texts({ best: 1 })).toEqual([
    "The search did not finish: the service level was met at 1, and the highest concurrency may be higher",
    "搜索没有完成：在 1 时满足要求，最高并发数可能更高",
  ]);
  expect(texts({ best: 4, missed: 8 })).toEqual([
    "The search did not finish: the service level was met at 4 and missed at 8, and the highest concurrency lies between",
    "搜索没有完成：在 4 时满足要求，在 8 时不满足，最高并发数在两者之间",
  ]);
  expect(texts({ missed: 2.5 }, true)).toEqual([
    "The search did not finish: no step has met the service level, down to 2.50 requests/s",
    "搜索没有完成：还没有任何一步满足要求，最低试到 2.50 请求/秒",
  ]);
  expect(texts({})).toEqual([
    "The search did not finish: no step came to its end",
    "搜索没有完成：没有任何一步完成",
  ]);
});

test("a search that ended at a bound or after its most steps says so", () => {
  expect(texts({ best: 10_000, end: "highest" })).toEqual([
    "The search ended at the highest concurrency that bench tries: the service level was met at 10,000, and the highest concurrency may be higher",
    "搜索已到达 bench 所能尝试的最高并发数：在 10,000 时满足要求，最高并发数可能更高",
  ]);
  expect(texts({ missed: 1, end: "lowest" })).toEqual([
    "No step met the service level, down to the lowest concurrency there is: loosen --slo",
    "直到最低的并发数，也没有任何一步满足要求：请放宽 --slo",
  ]);
  const steps = Array.from({ length: 20 }, () => ({ value: 1, met: true }));
  expect(texts({ best: 5, end: "most_steps", steps }, true)).toEqual([
    "The search ended after 20 steps, before it had closed in: the service level was met at 5.00 requests/s, and the highest rate may be higher; start nearer with --rate",
    "搜索在 20 步后结束，尚未逼近上限：在 5.00 请求/秒 时满足要求，最高速率可能更高；请用 --rate 从更接近处开始",
  ]);
});

test("a search of which no step ended has no table", () => {
  const found = { best: null, missed: null, end: "stopped", steps: [] } as const;
  expect(renderSearch(found, { runs: [step(3)], isRate: false, language: "en" })).toBe(
    "The search did not finish: no step came to its end",
  );
});

test("steps of fewer than 100 requests are warned of, with what would be needed", () => {
  // Four requests in 0.6 s + 161 ms: 100 would take 19.025 s.
  expect(searchWarnings(FOUND, RUNS)).toEqual([
    {
      code: "few_requests",
      cause: {
        en: "1 of 3 steps was judged by fewer than 100 requests, the fewest by 4: that does not tell 99 % from somewhat less, and a single late one decides",
        zh: "3 步中有 1 步的请求不足 100 个（最少 4 个）：无法区分 99% 与稍低的比例，一个慢请求就会改变结论",
      },
      step: {
        en: "Give every step 100 requests or more: --requests 100, or --duration 20s, which the slowest of them would have needed",
        zh: "请让每步至少有 100 个请求：--requests 100，或 --duration 20s（其中最慢的一步所需）",
      },
    },
  ]);
  expect(searchWarnings({ steps: FOUND.steps.slice(0, 1) }, [step(100)])).toEqual([]);
  expect(searchWarnings({ steps: [] }, [step(3)])).toEqual([]);
});

test("the JSON of a search says whether it finished, and how many requests a step had", () => {
  const given = { flag: "concurrency", runs: RUNS, language: "en" } as const;
  expect(searchJson(FOUND, given)).toMatchObject({
    flag: "concurrency",
    best: 2,
    missed: 3,
    finished: true,
    end: "closed_in",
    steps: [
      { value: 1, met: true, requests: 4 },
      { value: 2, met: true, requests: 120 },
      { value: 3, met: false, requests: 160 },
    ],
    warnings: [{ code: "few_requests" }],
  });
  const ends = ["closed_in", "lowest", "highest", "most_steps", "stopped"] as const;
  expect(ends.map((end) => searchJson({ ...FOUND, end }, given)["finished"])).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});
