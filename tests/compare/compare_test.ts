import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cleanEnvironment } from "../support/clean_environment.ts";
import { temporaryFolder } from "../support/folder.ts";
import { resultText, resultValue, singleResultText } from "../support/results.ts";
import { type LineRun, type LineRuns, linesOf, runLines } from "../support/run_lines.ts";

setDefaultTimeout(30_000);

const toolkit = fileURLToPath(new URL("../../", import.meta.url));

const before = [100, 101, 99, 100.5, 99.5];
const slower = [120, 121.1, 119, 120.6, 119.4];

/** The runs of a result as those of one of several targets. */
function sided(side: string, result: Record<string, unknown>): object[] {
  return (result["runs"] as object[]).map((run) => Object.assign(run, { side }));
}

const REPLAY = { path: "monday", digest: "0123", requests: 200, speed: 1 };

const files: Readonly<Record<string, string>> = {
  "before.json": resultText({ ttfts: before }),
  "after.json": resultText({ ttfts: slower }),
  "again.json": resultText({ ttfts: [100.3, 100.9, 99.2, 100.1, 99.7] }),
  "noisy.json": resultText({ ttfts: [70, 160, 95] }),
  "one.json": singleResultText(110),
  "other.json": singleResultText(150),
  "pairs-a.json": resultText({ ttfts: [100, 150, 220], pairsFrom: 1 }),
  "pairs-b.json": resultText({ ttfts: [103, 154.8, 226], pairsFrom: 1 }),
  "pairs-c.json": resultText({ ttfts: [103, 154.8, 226], pairsFrom: 2 }),
  "versus.json": JSON.stringify({
    ...resultValue({ ttfts: [] }),
    runs: [
      ...sided("A", resultValue({ ttfts: [100, 150, 220], pairsFrom: 0 })),
      ...sided("B", resultValue({ ttfts: [103, 154.8, 226], pairsFrom: 0 })),
    ],
  }),
  "stopped.json": JSON.stringify({
    ...resultValue({ ttfts: [] }),
    runs: [
      ...sided("A", resultValue({ ttfts: [100, 150], pairsFrom: 0 })),
      ...sided("B", resultValue({ ttfts: [121, 181], pairsFrom: 0 })),
      ...sided("B", resultValue({ ttfts: [500], pairsFrom: 2 })).map((run) =>
        Object.assign(run, { warnings: [{ code: "interrupted", message: "" }] }),
      ),
    ],
  }),
  "three.json": JSON.stringify({
    ...resultValue({ ttfts: [] }),
    runs: ["chat", "messages", "responses"].flatMap((side) =>
      sided(side, resultValue({ ttfts: [100], pairsFrom: 0 })),
    ),
  }),
  "sweep.json": JSON.stringify({
    ...resultValue({ ttfts: [100] }),
    runs: [1, 2, 4].flatMap(
      (concurrency) => resultValue({ ttfts: [90 + concurrency], config: { concurrency } })["runs"],
    ),
  }),
  "depths.json": JSON.stringify({
    ...resultValue({ ttfts: [100] }),
    runs: [0, 4096].flatMap(
      (depth) => resultValue({ ttfts: [90 + depth], config: { depth } })["runs"],
    ),
  }),
  "no-usage.json": resultText({ ttfts: before, request: { usage: null } }),
  "no-usage-after.json": resultText({ ttfts: slower, request: { usage: null } }),
  "replayed.json": resultText({ ttfts: before, config: { replay: REPLAY } }),
  "replayed-fast.json": resultText({ ttfts: slower, config: { replay: { ...REPLAY, speed: 2 } } }),
  "failed.json": resultText({ ttfts: slower, request: { outcome: "failed" } }),
  "failed-too.json": resultText({ ttfts: before, request: { outcome: "failed" } }),
  "many/1.json": singleResultText(100.2),
  "many/2.json": singleResultText(101.2),
  "many/compared.json": '{"schema":"streamgauge.compare/1"}',
  "many/notes.txt": "notes",
  "empty.json": "\n",
  "half.json": resultText({ ttfts: [100, 101] }).slice(0, 900),
  "hello.sse": ":@transcript streamgauge/1\n\ndata: [DONE]\n\n",
  "curl.txt": 'data: {"choices":[]}\n\n',
  "notes.txt": "notes\n",
  "list.json": "[]",
  "package.json": '{"name":"other"}',
  "compared.json": '{"schema":"streamgauge.compare/1"}',
  "no-runs.json": '{"schema":"streamgauge.bench/1","runs":[]}',
  "runs-number.json": '{"schema":"streamgauge.bench/1","runs":3}',
  "bad-run.json": JSON.stringify({
    schema: "streamgauge.bench/1",
    runs: [{ ...(resultValue({ ttfts: [100] })["runs"] as object[])[0], duration_ms: "long" }],
  }),
  "moved.json": '{"schema":"streamgauge.run/1"}',
  "broken/run.json": '{"schema":"streamgauge.run/1"}',
  "streams/000000.sse": ":@transcript streamgauge/1\n\n",
};

