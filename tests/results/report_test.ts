import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PageData } from "../../lib/page/page_data.ts";
import { cleanEnvironment } from "../support/clean_environment.ts";
import { temporaryFolder } from "../support/folder.ts";
import { toolkitFolder, useToolkit } from "../support/run_ask.ts";
import { type Line, type LineRun, runLines } from "../support/run_lines.ts";
import { CORPUS, corpusFile, fileOf, transcriptOf } from "../support/serving.ts";

useToolkit();

function run(folder: string, lines: readonly Line[]): Promise<readonly LineRun[]> {
  return runLines(lines, { toolkit: toolkitFolder(), cwd: folder, env: cleanEnvironment(folder) });
}

function dataIn(path: string): PageData {
  const [, json = ""] =
    /<script[^>]* id="data">([^<]*)<\/script>/.exec(readFileSync(path, "utf8")) ?? [];
  return JSON.parse(json) as PageData;
}

test.concurrent.each(["en", "zh"])("help of report in %s is pinned", async (language) => {
  using folder = temporaryFolder();
  const [help] = await run(folder.path, [["report", "--help", "--lang", language]]);
  const path = join(import.meta.dir, "..", "fixtures", `report_help_${language}.txt`);
  if (process.env["UPDATE_FIXTURES"] || !existsSync(path)) writeFileSync(path, help?.stdout ?? "");
  expect(help).toEqual({ exitCode: 0, stdout: readFileSync(path, "utf8"), stderr: "" });
});

test.concurrent(
  "a result file and the folder of its streams give the same numbers, and the folder the kinds and texts, too",
  async () => {
    using folder = temporaryFolder();
    const load = ["--demo", "--requests", "4", "--concurrency", "2", "--max-tokens", "8"];
    const [bench, ...reports] = await run(folder.path, [
      ["bench", ...load, "--out", "a.json", "--record", "kept"],
      ["report", "a.json", "--html", "a.html", "--lang", "en"],
      ["report", "kept", "--html", "kept.html", "--lang", "en"],
      ["report", "kept", "--html", "quiet.html", "--lang", "en", "--no-text"],
    ]);
    expect(bench?.exitCode).toBe(0);
    expect(reports.map(({ exitCode, stdout }) => ({ exitCode, stdout }))).toEqual(
      reports.map(() => ({ exitCode: 0, stdout: "" })),
    );
    expect(reports[0]?.stderr).toMatch(/^Wrote a\.html \(\d+ kB\)\n$/);
    const [file, kept, quiet] = ["a.html", "kept.html", "quiet.html"].map(
      (name) => dataIn(join(folder.path, name)).runs[0],
    );
    const { kinds, text, ...numbers } = kept?.requests ?? {};
    const { kinds: none, text: noText, ...same } = file?.requests ?? {};
    expect(numbers).toEqual(same);
    expect(kept?.spreads).toEqual(file?.spreads);
    expect(kept?.overTime).toEqual(file?.overTime);
    expect(kinds?.every((runs) => runs === "a8")).toBe(true);
    expect(text?.every((one) => (one?.answer.length ?? 0) > 0)).toBe(true);
    expect([none, noText].flat().every((value) => value === null)).toBe(true);
    expect(quiet?.requests.kinds).toEqual(kinds);
    expect(quiet?.requests.text.every((value) => value === null)).toBe(true);
  },
);

test.concurrent("a sweep that was recorded is read from its folder, run by run", async () => {
  using folder = temporaryFolder();
  const load = ["--demo", "--requests", "2", "--sweep", "1,2", "--max-tokens", "4"];
  const [, report] = await run(folder.path, [
    ["bench", ...load, "--record", "sweep"],
    ["report", "sweep", "--html", "sweep.html"],
  ]);
  expect(report?.exitCode).toBe(0);
  const { runs, loadCurve } = dataIn(join(folder.path, "sweep.html"));
  expect(runs.length).toBe(2);
  expect(loadCurve?.lines[0]?.steps.map(({ load: at }) => at)).toEqual([1, 2]);
});

