import { expect, test } from "bun:test";
import { requestMetrics } from "../../../lib/measure/metrics.ts";
import {
  renderOutcomes,
  renderSummaryTable,
  type SummaryEntry,
} from "../../../lib/report/request/summary_table.ts";
import { chunk, DONE, event, type MadeUp, readPieces, timed } from "../../support/read_pieces.ts";

function entryOf(
  path: string,
  pieces: readonly (readonly [at: number | null, text: string])[],
  madeUp: MadeUp = {},
): SummaryEntry {
  const { result } = readPieces(timed(...pieces), madeUp);
  return { path, result, metrics: requestMetrics(result.reading.timeline, { stall: 500_000 }) };
}

const usage = { prompt_tokens: 3, completion_tokens: 11, total_tokens: 14 };

// TPOT: 1200 ms / (11 − 1) tokens. Tokens/s: 11 / 1.3 s.
const complete = entryOf("runs/a.sse", [
  [100, chunk({ content: "a" })],
  [1300, chunk({ content: "b" })],
  [1310, event({ choices: [], usage })],
  [1400, DONE],
]);
const failed = entryOf("runs/一个很长的名字.sse", [[20, '{"error":{"message":"slow down"}}']], {
  ending: { kind: "ended", status: 429 },
  endAt: 20_500,
});
const timedOut = entryOf("runs/b.sse", [], {
  ending: { kind: "timed_out", timer: "first_byte", limit: 120_000_000 },
  endAt: 120_000_400,
});
const untimed = entryOf("runs/c.sse", [[null, chunk({ content: "a" }) + DONE]]);

test("summary table has a line for each transcript, and no number where there is none", () => {
  const entries = [complete, failed, timedOut, untimed];
  expect(`${renderSummaryTable(entries, { language: "en" })}\n`).toBe(`\
file                outcome      TTFT    TPOT      E2E      closed  tokens out  tokens/s
a.sse               complete   100 ms  120 ms  1.300 s     1.400 s          11      8.46
一个很长的名字.sse  failed          –       –        –     20.5 ms           –         –
b.sse               timed out       –       –        –  2 min 00 s           –         –
c.sse               complete        –       –        –           –           –         –
`);
  expect(`${renderSummaryTable(entries, { language: "zh" })}\n`).toBe(`\
文件                结果    TTFT    TPOT      E2E        结束  输出 token  token/s
a.sse               完整  100 ms  120 ms  1.300 s     1.400 s          11     8.46
一个很长的名字.sse  失败       –       –        –     20.5 ms           –        –
b.sse               超时       –       –        –  2 min 00 s           –        –
c.sse               完整       –       –        –           –           –        –
`);
});

test("summary table takes paths where two names are the same", () => {
  const entries = [complete, { ...complete, path: "older/a.sse" }, failed];
  const names = renderSummaryTable(entries, { language: "en" })
    .split("\n")
    .map((line) => line.split(" ", 1)[0]);
  expect(names).toEqual(["file", "runs/a.sse", "older/a.sse", "runs/一个很长的名字.sse"]);
});

test("summary table shows the same file twice when it is given twice", () => {
  const lines = renderSummaryTable([complete, complete], { language: "en" }).split("\n");
  expect(lines[1]).toStartWith("a.sse ");
  expect(lines[2]).toBe(lines[1] ?? "");
});

test("summary table shows what a file name would do to a terminal", () => {
  const table = renderSummaryTable([{ ...complete, path: "\u001b[2J.sse" }], { language: "en" });
  expect(table).toContain("␛[2J.sse");
  expect(table).not.toContain("\u001b");
});

test("outcomes are counted in the order in which they come", () => {
  const entries = [complete, failed, complete, untimed, timedOut];
  expect(renderOutcomes(entries, { language: "en" })).toBe("3 complete, 1 failed, 1 timed out");
  expect(renderOutcomes(entries, { language: "zh" })).toBe("完整 3 个，失败 1 个，超时 1 个");
});