/** Runs command lines of `compare` in a folder with all of {@linkcode files}. */
async function compared<const Args extends readonly (readonly string[])[]>(
  ...lines: Args
): Promise<LineRuns<Args>> {
  using folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder.path, dirname(name)), { recursive: true });
    writeFileSync(join(folder.path, name), text);
  }
  return await runLines(linesOf("compare", lines), {
    toolkit,
    cwd: folder.path,
    env: cleanEnvironment(folder.path, { LANG: "C" }),
  });
}

const against = (a: string, b: string, ...flags: readonly string[]) => [
  a,
  "--against",
  b,
  ...flags,
];

const SLOWER = `A  before.json: 5 runs of 10 requests, m
B  after.json: 5 runs of 10 requests, m

                 A        B   A → B            interval
TTFT p50    100 ms   120 ms    +20%        +18% to +22%
TPOT mean  20.0 ms  20.0 ms    0.0%        0.0% to 0.0%
E2E p50     160 ms   180 ms    +13%        +11% to +14%
tokens/s      20.4     20.2   −1.0%      −1.1% to −0.9%
failed          0%       0%  0.0 pp  −6.3 pp to +6.3 pp

TTFT p50   B is slower by 20% (18% to 22%)
TPOT mean  the same, within 5%
E2E p50    B is slower by 13% (11% to 14%)
tokens/s   B gives fewer, by 1.0% (0.9% to 1.1%), within 5%
failed     no request, on either side

The smallest difference that these runs show 4 times in 5: TTFT p50 1.7%, TPOT mean 0.0%, E2E p50
  1.3%, tokens/s 0.1%
Intervals: Welch's t over 5 and 5 runs, 95% for the four together (Holm)
`;

/** The numbers of runs in a `--json` report. */
function counts({ stdout }: LineRun): number[] {
  const { a, b } = JSON.parse(stdout);
  return [a.runs, b.runs];
}

/** The verdicts of a `--json` report: of the metrics, then of the failures. */
function verdicts(stdout: string): string[] {
  const { metrics, errors } = JSON.parse(stdout);
  return [...metrics.map(({ verdict }: { verdict: string }) => verdict), errors.verdict];
}

test.concurrent(
  "two result files are compared, and the exit code is 0 whatever comes out",
  async () => {
    const [slow, same, noisy] = await compared(
      against("before.json", "after.json"),
      against("before.json", "again.json", "--json"),
      against("before.json", "noisy.json", "--json"),
    );
    expect(slow).toEqual({ exitCode: 0, stderr: "", stdout: SLOWER });
    expect(same.exitCode).toBe(0);
    expect(verdicts(same.stdout)).toEqual(["same", "same", "same", "same", "none"]);
    expect(verdicts(noisy.stdout).slice(0, 1)).toEqual(["unknown"]);
  },
);

test.concurrent(
  "several files on a side are one set of runs, wherever --against stands",
  async () => {
    const [behind, first, folder, twice] = await compared(
      ["one.json", "many/1.json", "--against", "other.json", "before.json", "--json"],
      ["--against", "other.json", "before.json", "--json", "one.json", "many/1.json"],
      against("many", "before.json", "--json"),
      ["one.json", "many", "--against", "other.json", "--against", "before.json", "--json"],
    );
    expect([behind, first, folder, twice].map(counts)).toEqual([
      [2, 6],
      [2, 6],
      [2, 5],
      [3, 6],
    ]);
    expect(JSON.parse(first.stdout)).toEqual(JSON.parse(behind.stdout));
  },
);

