import { expect, test } from "bun:test";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PageData } from "../../lib/page/page_data.ts";
import { cleanEnvironment } from "../support/clean_environment.ts";
import { temporaryFolder } from "../support/folder.ts";
import { toolkitFolder, useToolkit } from "../support/run_ask.ts";
import { type Line, type LineRun, runLines } from "../support/run_lines.ts";
import { corpusFile, fileOf, transcriptOf } from "../support/serving.ts";

useToolkit();

function run(folder: string, lines: readonly Line[]): Promise<readonly LineRun[]> {
  return runLines(lines, { toolkit: toolkitFolder(), cwd: folder, env: cleanEnvironment(folder) });
}

function dataIn(path: string): PageData {
  const [, json = ""] =
    /<script[^>]* id="data">([^<]*)<\/script>/.exec(readFileSync(path, "utf8")) ?? [];
  return JSON.parse(json) as PageData;
}

const LOAD = ["--demo", "--requests", "2", "--max-tokens", "4", "--lang", "en"] as const;

test.concurrent(
  "everything in a folder that can be reported is, and the rest is said",
  async () => {
    using folder = temporaryFolder();
    const at = (...names: string[]): string => join(folder.path, ...names);
    mkdirSync(at("all", "deeper"), { recursive: true });
    writeFileSync(at("all", "one.sse"), readFileSync(corpusFile("crlf-sse-starlette.sse")));
    writeFileSync(at("all", "deeper", "two.sse"), fileOf(transcriptOf(["data: [DONE]\n\n"])));
    writeFileSync(at("all", "prompts.json"), "[]");
    const [, , report, again] = await run(folder.path, [
      ["bench", ...LOAD, "--record", "all/kept", "--out", "all/same.json"],
      ["bench", ...LOAD, "--out", "all/other.json"],
      ["report", "all", "--html", "all.html", "--lang", "en"],
      ["report", "all", "--html", "zh.html", "--lang", "zh"],
    ]);
    const { runs } = dataIn(at("all.html"));
    expect(runs.map(({ label }) => label)).toEqual(["kept", "other", "one.sse"]);
    expect(report?.exitCode).toBe(2);
    expect(report?.stderr).toContain(
      `"${join("all", "same.json")}" holds the runs that are recorded beside it: they count once`,
    );
    expect(report?.stderr).toContain(`1 folder is not in the report: ${join("all", "deeper")}`);
    expect(report?.stderr).not.toContain("prompts.json");
    expect(again?.stderr).toContain(`有 1 个文件夹未计入报告：${join("all", "deeper")}`);
  },
);

test.concurrent("results of one name are told apart by their folders", async () => {
  using folder = temporaryFolder();
  const at = (...names: string[]): string => join(folder.path, ...names);
  const [bench] = await run(folder.path, [["bench", ...LOAD, "--out", "a.json"]]);
  expect(bench?.exitCode).toBe(0);
  for (const name of ["old", "new"]) {
    mkdirSync(at(name));
    cpSync(at("a.json"), at(name, "a.json"));
  }
  const [report] = await run(folder.path, [
    ["report", "old/a.json", "new/a.json", "--html", "a.html", "--csv", "a.csv"],
  ]);
  expect(report?.exitCode).toBe(0);
  expect(dataIn(at("a.html")).runs.map(({ label }) => label)).toEqual(["old/a", "new/a"]);
  expect(readFileSync(at("a.csv"), "utf8")).toContain("\r\nnew/a,0,");
});

