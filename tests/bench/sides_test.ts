import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { type BenchFlags } from "../../lib/bench/flags.ts";
import { comparedSides } from "../../lib/bench/compared_sides.ts";
import { plannedRuns } from "../../lib/bench/plan.ts";
import { checkSides, readApis, sidesOf } from "../../lib/bench/sides.ts";
import { messagesFor } from "../../lib/load/prompts.ts";
import { renderSides } from "../../lib/report/comparison/side_table.ts";
import { createColors } from "picocolors";
import { madeUpRecords, madeUpRun } from "../support/records.ts";
import { temporaryFolder } from "../support/folder.ts";
import { ANSWER } from "../support/read_pieces.ts";
import { type ChatServer, deadPort, sendStream, startChatServer } from "../support/chat_server.ts";
import { at, runBench } from "../support/run_bench.ts";
import { useToolkit } from "../support/run_ask.ts";

setDefaultTimeout(30_000);
useToolkit();

const answering = () => startChatServer((exchange) => sendStream(exchange, ANSWER));

/** What a server was asked: the text of each measured question, without the mark at its beginning. */
const questions = ({ requests }: ChatServer): string[] =>
  requests.map(({ body }) =>
    String((body as { messages: { content: string }[] }).messages[0]?.content).replace(
      /^\[\w+\] /,
      "",
    ),
  );

const flags = (given: Partial<BenchFlags>): BenchFlags => given as BenchFlags;

const second = (given: Partial<BenchFlags>) => sidesOf(flags(given))[1]?.flags;