test.concurrent("what bench --versus wrote has both sides in one file", async () => {
  const [whole, three] = await compared(["versus.json", "--json"], ["three.json"]);
  expect(JSON.parse(whole.stdout)).toMatchObject({ method: "paired", a: { pairs: [0, 1, 2] } });
  const [stopped, pooled] = await compared(
    ["stopped.json", "--json"],
    against("versus.json", "before.json"),
  );
  expect(JSON.parse(stopped.stdout)).toMatchObject({
    method: "paired",
    a: { pairs: [0, 1] },
    b: { pairs: [0, 1] },
  });
  expect(pooled.exitCode).toBe(2);
  expect(pooled.stderr).toContain(
    'Cannot compare "versus.json": it holds runs of several targets (A, B), and a side is one',
  );
  expect(three.exitCode).toBe(2);
  expect(three.stderr).toContain("runs of more than two targets: chat, messages, responses");
});

test.concurrent(
  "runs of interleaved pairs are compared pair by pair, where the pairs are whole",
  async () => {
    const [whole, part] = await compared(
      against("pairs-a.json", "pairs-b.json", "--json"),
      against("pairs-a.json", "pairs-c.json", "--json"),
    );
    expect(JSON.parse(whole.stdout)).toMatchObject({ method: "paired", a: { pairs: [1, 2, 3] } });
    expect(verdicts(whole.stdout)[0]).toBe("higher");
    expect(JSON.parse(part.stdout)).toMatchObject({
      method: "welch",
      notes: [{ code: "pairs_unmatched" }],
    });
    expect(verdicts(part.stdout)[0]).toBe("unknown");
  },
);

test.concurrent("gates exit with 7 when they are not kept, and say by what", async () => {
  const [above, below, other, within, far, both] = await compared(
    against("before.json", "after.json", "--fail-above", "5%"),
    against("before.json", "after.json", "--fail-above", "30%"),
    against("after.json", "before.json", "--fail-above", "0%"),
    against("before.json", "again.json", "--must-be-within", "5%", "--lang=zh"),
    against("before.json", "noisy.json", "--must-be-within", "5%", "--lang=zh"),
    against("before.json", "after.json", "--fail-above", "5%", "--must-be-within=50%", "--json"),
  );
  const ends = [above, below, other, within, far].map(({ exitCode, stdout }) => [
    exitCode,
    stdout.trimEnd().split("\n").at(-1),
  ]);
  expect(ends).toEqual([
    [7, "--fail-above 5%: not kept by TTFT p50, E2E p50"],
    [0, "--fail-above 30%: kept"],
    [0, "--fail-above 0%: kept"],
    [0, "--must-be-within 5%：满足"],
    [7, "--must-be-within 5%：不满足，TTFT p50、E2E p50、token/s"],
  ]);
  expect(both.exitCode).toBe(7);
  expect(JSON.parse(both.stdout).gates.map(({ kept }: { kept: boolean }) => kept)).toEqual([
    false,
    true,
  ]);
});

test.concurrent("a gate that cannot be decided is not kept by silence: 2", async () => {
  const [single, failed, failedToo, part] = await compared(
    against("one.json", "other.json", "--fail-above", "5%"),
    against("before.json", "failed.json", "--fail-above", "5%"),
    against("failed-too.json", "failed.json", "--fail-above", "5%"),
    against("before.json", "no-usage-after.json", "--fail-above", "30%"),
  );
  expect(single).toEqual({
    exitCode: 2,
    stdout: "",
    stderr:
      "--fail-above cannot be decided by one run a side\nMeasure each side several times: bun scripts/bench.ts --repeat 5 --out FILE.json\n",
  });
  expect(failed.exitCode).toBe(7);
  expect(failedToo.exitCode).toBe(2);
  expect(part.exitCode).toBe(2);
  expect(part.stdout).toEndWith("\n--fail-above 30%: not decided\n");
  expect(part.stderr).toBe(
    "--fail-above is not decided: the runs lack values that it is about\nbun scripts/replay.ts --report, or the report of bench, says what is missing in a run\n",
  );
});

test.concurrent(
  "without usage the times are compared, and the rest is said not to be",
  async () => {
    const [run] = await compared(
      against("no-usage.json", "no-usage-after.json", "--fail-above=5%"),
    );
    expect(run.exitCode).toBe(7);
    expect(run.stdout).toContain("TPOT mean  not compared: no run has it\n");
    expect(run.stdout).toContain("tokens/s   not compared: no run has it\n");
  },
);

const REPEAT = "bun scripts/bench.ts --repeat 5 --out FILE.json writes what can be compared";
const REPEAT_ZH = "bun scripts/bench.ts --repeat 5 --out FILE.json 写出的文件可以比较";

