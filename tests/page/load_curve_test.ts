import { expect, test } from "bun:test";
import { loadCurve } from "../../lib/page/load_curve.ts";
import { renderLoadCurve } from "../../lib/page/load_section.ts";
import type { ReportedRun } from "../../lib/page/page_input.ts";
import type { ExportedSearch } from "../../lib/report/export/exported_run.ts";
import { exportedRun } from "../support/exported_runs.ts";
import { madeUpRecords, madeUpRun } from "../support/records.ts";

/** A run of a result at a load. */
function at(
  resultName: string | null,
  config: { readonly concurrency?: number; readonly rate?: number; readonly slo_ms?: object },
): ReportedRun {
  const serviceLevel = config.slo_ms === undefined ? undefined : { ttft: 500_000 };
  const run = madeUpRun(madeUpRecords(4), { serviceLevel });
  const label = `${resultName}: ${config.concurrency ?? config.rate}`;
  const exported = exportedRun(
    { ...run, config: { model: "m", ...config } },
    { label, resultName },
  );
  return { ...exported, source: null, kind: "run", streams: null, calibration: null };
}

const SEARCH: ExportedSearch = {
  resultName: "found",
  search: {
    flag: "concurrency",
    best: 1,
    missed: 2,
    end: "closed_in",
    steps: [
      { value: 2, met: false },
      { value: 1, met: true },
    ],
    warnings: [{ code: "few_requests", message: "few requests", step: "ask more" }],
  },
};

test("each sweep is a line of its own, with its own service level", () => {
  const slo_ms = { ttft: 500 };
  const curve = loadCurve([
    at("a", { concurrency: 1, slo_ms }),
    at("a", { concurrency: 2, slo_ms }),
    at("b", { concurrency: 1 }),
    at("b", { concurrency: 4 }),
    at("b", { concurrency: 2 }),
  ]);
  const shown = curve?.lines.map(({ name, isSeries, steps, limits }) => ({
    name,
    isSeries,
    loads: steps.map(({ load, run }) => [load, run]),
    limit: limits.ttft,
  }));
  expect(shown).toEqual([
    {
      name: "a",
      isSeries: true,
      loads: [
        [1, 0],
        [2, 1],
      ],
      limit: 500,
    },
    {
      name: "b",
      isSeries: true,
      loads: [
        [1, 2],
        [2, 4],
        [4, 3],
      ],
      limit: null,
    },
  ]);
});

test("results of one load each make no curve, and beside a sweep they are points", () => {
  const [one, other] = [at("a", { concurrency: 1 }), at("b", { concurrency: 4 })];
  expect(loadCurve([one, other])).toBeNull();
  const swept = [at("c", { concurrency: 1 }), at("c", { concurrency: 2 })];
  const curve = loadCurve([one, ...swept]);
  expect(curve?.lines.map(({ name, isSeries }) => [name, isSeries])).toEqual([
    ["a", false],
    ["c", true],
  ]);
});

test("a sweep over rates and one over concurrencies each have their unit", () => {
  const runs = [1, 2].flatMap((load) => [at("a", { concurrency: load }), at("b", { rate: load })]);
  const curve = loadCurve(runs);
  expect(curve?.lines.map(({ name, unit }) => [name, unit])).toEqual([
    ["a", "concurrency"],
    ["b", "rate"],
  ]);
});

test("the steps name their run where there are several results, and say which met the service level", () => {
  const slo_ms = { ttft: 500 };
  const runs = [
    at("found", { concurrency: 2, slo_ms }),
    at("found", { concurrency: 1, slo_ms }),
    at("other", { concurrency: 1 }),
  ];
  const curve = loadCurve(runs, [SEARCH]);
  expect(curve?.lines[0]?.steps.map(({ load, met }) => [load, met])).toEqual([
    [1, true],
    [2, false],
  ]);
  const [english, chinese] = (["en", "zh"] as const).map((language) =>
    curve === null ? "" : renderLoadCurve(curve, { runs, searches: [SEARCH], language }).text,
  );
  expect(english).toContain("found: The highest concurrency that met the service level: 1");
  expect(english).toContain("few requests");
  expect(english).toContain("ask more");
  expect(english).toContain('<th scope="row">found: 2</th>');
  expect(english).toContain("<td>✓</td>");
  expect(english).toContain("<td>✗</td>");
  expect(english).toContain('<th scope="col">good</th>');
  expect(chinese).toContain("found：满足要求的最高并发数：1");
  expect(chinese).toContain('<th scope="col">满足</th>');
});

test("a search that ended after one load still says what it found", () => {
  expect(loadCurve([at("found", { concurrency: 2 })], [SEARCH])?.lines.length).toBe(1);
});
