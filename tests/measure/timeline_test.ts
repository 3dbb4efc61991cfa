import { expect, test } from "bun:test";
import { type Timeline, TimelineBuilder } from "../../lib/measure/timeline.ts";
import { usageOf } from "../support/stream.ts";

function built(
  write: (builder: TimelineBuilder) => void,
  end: Parameters<TimelineBuilder["build"]>[0] = { closedAt: 90, streamed: true },
): Timeline {
  const builder = new TimelineBuilder();
  write(builder);
  return builder.build(end);
}

test("timeline of nothing has no times and no counts", () => {
  expect(built(() => {}, { closedAt: null, streamed: true })).toEqual({
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
  });
});

test("timeline notes the first piece only", () => {
  const { firstPieceAt } = built((builder) => {
    builder.piece(10);
    builder.piece(20);
  });
  expect(firstPieceAt).toBe(10);
});

test("timeline does not take the time of a later piece for that of a first one without time", () => {
  const { firstPieceAt, firstAnswerAt } = built((builder) => {
    builder.piece(null);
    builder.piece(20);
    builder.answer(null);
    builder.answer(20);
  });
  expect(firstPieceAt).toBeNull();
  expect(firstAnswerAt).toBeNull();
});

test("timeline notes each delta, and no chunk that adds nothing", () => {
  const { deltasAt, closedAt } = built((builder) => {
    builder.chunk({ isDelta: false, usage: null }, 10);
    builder.chunk({ isDelta: true, usage: null }, 20);
    builder.chunk({ isDelta: true, usage: null }, 20);
    builder.chunk({ isDelta: false, usage: null }, 30);
  });
  expect(deltasAt).toEqual([20, 20]);
  expect(closedAt).toBe(90);
});

test("timeline knows the counts at the first delta, and that every delta was counted", () => {
  const timeline = built((builder) => {
    builder.chunk({ isDelta: false, usage: usageOf({ completionTokens: 0 }) }, 10);
    builder.chunk(
      { isDelta: true, usage: usageOf({ completionTokens: 7, reasoningTokens: 4 }) },
      20,
    );
    builder.chunk({ isDelta: true, usage: usageOf({ completionTokens: 9 }) }, 30);
    builder.chunk({ isDelta: false, usage: null }, 40);
  });
  expect(timeline).toMatchObject({
    usage: usageOf({ completionTokens: 9, reasoningTokens: 4 }),
    tokensAtFirstDelta: 7,
    reasoningTokensAtFirstDelta: 4,
    countedPerDelta: true,
  });
});

test("timeline is not counted per delta when one delta came without a count", () => {
  for (const missing of [0, 1, 2]) {
    const { countedPerDelta, tokensAtFirstDelta } = built((builder) => {
      for (const index of [0, 1, 2]) {
        const usage = index === missing ? null : usageOf({ completionTokens: index + 1 });
        builder.chunk({ isDelta: true, usage }, index);
      }
      builder.chunk({ isDelta: false, usage: usageOf({ completionTokens: 3 }) }, 9);
    });
    expect(countedPerDelta).toBe(false);
    expect(tokensAtFirstDelta).toBe(missing === 0 ? null : 1);
  }
});

test("timeline notes the earliest answer, also when it is known later", () => {
  const { firstAnswerAt } = built((builder) => {
    builder.answer(30);
    builder.answer(20);
    builder.answer(40);
  });
  expect(firstAnswerAt).toBe(20);
});

test("timeline of a completion that came whole has no deltas and no answer to time", () => {
  const timeline = built(
    (builder) => {
      builder.piece(10);
      builder.chunk({ isDelta: true, usage: usageOf({ completionTokens: 3 }) }, 10);
      builder.answer(10);
    },
    { closedAt: 20, streamed: false },
  );
  expect(timeline).toMatchObject({
    firstPieceAt: 10,
    deltasAt: [],
    firstAnswerAt: null,
    closedAt: 20,
    usage: usageOf({ completionTokens: 3 }),
    streamed: false,
  });
});

test("timeline so far is not changed by what comes later", () => {
  const builder = new TimelineBuilder();
  builder.chunk({ isDelta: true, usage: null }, 10);
  const before = builder.build({ closedAt: null, streamed: true });
  builder.chunk({ isDelta: true, usage: null }, 20);
  expect(before.deltasAt).toEqual([10]);
});
