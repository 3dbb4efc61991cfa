import { expect, test } from "bun:test";
import { existsSync, linkSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cleanEnvironment } from "../support/clean_environment.ts";
import { temporaryFolder } from "../support/folder.ts";
import { toolkitFolder, useToolkit } from "../support/run_ask.ts";
import { type Line, type LineRun, runLines } from "../support/run_lines.ts";
import { corpusFile } from "../support/serving.ts";

useToolkit();

function run(folder: string, lines: readonly Line[]): Promise<readonly LineRun[]> {
  return runLines(lines, { toolkit: toolkitFolder(), cwd: folder, env: cleanEnvironment(folder) });
}

const ONE = corpusFile("crlf-sse-starlette.sse");

test.concurrent("two outputs to one file are refused, and so is one over an input", async () => {
  using folder = temporaryFolder();
  const at = (name: string): string => join(folder.path, name);
  writeFileSync(at("in.sse"), readFileSync(ONE));
  linkSync(at("in.sse"), at("linked.sse"));
  const before = readFileSync(at("in.sse"), "utf8");
  const force = ["--force", "--lang", "en"] as const;
  const runs = await run(folder.path, [
    ["report", "in.sse", "--html", "x", "--csv", "./x", ...force],
    ["report", "in.sse", "--html", "x", "--csv", "x", "--lang", "zh"],
    ["report", "in.sse", "--csv", "in.sse", ...force],
    ["report", "in.sse", "--csv", "linked.sse", ...force],
    ["report", ".", "--csv", "in.sse", ...force],
    ["report", "in.sse", "--csv", "in.sse", "--force", "--lang", "zh"],
    ["report", "in.sse", "--csv", "-", "--markdown", ...force],
    ["bench", "--demo", "--requests", "1", "--out", "y", "--html", "y", ...force],
  ]);
  expect(runs.map(({ exitCode }) => exitCode)).toEqual(runs.map(() => 2));
  expect(runs.map(({ stderr }) => stderr.split("\n")[0])).toEqual([
    '--html and --csv both write to "./x": give each a file of its own',
    '--html 和 --csv 都写入 "x"：请各用一个文件',
    '--csv would write over "in.sse", which is to be read: name another file',
    '--csv would write over "linked.sse", which is to be read: name another file',
    '--csv would write over "in.sse", which is to be read: name another file',
    '--csv 会覆盖要读取的 "in.sse"：请换一个文件',
    "--csv and --markdown both write to stdout: give each a file of its own",
    '--out and --html both write to "y": give each a file of its own',
  ]);
  expect(readFileSync(at("in.sse"), "utf8")).toBe(before);
  expect([existsSync(at("x")), existsSync(at("y"))]).toEqual([false, false]);
});

test.concurrent(
  "- is stdout, and metrics that the node exporter would not find are said",
  async () => {
    using folder = temporaryFolder();
    const [csv, metrics, chinese] = await run(folder.path, [
      ["report", ONE, "--csv", "-", "--lang", "en"],
      ["report", ONE, "--openmetrics", "a.txt", "--lang", "en"],
      ["report", ONE, "--openmetrics", "b.txt", "--lang", "zh"],
    ]);
    expect(csv?.exitCode).toBe(0);
    expect(csv?.stdout).toStartWith("run,request,sent_ms,");
    expect(csv?.stderr).toBe("");
    expect(existsSync(join(folder.path, "-"))).toBe(false);
    expect(metrics?.exitCode).toBe(0);
    expect(metrics?.stderr).toContain(
      '"a.txt" does not end in .prom: Prometheus\'s node exporter reads only files that do',
    );
    expect(chinese?.stderr).toContain('"b.txt" 不以 .prom 结尾');
  },
);
