import { expect, test } from "bun:test";
import { createColors } from "picocolors";
import type { Language } from "../../../lib/base/message.ts";
import { verdictExitCode } from "../../../lib/serve/verdict/counts.ts";
import type { Evidence, FaultEvidence, JudgedClient } from "../../../lib/serve/verdict/seen.ts";
import { verdictJson } from "../../../lib/serve/verdict/verdict_json.ts";
import { renderVerdicts } from "../../../lib/serve/verdict/verdict_table.ts";

function fault(text: string, verdict: FaultEvidence["verdict"], evidence: Evidence) {
  return { fault: text, kinds: ["cut"] as const, verdict, evidence };
}

const SOME: JudgedClient = {
  userAgent: "OpenAI/JS 7.57.0",
  api: "chat",
  streamed: true,
  faults: [
    fault("status:429:retry-after=2", "noticed", {
      kind: "asked_again",
      after: 2_012_000,
      retryAfter: 2_000_000,
    }),
    fault("cut:after=50%", "noticed", { kind: "exit", code: 1 }),
    fault("cut:after=50%", "noticed", { kind: "exit", code: 1 }),
    fault("early-end:after=50%", "missed", { kind: "exit", code: 0 }),
    fault("no-done", "unknown", { kind: "nothing_lost" }),
  ],
};

const EVERY: readonly Evidence[] = [
  { kind: "asked_again", after: 510_000, retryAfter: null },
  { kind: "asked_too_early", after: 510_000, retryAfter: 2_000_000 },
  { kind: "kept_part" },
  { kind: "called_tool", name: "weather\u001b[2J" },
  { kind: "resumed" },
  { kind: "closed", after: 5_000_000 },
  { kind: "closed", after: null },
  { kind: "waited", after: 30_000_000 },
  { kind: "short_silence" },
  { kind: "complained" },
  { kind: "signal", signal: "SIGSEGV" },
  { kind: "idle", after: 30_000_000 },
  { kind: "left_before" },
  { kind: "not_struck" },
  { kind: "nothing_followed" },
];

function rendered(
  clients: readonly JudgedClient[],
  { language = "en", width = 100 }: { readonly language?: Language; readonly width?: number } = {},
): string {
  return renderVerdicts(clients, { language, width, styles: createColors(false) });
}

test("the table has a row for each fault, and the sum, in both languages", () => {
  expect(rendered([SOME])).toBe(`\
OpenAI/JS 7.57.0 · Chat Completions, streamed

fault                     verdict         what the client did
status:429:retry-after=2  noticed         asked again 2.012 s later, when the 2.000 s of Retry-After
                                          were over
cut:after=50%             noticed 2×      exited with 1
early-end:after=50%       did not notice  exited with 0, as if all were well
no-done                   cannot tell     nothing of the answer was missing

noticed 3, did not notice 1, cannot tell 1`);
  expect(rendered([SOME], { language: "zh" })).toBe(`\
OpenAI/JS 7.57.0 · Chat Completions，流式

故障                      结论       客户端的行为
status:429:retry-after=2  已察觉     2.012 s 后重新请求，已过 Retry-After 要求的 2.000 s
cut:after=50%             已察觉 2×  以 1 退出
early-end:after=50%       未察觉     以 0 退出，仿佛一切正常
no-done                   无法判断   回答没有缺失任何内容

已察觉 3，未察觉 1，无法判断 1`);
});

test("a narrow table has each fault over its verdict", () => {
  expect(rendered([SOME], { width: 48 })).toBe(`\
OpenAI/JS 7.57.0 · Chat Completions, streamed

status:429:retry-after=2
  noticed: asked again 2.012 s later, when the
  2.000 s of Retry-After were over
cut:after=50%
  noticed 2×: exited with 1
early-end:after=50%
  did not notice: exited with 0, as if all were
  well
no-done
  cannot tell: nothing of the answer was missing

noticed 3, did not notice 1, cannot tell 1`);
  for (const language of ["en", "zh"] as const) {
    for (let width = 40; width <= 120; width++) {
      const lines = rendered([SOME], { language, width }).split("\n");
      expect(Math.max(...lines.map((line) => Bun.stringWidth(line)))).toBeLessThanOrEqual(width);
    }
  }
});

test("colours set the verdicts apart and change nothing else", () => {
  const styles = createColors(true);
  const colored = renderVerdicts([SOME], { language: "en", width: 100, styles });
  expect(Bun.stripANSI(colored)).toBe(rendered([SOME]));
  expect(colored).toContain(styles.green("noticed         "));
  expect(colored).toContain(styles.yellow("did not notice  "));
  expect(colored).toContain(styles.dim("cannot tell     "));
});

