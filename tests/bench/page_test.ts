import { expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PageData } from "../../lib/page/page_data.ts";
import { temporaryFolder } from "../support/folder.ts";
import { useToolkit } from "../support/run_ask.ts";
import { runBenches } from "../support/run_bench.ts";

useToolkit();

function dataIn(path: string): PageData {
  const [, json = ""] =
    /<script[^>]* id="data">([^<]*)<\/script>/.exec(readFileSync(path, "utf8")) ?? [];
  return JSON.parse(json) as PageData;
}

const DEMO = ["--demo", "--max-tokens", "4", "--lang", "en"];

test("bench writes a page of its results, with the texts where it records", async () => {
  using folder = temporaryFolder();
  const at = (name: string): string => join(folder.path, name);
  const files = ["--out", "a.json", "--html", "a.html", "--record", "kept"];
  const [run, plain, sweep] = await runBenches(
    [
      [...DEMO, "--requests", "3", ...files],
      [...DEMO, "--requests", "2", "--html", "plain.html", "--json"],
      [...DEMO, "--requests", "2", "--sweep", "1,2", "--html", "sweep.html", "--record", "sweep"],
    ],
    folder.path,
  );
  expect(run?.exitCode).toBe(0);
  expect(run?.stderr).toMatch(/Wrote a\.html \(\d+ kB\)\n$/);
  const { runs } = dataIn(at("a.html"));
  const json = JSON.parse(readFileSync(at("a.json"), "utf8")) as {
    requests: { ttft_ms: number }[];
  };
  expect(runs[0]?.requests.ttft).toEqual(
    json.requests.map(({ ttft_ms: ttft }) => Math.round(ttft * 1000)),
  );
  expect(runs[0]?.requests.kinds).toEqual(["a4", "a4", "a4"]);
  expect(runs[0]?.requests.text.every((text) => text !== null)).toBe(true);
  expect(plain?.exitCode).toBe(0);
  expect(dataIn(at("plain.html")).runs[0]?.requests.text).toEqual([null, null]);
  // The page is not in the way of what programs read.
  expect(() => JSON.parse(plain?.stdout ?? "") as unknown).not.toThrow();
  expect(sweep?.exitCode).toBe(0);
  const swept = dataIn(at("sweep.html"));
  expect(swept.loadCurve?.lines[0]?.steps.length).toBe(2);
  expect(swept.runs.map(({ requests }) => requests.kinds)).toEqual([
    ["a4", "a4"],
    ["a4", "a4"],
  ]);
});

test("bench keeps a page that is there, and says so before it sends anything", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "a.html");
  writeFileSync(path, "mine");
  const page = ["--requests", "2", "--html", "a.html"];
  const [refused, forced, nowhere] = await runBenches(
    [
      [...DEMO, ...page],
      [...DEMO, ...page, "--force"],
      [...DEMO, "--html", "no/such/folder.html"],
    ],
    folder.path,
  );
  expect(refused).toMatchObject({ exitCode: 2, stdout: "" });
  expect(refused?.stderr).toContain('Cannot write "a.html": the file is there already');
  expect(forced?.exitCode).toBe(0);
  expect(readFileSync(path, "utf8")).toStartWith("<!doctype html>");
  expect(nowhere).toMatchObject({ exitCode: 2, stdout: "" });
  expect(existsSync(join(folder.path, "no"))).toBe(false);
});
