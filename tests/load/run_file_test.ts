import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measure, openExecutor } from "../../lib/load/executor.ts";
import type { RunSpec } from "../../lib/load/run_share.ts";
import { holdsRun, loadRun, saveRun } from "../../lib/load/run_file.ts";
import type { FinishedRun } from "../../lib/measure/finished_run.ts";
import { summarize } from "../../lib/measure/summary.ts";
import { startDemo } from "../../lib/server/demo.ts";
import { temporaryFolder } from "../support/folder.ts";
import { closedPlan, fromNow, runSpec } from "../support/load.ts";

test("a recorded run gives the same records and summary, bit for bit, when it is built anew", async () => {
  const folder = mkdtempSync(join(tmpdir(), "streamgauge-run-"));
  const demo = await startDemo({ speed: 20 });
  try {
    await using executor = await openExecutor(0);
    const never = new AbortController().signal;
    const spec: RunSpec = {
      plan: {
        arrivals: { kind: "open", rate: 200, process: "poisson", cap: 2, seed: 3 },
        until: { requests: 12 },
        warmup: 0,
        drain: 1_000_000,
      },
      baseUrl: demo.baseUrl,
      model: "demo",
      headers: {},
      parameters: {},
      system: null,
      prompts: { kind: "list", conversations: [[{ role: "user", content: "你好" }]] },
      cache: "unique",
      seed: 3,
      limits: {},
      retries: 0,
      resendReused: false,
      stall: 500_000,
      recordFolder: folder,
      stamped: false,
    };
    const serviceLevel = { ttft: 15_000 };
    const price = { input: 1, output: 2 };
    const options = { executor, key: null, stopSending: never, stopNow: never };
    const { records, unsent } = await measure(spec, options);
    const run: FinishedRun = {
      config: { model: "demo" },
      environment: {},
      asked: { rate: 200, cap: 2, promptTokens: null, outputTokens: null, cache: "unique" },
      records,
      summary: summarize(records, { serviceLevel, price }),
      instrument: { loopLagP99: null, connections: "cold", proxy: false, clockOffset: 0 },
      interrupted: false,
      unsent,
      deaths: [],
    };
    saveRun(folder, run, { stall: spec.stall, serviceLevel, price, masked: (text) => text });
    expect(holdsRun(folder)).toBe(true);
    const loaded = await loadRun(folder);
    expect(loaded.missing).toBe(0);
    expect(loaded.run.records).toHaveLength(12);
    expect(loaded.run).toEqual(run);
    // A file from before requests were sent once more does not say that they were.
    const path = join(folder, "run.json");
    const written = readFileSync(path, "utf8");
    writeFileSync(path, written.replaceAll(/,?\s*"resent": ?false/g, ""));
    expect(readFileSync(path, "utf8")).not.toContain("resent");
    expect((await loadRun(folder)).run.records).toEqual(records);
  } finally {
    await demo.close();
    rmSync(folder, { recursive: true });
  }
});

test("only a closed loop that was always full has a steady part", async () => {
  using folder = temporaryFolder();
  const demo = await startDemo({ speed: 20 });
  try {
    await using executor = await openExecutor(0);
    const spec = runSpec(demo.baseUrl, { plan: closedPlan(2, 6), recordFolder: folder.path });
    const { stopSending, stopNow } = fromNow();
    const { records, unsent } = await measure(spec, { executor, key: null, stopSending, stopNow });
    const run: FinishedRun = {
      config: { concurrency: 2 },
      environment: {},
      asked: { rate: null, cap: null, promptTokens: null, outputTokens: null, cache: "reuse" },
      records,
      summary: summarize(records, {}),
      instrument: { loopLagP99: null, connections: "cold", proxy: false, clockOffset: 0 },
      interrupted: false,
      unsent,
      deaths: [],
    };
    const replayed = { requests: 6, sessions: 1, span: 1, promptTokens: [], outputTokens: [] };
    const isSteady = async (given: Partial<FinishedRun>): Promise<boolean> => {
      const how = { stall: 500_000, serviceLevel: null, price: null };
      saveRun(folder.path, { ...run, ...given }, { ...how, masked: (text) => text });
      return (await loadRun(folder.path)).run.summary.steady !== null;
    };
    expect(await isSteady({})).toBe(true);
    expect(await isSteady({ config: {} })).toBe(false);
    expect(await isSteady({ config: { concurrency: 2, ramp: [1, 2] } })).toBe(false);
    expect(await isSteady({ config: { concurrency: 2, think_ms: [1, 2] } })).toBe(false);
    expect(await isSteady({ asked: { ...run.asked, rate: 5 } })).toBe(false);
    expect(await isSteady({ replayed })).toBe(false);
  } finally {
    await demo.close();
  }
});

test("a folder whose run.json is of another form is refused by name", () => {
  const folder = mkdtempSync(join(tmpdir(), "streamgauge-run-"));
  expect(holdsRun(folder)).toBe(false);
  writeFileSync(join(folder, "run.json"), '{"schema":"streamgauge.run/2","requests":[]}');
  expect(loadRun(folder)).rejects.toThrow("it is not of the form streamgauge.run/1");
});