test("what a client did is told in words, in both languages", () => {
  const faults = EVERY.map((evidence, index) => fault(`f${index}`, "unknown", evidence));
  const said = (language: Language): string[] =>
    rendered([{ ...SOME, faults }], { language })
      .split("\n")
      .filter((line) => /^f\d/.test(line))
      .map((line) => line.split(/ {2,}/).at(-1) ?? "");
  expect(said("en")).toEqual([
    "asked again 510 ms later",
    "asked again 510 ms later, though Retry-After said 2.000 s",
    "sent the part on as if it were the whole answer",
    "went on with the tool call that was cut: weather␛[2J",
    "asked for the rest of the answer",
    "closed the connection after 5.000 s of silence",
    "closed the connection",
    "still waiting after 30.000 s of silence",
    "the silence was over before --patience was",
    "exited with 0, but complained on stderr",
    "ended by SIGSEGV",
    "neither asked again nor ended within 30.000 s",
    "closed the connection before the fault",
    "no answer had a place for it",
    "sent nothing more that would tell",
  ]);
  expect(said("zh")).toEqual([
    "510 ms 后重新请求",
    "510 ms 后就重新请求，而 Retry-After 要求等待 2.000 s",
    "把这部分内容当作完整回答，继续发送",
    "继续执行了被截断的工具调用：weather␛[2J",
    "请求续写剩余的回答",
    "静默 5.000 s 后关闭了连接",
    "关闭了连接",
    "静默 30.000 s 后仍在等待",
    "静默在 --patience 到期之前就结束了",
    "以 0 退出，但在标准错误输出中有抱怨",
    "因 SIGSEGV 结束",
    "30.000 s 内既没有重新请求，也没有结束",
    "在故障之前就关闭了连接",
    "没有回答可以放入该故障",
    "之后没有发送可供判断的内容",
  ]);
});

test("each client has a table of its own, and a name of any length takes one line", () => {
  const nameless = { ...SOME, userAgent: null, streamed: false, faults: SOME.faults.slice(3, 4) };
  const long = { ...nameless, userAgent: `${"x".repeat(500)}\u001b[31m`, api: "messages" as const };
  const text = rendered([nameless, { ...SOME, faults: [] }, long]);
  expect(text.split("\n")[0]).toBe("a client without a name · Chat Completions, not streamed");
  expect(text).not.toContain("OpenAI/JS");
  expect(text).toContain(`\n\n${"x".repeat(59)}… · Messages, not streamed\n\n`);
  expect(text).toEndWith("\n\nnoticed 0, did not notice 2, cannot tell 0");
  expect(rendered([])).toBe("No client met a fault: there is nothing to judge");
  expect(rendered([], { language: "zh" })).toBe("没有客户端遇到故障：没有可判断的内容");
});

test("JSON has each verdict with its evidence, times in ms", () => {
  const options = { language: "en", patience: 30_000_000, interrupted: false } as const;
  const client = { ...SOME, faults: SOME.faults.filter((_, index) => index !== 2).slice(0, 3) };
  expect(verdictJson([client], options)).toEqual({
    schema: "streamgauge.verdict/1",
    patience_ms: 30_000,
    interrupted: false,
    counts: { noticed: 2, not_noticed: 1, unknown: 0 },
    clients: [
      {
        user_agent: "OpenAI/JS 7.57.0",
        api: "chat",
        streamed: true,
        counts: { noticed: 2, not_noticed: 1, unknown: 0 },
        faults: [
          {
            fault: "status:429:retry-after=2",
            kinds: ["cut"],
            verdict: "noticed",
            evidence: {
              kind: "asked_again",
              after_ms: 2012,
              retry_after_ms: 2000,
              text: "asked again 2.012 s later, when the 2.000 s of Retry-After were over",
            },
          },
          {
            fault: "cut:after=50%",
            kinds: ["cut"],
            verdict: "noticed",
            evidence: { kind: "exit", code: 1, text: "exited with 1" },
          },
          {
            fault: "early-end:after=50%",
            kinds: ["cut"],
            verdict: "not_noticed",
            evidence: { kind: "exit", code: 0, text: "exited with 0, as if all were well" },
          },
        ],
      },
    ],
  });
  expect(
    JSON.stringify(
      verdictJson([{ ...SOME, faults: EVERY.map((e) => fault("f", "unknown", e)) }], options),
    ),
  ).not.toContain("undefined");
});

test("the exit code is 0 only where something was noticed and nothing was missed", () => {
  const [noticed, , , missed, unknown] = SOME.faults;
  if (noticed === undefined || missed === undefined || unknown === undefined) throw new Error();
  const code = (...faults: JudgedClient["faults"]) => verdictExitCode([{ ...SOME, faults }]);
  expect(code(noticed, unknown)).toBe(0);
  expect(code(noticed, missed)).toBe(7);
  expect(code(unknown)).toBe(7);
  expect(verdictExitCode([])).toBe(7);
});