test.concurrent("a stream without times, and one that was cut, have no durations", async () => {
  using folder = temporaryFolder();
  const at = (name: string): string => join(folder.path, name);
  const chunk = { choices: [{ index: 0, delta: { content: "Hi" }, finish_reason: "stop" }] };
  const event = `data: ${JSON.stringify(chunk)}\n\n`;
  writeFileSync(at("curl.sse"), `${event}data: [DONE]\n\n`);
  const open = { choices: [{ index: 0, delta: { content: "Hi" } }] };
  const cut = transcriptOf([`data: ${JSON.stringify(open)}\n\n`], { closing: null });
  writeFileSync(at("cut.sse"), fileOf(cut));
  const more = ["--openmetrics", "curl.prom", "--markdown", "--html", "curl.html", "--lang", "en"];
  const [untimed, , chinese] = await run(folder.path, [
    ["report", "curl.sse", "--csv", "curl.csv", ...more],
    ["report", "cut.sse", "--csv", "cut.csv", "--openmetrics", "cut.prom"],
    ["report", "curl.sse", "--markdown", "--lang", "zh"],
  ]);
  expect(untimed?.stdout).toContain("no times were recorded for 1 request: it is in no percentile");
  expect(untimed?.stdout).not.toContain("ended without a token");
  expect(chinese?.stdout).toContain("有 1 个请求没有记录时间，未计入百分位数");
  expect(dataIn(at("curl.html")).runs[0]?.requests.end).toEqual([null]);
  const [head = "", line = ""] = readFileSync(at("curl.csv"), "utf8").split("\r\n");
  const row = Object.fromEntries(head.split(",").map((name, at) => [name, line.split(",")[at]]));
  expect(row).toMatchObject({ sent_ms: "", ended_ms: "", closed_ms: "", e2e_ms: "" });
  for (const name of ["curl.prom", "cut.prom"]) {
    expect(readFileSync(at(name), "utf8")).not.toContain("operation_duration");
  }
  const [heads = "", ends = ""] = readFileSync(at("cut.csv"), "utf8").split("\r\n");
  expect(ends.split(",")[heads.split(",").indexOf("ended_ms")]).toBe("");
});

test.concurrent("Markdown has other tools' numbers, and --csv says that it has not", async () => {
  using folder = temporaryFolder();
  const [, markdown, csv] = await run(folder.path, [
    ["bench", ...LOAD, "--record", "kept"],
    ["report", "kept", "--as", "all", "--markdown", "--lang", "en"],
    ["report", "kept", "--as", "all", "--csv", "a.csv", "--lang", "en"],
  ]);
  expect(markdown?.stdout).toContain("#### As other tools define it");
  expect(markdown?.stdout).toContain("| Streamgauge | vLLM |");
  expect(csv?.stderr).toContain("The numbers of --as are not in --csv and --openmetrics");
});

test.concurrent("two targets have their verdicts on both pages and in Markdown", async () => {
  using folder = temporaryFolder();
  const [bench, report] = await run(folder.path, [
    ["bench", ...LOAD, "--repeat", "2", "--versus", "--out", "ab.json", "--html", "bench.html"],
    ["report", "ab.json", "--markdown", "--html", "ab.html", "--lang", "en"],
  ]);
  expect([bench?.exitCode, report?.exitCode]).toEqual([0, 0]);
  const part = (name: string): string =>
    /<h2>Do they differ\?<\/h2>[\s\S]*?<\/section>/.exec(
      readFileSync(join(folder.path, name), "utf8"),
    )?.[0] ?? "";
  expect(part("bench.html")).toContain('<th scope="col">verdict</th>');
  // A result has its times in ms with three decimals: a last digit may be another one.
  const words = (name: string): string => part(name).replaceAll(/[\d.]+/g, "#");
  expect(words("bench.html")).toBe(words("ab.html"));
  expect(part("ab.html")).toContain("<li>A: 2 runs of 2 requests");
  expect(report?.stdout).toContain("- **A**: 2 runs of 2 requests");
  expect(report?.stdout).toContain("| verdict |");
});

test.concurrent("of sweeps it is said why there is no verdict, and no error", async () => {
  using folder = temporaryFolder();
  const sweep = [...LOAD, "--sweep", "1,2"];
  const [, , report] = await run(folder.path, [
    ["bench", ...sweep, "--out", "a.json"],
    ["bench", ...sweep, "--out", "b.json"],
    ["report", "a.json", "b.json", "--html", "ab.html", "--lang", "en"],
  ]);
  expect(report?.exitCode).toBe(0);
  const page = readFileSync(join(folder.path, "ab.html"), "utf8");
  expect(page).toContain("A verdict is about repetitions under one load");
  expect(page).not.toContain("Cannot compare");
});
