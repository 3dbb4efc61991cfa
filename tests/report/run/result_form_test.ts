import { expect, test } from "bun:test";
import type { JsonObject } from "../../../lib/base/json.ts";
import { resultOf } from "../../../lib/report/run/result_form.ts";
import { benchJson, benchRunsJson } from "../../../lib/report/run/run_json.ts";
import { warningsOf } from "../../../lib/report/run/warnings.ts";
import { madeUpRecord, madeUpRecords, madeUpRun } from "../../support/records.ts";

const records = [
  ...madeUpRecords(3),
  madeUpRecord(3, { outcome: "failed", ttft: null, usage: null }),
  madeUpRecord(4, { resent: true, oddities: ["not_a_field"], scheduled: 5 }),
];
const run = madeUpRun(records, {
  serviceLevel: { ttft: 100_500 },
  price: { input: 1, output: 10 },
});
const reported = { run, warnings: warningsOf(run) };

function parsed(value: unknown): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}

test("the result of a run is read back as it was written", () => {
  const { result, problem } = resultOf(parsed(benchJson(reported, "en")));
  expect(problem).toBeNull();
  expect(result?.runs.length).toBe(1);
  const [read] = result?.runs ?? [];
  expect(read?.requests.map(({ outcome }) => outcome)).toEqual([
    "complete",
    "complete",
    "complete",
    "failed",
    "complete",
  ]);
  expect(read?.requests[0]?.itl_us).toEqual([20_000, 20_000, 20_000]);
  expect(read?.summary.ttft_ms.p50).toBe(100);
});

test("the results of several runs are read back, with their search", () => {
  const search = { flag: "rate", best: 2, missed: null, end: "stopped", steps: [] };
  const value = { ...benchRunsJson([reported, reported], "en"), search, interrupted: true };
  const { result } = resultOf(parsed(value));
  expect(result?.runs.length).toBe(2);
  expect(result?.search).toEqual(search as never);
  expect(result?.interrupted).toBe(true);
});

test("a result of an earlier day has no ends, and is read all the same", () => {
  const value = parsed(benchJson(reported, "en"));
  const requests = value["requests"] as Record<string, unknown>[];
  for (const request of requests) delete request["ended_ms"];
  expect(resultOf(value).problem).toBeNull();
});

/** Where a result is wrong that was changed so. */
function place(change: (value: Record<string, any>) => void): string | undefined {
  const value = parsed(benchJson(reported, "en")) as Record<string, any>;
  change(value);
  return resultOf(value).problem?.place;
}

test("a result of another form is refused with the place that is wrong", () => {
  expect(place(() => {})).toBeUndefined();
  expect(place((value) => (value["schema"] = "streamgauge.bench/2"))).toBe("");
  expect(place((value) => (value["requests"][1].ttft_ms = "soon"))).toBe("requests[1].ttft_ms");
  expect(place((value) => (value["requests"][1].itl_us = [1, -1]))).toBe("requests[1].itl_us");
  expect(place((value) => (value["requests"][1].outcome = "__proto__"))).toBe(
    "requests[1].outcome",
  );
  expect(place((value) => delete value["summary"].itl_ms)).toBe("summary.itl_ms");
  expect(place((value) => (value["warnings"] = [{ code: 1 }]))).toBe("warnings[0].code");
  expect(resultOf([]).problem).not.toBeNull();
  expect(resultOf(null).problem).not.toBeNull();
});
