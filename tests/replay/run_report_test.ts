import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bareEnvironment } from "../support/clean_environment.ts";
import { streamDamaged } from "../../lib/replay/messages.ts";
import { collect } from "../support/collect.ts";
import { fileOf, transcriptOf } from "../support/serving.ts";

setDefaultTimeout(30_000);

const scripts = fileURLToPath(new URL("../../scripts", import.meta.url));

async function run(script: string, args: readonly string[], cwd: string) {
  const child = Bun.spawn([process.execPath, join(scripts, script), ...args], {
    cwd,
    env: { ...bareEnvironment, LANG: "C" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([collect(child.stdout), collect(child.stderr)]);
  return { exitCode: await child.exited, stdout, stderr };
}

test("replay reports on a recorded run as bench did, to the last character", async () => {
  const folder = mkdtempSync(join(tmpdir(), "streamgauge-report-"));
  try {
    const load = ["--demo", "--rate=40", "--concurrency=2", "--requests=6", "--max-tokens=8"];
    const asked = [...load, "--slo=ttft=140ms", "--price=1,2", "--record=kept", "--out=live.json"];
    const live = await run("bench.ts", asked, folder);
    expect(live.exitCode).toBe(0);
    const json = await run("replay.ts", ["--json", "kept"], folder);
    expect(json).toEqual({
      exitCode: 0,
      stdout: readFileSync(join(folder, "live.json"), "utf8"),
      stderr: "",
    });
    const report = await run("replay.ts", ["--report", "kept"], folder);
    expect(report).toEqual({ exitCode: 0, stdout: live.stdout, stderr: "" });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("replay refuses a folder whose run.json is none, and says which", async () => {
  const folder = mkdtempSync(join(tmpdir(), "streamgauge-report-"));
  try {
    writeFileSync(join(folder, "run.json"), "{}");
    const { exitCode, stderr } = await run("replay.ts", ["--report", folder], folder);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("it is not of the form streamgauge.run/1");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** A recorded run of four requests, that a test then damages. */
async function damaged(
  damage: (kept: string) => void,
  ...flags: string[]
): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }> {
  const folder = mkdtempSync(join(tmpdir(), "streamgauge-report-"));
  try {
    const load = ["--demo", "--requests=4", "--concurrency=4", "--max-tokens=8", "--record=kept"];
    expect((await run("bench.ts", load, folder)).exitCode).toBe(0);
    damage(join(folder, "kept"));
    return await run("replay.ts", [...flags, "kept"], folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const broken: readonly (readonly [name: string, text: string, cause: string])[] = [
  ["half", '{"schema":"streamgauge.run/1","requests":[', "it is not of the form streamgauge.run/1"],
  ["empty", "", "it is not of the form streamgauge.run/1"],
  ["without fields", '{"schema":"streamgauge.run/1","requests":[]}', "config is not an object"],
];

test.concurrent.each(broken)(
  "when run.json is %s its streams are reported as files, and it is named: 2",
  async (_, text, cause) => {
    const { exitCode, stdout, stderr } = await damaged(
      (kept) => writeFileSync(join(kept, "run.json"), text),
      "--report",
    );
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      `Cannot read run "kept/run.json": ${cause}\nThe streams beside it are reported one by one, without what the run says of itself\n`,
    );
    expect(stdout.match(/^\S*00000\d\.sse /gm)).toHaveLength(4);
  },
);

test.concurrent("a broken run.json is named in Chinese, too", async () => {
  const { stderr } = await damaged(
    (kept) => writeFileSync(join(kept, "run.json"), '{"schema":"streamgauge.run/1"}'),
    "--report",
    "--lang=zh",
  );
  expect(stderr).toBe(
    '无法读取运行记录 "kept/run.json"：config 应为对象\n将逐个汇总旁边的流，但缺少运行本身的信息\n',
  );
});

test.concurrent(
  "streams that are missing or broken are named, and the rest is reported: 2",
  async () => {
    const { exitCode, stdout, stderr } = await damaged((kept) => {
      rmSync(join(kept, "000001.sse"));
      writeFileSync(join(kept, "000002.sse"), ":@transcript nonsense\n\n");
    }, "--json");
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Cannot read "kept/000001.sse": there is no such file or folder\n');
    expect(stderr).toContain('Cannot read transcript "000002.sse": line 1 ');
    expect(JSON.parse(stdout).requests.map(({ index }: { index: number }) => index)).toEqual([
      0, 3,
    ]);
  },
);

test.concurrent(
  "streams that a full disk did not take are counted in the report, and it is not a whole one: 2",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "streamgauge-report-"));
    try {
      const bench = [process.execPath, join(scripts, "bench.ts")].map((word) => `'${word}'`);
      const load = "--demo --requests 4 --max-tokens 60 --record kept";
      // No file may grow past 6 KiB: `run.json` fits in, the streams do not.
      const live = Bun.spawn(["bash", "-c", `ulimit -f 6; ${bench.join(" ")} ${load}`], {
        cwd: folder,
        env: { ...bareEnvironment, LANG: "C" },
        stdin: "ignore",
        stdout: "ignore",
        stderr: "ignore",
      });
      expect(await live.exited).toBe(1);
      const { exitCode, stdout, stderr } = await run("replay.ts", ["--report", "kept"], folder);
      expect([exitCode, stderr]).toEqual([
        2,
        "4 streams were not kept: the report is without them\n",
      ]);
      expect(stdout).toContain(
        "requests     none whose stream can be read\n" +
          "missing      4 sent, but their streams were not kept: no figure here counts them\n",
      );
      const json = await run("replay.ts", ["--json", "kept"], folder);
      expect(json.exitCode).toBe(2);
      expect(JSON.parse(json.stdout)).toMatchObject({
        requests: [],
        incomplete: true,
        streams: { not_kept: 4, unread: [] },
      });
      const chinese = await run("replay.ts", ["--report", "kept", "--lang=zh"], folder);
      expect(chinese.stdout).toContain(
        "请求  没有可以读取的流\n缺失  4 个已发送，但流未能保存：本报告的数字不包含它们\n",
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

/** Damage to a stream of a run that is complete, and what is said of it. */
const damages: readonly (readonly [what: string, damage: (text: string) => string, en: string])[] =
  [
    [
      "other bytes",
      () => Buffer.from(crypto.getRandomValues(new Uint8Array(100))).toString("latin1"),
      "it does not begin with the header that every recording has",
    ],
    ["nothing", () => "", "it does not begin with the header that every recording has"],
    [
      "a file that is cut",
      (text) => text.slice(0, text.lastIndexOf(":@end")),
      "the file is cut, its closing line is missing",
    ],
    [
      "another stream",
      () => fileOf(transcriptOf(['{"error":{"message":"no"}}'], { status: 500 })),
      'run.json says "complete", and the stream in it is "failed"',
    ],
  ];

test.concurrent.each(damages)(
  "%s in the place of a recorded stream is a broken file, not a failure of the endpoint: 2",
  async (_, damage, cause) => {
    const { exitCode, stdout, stderr } = await damaged((kept) => {
      const file = join(kept, "000001.sse");
      writeFileSync(file, damage(readFileSync(file, "utf8")));
    }, "--report");
    expect([exitCode, stderr]).toEqual([2, `Cannot use stream "kept/000001.sse": ${cause}\n`]);
    expect(stdout).toContain("requests     3, all complete, in ");
    expect(stdout).toContain(
      "missing      1 sent, but its stream cannot be read: no figure here counts it\n",
    );
    expect(stdout).not.toContain("failed");
  },
);

test("what is wrong with a stream is said in both languages", () => {
  const texts = [
    streamDamaged("a.sse", { kind: "headless" }),
    streamDamaged("a.sse", { kind: "cut" }),
    streamDamaged("a.sse", { kind: "other", found: "truncated", told: "complete" }),
    streamDamaged("a.sse", { kind: "other", found: "failed", told: "failed" }),
  ].flatMap(({ cause: { en, zh } }) => [en, zh]);
  expect(texts).toEqual([
    'Cannot use stream "a.sse": it does not begin with the header that every recording has',
    '无法使用流 "a.sse"：开头没有录制文件都有的头部',
    'Cannot use stream "a.sse": the file is cut, its closing line is missing',
    '无法使用流 "a.sse"：文件被截断，缺少结尾行',
    'Cannot use stream "a.sse": run.json says "complete", and the stream in it is "truncated"',
    '无法使用流 "a.sse"：run.json 记录的结果是“完整”，而文件中的流是“被截断”',
    'Cannot use stream "a.sse": it has failed for another reason than run.json says',
    '无法使用流 "a.sse"：失败的原因与 run.json 的记录不符',
  ]);
});

test("of a folder with several recorded runs, the first is named", async () => {
  const folder = mkdtempSync(join(tmpdir(), "streamgauge-report-"));
  try {
    for (const name of ["run-02", "run-01", "other"])
      mkdirSync(join(folder, "kept", name), { recursive: true });
    for (const name of ["run-01", "run-02"])
      writeFileSync(join(folder, "kept", name, "run.json"), "{}");
    expect(await run("replay.ts", ["--report", "kept"], folder)).toEqual({
      exitCode: 2,
      stdout: "",
      stderr:
        'Cannot replay "kept": the folder has no .sse file\nIt holds 2 runs: replay --report kept/run-01\n',
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