/** Why flags cannot be used; `""` if they can. */
function problem(given: Partial<BenchFlags>): string {
  try {
    checkSides(flags(given));
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

test("two targets are asked in turn, A B B A, and the runs of a round have one seed", () => {
  const runs = plannedRuns(flags({ versus: true, repeat: 3, planSeed: 10 }));
  expect(runs.map(({ label }) => label)).toEqual([
    "A 1/3",
    "B 1/3",
    "B 2/3",
    "A 2/3",
    "A 3/3",
    "B 3/3",
  ]);
  expect(runs.map(({ seed }) => seed)).toEqual([10, 10, 11, 11, 12, 12]);
  expect(runs.map(({ side }) => [side?.index, side?.pair])).toEqual([
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
    [0, 2],
    [1, 2],
  ]);
  expect(plannedRuns(flags({ versusModel: "m2" }))).toHaveLength(10);
});

test("several protocols are asked once each, or in rounds with --repeat", () => {
  const api = readApis("chat,responses,messages", "--api");
  const labels = (given: Partial<BenchFlags>) =>
    plannedRuns(flags(given)).map(({ label }) => label);
  expect(labels({ api })).toEqual(["chat", "responses", "messages"]);
  expect(labels({ api: ["chat", "messages"], repeat: 2 })).toEqual([
    "chat 1/2",
    "messages 1/2",
    "messages 2/2",
    "chat 2/2",
  ]);
  expect(sidesOf(flags({ api: ["messages"] }))).toEqual([
    { name: null, flags: { api: "messages" } },
  ]);
});

test("what the second target leaves out is as for the first, but no key goes along to another place", () => {
  const first = { provider: "vllm", keyEnv: "K", model: "m", api: ["chat"] as const };
  expect(second({ ...first, versus: true })).toEqual({ ...first, api: "chat", versus: true });
  expect(second({ ...first, versusBaseUrl: "http://b/v1" })).toMatchObject({
    baseUrl: "http://b/v1",
    model: "m",
    api: "chat",
  });
  expect(second({ ...first, versusBaseUrl: "http://b/v1" })).not.toHaveProperty("keyEnv");
  expect(second({ ...first, versusBaseUrl: "http://b/v1" })).not.toHaveProperty("provider");
  expect(second({ demo: true, versusProvider: "ollama" })).not.toHaveProperty("demo");
  expect(second({ ...first, versusApi: "messages", versusKeyEnv: "L" })).toMatchObject({
    provider: "vllm",
    api: "messages",
    keyEnv: "L",
  });
});

test("both targets get the same prompts, each with marks of its own", () => {
  const source = { kind: "synthetic", words: 20 } as const;
  const asked = (side: number, index: number) =>
    String(messagesFor(source, index, { cache: "unique", seed: 7, side })[0]?.content);
  const [mark, question] = [/^\[\w+\] /, (text: string) => text.replace(/^\[\w+\] /, "")];
  for (const index of [0, 1, 2]) {
    const [a, b] = [asked(0, index), asked(1, index)];
    expect(question(a)).toBe(question(b));
    expect(mark.exec(a)?.[0]).not.toBe(mark.exec(b)?.[0]);
    expect(a).toHaveLength(b.length);
  }
});

test("what only one target can have is refused with several", () => {
  expect(problem({ versus: true, sweep: [1, 2] })).toBe(
    "--sweep cannot be used with several targets (--versus)\nDo one after the other",
  );
  expect(problem({ api: ["chat", "messages"], findMax: true })).toStartWith(
    "--find-max cannot be used with several protocols (--api)",
  );
  expect(problem({ api: ["chat", "messages"], versusModel: "m" })).toBe(
    "--api names several protocols, and --versus has one a side\nName the second one with --versus-api, or leave --versus out",
  );
  expect(problem({ versus: true, repeat: 3 })).toBe("");
  expect(() => readApis("chat,chat", "--api")).toThrow("--api names chat twice");
  expect(() => readApis("chat,message", "--api")).toThrow("did you mean messages?");
});

/** Runs of several targets: the TTFT of each, round by round. */
const runsOf = (ttfts: Readonly<Record<string, readonly number[]>>) =>
  Object.entries(ttfts).flatMap(([side, values]) =>
    values.map((ttft, pair) => ({
      ...madeUpRun(madeUpRecords(10, (index) => ({ ttft: ttft + (index % 3) / 10 }))),
      side,
      pair,
    })),
  );

test("each further target is held against the first, by the rounds that both have", () => {
  const [responses, messages] = comparedSides(
    runsOf({ chat: [100, 101, 99], responses: [100, 101.2, 99.1], messages: [120, 121] }),
  );
  expect(responses?.comparison).toMatchObject({ method: "paired", runs: { a: 3, b: 3 } });
  expect(messages?.comparison).toMatchObject({ method: "paired", runs: { a: 2, b: 2 } });
  expect(comparedSides(runsOf({ A: [100] }))).toEqual([]);
  const [single] = comparedSides(runsOf({ A: [100], B: [110] }));
  expect(single?.comparison.method).toBe("single");
});

test("protocols stand side by side in one table, or one below the other where there is no room", () => {
  const compared = comparedSides(runsOf({ chat: [100], responses: [104], messages: [99] }));
  const draw = (width: number, language: "en" | "zh" = "en") =>
    renderSides(compared, { language, width, styles: createColors(false) });
  expect(`\n${draw(80)}\n`).toMatchInlineSnapshot(`
    "
                  chat  responses      Δ  messages      Δ
    TTFT p50    100 ms     104 ms  +4.0%   99.1 ms  −1.0%
    TPOT mean  20.0 ms    20.0 ms   0.0%   20.0 ms   0.0%
    E2E p50     160 ms     164 ms  +2.5%    159 ms  −0.6%
    tokens/s      20.4       20.4  −0.2%      20.4  +0.1%
    failed          0%         0%               0%

    Δ: difference from chat; one round cannot tell it from chance, --repeat 5 can
    "
  `);
  expect(`\n${draw(40)}\n`).toMatchInlineSnapshot(`
    "
                  chat  responses      Δ
    TTFT p50    100 ms     104 ms  +4.0%
    TPOT mean  20.0 ms    20.0 ms   0.0%
    E2E p50     160 ms     164 ms  +2.5%
    tokens/s      20.4       20.4  −0.2%
    failed          0%         0%

                  chat  messages      Δ
    TTFT p50    100 ms   99.1 ms  −1.0%
    TPOT mean  20.0 ms   20.0 ms   0.0%
    E2E p50     160 ms    159 ms  −0.6%
    tokens/s      20.4      20.4  +0.1%
    failed          0%        0%

    Δ: difference from chat; one round
    cannot tell it from chance, --repeat 5
    can
    "
  `);
  expect(`\n${draw(80, "zh")}\n`).toMatchInlineSnapshot(`
    "
                  chat  responses      Δ  messages      Δ
    TTFT p50    100 ms     104 ms  +4.0%   99.1 ms  −1.0%
    TPOT 平均  20.0 ms    20.0 ms   0.0%   20.0 ms   0.0%
    E2E p50     160 ms     164 ms  +2.5%    159 ms  −0.6%
    token/s       20.4       20.4  −0.2%      20.4  +0.1%
    失败            0%         0%               0%

    Δ：与 chat 的差异；只有一轮，无法排除偶然，可用 --repeat 5
    "
  `);
});

test("with several rounds the intervals stand below the table", () => {
  const compared = comparedSides(runsOf({ chat: [100, 101, 99.5], messages: [110, 111, 109] }));
  const text = renderSides(compared, { language: "en", width: 80, styles: createColors(false) });
  expect(`\n${text}\n`).toMatchInlineSnapshot(`
    "
                  chat  messages      Δ
    TTFT p50    100 ms    110 ms  +9.8%
    TPOT mean  20.0 ms   20.0 ms   0.0%
    E2E p50     160 ms    170 ms  +6.1%
    tokens/s      20.4      20.3  −0.5%
    failed          0%        0%

    messages, intervals: TTFT p50 +8.6% to +11%, TPOT mean 0.0% to 0.0%, E2E p50
    +5.4% to +6.8%, tokens/s −0.6% to −0.4%

    Δ: difference from chat. Intervals: paired t over 3 pairs of runs, 95% for the
    four together (Holm)
    "
  `);
});

test.concurrent(
  "--versus measures two servers in turn, and says what may be said of them",
  async () => {
    await using a = await answering();
    await using b = await answering();
    using folder = temporaryFolder();
    const out = join(folder.path, "ab.json");
    const given = ["--requests", "4", "--repeat", "2", "--plan-seed", "3", "--out", out];
    const { exitCode, stdout } = await runBench([
      ...at(a),
      "--versus-base-url",
      b.baseUrl,
      ...given,
    ]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("A 1/2: TTFT p50 ");
    expect(stdout).toContain("Intervals: paired t over 2 pairs of runs");
    expect(questions(a)).toEqual(questions(b));
    const result = await Bun.file(out).json();
    expect(result.runs.map(({ side, pair }: Record<string, unknown>) => [side, pair])).toEqual([
      ["A", 0],
      ["B", 0],
      ["B", 1],
      ["A", 1],
    ]);
    expect(result.comparisons).toMatchObject([{ method: "paired", b: { runs: 2, pairs: [0, 1] } }]);
  },
);

test.concurrent(
  "a second target that cannot be opened is told before anything is measured",
  async () => {
    await using a = await answering();
    const { exitCode, stderr } = await runBench([...at(a), "--versus-base-url", "nonsense"]);
    expect(exitCode).toBe(2);
    expect(stderr).toStartWith("B: Cannot read the URL in --versus-base-url");
    expect(a.requests).toEqual([]);
  },
);

test.concurrent("every target is tried before one of them is measured", async () => {
  await using a = await answering();
  const { exitCode, stdout, stderr } = await runBench([
    ...at(a),
    "--versus-base-url",
    `http://127.0.0.1:${await deadPort()}/v1`,
    "--requests",
    "8",
  ]);
  expect(exitCode).toBe(5);
  expect(stdout).toBe("");
  expect(stderr).toContain("B: The warm-up failed, so nothing was measured: ");
  expect(a.requests).toHaveLength(3);
});

test("a round that was cut short does not count where others are whole", () => {
  const runs = runsOf({ A: [100, 101, 99], B: [110, 111, 300] }).map((run) =>
    run.side === "B" && run.pair === 2 ? Object.assign(run, { interrupted: true }) : run,
  );
  expect(comparedSides(runs)[0]?.comparison).toMatchObject({
    method: "paired",
    runs: { a: 2, b: 2 },
  });
});