/** What cannot be compared: the sides, and what is said in both languages. */
const refused: readonly (readonly [a: string, b: string, en: string, zh: string])[] = [
  [
    "replayed.json",
    "after.json",
    'Cannot compare "replayed.json" with "after.json": they did different work: a replay of 200 requests of "monday" (1×), and no replay\nReplay the same recordings at the same speed on both sides',
    '无法比较 "replayed.json" 与 "after.json"：两者的负载不同：重放 "monday" 的 200 个请求（1×），不是重放\n请在两侧以相同速度重放相同的录制',
  ],
  [
    "replayed.json",
    "replayed-fast.json",
    'Cannot compare "replayed.json" with "replayed-fast.json": they did different work: a replay of 200 requests of "monday" (1×), and a replay of 200 requests of "monday" (2×)\nReplay the same recordings at the same speed on both sides',
    '无法比较 "replayed.json" 与 "replayed-fast.json"：两者的负载不同：重放 "monday" 的 200 个请求（1×），重放 "monday" 的 200 个请求（2×）\n请在两侧以相同速度重放相同的录制',
  ],
  [
    "one.json",
    "after.json",
    'Cannot compare "one.json": it holds one run, and the other side has 5\nA verdict needs two runs a side or more: bun scripts/bench.ts --repeat 5 --out FILE.json',
    '无法比较 "one.json"：它只有一次运行，而另一侧有 5 次\n每侧至少两次运行才能判断：bun scripts/bench.ts --repeat 5 --out FILE.json',
  ],
  [
    "after.json",
    "one.json",
    'Cannot compare "one.json": it holds one run, and the other side has 5\nA verdict needs two runs a side or more: bun scripts/bench.ts --repeat 5 --out FILE.json',
    '无法比较 "one.json"：它只有一次运行，而另一侧有 5 次\n每侧至少两次运行才能判断：bun scripts/bench.ts --repeat 5 --out FILE.json',
  ],
  [
    "before.json",
    "before.json",
    '"before.json" is given twice\nEach run counts once, and on one side',
    '"before.json" 给出了两次\n每次运行只能计入一次，且只能在一侧',
  ],
  [
    "before.json",
    "./before.json",
    '"before.json" and "./before.json" hold the same run\nEach run counts once, and on one side',
    '"before.json" 和 "./before.json" 含有同一次运行\n每次运行只能计入一次，且只能在一侧',
  ],
  [
    "before.json",
    "sweep.json",
    'Cannot compare "sweep.json": the runs of a side are no repetitions of one another: concurrency is 1, 2, 4\nCompare runs under one load; bun scripts/bench.ts --repeat makes them, --sweep and --find-max do not',
    '无法比较 "sweep.json"：同一侧的各次运行并非重复测量：concurrency 为 1, 2, 4\n请比较同一负载下的运行：用 bun scripts/bench.ts --repeat，而不是 --sweep 或 --find-max',
  ],
  [
    "before.json",
    "depths.json",
    'Cannot compare "depths.json": the runs of a side are no repetitions of one another: depth is 0, 4096\nCompare runs under one load; bun scripts/bench.ts --repeat makes them, --sweep and --find-max do not',
    '无法比较 "depths.json"：同一侧的各次运行并非重复测量：depth 为 0, 4096\n请比较同一负载下的运行：用 bun scripts/bench.ts --repeat，而不是 --sweep 或 --find-max',
  ],
  [
    "before.json",
    "empty.json",
    `Cannot compare "empty.json": it is empty\n${REPEAT}`,
    `无法比较 "empty.json"：文件是空的\n${REPEAT_ZH}`,
  ],
  [
    "before.json",
    "half.json",
    'Cannot compare "half.json": it is not whole JSON\nA copy may have been cut; bench --out itself never leaves half of a file',
    '无法比较 "half.json"：它不是完整的 JSON\n可能是复制时被截断；bench --out 本身不会留下半个文件',
  ],
  ...["hello.sse", "curl.txt"].map(
    (path) =>
      [
        path,
        "before.json",
        `Cannot compare "${path}": it is the stream of one request, not a result\nbun scripts/replay.ts --report sums it up; to compare, name the folder of a run, which holds run.json`,
        `无法比较 "${path}"：它是单个请求的流，不是测量结果\nbun scripts/replay.ts --report 可以汇总它；要比较，请给出含有 run.json 的运行文件夹`,
      ] as const,
  ),
  ...["notes.txt", "list.json", "package.json"].map(
    (path) =>
      [
        path,
        "before.json",
        `Cannot compare "${path}": it is no result of bench\n${REPEAT}`,
        `无法比较 "${path}"：它不是 bench 的结果\n${REPEAT_ZH}`,
      ] as const,
  ),
  [
    "compared.json",
    "before.json",
    `Cannot compare "compared.json": it is of the form "streamgauge.compare/1", not streamgauge.bench/1\n${REPEAT}`,
    `无法比较 "compared.json"：它的格式是 "streamgauge.compare/1"，不是 streamgauge.bench/1\n${REPEAT_ZH}`,
  ],
  [
    "no-runs.json",
    "before.json",
    `Cannot compare "no-runs.json": it holds no run\n${REPEAT}`,
    `无法比较 "no-runs.json"：其中没有任何运行\n${REPEAT_ZH}`,
  ],
  [
    "runs-number.json",
    "before.json",
    `Cannot compare "runs-number.json": runs is not a list\n${REPEAT}`,
    `无法比较 "runs-number.json"：runs 应为列表\n${REPEAT_ZH}`,
  ],
  [
    "bad-run.json",
    "before.json",
    `Cannot compare "bad-run.json": runs[0].duration_ms is not a number\n${REPEAT}`,
    `无法比较 "bad-run.json"：runs[0].duration_ms 应为数字\n${REPEAT_ZH}`,
  ],
  [
    "moved.json",
    "before.json",
    'Cannot compare "moved.json": it is a run.json under another name\nName the folder that holds run.json and the streams of the run',
    '无法比较 "moved.json"：它是改了名的 run.json\n请给出含有 run.json 和各个流的文件夹',
  ],
  [
    "broken",
    "before.json",
    `Cannot compare "broken/run.json": config is not an object\n${REPEAT}`,
    `无法比较 "broken/run.json"：config 应为对象\n${REPEAT_ZH}`,
  ],
  [
    "streams",
    "before.json",
    `Cannot compare "streams": the folder holds neither results nor recorded runs\n${REPEAT}`,
    `无法比较 "streams"：该文件夹中既没有结果文件，也没有录制的运行\n${REPEAT_ZH}`,
  ],
  [
    "missing.json",
    "before.json",
    'Cannot read "missing.json": there is no such file or folder',
    '无法读取 "missing.json"：没有这个文件或文件夹',
  ],
];

