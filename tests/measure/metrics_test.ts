import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  arrivedInOneBurst,
  requestMetrics,
  timePerOutputTokenUncertainty,
} from "../../lib/measure/metrics.ts";
import type { Timeline } from "../../lib/measure/timeline.ts";
import { usageOf } from "../support/stream.ts";

const options = { stall: 500_000 };

function timeline(given: Partial<Timeline>): Timeline {
  return {
    firstPieceAt: null,
    acceptedAt: null,
    deltasAt: [],
    firstAnswerAt: null,
    closedAt: null,
    usage: null,
    tokensAtFirstDelta: null,
    reasoningTokensAtFirstDelta: null,
    countedPerDelta: false,
    hasReasoningDelta: false,
    streamed: true,
    ...given,
  };
}

function metrics(given: Partial<Timeline>) {
  return requestMetrics(timeline(given), options);
}

function accepted(acceptedAt: number | null, ...deltasAt: (number | null)[]): number | null {
  return metrics({ acceptedAt, deltasAt }).accepted;
}

test("acceptance is told where it comes at least 10 ms before the first token", () => {
  expect(accepted(100_000, 110_000)).toBe(100_000);
  expect(accepted(100_000, 109_999)).toBeNull();
  expect(accepted(100_000, 100_000)).toBeNull();
  expect(accepted(null, 110_000)).toBeNull();
  // No token came: all that is known of the request is that it was begun.
  expect(accepted(100_000)).toBe(100_000);
  expect(accepted(null, null)).toBeNull();
});

test("metrics of a stream that counts usage up: one token a delta", () => {
  const found = metrics({
    firstPieceAt: 180_000,
    deltasAt: [200_000, 250_000, 250_000, 320_000],
    firstAnswerAt: 200_000,
    closedAt: 330_000,
    usage: usageOf({ promptTokens: 30, completionTokens: 4 }),
    tokensAtFirstDelta: 1,
    countedPerDelta: true,
  });
  expect(found).toEqual({
    ttfb: 180_000,
    accepted: null,
    ttft: 200_000,
    ttfa: 200_000,
    itl: [50_000, 0, 70_000],
    tpot: 40_000, // (320 000 − 200 000) / (4 − 1)
    e2e: 320_000,
    closed: 330_000,
    decodeRate: 25, // 1 s / 40 ms
    outputRate: 12.5, // 4 tokens / 0.32 s
    deltas: 4,
    streamedTokens: 4,
    tokensPerDelta: 1,
    tokensPerDeltaSource: "usage",
    stalls: { count: 0, longest: null, total: 0 },
  });
});

test("metrics of several tokens a delta, counted up: the first delta's tokens are not waited for", () => {
  const found = metrics({
    deltasAt: [100_000, 160_000, 220_000],
    usage: usageOf({ completionTokens: 9 }),
    tokensAtFirstDelta: 3,
    countedPerDelta: true,
  });
  expect(found.tpot).toBe(20_000); // (220 000 − 100 000) / (9 − 3)
  expect(found.tokensPerDelta).toBe(3); // 9 / 3
  expect(found.tokensPerDeltaSource).toBe("usage");
});

test("metrics of usage that comes only at the end: the first delta counts as one token", () => {
  const found = metrics({
    deltasAt: [100_000, 160_000, 220_000],
    usage: usageOf({ completionTokens: 9 }),
  });
  expect(found.tpot).toBe(15_000); // (220 000 − 100 000) / (9 − 1)
  expect(found.tokensPerDelta).toBe(3);
  expect(found.tokensPerDeltaSource).toBe("average");
});

test("metrics leave hidden reasoning out of what was streamed, and not out of what is billed", () => {
  const found = metrics({
    deltasAt: [1_000_000, 1_040_000, 1_080_000],
    usage: usageOf({ completionTokens: 105, reasoningTokens: 100 }),
  });
  expect(found.streamedTokens).toBe(5); // 105 − 100
  expect(found.tpot).toBe(20_000); // (1 080 000 − 1 000 000) / (5 − 1)
  expect(found.outputRate).toBe((105 * 1e6) / 1_080_000);
});

test("metrics leave hidden reasoning out of the first delta's tokens, too", () => {
  const hidden = { deltasAt: [10_000, 50_000], tokensAtFirstDelta: 102, countedPerDelta: true };
  const usage = usageOf({ completionTokens: 106, reasoningTokens: 100 });
  // (50 000 − 10 000) / ((106 − 100) − (102 − 100)), counted on the chunk or only at the end
  expect(metrics({ ...hidden, usage, reasoningTokensAtFirstDelta: 100 }).tpot).toBe(10_000);
  expect(metrics({ ...hidden, usage }).tpot).toBe(10_000);
});

