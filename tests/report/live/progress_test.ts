import { expect, test } from "bun:test";
import { createColors } from "picocolors";
import {
  type ProgressState,
  type RunLimit,
  RunProgress,
} from "../../../lib/measure/run_progress.ts";
import { renderProgress, renderProgressLine } from "../../../lib/report/live/progress.ts";
import { progressView } from "../../../lib/report/live/progress_view.ts";
import { madeUpRecord, type MadeUpRequest } from "../../support/records.ts";
import { VirtualTerminal } from "../../support/virtual_terminal.ts";

const SECOND = 1_000_000;

/** A run that sent and ended so many requests of four deltas, two tokens each. */
function running(
  until: RunLimit,
  {
    sent,
    ended,
    request = () => ({}),
  }: { sent: number; ended: number; request?: (index: number) => MadeUpRequest },
): RunProgress {
  const progress = new RunProgress(until);
  for (let index = 0; index < sent; index++) progress.sent();
  for (let index = 0; index < ended; index++) {
    progress.deltas(4);
    progress.ended(madeUpRecord(index, { tokensEach: 2, ...request(index) }));
  }
  return progress;
}

/** 104 of 200 requests have ended, 2 of them not complete, in 12 s. */
const half = running(
  { requests: 200 },
  { sent: 112, ended: 104, request: (index) => (index < 2 ? { outcome: "failed" } : {}) },
);
half.look(11 * SECOND);
half.deltas(84);
const state = half.look(12 * SECOND);

test("progress counts what a run does", () => {
  // 416 + 84 deltas in 12 s, 84 of them in the last second. 12 s / 104 × 96 more requests = 11.08 s.
  expect(state).toEqual({
    elapsed: 12 * SECOND,
    left: 11_076_923,
    until: { requests: 200 },
    sent: 112,
    inFlight: 8,
    complete: 102,
    incomplete: 2,
    recentDeltaRate: 84,
    deltaRate: 500 / 12,
    tokensPerDelta: 2,
    ttft: 100_000,
    isStopping: false,
  });
});

test("what is lost with a process is no longer under way, and has not ended", () => {
  const progress = new RunProgress({ requests: 10 });
  for (let request = 0; request < 5; request++) progress.sent();
  progress.lost(2);
  const { sent, inFlight, complete, incomplete } = progress.look(SECOND);
  expect([sent, inFlight, complete, incomplete]).toEqual([5, 3, 0, 0]);
});

test("progress of a run that has just begun knows nothing but what it plans", () => {
  expect(new RunProgress({ duration: 30 * SECOND }).look(0)).toEqual({
    elapsed: 0,
    left: 30 * SECOND,
    until: { duration: 30 * SECOND },
    sent: 0,
    inFlight: 0,
    complete: 0,
    incomplete: 0,
    recentDeltaRate: null,
    deltaRate: null,
    tokensPerDelta: null,
    ttft: null,
    isStopping: false,
  });
});

test("progress has the recent rate of about a second", () => {
  const progress = new RunProgress({ requests: 10 });
  const rates: (number | null)[] = [];
  for (let tenth = 1; tenth <= 30; tenth++) {
    progress.deltas(tenth <= 20 ? 5 : 1);
    rates.push(progress.look(tenth * 100_000).recentDeltaRate);
  }
  // Five deltas in each tenth of a second for two seconds; then one: half of both after half a second.
  expect([rates[9], rates[19], rates[24], rates[29]]).toEqual([50, 50, 30, 10]);
});

test("progress has the median of the last thousand times to first token", () => {
  const progress = running(
    { requests: 2000 },
    {
      sent: 1500,
      ended: 1500,
      request: (index) => ({ ttft: index < 500 ? 9000 : 100 + (index % 3) }),
    },
  );
  expect(progress.look(1).ttft).toBe(101_000);
});

test("progress does not estimate the time left of a run that is stopping", () => {
  const progress = running({ requests: 200 }, { sent: 20, ended: 10 });
  progress.stopping();
  expect(progress.look(SECOND)).toMatchObject({ left: null, isStopping: true });
});