test("what cannot be compared is named, with what to do, in both languages: 2", async () => {
  const english = await compared(...refused.map(([a, b]) => against(a, b)));
  const chinese = await compared(...refused.map(([a, b]) => against(a, b, "--lang", "zh")));
  for (const [index, [a, b, en, zh]] of refused.entries()) {
    const place = `${a} --against ${b}`;
    expect([place, english[index]]).toEqual([
      place,
      { exitCode: 2, stdout: "", stderr: `${en}\n` },
    ]);
    expect([place, chinese[index]]).toEqual([
      place,
      { exitCode: 2, stdout: "", stderr: `${zh}\n` },
    ]);
  }
});

test("command lines that say too little or too much are refused: 2", async () => {
  const lines: readonly (readonly [args: readonly string[], en: string])[] = [
    [["before.json"], "There is nothing to compare with"],
    [[], "Missing result"],
    [["--against", "a.json", "b.json"], "Missing result"],
    [
      against("before.json", "after.json", "--margin", "5"),
      '--margin must be a percentage from 0% to 100%, such as 5%, got "5"',
    ],
    [
      against("before.json", "after.json", "--margin", "0%"),
      '--margin must be a percentage from 0% to 100%, such as 5%, got "0%"',
    ],
    [
      against("before.json", "after.json", "--fail-above", "101%"),
      '--fail-above must be a percentage from 0% to 100%, such as 5%, got "101%"',
    ],
    [
      against("before.json", "after.json", "--json", "--markdown"),
      "--json and --markdown exclude each other; give one of them",
    ],
  ];
  const runs = await compared(...lines.map(([args]) => args));
  for (const [index, [args, message]] of lines.entries()) {
    const { exitCode, stdout, stderr } = runs[index]!;
    expect([args, exitCode, stdout, stderr.split("\n")[0]]).toEqual([args, 2, "", message]);
  }
});

test.concurrent.each(["en", "zh"])("help in %s is pinned", async (language) => {
  const [{ exitCode, stdout, stderr }] = await compared(["--help", "--lang", language]);
  const path = join(import.meta.dir, "..", "fixtures", `compare_help_${language}.txt`);
  if (process.env["UPDATE_FIXTURES"] || !existsSync(path)) writeFileSync(path, stdout);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toBe(readFileSync(path, "utf8"));
});
