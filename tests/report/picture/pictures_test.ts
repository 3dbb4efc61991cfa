import { expect, test } from "bun:test";
import { createColors } from "picocolors";
import { renderLoadBars } from "../../../lib/report/picture/load_bars.ts";
import { renderRunCurve } from "../../../lib/report/picture/run_curve.ts";
import { renderRunStreams } from "../../../lib/report/picture/run_streams.ts";
import type { FinishedRun } from "../../../lib/measure/finished_run.ts";
import { ASCII, BLOCKS } from "../../../lib/text/glyphs.ts";
import { madeUpRecord, madeUpRecords, madeUpRun } from "../../support/records.ts";

const styles = createColors(false);
const options = { language: "en", width: 60, styles, glyphs: BLOCKS, stall: 500_000 } as const;

const records = [
  madeUpRecord(0, { gaps: [20, 20, 40] }),
  madeUpRecord(1, { gaps: [20, 600, 20] }),
  madeUpRecord(2, { gaps: [20, 20], outcome: "truncated" }),
];

test("a run shows its median stream, its slowest and the first that was cut, over the same time", () => {
  // They end after 180 ms, 740 ms and 141 ms, the last with its body; a column stands for 18 ms.
  expect(renderRunStreams(records, options)).toBe(
    `streams (· waiting, ▁█ gaps up to 40.0 ms, ▒ stall, ✕ cut or failed)
  median     180 ms  ·····▄▄███
  slowest    740 ms  ·····▄▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▄
  first cut  141 ms  ·····▄▄✕`,
  );
});

test("streams in Chinese, and in ASCII", () => {
  const drawn = { ...options, language: "zh", glyphs: ASCII } as const;
  expect(renderRunStreams(records, drawn)).toBe(
    `流（. 等待，_# 间隔，最长 40.0 ms，! 停顿，x 被截断或失败）
  中位      180 ms  .....==###
  最慢      740 ms  .....=!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!=
  首个截断  141 ms  .....==x`,
  );
});

test("no stream with times is no picture", () => {
  const none = madeUpRecords(2, () => ({ outcome: "failed", ttft: null }));
  expect(renderRunStreams(none, options)).toBe("");
  expect(renderRunCurve(none, options)).toBe("");
  expect(renderRunStreams([], options)).toBe("");
});

test("a run over time is a few lines, as high as its highest rate", () => {
  // 4 tokens in the second tenth of a second, and 8 in the ninth.
  const two = [0, 700, 700].map((sent, index) => madeUpRecord(index, { sent }));
  expect(renderRunCurve(two, { ...options, width: 24 })).toBe(
    `output tokens/s over the run
  80.0         █
        ▄      █
     0  █      █
       0 s 0.9 s`,
  );
});

function at(concurrency: number, tokensEach: number): FinishedRun {
  const run = madeUpRun(madeUpRecords(4, () => ({ ttft: concurrency * 100, tokensEach })));
  return { ...run, config: { concurrency } };
}

test("a sweep is bars in the order of the loads, with the service level across", () => {
  const serviceLevel = { ttft: 300_000 };
  const drawn = { ...options, unit: "concurrency", serviceLevel, width: 72 } as const;
  expect(renderLoadBars([at(2, 2), at(1, 1), at(4, 2)], drawn)).toBe(
    `concurrency  token/s           TTFT p50            TPOT p50
          1  21.0  █████▋      100 ms  ██▌    │    20.0 ms  ██████████
          2  37.2  ██████████  200 ms  █████  │    8.57 ms  ████▎
          4  30.2  ████████▏   400 ms  ███████│██  8.57 ms  ████▎`,
  );
});

test("runs under one load have no curve", () => {
  const drawn = { ...options, unit: "concurrency" } as const;
  expect(renderLoadBars([at(2, 1), at(2, 1)], drawn)).toBe("");
  expect(renderLoadBars([], drawn)).toBe("");
  expect(renderLoadBars([at(1, 1), at(2, 1)], { ...drawn, unit: "rate" })).toBe("");
});
