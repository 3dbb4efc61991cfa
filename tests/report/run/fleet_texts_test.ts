import { expect, test } from "bun:test";
import { createColors } from "picocolors";
import type { FleetWorker, FinishedRun } from "../../../lib/measure/finished_run.ts";
import type { ProcessDeath } from "../../../lib/measure/process_death.ts";
import { renderMessage } from "../../../lib/base/message.ts";
import { fleetJson } from "../../../lib/report/run/fleet_json.ts";
import { workersDied } from "../../../lib/report/run/process_death_texts.ts";
import { renderRun } from "../../../lib/report/run/run_table.ts";
import { madeUpRecords, madeUpRun } from "../../support/records.ts";

const WORKER: FleetWorker = {
  name: "gpu-client-1",
  cores: 8,
  processes: 2,
  requests: 100,
  loopLagP99: 1_250,
  clockOffset: -40_000,
  clockUncertainty: 120,
  late: 0,
  lost: false,
};
const LOST: FleetWorker = { ...WORKER, name: "b", loopLagP99: null, late: null, lost: true };

function lost(how: Extract<ProcessDeath["end"], { kind: "lost" }>["how"]): ProcessDeath {
  const end = { kind: "lost", worker: "b", how } as const;
  return { role: "worker", phase: "run", end, unknown: [3, 4, 5, 9], left: 12 };
}

test("a lost worker is told with what is missing of it, in both languages", () => {
  const message = workersDied([lost("dead")]);
  if (message === null) throw new Error("nothing is said");
  expect(renderMessage(message, "en"))
    .toBe(`a worker of the fleet was lost (b: it showed no sign of life): what became of 4 requests is unknown (3–5, 9), and 12 planned were not sent
Nobody sends their share again, since it may have been sent: run it again`);
  expect(renderMessage(message, "zh"))
    .toBe(`集群中 1 台工作机失联（b：失去响应）：4 个请求的结果未知（编号 3–5、9），另有 12 个计划中的请求没有发送
它们的部分可能已经发送，因此不会重发：请重新运行`);
  for (const how of ["silent", "left", "redis"] as const) {
    expect(workersDied([lost(how)])?.cause.en).toStartWith("a worker of the fleet was lost (b: ");
  }
  expect(workersDied([lost("dead"), lost("left")])?.cause.en).toStartWith(
    "2 workers of the fleet were lost (b: it showed no sign of life; b: it was told to end): ",
  );
});

test("the table says how many machines sent, and how far apart they have begun", () => {
  const run = madeUpRun(madeUpRecords(2));
  const fleet = [WORKER, LOST];
  const over: FinishedRun = { ...run, instrument: { ...run.instrument, fleet } };
  const table = (language: "en" | "zh") =>
    renderRun(over, {
      language,
      width: 80,
      styles: createColors(false),
      warnings: [],
      wrap: (text) => [text],
    });
  expect(table("en")).toMatch(/^workers +2, begun within 0.24 ms, 1 lost$/m);
  expect(table("zh")).toMatch(/^工作机 +2 台，开始时间相差不超过 0.24 ms，1 台失联$/m);
});

test("JSON has an instrument for each machine, in milliseconds", () => {
  expect(fleetJson([WORKER, LOST])).toEqual({
    start_skew_ms: 0.24,
    workers: [
      {
        name: "gpu-client-1",
        cores: 8,
        processes: 2,
        requests: 100,
        loop_lag_p99_ms: 1.25,
        clock_offset_ms: -40,
        clock_uncertainty_ms: 0.12,
        start_late_ms: 0,
        lost: false,
      },
      expect.objectContaining({
        name: "b",
        loop_lag_p99_ms: null,
        start_late_ms: null,
        lost: true,
      }),
    ],
  });
});