test("progress view at 80 columns", () => {
  expect(shown(state)).toBe(`\
████████████░░░░░░░░░░░░  52%  104/200 requests · 12 s · about 11 s left
8 in flight · 102 complete · 2 not complete
168 tokens/s now · 83.3 on average · TTFT p50 100 ms`);
  expect(shown(state, { language: "zh" })).toBe(`\
████████████░░░░░░░░░░░░  52%  104/200 个请求 · 12 s · 约剩 11 s
进行中 8 · 完整 102 · 不完整 2
当前 168 token/s · 平均 83.3 · TTFT p50 100 ms`);
});

test("progress view leaves out what a narrow terminal has no room for", () => {
  expect(shown(state, { width: 60 })).toBe(`\
████████████░░░░░░░░░░░░  52%  104/200 requests · 12 s
8 in flight · 102 complete · 2 not complete
168 tokens/s now · 83.3 on average · TTFT p50 100 ms`);
  expect(shown(state, { width: 60, language: "zh" })).toBe(`\
████████████░░░░░░░░░░░░  52%  104/200 个请求 · 12 s
进行中 8 · 完整 102 · 不完整 2
当前 168 token/s · 平均 83.3 · TTFT p50 100 ms`);
  expect(shown(state, { width: 30 })).toBe(`\
 52%  104/200 requests · 12 s
8 in flight · 102 complete
168 tokens/s now`);
});

test("progress view is never wider than the terminal", () => {
  for (const language of ["en", "zh"] as const) {
    for (let width = 1; width <= 100; width++) {
      for (const line of shown(state, { width, language }).split("\n")) {
        expect(Bun.stringWidth(line)).toBeLessThanOrEqual(width);
      }
    }
  }
});

test("progress view is as wide with colours as without", () => {
  const styles = createColors(true);
  const colored = renderProgress(state, { language: "en", width: 80, styles });
  expect(colored.map((line) => Bun.stripANSI(line)).join("\n")).toBe(shown(state));
  expect(colored[0]).toContain("\u001b[32m");
});

test("progress view of a duration has the time instead of an estimate", () => {
  const progress = running({ duration: 150 * SECOND }, { sent: 12, ended: 9 });
  expect(shown(progress.look(61 * SECOND))).toBe(`\
█████████░░░░░░░░░░░░░░░  40%  9 requests · 1 min 01 s of 2 min 30 s
3 in flight · 9 complete
1.18 tokens/s now · 1.18 on average · TTFT p50 100 ms`);
  expect(shown(progress.look(61 * SECOND), { language: "zh" })).toStartWith(
    "█████████░░░░░░░░░░░░░░░  40%  9 个请求 · 1 min 01 s / 2 min 30 s\n",
  );
});

test("progress view before the first token has two lines", () => {
  const progress = running({ requests: 200 }, { sent: 8, ended: 0 });
  expect(shown(progress.look(SECOND / 2))).toBe(`\
░░░░░░░░░░░░░░░░░░░░░░░░   0%  0/200 requests · 0 s
8 in flight · 0 complete`);
});

test("progress view counts deltas as long as no request has told its tokens", () => {
  const progress = running({ requests: 200 }, { sent: 8, ended: 0 });
  progress.deltas(30);
  expect(shown(progress.look(SECOND))).toEndWith(
    "\n30.0 deltas/s now · 30.0 on average · TTFT p50 –",
  );
  expect(shown(progress.look(SECOND), { language: "zh" })).toEndWith(
    "\n当前 30.0 增量/s · 平均 30.0 · TTFT p50 –",
  );
});

test("progress view says that the run is stopping", () => {
  const progress = running({ requests: 4000 }, { sent: 2000, ended: 1990 });
  progress.stopping();
  const stopping = progress.look(3725 * SECOND);
  expect(shown(stopping).split("\n")[0]).toBe(
    "███████████░░░░░░░░░░░░░  49%  1,990/4,000 requests",
  );
  expect(shown(stopping, { width: 100 }).split("\n")[0]).toBe(
    "███████████░░░░░░░░░░░░░  49%  1,990/4,000 requests · stopping, waiting for the last · 1 h 02 min",
  );
  expect(shown(stopping, { language: "zh" }).split("\n")[0]).toBe(
    "███████████░░░░░░░░░░░░░  49%  1,990/4,000 个请求 · 正在停止，等待最后的请求",
  );
});

