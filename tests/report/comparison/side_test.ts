import { expect, test } from "bun:test";
import { sideResult } from "../../../lib/compare/side_result.ts";
import { compareRuns } from "../../../lib/measure/comparison.ts";
import { renderComparison } from "../../../lib/report/comparison/comparison_table.ts";
import { sideRunOf } from "../../../lib/report/comparison/side.ts";
import { resultOf } from "../../../lib/report/run/result_form.ts";
import { benchJson } from "../../../lib/report/run/run_json.ts";
import { warningsOf } from "../../../lib/report/run/warnings.ts";
import { createColors } from "picocolors";
import { madeUpRecords, madeUpRun } from "../../support/records.ts";

/** A run of 70 requests, of which every seventh failed; one was interrupted by the user. */
function finishedRun(ttft: number) {
  const records = madeUpRecords(70, (index) => ({
    ttft: ttft + (index % 5),
    outcome: index === 3 ? "interrupted" : index % 7 === 0 ? "failed" : "complete",
    usage: { cachedTokens: 3 },
  }));
  return madeUpRun(records, { interrupted: true });
}

test("a run in memory is compared as the file that holds it", () => {
  const run = finishedRun(100);
  const fromMemory = sideRunOf(run, { pair: 2 });
  const written = { ...benchJson({ run, warnings: warningsOf(run) }, "en"), pair: 2 };
  const { result } = resultOf(JSON.parse(JSON.stringify(written)));
  const [fromFile] = (result?.runs ?? []).map((one) => sideResult(one).run);
  expect(fromFile).toEqual({
    ...fromMemory,
    outputTokens: expect.closeTo(fromMemory.outputTokens ?? 0, 9) as number,
  });
  expect(fromMemory).toMatchObject({ requests: 69, failed: 10, isCutShort: true, pair: 2 });
  // 4 tokens out and 3 of 30 tokens in from the cache, in each.
  expect(fromMemory.outputTokens).toBeCloseTo(4, 9);
  expect(fromMemory.cachedShare).toBeCloseTo(0.1, 9);
  // 59 complete requests: too few for a p90.
  expect(fromMemory.statistics).toMatchObject({ ttft_p50: 102_000, ttft_p90: null });
});

test("runs in memory are compared and shown without any file", () => {
  const [a, b] = [[100, 101, 103].map(quickRun), [100.2, 101.1, 103.3].map(quickRun)];
  const comparison = compareRuns(a, b, { paired: true, margin: 0.01 });
  const reported = {
    comparison,
    a: { names: ["--model one"], runs: a },
    b: { names: ["--model other"], runs: b },
  };
  const styles = createColors(false);
  expect(renderComparison(reported, { language: "en", width: 80, styles }))
    .toBe(`A  --model one: 3 runs of 64 requests, m
B  --model other: 3 runs of 64 requests, m

                 A        B   A → B            interval
TTFT p50    102 ms   102 ms   +0.2%      −0.3% to +0.7%
TPOT mean  20.0 ms  20.0 ms    0.0%        0.0% to 0.0%
E2E p50     162 ms   162 ms   +0.1%      −0.2% to +0.4%
tokens/s      20.1     20.1    0.0%        0.0% to 0.0%
TTFT p90    102 ms   103 ms   +0.2%       0.0% to +0.4%
TPOT p90   20.0 ms  20.0 ms    0.0%        0.0% to 0.0%
E2E p90     162 ms   163 ms   +0.1%       0.0% to +0.3%
failed          0%       0%  0.0 pp  −3.1 pp to +3.1 pp

TTFT p50   the same, within 1%
TPOT mean  the same, within 1%
E2E p50    the same, within 1%
tokens/s   the same, within 1%
failed     no request, on either side

The smallest difference that these runs show 4 times in 5: TTFT p50 0.5%, TPOT
  mean 0.0%, E2E p50 0.3%, tokens/s 0.0%
Intervals: paired t over 3 pairs of runs, 95% for the four together (Holm);
  p90 and p99 have plain 95% intervals and no verdict`);
});

function quickRun(ttft: number) {
  return sideRunOf(madeUpRun(madeUpRecords(64, (index) => ({ ttft: ttft + (index % 2) }))));
}
