import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { loadRun, RunFileError, saveRun } from "../../lib/load/run_file.ts";
import { runFileProblem } from "../../lib/load/run_file_form.ts";
import { benchJson, endJson } from "../../lib/report/run/run_json.ts";
import { warningsOf } from "../../lib/report/run/warnings.ts";
import { madeUpRecords, madeUpRun } from "../support/records.ts";
import { runs } from "../support/runs.ts";

const SETTINGS = {
  stall: 500_000,
  serviceLevel: { ttft: 1 },
  price: { input: 1, output: 2 },
  masked: (text: string) => text,
};

/** A `run.json` as it is written, of a run that has everything that one can have. */
function writtenRun(): Record<string, any> {
  const folder = mkdtempSync(join(tmpdir(), "streamgauge-form-"));
  const kinds = ["complete", "failed", "timed_out"] as const;
  const records = madeUpRecords(3, (index) => ({ outcome: kinds[index] ?? "complete" }));
  const lost = { role: "worker", phase: "run", unknown: [3, 4], left: null } as const;
  const deaths = [
    { ...lost, end: { kind: "signal", signal: "SIGKILL" } },
    { ...lost, end: { kind: "exit", code: 1 } },
    { ...lost, end: { kind: "error", message: "RangeError" } },
    { ...lost, end: { kind: "silent" } },
  ] as const;
  const tokens = { promptTokens: [1, null, 3], outputTokens: [null, 2, 3] };
  const replayed = { requests: 3, sessions: 2, span: 5, ...tokens };
  const gauge = { mean: 1.5, max: 2 };
  const server = {
    engine: "vllm",
    url: "http://127.0.0.1:8000/metrics",
    reads: 1,
    failedReads: 0,
    problem: null,
    requests: 3,
    queue: 1,
    prefill: 2,
    ttft: null,
    tpot: 3,
    running: gauge,
    waiting: gauge,
    kvCache: null,
    prefixHits: 0.5,
  } as const;
  saveRun(folder, madeUpRun(records, { deaths, asked: { rate: 3 }, replayed, server }), SETTINGS);
  const json = require(join(folder, "run.json"));
  rmSync(folder, { recursive: true });
  return structuredClone(json);
}

/** The places of all values in it, as lists of keys. */
function placesIn(value: unknown): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [[]];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  const inner = entries.flatMap(([key, held]) =>
    placesIn(held).map((place) => [key].concat(place)),
  );
  return [[], ...inner];
}

/** The same with another value at this place; without one where that is `undefined`. */
function changed(whole: unknown, place: readonly (string | number)[], value: unknown): unknown {
  const [key, ...rest] = place;
  if (key === undefined) return value;
  const copy = structuredClone(whole) as Record<string | number, unknown>;
  const inner = changed(copy[key], rest, value);
  if (inner === undefined && !Array.isArray(copy)) delete copy[key];
  else copy[key] = inner;
  return copy;
}

/** What is said of a run with this value at this place. */
function problem(place: readonly (string | number)[], value: unknown): string {
  const found = runFileProblem(changed(writtenRun(), place, value));
  return found === null ? "none" : `${found.place} is not ${found.expected.en}`;
}

test("a run.json as it is written is whole", () => {
  expect(runFileProblem(writtenRun())).toBeNull();
});

test("the first place that is of another form is named, with what should be there", () => {
  expect(
    [
      [["config"], []],
      [["asked"], undefined],
      [["asked", "rate"], "fast"],
      [["instrument", "connections"], "hot"],
      [["interrupted"], 0],
      [["requests"], {}],
      [["requests", 1], null],
      [["requests", 1, "sent_us"], "1"],
      [["requests", 1, "file"], "../../secret"],
      [["requests", 1, "error", "kind"], "unheard of"],
      [["deaths", 0, "end"], { kind: "vanished" }],
      [["deaths", 0, "unknown", 1], -1],
      [["serviceLevel", "ttft"], null],
      [["price", "output"], undefined],
    ].map(([place, value]) => problem(place as string[], value)),
  ).toEqual([
    "config is not an object",
    "asked is not an object",
    "asked.rate is not a number",
    "instrument.connections is not one of warm, cold, closed",
    "interrupted is not true or false",
    "requests is not a list",
    "requests[1] is not an object",
    "requests[1].sent_us is not a number",
    "requests[1].file is not the name of a file",
    "requests[1].error.kind is not one of interrupted, timeout, network, client, busy, status, endpoint, not_a_completion, truncated",
    "deaths[0].end.kind is not one of unreadable, silent",
    "deaths[0].unknown[1] is not a whole number",
    "serviceLevel is not limits in µs",
    "price.output is not a number",
  ]);
});

test("whatever stands at whatever place of a run.json, it is refused by name or reported", async () => {
  const whole = writtenRun();
  const folder = mkdtempSync(join(tmpdir(), "streamgauge-form-"));
  const values = fc.oneof(
    fc.constantFrom(undefined, null, true, "", "text", -1, 0.5, [], {}, [null], { kind: "exit" }),
    fc.jsonValue(),
  );
  try {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...placesIn(whole)), values, async (place, value) => {
        const text = JSON.stringify(changed(whole, place, value)) ?? "";
        writeFileSync(join(folder, "run.json"), text);
        const loaded = await loadRun(folder).catch((error: unknown) => error);
        if (loaded instanceof RunFileError) return;
        expect(loaded).not.toBeInstanceOf(Error);
        const { run } = loaded as Awaited<ReturnType<typeof loadRun>>;
        benchJson({ run, warnings: warningsOf(run) }, "en");
        endJson([run]);
      }),
      { numRuns: runs(500) },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a run.json from before deaths and clocks were kept is read as one without", async () => {
  const { deaths: _, ...rest } = writtenRun();
  const { clockOffset: __, ...instrument } = rest["instrument"];
  const folder = mkdtempSync(join(tmpdir(), "streamgauge-form-"));
  const requests = rest["requests"].map((request: object) => ({ ...request, file: null }));
  writeFileSync(join(folder, "run.json"), JSON.stringify({ ...rest, instrument, requests }));
  const { run } = await loadRun(folder);
  expect([run.deaths, run.instrument.clockOffset]).toEqual([[], 0]);
  rmSync(folder, { recursive: true });
});

test("a run.json that was cut anywhere is refused by name", async () => {
  const text = JSON.stringify(writtenRun());
  const folder = mkdtempSync(join(tmpdir(), "streamgauge-form-"));
  for (let length = 0; length < text.length; length += 97) {
    writeFileSync(join(folder, "run.json"), text.slice(0, length));
    const error = await loadRun(folder).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RunFileError);
    expect(String(error)).toEndWith('run.json": it is not of the form streamgauge.run/1');
  }
  rmSync(folder, { recursive: true });
});