test("progress is one plain line in a log", () => {
  expect(renderProgressLine(state, "en")).toBe(
    "12 s: 104/200 requests, 8 in flight, 102 complete, 2 not complete, 83.3 tokens/s, TTFT p50 100 ms, about 11 s left",
  );
  expect(renderProgressLine(state, "zh")).toBe(
    "12 s：104/200 个请求，进行中 8，完整 102，不完整 2，83.3 token/s，TTFT p50 100 ms，约剩 11 s",
  );
  const first = new RunProgress({ duration: 30 * SECOND }).look(0);
  expect(renderProgressLine(first, "en")).toBe("0 s of 30 s: 0 requests, 0 in flight, 0 complete");
});

test("progress in a log has a line every five seconds", () => {
  const { view, written, time } = open({ isTerminal: false });
  let looks = 0;
  const look = () => half.look((12 + looks++) * SECOND);
  for (const seconds of [0, 4.9, 5, 5.1, 9.9, 10]) {
    time.now = seconds * SECOND;
    view.update(look);
  }
  view.print("said");
  view.end();
  expect(looks).toBe(2);
  expect(written.join("")).toMatch(/^12 s: .+ left\n13 s: .+ left\nsaid\n$/);
});

test("progress in a terminal is redrawn, and gone at the end", () => {
  const { view, terminal, time } = open({ isTerminal: true });
  terminal.write("$ bench\n");
  view.update(() => state);
  time.now = 50_000;
  view.update(() => expect.unreachable("It is too early for another look"));
  view.print("said");
  expect(terminal.lines).toEqual(["$ bench", "said", ...shown(state, { width: 59 }).split("\n")]);
  view.end();
  expect(terminal.lines).toEqual(["$ bench", "said"]);
});

function open({ isTerminal }: { readonly isTerminal: boolean }) {
  const terminal = new VirtualTerminal(60, 20);
  const written: string[] = [];
  const time = { now: 0 };
  const view = progressView({
    isTerminal,
    write(text) {
      written.push(text);
      terminal.write(text);
    },
    size: () => terminal.size,
    clock: () => time.now,
    language: "en",
    styles: createColors(false),
  });
  return { view, terminal, written, time };
}

function shown(
  state: ProgressState,
  { width = 80, language = "en" }: { width?: number; language?: "en" | "zh" } = {},
): string {
  return renderProgress(state, { language, width, styles: createColors(false) }).join("\n");
}

test("a fleet has a line for each of its machines", () => {
  const workers = [
    { name: "gpu-client-1", inFlight: 16, tokenRate: 812.4, lag: 1_200, isLost: false },
    { name: "b", inFlight: 0, tokenRate: null, lag: 0, isLost: false },
    { name: "c", inFlight: 3, tokenRate: 10, lag: 0, isLost: true },
  ];
  const rendered = (language: "en" | "zh", width: number, more = workers) =>
    renderProgress({ ...state, workers: more }, { language, width, styles: createColors(false) });
  expect(rendered("en", 80).slice(3)).toEqual([
    "  gpu-client-1  16 in flight · 812 tokens/s · loop lag 1.20 ms",
    "  b             0 in flight · – tokens/s · loop lag 0.00 ms",
    "  c             lost",
  ]);
  expect(rendered("zh", 80).slice(3)).toEqual([
    "  gpu-client-1  进行中 16 · 812 token/s · 事件循环延迟 1.20 ms",
    "  b             进行中 0 · – token/s · 事件循环延迟 0.00 ms",
    "  c             已失联",
  ]);
  expect(rendered("en", 40)[3]).toBe("  gpu-client-1  16 in flight");
  const many = Array.from({ length: 20 }, () => workers).flat();
  expect(rendered("en", 80, many).at(-1)).toBe("  and 44 more");
});
