import { expect, setDefaultTimeout, test } from "bun:test";
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeTranscript, TranscriptEncoder } from "../../lib/transcript/encode.ts";
import type { Transcript } from "../../lib/transcript/format.ts";
import { temporaryFolder } from "../support/folder.ts";
import { answerOf, lesson, streamOf } from "../support/stream.ts";
import { HEADER } from "../support/transcripts.ts";
import { bareEnvironment } from "../support/clean_environment.ts";
import { collect } from "../support/collect.ts";
import { type LineRuns, linesOf, runLines } from "../support/run_lines.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SCRIPT = join(ROOT, "scripts", "replay.ts");
const DEMO = join(ROOT, "lib", "server", "demo.sse");
const CORPUS = join(ROOT, "tests", "fixtures", "corpus");
const PRETTY = join(ROOT, "tests", "fixtures", "lesson-pretty.txt");

// Many processes at once on a busy machine: each is quick, their sum is not.
setDefaultTimeout(30_000);

interface Run {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  /** The current folder. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called when more of stdout has come, with all of it. */
  readonly onStdout?: (text: string, process: Bun.Subprocess) => void;
}

/** Runs `replay` as its user does: a process of its own, with a clean environment. */
async function runReplay(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const child = spawnReplay(args, options);
  const [stdout, stderr, exitCode] = await Promise.all([
    collect(child.stdout, (text) => options.onStdout?.(text, child)),
    collect(child.stderr),
    child.exited,
  ]);
  return { exitCode, stdout, stderr };
}

/** Runs `replay` with several command lines in one process, one after the other. */
function runReplays<const Args extends readonly (readonly string[])[]>(
  args: Args,
  cwd = ROOT,
): Promise<LineRuns<Args>> {
  return runLines(linesOf("replay", args), { toolkit: ROOT, cwd, env: bareEnvironment });
}