test.concurrent("transcripts stand side by side, each under the name of its file", async () => {
  using folder = temporaryFolder();
  const names = ["reasoning-content-deepseek.sse", "cut-mid-sentence.sse"];
  const [report] = await run(folder.path, [
    ["report", ...names.map(corpusFile), "--html", "two.html", "--lang", "en"],
  ]);
  expect(report?.exitCode).toBe(0);
  const page = dataIn(join(folder.path, "two.html"));
  const { requests, overTime } = page.runs[0] ?? {};
  expect(requests?.name).toEqual(names);
  expect(requests?.outcome[0]).toBe("complete");
  expect(requests?.outcome[1]).not.toBe("complete");
  expect(requests?.kinds[0]).toMatch(/^r\d+a\d+$/);
  // They share no time.
  expect(overTime).toBeNull();
  expect(readFileSync(join(folder.path, "two.html"), "utf8")).not.toContain("no times");
});

test.concurrent("a stream without times is in the table alone, and the page says so", async () => {
  using folder = temporaryFolder();
  const chunk = { choices: [{ index: 0, delta: { content: "Hi" }, finish_reason: "stop" }] };
  writeFileSync(
    join(folder.path, "curl.sse"),
    `data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`,
  );
  const [report] = await run(folder.path, [
    ["report", "curl.sse", "--html", "a.html", "--lang", "en"],
  ]);
  expect(report?.exitCode).toBe(0);
  const page = readFileSync(join(folder.path, "a.html"), "utf8");
  expect(page).toContain("1 stream has no times: it is in the table alone.");
  expect(dataIn(join(folder.path, "a.html")).runs[0]?.requests.text[0]?.answer).toBe("Hi");
});

test.concurrent("a file that is no transcript is said, and left out", async () => {
  using folder = temporaryFolder();
  mkdirSync(join(folder.path, "streams"));
  writeFileSync(join(folder.path, "streams", "notes.sse"), "just words\n");
  writeFileSync(
    join(folder.path, "streams", "one.sse"),
    fileOf(transcriptOf(["data: [DONE]\n\n"])),
  );
  const [report, none] = await run(folder.path, [
    ["report", "streams", "--html", "a.html", "--lang", "en"],
    ["report", "streams/notes.sse", "--html", "b.html", "--lang", "en"],
  ]);
  expect(report).toMatchObject({ exitCode: 2 });
  expect(report?.stderr).toContain(
    'notes.sse": it is neither a result, nor a transcript, nor an event stream',
  );
  expect(dataIn(join(folder.path, "a.html")).runs[0]?.requests.name).toEqual(["one.sse"]);
  expect(none).toMatchObject({ exitCode: 2, stdout: "" });
  expect(existsSync(join(folder.path, "b.html"))).toBe(false);
});

test.concurrent(
  "report refuses what it cannot read or write, before it writes anything",
  async () => {
    using folder = temporaryFolder();
    const at = (name: string): string => join(folder.path, name);
    writeFileSync(at("there.html"), "mine");
    mkdirSync(at("empty"));
    writeFileSync(at("other.json"), '{"schema":"streamgauge.bench/2"}');
    writeFileSync(at("broken.json"), '{"schema":"streamgauge.bench/1","runs":[{"config":{}}]}');
    const one = corpusFile("crlf-sse-starlette.sse");
    const html = ["--html", "a.html", "--lang", "en"] as const;
    const runs = await run(folder.path, [
      ["report", one, "--lang", "en"],
      ["report", one, "--lang", "zh"],
      ["report", one, "--html", "there.html", "--lang", "en"],
      ["report", "other.json", ...html],
      ["report", "broken.json", ...html],
      ["report", "none.json", ...html],
      ["report", "empty", ...html],
      ["report", ...html],
    ]);
    expect(runs.map(({ exitCode }) => exitCode)).toEqual(runs.map(() => 2));
    expect(runs.map(({ stderr }) => stderr.split("\n")[0])).toEqual([
      "report needs an output: --html, --csv or --openmetrics with a file, or --markdown",
      "report 需要指定输出：--html、--csv 或 --openmetrics 加文件名，或 --markdown",
      'Cannot write "there.html": the file is there already',
      'Cannot read result "other.json": it is not of the form streamgauge.bench/1',
      'Cannot read result "broken.json": runs[0].environment is not an object',
      'Cannot read "none.json": there is no such file or folder',
      'Cannot report on "empty": the folder has neither a result, nor a recorded run, nor a .sse file',
      "Missing result",
    ]);
    expect(readFileSync(at("there.html"), "utf8")).toBe("mine");
    expect(existsSync(at("a.html"))).toBe(false);
  },
);

