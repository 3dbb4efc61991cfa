import { expect, test } from "bun:test";
import { RunProgress } from "../../lib/measure/run_progress.ts";
import { madeUpRecord } from "../support/records.ts";

const SECOND = 1_000_000;

/** A request that took so long to its first token, with so many deltas and tokens. */
function ended(ttft: number | null, { deltas = 10, tokens = 20 as number | null } = {}) {
  const { outcome, metrics } = madeUpRecord(0, {});
  return { outcome, metrics: { ...metrics, ttft, deltas, streamedTokens: tokens } };
}

test("what is left of a run by time is the time, and of one by requests is as long as those that ended took", () => {
  expect(new RunProgress({ duration: 10 * SECOND }).look(4 * SECOND).left).toBe(6 * SECOND);
  expect(new RunProgress({ duration: 10 * SECOND }).look(11 * SECOND).left).toBe(0);
  const progress = new RunProgress({ requests: 8 });
  expect(progress.look(SECOND).left).toBeNull();
  for (let count = 0; count < 2; count++) progress.ended(ended(1000));
  // Two took 3 s: six more take 9 s.
  expect(progress.look(3 * SECOND).left).toBe(9 * SECOND);
  progress.stopping();
  expect(progress.look(3 * SECOND).left).toBeNull();
});

test("tokens for each delta are counted where the endpoint counts them", () => {
  const progress = new RunProgress({ requests: 8 });
  expect(progress.look(SECOND).tokensPerDelta).toBeNull();
  progress.ended(ended(1000, { deltas: 10, tokens: 25 }));
  progress.ended(ended(1000, { deltas: 30, tokens: null }));
  progress.ended(ended(1000, { deltas: 10, tokens: 15 }));
  expect(progress.look(SECOND).tokensPerDelta).toBe(2);
});

test("the time to the first token is the median of the requests that ended last", () => {
  const progress = new RunProgress({ requests: 1000 });
  for (let count = 0; count < 1000; count++) progress.ended(ended(9_000));
  for (let count = 0; count < 1000; count++) progress.ended(ended(1_000));
  expect(progress.look(SECOND).ttft).toBe(1_000);
});

test("what is under way is what was sent and has neither ended nor been lost", () => {
  const progress = new RunProgress({ requests: 8 });
  for (let count = 0; count < 5; count++) progress.sent();
  progress.ended(ended(1000));
  progress.ended({ ...ended(1000), outcome: "failed" });
  progress.lost(1);
  expect(progress.look(SECOND)).toMatchObject({ sent: 5, inFlight: 2, complete: 1, incomplete: 1 });
});