test("metrics count reasoning that was streamed", () => {
  const found = metrics({
    deltasAt: [10_000, 20_000, 50_000],
    firstAnswerAt: 50_000,
    usage: usageOf({ completionTokens: 5, reasoningTokens: 3 }),
    tokensAtFirstDelta: 1,
    reasoningTokensAtFirstDelta: 1,
    hasReasoningDelta: true,
  });
  expect(found).toMatchObject({ ttft: 10_000, ttfa: 50_000, streamedTokens: 5 });
  expect(found.tpot).toBe(10_000); // (50 000 − 10 000) / (5 − 1)
});

test("metrics take at least one token for the first delta, where the count lags behind the text", () => {
  const found = metrics({
    deltasAt: [10_000, 50_000],
    usage: usageOf({ completionTokens: 3 }),
    tokensAtFirstDelta: 0,
    countedPerDelta: true,
  });
  expect(found.tpot).toBe(20_000); // (50 000 − 10 000) / (3 − 1)
});

test("metrics have no TPOT where no token follows the first delta", () => {
  const deltasAt = [10_000, 20_000];
  const cases: Partial<Timeline>[] = [
    { deltasAt },
    { deltasAt, usage: usageOf({ promptTokens: 3 }) },
    { deltasAt, usage: usageOf({ completionTokens: 0 }) },
    { deltasAt, usage: usageOf({ completionTokens: 1 }) },
    { deltasAt, usage: usageOf({ completionTokens: 5 }), tokensAtFirstDelta: 5 },
    { deltasAt, usage: usageOf({ completionTokens: 5, reasoningTokens: 9 }) },
    { deltasAt: [], usage: usageOf({ completionTokens: 9 }) },
  ];
  for (const given of cases) {
    const { tpot, decodeRate } = metrics(given);
    expect({ tpot, decodeRate }, JSON.stringify(given)).toEqual({ tpot: null, decodeRate: null });
  }
});

test("metrics have no TPOT where one delta holds everything: there is nothing between", () => {
  const found = metrics({ deltasAt: [10_000], usage: usageOf({ completionTokens: 9 }) });
  expect(found).toMatchObject({ ttft: 10_000, e2e: 10_000, itl: [], tpot: null, decodeRate: null });
  expect(found.tokensPerDelta).toBe(9);
});

test("metrics of deltas that came all at once have a TPOT of 0 and no decode rate", () => {
  const found = metrics({ deltasAt: [7, 7, 7], usage: usageOf({ completionTokens: 3 }) });
  expect(found).toMatchObject({ itl: [0, 0], tpot: 0, decodeRate: null });
});

test("metrics of a stream without deltas are null, never 0", () => {
  expect(metrics({ firstPieceAt: 10, closedAt: 20 })).toEqual({
    ttfb: 10,
    accepted: null,
    ttft: null,
    ttfa: null,
    itl: [],
    tpot: null,
    e2e: null,
    closed: 20,
    decodeRate: null,
    outputRate: null,
    deltas: 0,
    streamedTokens: null,
    tokensPerDelta: null,
    tokensPerDeltaSource: null,
    stalls: { count: null, longest: null, total: null },
  });
});

test("metrics of a stream without times are null, and still count tokens per delta", () => {
  const found = metrics({
    deltasAt: [null, null, null],
    usage: usageOf({ completionTokens: 6 }),
    tokensAtFirstDelta: 2,
    countedPerDelta: true,
  });
  expect(found).toEqual({
    ttfb: null,
    accepted: null,
    ttft: null,
    ttfa: null,
    itl: [],
    tpot: null,
    e2e: null,
    closed: null,
    decodeRate: null,
    outputRate: null,
    deltas: 3,
    streamedTokens: 6,
    tokensPerDelta: 2,
    tokensPerDeltaSource: "usage",
    stalls: { count: null, longest: null, total: null },
  });
});

test("metrics do not bridge a delta whose time is missing", () => {
  const found = metrics({
    deltasAt: [10, 20, null, 50, 70],
    usage: usageOf({ completionTokens: 5 }),
  });
  expect(found).toMatchObject({ ttft: 10, itl: [10, 20], e2e: null, tpot: null, outputRate: null });
  expect(found.stalls.count).toBeNull();
});

test("metrics of a completion that did not stream have no stream metrics", () => {
  const found = metrics({
    firstPieceAt: 10,
    closedAt: 20,
    usage: usageOf({ completionTokens: 9 }),
    streamed: false,
  });
  expect(found).toMatchObject({
    ttfb: 10,
    accepted: null,
    ttft: null,
    ttfa: null,
    tpot: null,
    e2e: null,
    closed: 20,
    outputRate: null,
    streamedTokens: null,
    tokensPerDelta: null,
    tokensPerDeltaSource: null,
  });
});