test.concurrent("all streams of the corpus make one page", async () => {
  using folder = temporaryFolder();
  const [report] = await run(folder.path, [["report", CORPUS, "--html", "corpus.html"]]);
  expect(report?.exitCode).toBe(0);
  const { requests } = dataIn(join(folder.path, "corpus.html")).runs[0] ?? {};
  expect(requests?.name.length).toBeGreaterThan(100);
});

test.concurrent(
  "two results are compared, and other tools' numbers stand beside ours",
  async () => {
    using folder = temporaryFolder();
    const load = ["--demo", "--requests", "3", "--max-tokens", "4", "--lang", "en"];
    const sweep = ["--demo", "--requests", "2", "--sweep", "1,2", "--max-tokens", "4"];
    const runs = await run(folder.path, [
      ["bench", ...load, "--out", "a.json", "--as", "vllm"],
      ["bench", ...load, "--record", "b"],
      ["bench", ...sweep, "--out", "sweep.json"],
      ["report", "a.json", "b", "--html", "ab.html", "--as", "otel", "--lang", "en"],
      ["report", "a.json", "sweep.json", "--html", "odd.html", "--lang", "en"],
      ["report", "b", "--html", "zh.html", "--as", "all", "--lang", "zh"],
      ["report", "b", "--html", "no.html", "--as", "wrk", "--lang", "en"],
    ]);
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 0, 0, 2]);
    const [both, odd, zh] = ["ab.html", "odd.html", "zh.html"].map((name) =>
      readFileSync(join(folder.path, name), "utf8"),
    );
    expect(both).toContain("<h2>Do they differ?</h2>");
    expect(both).toContain(
      "<li>That is so in these two runs: what of it is chance cannot be told</li>",
    );
    expect(both).not.toContain("started_at");
    // That of the result, as bench was asked for it, and that of the recording.
    expect(both?.match(/<h3>As other tools define it<\/h3>/g)?.length).toBe(2);
    expect(both).toContain('<th scope="col">vLLM</th>');
    expect(odd).toContain("<h2>Do they differ?</h2>");
    expect(odd).toContain("concurrency");
    expect(zh).toContain("<h3>按其他工具的定义</h3>");
    expect(runs.at(-1)?.stderr).toContain("wrk");
  },
);

test.concurrent("the figures go to spreadsheets, dashboards and stdout as well", async () => {
  using folder = temporaryFolder();
  const at = (name: string): string => join(folder.path, name);
  const files = ["--csv", "a.csv", "--openmetrics", "a.prom", "--html", "a.html"] as const;
  const [, report, again] = await run(folder.path, [
    ["bench", "--demo", "--requests", "3", "--max-tokens", "4", "--out", "a.json"],
    ["report", "a.json", "--markdown", "--lang", "en", ...files],
    ["report", "a.json", "--openmetrics", "a.prom", "--lang", "en"],
  ]);
  expect(report?.exitCode).toBe(0);
  expect(report?.stdout).toStartWith("### 1 at a time\n\n- model: simulated\n");
  expect(readFileSync(at("a.csv"), "utf8").split("\r\n").length).toBe(1 + 3 + 1);
  expect(readFileSync(at("a.prom"), "utf8")).toEndWith("# EOF\n");
  expect(report?.stderr).toMatch(/Wrote a\.html .*\nWrote a\.csv .*\nWrote a\.prom .*\n/);
  expect(again).toMatchObject({ exitCode: 2 });
  expect(again?.stderr).toContain('Cannot write "a.prom": the file is there already');
});

test.concurrent("two targets that were measured in turn are compared on one page", async () => {
  using folder = temporaryFolder();
  const load = ["--demo", "--requests", "2", "--max-tokens", "4", "--repeat", "2", "--lang", "en"];
  const [bench, report] = await run(folder.path, [
    ["bench", ...load, "--versus", "--out", "ab.json", "--html", "bench.html"],
    ["report", "ab.json", "--html", "ab.html", "--lang", "en"],
  ]);
  expect(bench?.exitCode).toBe(0);
  expect(report?.exitCode).toBe(0);
  const page = readFileSync(join(folder.path, "ab.html"), "utf8");
  expect(page).toContain("<h2>Do they differ?</h2>");
  expect(page).toContain('<th scope="col">verdict</th>');
  const { runs } = dataIn(join(folder.path, "bench.html"));
  expect(runs.map(({ label }) => label[0]).toSorted()).toEqual(["A", "A", "B", "B"]);
});
