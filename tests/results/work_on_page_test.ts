import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PageData } from "../../lib/page/page_data.ts";
import { sendBody, startChatServer } from "../support/chat_server.ts";
import { cleanEnvironment } from "../support/clean_environment.ts";
import { temporaryFolder } from "../support/folder.ts";
import { toolkitFolder, useToolkit } from "../support/run_ask.ts";
import { type Line, runLines } from "../support/run_lines.ts";
import { METRICS_PAGES } from "../support/server_metrics.ts";
import { servingModel } from "../support/simulated.ts";

setDefaultTimeout(30_000);
useToolkit();

const MIX = JSON.stringify([
  { name: "chat", share: 2, prompt: "Hi", max_tokens: 4 },
  { name: "long", share: 1, synthetic: { in: 60, out: 4 } },
]);

/** What is asked, and the parts that its page is to have. */
const WORK: Readonly<
  Record<string, { readonly flags: readonly string[]; readonly parts: string[] }>
> = {
  plain: { flags: ["--max-tokens", "4"], parts: [] },
  turns: {
    flags: ["--synthetic", "in=40,out=4", "--turns", "3"],
    parts: ["run-0-turns", "run-0-server"],
  },
  mix: { flags: ["--mix", "kinds.json"], parts: ["run-0-kinds", "run-0-server"] },
  share: {
    flags: ["--synthetic", "in=100,out=4", "--cache", "share=0.5"],
    parts: ["run-0-cache", "run-0-server"],
  },
  pairs: {
    flags: ["--synthetic", "in=60,out=4", "--cache", "pairs"],
    parts: ["run-0-cache", "run-0-server"],
  },
  depth: {
    flags: ["--synthetic", "in=40,out=4", "--depth", "0,100"],
    parts: ["depth", "work", "run-0-server", "run-1-server"],
  },
  replay: { flags: ["--replay", "turns"], parts: ["run-0-replayed", "run-0-server"] },
};

const PART = /<section id="((?:run-\d-(?:turns|kinds|cache|replayed|server))|depth|work)"/g;

test("what a run says of its work is on its page, from its result and from its recording", async () => {
  using folder = temporaryFolder();
  await using endpoint = await servingModel({ prefill: 20_000, cache: true });
  let reads = 0;
  await using metrics = await startChatServer((exchange) => sendBody(exchange, 404), {
    metrics(exchange) {
      const count = ++reads * 10;
      const state = { requests: count, queue: count / 1000, prefill: count / 500, running: 2 };
      sendBody(exchange, 200, { body: METRICS_PAGES.vllm({ ...state, hits: 1, lookups: count }) });
    },
  });
  writeFileSync(join(folder.path, "kinds.json"), MIX);
  const target = ["--base-url", endpoint.baseUrl, "--model", "m", "--lang", "en"];
  const watched = ["--server-metrics", metrics.baseUrl.replace("/v1", "/metrics")];
  const lines = Object.entries(WORK).flatMap(([name, { flags, parts }]): Line[] => [
    [
      "bench",
      ...target,
      ...flags,
      ...(name === "replay" ? [] : ["--requests", "6"]),
      ...(parts.length === 0 ? [] : watched),
      "--out",
      `${name}.json`,
      "--record",
      name,
      "--html",
      `${name}-bench.html`,
    ],
    ["report", `${name}.json`, "--html", `${name}-file.html`, "--lang", "en"],
    ["report", name, "--html", `${name}-folder.html`, "--lang", "en"],
  ]);
  const ran = await runLines(lines, {
    toolkit: toolkitFolder(),
    cwd: folder.path,
    env: cleanEnvironment(folder.path),
  });
  expect(ran.map(({ exitCode, stderr }) => (exitCode === 0 ? 0 : stderr))).toEqual(
    ran.map(() => 0),
  );
  for (const [name, { parts }] of Object.entries(WORK)) {
    const [bench, file, kept] = ["bench", "file", "folder"].map((from) =>
      readFileSync(join(folder.path, `${name}-${from}.html`), "utf8"),
    );
    const found = [...(file ?? "").matchAll(PART)].map(([, id]) => id);
    expect([name, found.toSorted()]).toEqual([name, parts.toSorted()]);
    expect(sectionsIn(kept)).toEqual(sectionsIn(file));
    expect(sectionsIn(bench)).toEqual(sectionsIn(file));
    expect(chartsIn(kept)).toEqual(chartsIn(file));
    expect(chartsIn(bench)).toEqual(chartsIn(file));
  }
});

/** The parts about the work, as they stand there. Runs are called otherwise where they come from a file. */
function sectionsIn(page: string | undefined): string[] {
  return (page ?? "")
    .split(/(?=<section)/)
    .filter((section) => section.search(PART) === 0)
    .map((section) => section.replace(/<\/section>[^]*/, ""));
}

function chartsIn(page: string | undefined): unknown {
  const [, json = ""] = /<script[^>]* id="data">([^<]*)<\/script>/.exec(page ?? "") ?? [];
  const { runs, charts } = JSON.parse(json) as PageData;
  return { charts, runs: runs.map((run) => ({ charts: run.charts, end: run.end })) };
}