test("metrics count the gaps above the threshold as stalls, not one that is equal", () => {
  const deltasAt = [0, 500_000, 1_000_001, 1_000_002, 1_700_002];
  expect(metrics({ deltasAt }).stalls).toEqual({
    count: 2, // 500 001 and 700 000; 500 000 is not above
    longest: 700_000,
    total: 1_200_001,
  });
  const { stalls } = requestMetrics(timeline({ deltasAt }), { stall: 1_000_000 });
  expect(stalls).toEqual({ count: 0, longest: null, total: 0 });
});

test("metrics hold ttft + Σ itl = e2e exactly, whatever the times", () => {
  const gap = fc.oneof(fc.nat(3), fc.nat(50_000), fc.nat(86_400_000_000));
  fc.assert(
    fc.property(fc.array(gap, { minLength: 1, maxLength: 200 }), (gaps) => {
      let at = 0;
      const { ttft, itl, e2e, deltas } = metrics({ deltasAt: gaps.map((gap) => (at += gap)) });
      expect((ttft ?? Number.NaN) + itl.reduce((sum, gap) => sum + gap, 0)).toBe(e2e ?? -1);
      expect(itl).toHaveLength(deltas - 1);
    }),
  );
});

test("metrics are the same for the same timeline, to the bit", () => {
  const given = timeline({ deltasAt: [1, 4, 11], usage: usageOf({ completionTokens: 8 }) });
  expect(requestMetrics(given, options)).toEqual(requestMetrics(structuredClone(given), options));
});

test("burst is five deltas or more that came at once after a wait", () => {
  const burst = [900_000, 900_100, 900_100, 900_200, 900_300];
  expect(arrivedInOneBurst(timeline({ deltasAt: burst }))).toBe(true);
  expect(arrivedInOneBurst(timeline({ deltasAt: burst.slice(1) }))).toBe(false);
  // 20 ms is more than a fiftieth of 900 ms, and more than 1 ms apart
  const steady = burst.map((at, index) => at + index * 5_000);
  expect(arrivedInOneBurst(timeline({ deltasAt: steady }))).toBe(false);
  expect(arrivedInOneBurst(timeline({ deltasAt: burst.map(() => null) }))).toBe(false);
  expect(arrivedInOneBurst(timeline({}))).toBe(false);
});

test("without a delta there are no tokens for each", () => {
  expect(metrics({ deltasAt: [], usage: usageOf({ completionTokens: 3 }) })).toMatchObject({
    streamedTokens: 3,
    tokensPerDelta: null,
    tokensPerDeltaSource: null,
  });
});

/** Whether five deltas, of which the last comes so long after the first, are one burst. */
function isBurst(first: number, span: number): boolean {
  return arrivedInOneBurst(timeline({ deltasAt: [first, first, first, first, first + span] }));
}

test("a burst takes less than a fiftieth of the wait, and less than 1 ms a delta", () => {
  expect([isBurst(5_000, 100), isBurst(5_000, 99)]).toEqual([false, true]);
  expect([isBurst(900_000, 4_000), isBurst(900_000, 3_999)]).toEqual([false, true]);
});

test("a stream of which some delta has no time has no TPOT", () => {
  const usage = usageOf({ completionTokens: 3 });
  for (const deltasAt of [
    [100_000, 110_000, null],
    [null, 110_000, 120_000],
    [100_000, null, 120_000],
  ]) {
    expect(metrics({ deltasAt, usage }).tpot).toBeNull();
  }
  expect(metrics({ deltasAt: [], usage }).tpot).toBeNull();
  expect(metrics({ deltasAt: [100_000, 110_000] }).tpot).toBeNull();
});

/** The uncertainty of four deltas that hold so many tokens. */
function uncertaintyOf(completionTokens: number, given: Partial<Timeline> = {}): number {
  return timePerOutputTokenUncertainty(
    metrics({
      deltasAt: [100_000, 200_000, 300_000, 400_000],
      usage: usageOf({ promptTokens: 3, completionTokens }),
      ...given,
    }),
  );
}

test("how much too low TPOT may be follows from the tokens of a delta, where they are not told", () => {
  // 12 tokens in 4 deltas: 3 each. TPOT is 300 ms / 11; with 3 in the first delta it were 300 ms / 9.
  expect(uncertaintyOf(12)).toBeCloseTo(2 / 11, 9);
  expect(uncertaintyOf(12, { countedPerDelta: true, tokensAtFirstDelta: 3 })).toBe(0);
  // One token a delta, and an end-of-text token that is counted and not shown.
  expect(uncertaintyOf(5)).toBe(0);
  expect(uncertaintyOf(6)).toBeCloseTo(0.5 / 5, 9);
  expect(uncertaintyOf(12, { usage: null })).toBe(0);
});
