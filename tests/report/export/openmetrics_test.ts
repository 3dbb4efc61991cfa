import { expect, test } from "bun:test";
import fc from "fast-check";
import { openMetrics } from "../../../lib/report/export/openmetrics.ts";
import { exportedRun } from "../../support/exported_runs.ts";
import { madeUpRecord, madeUpRecords, madeUpRun } from "../../support/records.ts";
import { runs } from "../../support/runs.ts";

const config = { model: "m", base_url: "https://api.example.com/v1" };
const environment = { started_at: "2026-01-02T03:04:05.000Z" };
const failure = { kind: "busy", status: 429, code: null, message: "later" } as const;
const run = exportedRun({
  ...madeUpRun([
    ...madeUpRecords(3),
    madeUpRecord(3, { outcome: "failed", failure, ttft: null, usage: null }),
  ]),
  config,
  environment,
});

const LABELS =
  'gen_ai_operation_name="chat",gen_ai_request_model="m",server_address="api.example.com",server_port="443"';

interface Sample {
  readonly name: string;
  readonly labels: string;
  readonly value: number;
}

function samplesOf(text: string): Sample[] {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      // A name, labels, a value, and no time.
      const found = /^([a-z_]+)\{((?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)+)\} (-?[\d.e+-]+)$/.exec(
        line,
      );
      expect(found?.[0]).toBe(line);
      const [, name = "", labels = "", value] = found ?? [];
      return { name, labels, value: Number(value) };
    });
}

test("the figures of a run are gauges, with the labels of OpenTelemetry", () => {
  const lines = openMetrics([run]).split("\n");
  for (const line of [
    `streamgauge_run_start_time_seconds{${LABELS}} 1767323045`,
    `streamgauge_requests{${LABELS},outcome="complete"} 3`,
    `streamgauge_requests{${LABELS},outcome="failed"} 1`,
    // 3 requests of 4 tokens in 650 ms, from the first send to the end of the failed one.
    `streamgauge_output_tokens_per_second{${LABELS}} ${12 / 0.65}`,
    `streamgauge_client_limited{${LABELS}} 0`,
    "# TYPE gen_ai_client_operation_duration_seconds histogram",
    `gen_ai_client_operation_duration_seconds_bucket{${LABELS},le="0.16"} 0`,
    `gen_ai_client_operation_duration_seconds_bucket{${LABELS},le="0.32"} 3`,
    `gen_ai_client_operation_duration_seconds_count{${LABELS},error_type="busy"} 1`,
    `gen_ai_client_token_usage_sum{${LABELS},gen_ai_token_type="output"} 12`,
    `streamgauge_time_to_first_token_seconds_bucket{${LABELS},le="0.1"} 3`,
    `streamgauge_time_to_first_token_seconds_bucket{${LABELS},le="+Inf"} 3`,
    `streamgauge_inter_token_latency_seconds_count{${LABELS}} 9`,
  ]) {
    expect(lines).toContain(line);
  }
  expect(lines.slice(-2)).toEqual(["# EOF", ""]);
});

test("the text is OpenMetrics and what the node exporter reads: gauges and histograms, each family in one place", () => {
  const text = openMetrics([
    { ...run, label: "a" },
    { ...run, label: "b" },
  ]);
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  expect(types.every(([, , type]) => type === "gauge" || type === "histogram")).toBe(true);
  expect(new Set(types.map(([, name]) => name)).size).toBe(types.length);
  const series = samplesOf(text).map(({ name, labels }) => `${name}{${labels}}`);
  expect(new Set(series).size).toBe(series.length);
  let family = "";
  for (const line of text.split("\n")) {
    const [, named] = /^# TYPE (\S+)/.exec(line) ?? [];
    if (named !== undefined) family = named;
    else if (!line.startsWith("#") && line !== "") expect(line).toStartWith(family);
  }
});

test("buckets grow up to the count, whatever the samples", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 200_000 }), { minLength: 1 }), (times) => {
      const records = times.map((ttft, index) => madeUpRecord(index, { ttft }));
      const samples = samplesOf(openMetrics([exportedRun(madeUpRun(records))]));
      const buckets = samples
        .filter(({ name }) => name === "streamgauge_time_to_first_token_seconds_bucket")
        .map(({ value }) => value);
      expect(buckets).toEqual(buckets.toSorted((a, b) => a - b));
      expect(buckets.at(-1)).toBe(times.length);
      const sum = samples.find(
        ({ name }) => name === "streamgauge_time_to_first_token_seconds_sum",
      );
      expect(sum?.value).toBeCloseTo(times.reduce((a, b) => a + b, 0) / 1000, 6);
    }),
    { numRuns: runs(50) },
  );
});

test("what a result says stays within its label", () => {
  const model = 'a"} 1\nevil{x="\\ \u001b[2J';
  const text = openMetrics([
    exportedRun({ ...madeUpRun(madeUpRecords(1)), config: { model, base_url: "no url" } }),
  ]);
  const models = new Set(samplesOf(text).map(({ labels }) => labels.split(",")[1]));
  expect([...models]).toEqual(['gen_ai_request_model="a\\"} 1\\nevil{x=\\"\\\\ ␛[2J"']);
});
