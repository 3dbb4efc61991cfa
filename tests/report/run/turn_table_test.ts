import { expect, test } from "bun:test";
import { createColors } from "picocolors";
import { renderTurns } from "../../../lib/report/run/turn_table.ts";
import { summarize } from "../../../lib/measure/summary.ts";
import type { Language } from "../../../lib/base/message.ts";
import { madeUpRecord, type MadeUpRequest } from "../../support/records.ts";

/** Conversations of so many turns; the second turn of conversation 1 fails. */
function talks(conversations: number, of: number, request: MadeUpRequest = {}) {
  return Array.from({ length: conversations }, (_, conversation) =>
    Array.from({ length: of }, (_, turn) => ({
      ...madeUpRecord(conversation * of + turn, {
        ttft: 100 - 20 * Math.min(turn, 3) + conversation,
        usage: { promptTokens: 1000 * (turn + 1), cachedTokens: 900 * turn },
        ...request,
        outcome: conversation === 1 && turn === 1 ? "failed" : "complete",
      }),
      turn: { conversation, number: turn + 1, of },
    })).slice(0, conversation === 1 ? 2 : of),
  ).flat();
}

const shown = (records: ReturnType<typeof talks>, language: Language = "en") =>
  renderTurns(summarize(records), { language, styles: createColors(false) });

test("conversations are shown by turn", () => {
  expect(shown(talks(4, 3))).toBe(`\
turn  sent  complete  not sent  TTFT p50      p90  tokens in  cached
   1     4         4         0    102 ms   103 ms      1,000      0%
   2     4         3         0   82.0 ms  82.8 ms      2,000     45%
   3     3         3         1   62.0 ms  62.8 ms      3,000     60%`);
  expect(shown(talks(4, 3), "zh")).toBe(`\
轮次  已发送  完整  未发送  TTFT p50      p90  输入 token  缓存
   1       4     4       0    102 ms   103 ms       1,000    0%
   2       4     3       0   82.0 ms  82.8 ms       2,000   45%
   3       3     3       1   62.0 ms  62.8 ms       3,000   60%`);
});

test("without counts there is no column for the cache, and many turns are the first and the last", () => {
  const text = shown(talks(1, 30, { usage: null }));
  expect(text).not.toContain("cached");
  expect(text.split("\n")).toHaveLength(14);
  expect(text.split("\n")[7]).toBe("…");
  expect(text).toMatch(/^ {2}30 /m);
});

test("a run without conversations has no such table", () => {
  const summary = summarize([madeUpRecord(0)]);
  expect(summary.turns).toBeNull();
  expect(renderTurns(summary, { language: "en", styles: createColors(false) })).toBe("");
});