function spawnReplay(
  args: readonly string[],
  { cwd = ROOT, env = {}, preload = [] }: RunOptions & { readonly preload?: readonly string[] },
) {
  const preloads = preload.map((path) => `--preload=${path}`);
  return Bun.spawn([process.execPath, ...preloads, SCRIPT, ...args], {
    cwd,
    env: { ...bareEnvironment, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
}

/** A folder with these files. */
function folderWith(files: Readonly<Record<string, string>>): ReturnType<typeof temporaryFolder> {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder.path, name), text);
  return folder;
}

/** A transcript file of this body, one piece for each event, at these times in ms. */
function fileOf(
  body: string,
  { times, closing }: { times: readonly number[]; closing?: Transcript["closing"] },
): string {
  const pieces = body
    .split(/(?<=\n\n)/)
    .map((text, index) => ({ text, at: (times[index] ?? times.at(-1) ?? 0) * 1000 }));
  const end = { kind: "end", at: (times.at(-1) ?? 0) * 1000 } as const;
  return encodeTranscript({
    header: HEADER,
    pieces,
    notes: [],
    closing: closing === undefined ? end : closing,
  });
}

const HOUR = 3_600_000;
const short = streamOf(answerOf("a"), answerOf("b"), "[DONE]");

const demoStats = `first byte (TTFB)   183 ms
first token (TTFT)  196 ms
gap between tokens  p50 55.7 ms · p99 – · max 58.4 ms
stalls              none above 500 ms
last token (E2E)    685 ms
gaps over time      ................###########################################
closed              702 ms
decode rate         18.4 tokens/s (54.4 ms per token)
request rate        14.6 tokens/s (counted from sending)
tokens              30 in + 10 out = 40
deltas              10, 1.00 tokens each (counted by usage)
model               Qwen/Qwen2.5-7B-Instruct
outcome             complete (stop)
`;

// Playing

test.concurrent("replay plays the answer to stdout, then the stats to stderr", async () => {
  expect(await runReplay([DEMO, "--speed", "max"])).toEqual({
    exitCode: 0,
    stdout: `${lesson.content}\n`,
    stderr: `\n${demoStats}`,
  });
});

test.concurrent(
  "replay waits as the recording says, and Ctrl-C ends it with the stats",
  async () => {
    using folder = folderWith({ "a.sse": fileOf(short, { times: [1, HOUR] }) });
    const run = await runReplay(["a.sse"], {
      cwd: folder.path,
      // Were the second piece not waited for, it would have come in the same write or right behind.
      onStdout: (_, process) => process.kill("SIGINT"),
    });
    expect(run).toEqual({
      exitCode: 130,
      stdout: "a\n",
      stderr: `
first byte (TTFB)   1.00 ms
first token (TTFT)  1.00 ms
gap between chunks  –
stalls              none above 500 ms
last token (E2E)    1.00 ms
decode rate         –
request rate        –
tokens              not reported by the endpoint
deltas              1
outcome             interrupted
`,
    });
  },
);

test.concurrent("replay plays faster as it is told, with the same stats", async () => {
  using folder = folderWith({ "a.sse": fileOf(short, { times: [1, HOUR] }) });
  const runs = await Promise.all(
    ["3600000", "max", "1e9"].map((speed) =>
      runReplay(["a.sse", "--speed", speed], { cwd: folder.path }),
    ),
  );
  for (const run of runs) {
    expect(run).toMatchObject({ exitCode: 0, stdout: "ab\n" });
    expect(run.stderr).toContain("last token (E2E)    60 min 00 s\n");
  }
});

test.concurrent("replay --wire shows the stream itself", async () => {
  using folder = folderWith({ "a.sse": fileOf(short, { times: [12, 1234] }) });
  const run = await runReplay(["a.sse", "--wire", "--speed", "max"], { cwd: folder.path });
  expect(run.stdout).toBe(
    ' +12.0 ms │ a              │           │ {"delta":{"content":"a"}}\n' +
      ' +1.234 s │ b              │           │ {"delta":{"content":"b"}}\n' +
      " +1.234 s │                │           │ [DONE]\n",
  );
  expect(run.stderr).toStartWith("2 chunks, 2 with text\n\nfirst byte (TTFB)   12.0 ms\n");
});

test.concurrent("replay shows reasoning as ask does", async () => {
  const file = join(CORPUS, "reasoning-content-deepseek.sse");
  const [shown, hidden, only, json] = await runReplays([
    [file, "--speed", "max"],
    [file, "--speed", "max", "--reasoning", "hide"],
    [file, "--speed", "max", "--reasoning", "only"],
    [file, "--json"],
  ]);
  const { content, reasoning } = JSON.parse(json.stdout);
  expect(shown.stdout).toBe(`${content}\n`);
  expect(shown.stderr).toContain(reasoning);
  expect(hidden.stdout).toBe(`${content}\n`);
  expect(hidden.stderr).not.toContain(reasoning);
  expect(only.stdout).toBe(`${reasoning}\n`);
});

test.concurrent("replay into a pipe that is closed is quiet", async () => {
  const words = Array.from({ length: 20_000 }, (_, index) => answerOf(`word ${index}\n`));
  using folder = folderWith({ "a.sse": fileOf(streamOf(...words), { times: [1] }) });
  const line = `("$@" a.sse --speed max; echo $? > code) | head -c 5`;
  const child = Bun.spawn(["sh", "-c", line, "sh", process.execPath, SCRIPT], {
    cwd: folder.path,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([collect(child.stdout), collect(child.stderr)]);
  await child.exited;
  expect({ stdout, stderr }).toEqual({ stdout: "word ", stderr: "" });
  expect(await Bun.file(join(folder.path, "code")).text()).toBe("0\n");
});

// Reporting

test.concurrent("replay --report shows the stats as the result, and nothing else", async () => {
  const [english, chinese] = await runReplays([
    ["--report", DEMO],
    ["--report", DEMO, "--lang", "zh"],
  ]);
  expect(english).toEqual({ exitCode: 0, stdout: demoStats, stderr: "" });
  expect(chinese.stdout).toContain("结果");
});

test.concurrent("replay --json is the JSON of ask --json", async () => {
  const run = await runReplay(["--json", DEMO]);
  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  expect(JSON.parse(run.stdout)).toMatchObject({
    outcome: "complete",
    streamed: true,
    content: lesson.content,
    usage: { completion_tokens: 10 },
    metrics: { ttfb_ms: 183.402, ttft_ms: 195.518, deltas: 10, tokens_per_delta_source: "usage" },
    attempts: 1,
    error: null,
  });
});

test.concurrent("replay --stall counts gaps above another threshold", async () => {
  const run = await runReplay(["--json", DEMO, "--stall", "55ms"]);
  expect(JSON.parse(run.stdout).metrics.stalls.count).toBe(5);
});

/** Three recordings: complete, cut, and one whose user interrupted. */
const run: Readonly<Record<string, string>> = {
  "0001.sse": fileOf(lesson.stream, { times: [100, 200, 250, 300, 350, 400, 450, 500, 550] }),
  "0002 你好.sse": fileOf(short.replace("data: [DONE]\n\n", ""), { times: [50, 1500] }),
  "0003.sse": fileOf(short.slice(0, 80), {
    times: [70],
    closing: { kind: "failed", at: 90_000, error: { code: "interrupted", message: "m" } },
  }),
  "notes.txt": "no transcript",
};

test.concurrent("replay --report of a folder is a table, with the outcomes", async () => {
  using folder = folderWith(run);
  mkdirSync(join(folder.path, "old.sse"));
  const [english, chinese] = await runReplays([
    ["--report", folder.path],
    ["--report", folder.path, "--lang", "zh"],
  ]);
  expect(english).toEqual({
    exitCode: 0,
    stdout: `\
file           outcome         TTFT     TPOT      E2E   closed  tokens out  tokens/s
0001.sse       complete      200 ms  38.9 ms   550 ms   550 ms          10      18.2
0002 你好.sse  truncated    50.0 ms        –  1.500 s  1.500 s           –         –
0003.sse       interrupted  70.0 ms        –  70.0 ms  90.0 ms           –         –

1 complete, 1 truncated, 1 interrupted
`,
    stderr: "",
  });
  expect(chinese.stdout).toStartWith("文件           结果       TTFT");
  expect(chinese.stdout).toEndWith("\n\n完整 1 个，被截断 1 个，已中断 1 个\n");
});

test.concurrent(
  "replay takes several files; two with the same name go by their paths",
  async () => {
    using folder = folderWith(run);
    mkdirSync(join(folder.path, "b"));
    copyFileSync(DEMO, join(folder.path, "b", "0001.sse"));
    const { stdout } = await runReplay(["--report", "0001.sse", "b"], { cwd: folder.path });
    const names = stdout.split("\n").map((line) => line.split(" ", 1)[0]);
    expect(names).toEqual(["file", "0001.sse", join("b", "0001.sse"), "", "2", ""]);
  },
);

test.concurrent("replay --json of a folder has one entry for each file", async () => {
  using folder = folderWith(run);
  const { stdout } = await runReplay(["--json", "."], { cwd: folder.path });
  const { files } = JSON.parse(stdout);
  expect(files).toMatchObject([
    { file: "0001.sse", outcome: "complete", content: lesson.content },
    { file: "0002 你好.sse", outcome: "truncated", content: "ab" },
    { file: "0003.sse", outcome: "interrupted", metrics: { closed_ms: 90 } },
  ]);
});

test.concurrent("replay of a folder says what it cannot read, and shows the rest", async () => {
  using folder = folderWith({ ...run, "0000.sse": ":@transcript {}\n", "0009.sse": "<html>" });
  const { exitCode, stdout, stderr } = await runReplay(["--report", "."], { cwd: folder.path });
  expect(exitCode).toBe(2);
  expect(stdout).toEndWith("1 complete, 1 truncated, 1 interrupted\n");
  expect(stderr).toBe(
    'Cannot read transcript "0000.sse": line 1 has a header without "version"\n' +
      'Cannot replay "0009.sse": it is neither a transcript nor an event stream\n' +
      "curl -N … > hello.sse also makes a file that can be replayed, without times\n",
  );
});

test.concurrent(
  "replay of a folder without transcripts, or of several files to play, is an error",
  async () => {
    using folder = folderWith({ "notes.txt": "" });
    const empty = await runReplay(["--report", "."], { cwd: folder.path });
    expect(empty).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: 'Cannot replay ".": the folder has no .sse file\n',
    });
    const several = await runReplay([CORPUS]);
    expect(several).toEqual({
      exitCode: 2,
      stdout: "",
      stderr:
        "Cannot play several transcripts at once\n" +
        "--report and --json summarize several files, or a folder\n",
    });
  },
);

// Files without times

const untimedStats = `
times    none were recorded
tokens   30 in + 10 out = 40
deltas   10, 1.00 tokens each (counted by usage)
model    Qwen/Qwen2.5-7B-Instruct
outcome  complete (stop)
`;

test.concurrent("replay of the output of curl shows text and usage; times are absent", async () => {
  using folder = folderWith({ "curl.txt": lesson.stream });
  const [played, json] = await runReplays([["curl.txt"], ["curl.txt", "--json"]], folder.path);
  expect(played).toEqual({
    exitCode: 0,
    stdout: `${lesson.content}\n`,
    stderr: `This file has no times: its text and usage are shown\n${untimedStats}`,
  });
  const { metrics, usage, content } = JSON.parse(json.stdout);
  expect(content).toBe(lesson.content);
  expect(usage.total_tokens).toBe(40);
  expect(metrics).toMatchObject({ ttft_ms: null, e2e_ms: null, tpot_ms: null, closed_ms: null });
});

test.concurrent("replay reads the pretty-printed form of teaching material", async () => {
  const [played, chinese] = await runReplays([[PRETTY], [PRETTY, "--report", "--lang", "zh"]]);
  expect(played).toEqual({
    exitCode: 0,
    stdout: `${lesson.content}\n`,
    stderr:
      "This file is laid out for reading, without times: its text and usage are shown\n" +
      untimedStats,
  });
  expect(chinese.stderr).toBe("此文件是便于阅读的排版，没有时间信息：只显示文本和用量\n");
});

// Outcomes and exit codes

test.concurrent(
  "replay exits 0 when it could read, and with --strict as the live request did",
  async () => {
    const codes = {
      "no-done": 0,
      "status-401-openai": 3,
      "error-in-stream-siliconflow": 6,
      "cut-mid-sentence": 6,
      interrupted: 130,
      "no-response": 5,
      "login-page": 6,
    };
    const files = Object.keys(codes).map((name) => join(CORPUS, `${name}.sse`));
    const runs = await runReplays(files.map((file) => ["--report", file]));
    const strict = await runReplays(files.map((file) => ["--report", file, "--strict"]));
    for (const [index, [name, code]] of Object.entries(codes).entries()) {
      expect([name, runs[index]?.exitCode, strict[index]?.exitCode]).toEqual([name, 0, code]);
      expect(runs[index]?.stdout).toBe(strict[index]?.stdout ?? "");
    }
  },
);

test.concurrent("replay --strict of several exits with the highest code", async () => {
  using folder = folderWith(run);
  const { exitCode } = await runReplay(["--strict", "--report", folder.path]);
  expect(exitCode).toBe(130);
});

test.concurrent("replay says how a recorded request failed", async () => {
  const file = join(CORPUS, "status-401-openai.sse");
  const [english, chinese] = await runReplays([
    [file, "--report"],
    [file, "--report", "--lang", "zh"],
  ]);
  expect(english.stderr).toBe(
    "Recorded outcome: failed (401, invalid_api_key): The API key is not correct\n",
  );
  expect(chinese.stderr).toBe(
    "录制的结果：失败（401, invalid_api_key）：The API key is not correct\n",
  );
});

// Files that are none

const v2 = fileOf(short, { times: [1, 2] }).replace('"version":1', '"version":2');
const wrongLength = fileOf(short, { times: [1, 2] }).replace(/^(:@ 1\.000) \d+/m, "$1 9");

const unreadable: Readonly<Record<string, readonly [en: string, zh: string, content?: string]>> = {
  "nothing.sse": [
    'Cannot read "nothing.sse": there is no such file or folder',
    '无法读取 "nothing.sse"：没有这个文件或文件夹',
  ],
  "empty.sse": [
    'Cannot replay "empty.sse": it is neither a transcript nor an event stream',
    '无法回放 "empty.sse"：它既不是转录文件，也不是事件流',
    "",
  ],
  "binary.sse": [
    'Cannot replay "binary.sse": it is neither a transcript nor an event stream',
    '无法回放 "binary.sse"：它既不是转录文件，也不是事件流',
    "\u007fELF\0\0\u0001\nerror: not one of an endpoint\n\ndata: x\n\n",
  ],
  "README.md": [
    'Cannot replay "README.md": it is neither a transcript nor an event stream',
    '无法回放 "README.md"：它既不是转录文件，也不是事件流',
    "# Streamgauge\n\nSee how …\n",
  ],
  "version2.sse": [
    'Cannot read transcript "version2.sse": it is version 2, this toolkit reads version 1; update Streamgauge',
    '无法读取转录文件 "version2.sse"：它的版本是 2，本工具只能读取版本 1；请更新 Streamgauge',
    v2,
  ],
  "length.sse": [
    'Cannot read transcript "length.sse": line 4 is text past the end of a piece: a marker has to stand before it',
    '无法读取转录文件 "length.sse"：第 4 行有误（是数据段之外的文本：前面应有标记）',
    wrongLength,
  ],
};

for (const [name, [en, zh, content]] of Object.entries(unreadable)) {
  test.concurrent(`replay refuses ${name} in both languages`, async () => {
    using folder = folderWith(content === undefined ? {} : { [name]: content });
    const [english, chinese] = await runReplays([[name], [name, "--lang", "zh"]], folder.path);
    expect(english).toMatchObject({ exitCode: 2, stdout: "" });
    expect(english.stderr.split("\n")[0]).toBe(en);
    expect(chinese).toMatchObject({ exitCode: 2, stdout: "" });
    expect(chinese.stderr.split("\n")[0]).toBe(zh);
  });
}

/** Runs it and gives the most memory it took, in MiB; 0 where the system does not tell. */
async function memoryOf(args: readonly string[], cwd: string): Promise<Run & { memory: number }> {
  const peak = join(cwd, `peak-${args.at(-1)}`);
  const isTold = process.platform === "linux";
  const child = spawnReplay(args, {
    cwd,
    env: { PEAK_MEMORY_FILE: peak },
    preload: isTold ? [join(import.meta.dir, "..", "support", "report_peak_memory.ts")] : [],
  });
  const [stdout, stderr] = await Promise.all([collect(child.stdout), collect(child.stderr)]);
  const exitCode = await child.exited;
  const memory = isTold ? Number(readFileSync(peak, "utf8")) / 1024 : 0;
  return { exitCode, stdout, stderr, memory };
}

test.concurrent("replay refuses a file of one huge line, in little memory", async () => {
  const files = {
    "header.sse": ":@transcript ",
    "marker.sse": `${fileOf("", { times: [0], closing: null })}:@ `,
    "body.sse": "data: ",
    "piece.sse": `${fileOf("", { times: [0], closing: null })}:@ 1.000 4000000000\n`,
  };
  using folder = folderWith(files);
  // Sparse: they take no room on the disk.
  for (const name of Object.keys(files)) truncateSync(join(folder.path, name), 4_000_000_000);
  const limit = "is longer than the limit of 16777216 bytes\n";
  const expected = {
    "header.sse": `Cannot read transcript "header.sse": line 1 ${limit}`,
    "marker.sse": `Cannot read transcript "marker.sse": line 2 ${limit}`,
    "body.sse":
      'Cannot replay "body.sse": it is neither a transcript nor an event stream\n' +
      "curl -N … > hello.sse also makes a file that can be replayed, without times\n",
    "piece.sse":
      'Cannot read transcript "piece.sse": line 2 has a piece of 4000000000 bytes, more than the limit of 67108864\n',
  };
  for (const [name, stderr] of Object.entries(expected)) {
    const run = await memoryOf([name], folder.path);
    expect(run).toMatchObject({ exitCode: 2, stdout: "", stderr });
    expect(run.memory).toBeLessThan(300);
  }
});

test.concurrent("replay --report of a big file takes little memory", async () => {
  using folder = temporaryFolder();
  const text = "x".repeat(4000);
  const encoder = new TranscriptEncoder(HEADER);
  const start = encoder.piece({ text: streamOf(answerOf("a")), at: 2000 });
  const event = { text: streamOf(answerOf(text)), at: 3000 };
  const block = Buffer.from(encoder.piece(event).repeat(250));
  const file = openSync(join(folder.path, "big.sse"), "w");
  writeSync(file, start);
  for (let index = 0; index < 200; index++) writeSync(file, block);
  writeSync(file, encoder.piece({ text: "data: [DONE]\n\n", at: 4000 }));
  writeSync(file, encoder.close({ kind: "end", at: 5000 }));
  closeSync(file);
  const { memory, ...run } = await memoryOf(["--report", "big.sse"], folder.path);
  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  expect(run.stdout).toContain("deltas              50001\n");
  // The file has 200 MB, and so have its texts.
  expect(memory).toBeLessThan(190);
});

// Arguments

test.concurrent(
  "replay refuses flags that exclude each other, and speeds that are none",
  async () => {
    const cases: readonly (readonly [readonly string[], string])[] = [
      [["--report", "--json", DEMO], "--report and --json exclude each other; give one of them"],
      [["--report", "--wire", DEMO], "--report and --wire exclude each other; give one of them"],
      [
        ["--report", "--speed", "2", DEMO],
        "--report and --speed exclude each other; give one of them",
      ],
      [["--speed", "0", DEMO], "--speed must be at least 0.001, got 0"],
      [["--speed", "fast", DEMO], '--speed must be a number, got "fast"'],
      [[], "Missing file"],
    ];
    const runs = await runReplays(cases.map(([args]) => args));
    for (const [index, [, message]] of cases.entries()) {
      const { exitCode, stdout, stderr } = runs[index] ?? {};
      expect({ exitCode, stdout, stderr: stderr?.split("\n")[0] ?? "" }).toEqual({
        exitCode: 2,
        stdout: "",
        stderr: message,
      });
    }
  },
);

function helpIn(language: string): Promise<string> {
  return Bun.file(join(ROOT, "tests", "fixtures", `replay_help_${language}.txt`)).text();
}

test.concurrent("replay --help is on stdout, in the language that is asked for", async () => {
  const [english, chinese] = await Promise.all([
    runReplay(["--help"]),
    runReplay(["--help"], { env: { LANG: "zh_CN.UTF-8" } }),
  ]);
  const help = { exitCode: 0, stderr: "" };
  expect(english).toEqual({ ...help, stdout: await helpIn("en") });
  expect(chinese).toEqual({ ...help, stdout: await helpIn("zh") });
});
