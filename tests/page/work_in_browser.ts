/**
 * Opens pages about conversations, kinds, caches, depths, recorded traffic and the server's side in a real Chromium. No part
 * of `bun test`, since a browser takes its time: `bun run check:page`.
 *
 * @module
 */

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { startLocalEndpoint } from "../../lib/server/http/local_endpoint.ts";
import { SimulatedSource } from "../../lib/server/reply/simulated_source.ts";
import { chromiumPath, openFile, startBrowser } from "../support/browser.ts";
import { sendBody, startChatServer } from "../support/chat_server.ts";
import { cleanEnvironment } from "../support/clean_environment.ts";
import { toolkitFolder, useToolkit } from "../support/run_ask.ts";
import { type Line, runLines } from "../support/run_lines.ts";
import { METRICS_PAGES } from "../support/server_metrics.ts";

const chromium = chromiumPath();

useToolkit();
setDefaultTimeout(60_000);

const MIX = JSON.stringify([
  { name: "chat", share: 2, prompt: "Hi", max_tokens: 4 },
  { name: "</script><b>long</b>", share: 1, synthetic: { in: 60, out: 4 } },
]);

const WORK: Readonly<Record<string, readonly string[]>> = {
  turns: ["--synthetic", "in=40,out=4", "--turns", "3", "--requests", "12"],
  kinds: ["--mix", "kinds.txt", "--requests", "12"],
  share: ["--synthetic", "in=100,out=4", "--cache", "share=0.5", "--requests", "12"],
  pairs: ["--synthetic", "in=60,out=4", "--cache", "pairs", "--requests", "12"],
  depth: ["--synthetic", "in=40,out=4", "--depth", "0,100,400"],
  replay: ["--replay", "turns"],
};

/** The charts of each page, by where they are drawn. */
const CHARTS: Readonly<Record<string, readonly string[]>> = {
  turns: ["turn-ttft", "turn-cached"],
  kinds: ["kind-ttft", "kind-tpot"],
  share: ["cached-share"],
  pairs: ["pairs-ttft"],
  depth: ["depth-ttft", "depth-prefill", "depth-tpot"],
  replay: ["lateness"],
};

const SERVER = ["server-requests", "server-times", "server-shares"];

describe.skipIf(chromium === null)("a page about the work, in a browser", () => {
  let folder = "";
  let browser: Browser;

  const at = (name: string): string => join(folder, name);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "streamgauge-work-page-"));
    writeFileSync(at("kinds.txt"), MIX);
    const model = { ttft: 20_000, tps: 1000, tokens: 9, reasoning: 0, chunk: 1, jitter: 0.2 };
    const source = new SimulatedSource({ ...model, prefill: 5_000, cache: true }, { seed: 1 });
    const endpoint = await startLocalEndpoint({ source });
    let reads = 0;
    await using metrics = await startChatServer((exchange) => sendBody(exchange, 404), {
      metrics(exchange) {
        const requests = ++reads * 6;
        const times = { queue: requests * 0.004, prefill: requests * 0.012, ttft: requests * 0.02 };
        const load = {
          running: 2,
          waiting: reads % 3,
          kvCache: 0.4,
          hits: reads,
          lookups: requests,
        };
        sendBody(exchange, 200, { body: METRICS_PAGES.vllm({ requests, ...times, ...load }) });
      },
    });
    const target = ["--base-url", endpoint.baseUrl, "--model", "m", "--lang", "en"];
    const watched = ["--server-metrics", metrics.baseUrl.replace("/v1", "/metrics")];
    const started = startBrowser(chromium ?? "");
    const lines = Object.entries(WORK).flatMap(([name, flags]): Line[] => [
      ["bench", ...target, ...watched, ...flags, "--out", `${name}.json`, "--record", name],
      ["report", `${name}.json`, "--html", `${name}.html`, "--lang", "en"],
      ["report", name, "--html", `${name}-zh.html`, "--lang", "zh"],
    ]);
    const runs = await runLines(
      lines.concat([["report", "turns.json", "turns", "--html", "both.html", "--lang", "en"]]),
      { toolkit: toolkitFolder(), cwd: folder, env: cleanEnvironment(folder) },
    );
    await endpoint.close();
    expect(runs.map(({ exitCode, stderr }) => (exitCode === 0 ? 0 : stderr))).toEqual(
      runs.map(() => 0),
    );
    browser = await started;
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [name, charts] of Object.entries(CHARTS)) {
    test(`the charts of ${name} are drawn, each with a name and a table beside it`, async () => {
      await using opened = await openFile(browser, at(`${name}.html`));
      const { page } = opened;
      for (const chart of [...charts, ...SERVER]) {
        const place = page.locator(`[data-name="${chart}"]:visible`).first();
        expect([chart, await drawn(page, `[data-name="${chart}"]:visible`)]).toEqual([chart, true]);
        expect(await place.getAttribute("role")).toBe("img");
        expect((await place.getAttribute("aria-label"))?.length).toBeGreaterThan(5);
      }
      const bars = page.locator('[data-name="ttft-parts"]:visible').first();
      expect(await bars.getAttribute("aria-label")).toMatch(/here: TTFT .*server: queue /);
      expect(await bars.locator(".part").count()).toBeGreaterThanOrEqual(3);
      expect(opened.complaints).toEqual([]);
      expect(opened.requests).toEqual([]);
    });
  }

  test("the numbers of turns and depths are those of the result", async () => {
    const { summary } = JSON.parse(readFileSync(at("turns.json"), "utf8"));
    await using turns = await openFile(browser, at("turns.html"));
    const shown = await valuesIn(turns.page, "#run-0-turns .wide table");
    expect(shown.filter((_, index) => index % 9 === 4)).toEqual(
      summary.turns.map((turn: { ttft_ms: { p50: number } }) => String(turn.ttft_ms.p50)),
    );
    const { runs } = JSON.parse(readFileSync(at("depth.json"), "utf8"));
    await using depth = await openFile(browser, at("depth-zh.html"));
    const depths = await valuesIn(depth.page, "#depth .wide table");
    expect(depths.filter((_, index) => index % 7 === 4)).toEqual(
      runs.map((run: { summary: { depth: { prefill_tokens_per_second: { p50: number } } } }) =>
        String(run.summary.depth.prefill_tokens_per_second.p50),
      ),
    );
  });

  test("the server's charts and those over the run end at the same time", async () => {
    await using opened = await openFile(browser, at("turns.html"));
    const ends = await opened.page.evaluate(() => {
      const { runs } = JSON.parse(document.querySelector("#data")?.textContent ?? "{}");
      return [
        runs[0].end,
        ...runs[0].charts.lines.flatMap((one: { end?: number }) => one.end ?? []),
      ];
    });
    expect(ends.length).toBe(4);
    expect(new Set(ends).size).toBe(1);
  });

  test("two results have a line each", async () => {
    await using opened = await openFile(browser, at("both.html"));
    expect(await drawn(opened.page, '[data-name="turns-ttft"]')).toBe(true);
    expect(await opened.page.locator("#work").textContent()).toContain("without a verdict");
    expect(opened.complaints).toEqual([]);
  });

  for (const [name, files, options] of [
    ["light", ["pairs.html", "both.html"], { colorScheme: "light" }],
    ["dark, in Chinese", ["turns-zh.html", "share-zh.html"], { colorScheme: "dark" }],
    [
      "narrow",
      ["depth.html", "kinds.html", "replay.html"],
      { viewport: { width: 375, height: 800 } },
    ],
  ] as const) {
    test(`axe finds no serious violation: ${name}`, async () => {
      for (const file of files) {
        await using opened = await openFile(browser, at(file), options);
        const { page } = opened;
        for (const summary of await page.locator("details.numbers:visible > summary").all()) {
          await summary.click();
        }
        expect([file, await opened.violations()]).toEqual([file, []]);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(width).toBeLessThanOrEqual(page.viewportSize()?.width ?? 0);
        expect(opened.complaints).toEqual([]);
      }
    });
  }
});

/** The values of the first table there, row by row. */
function valuesIn(page: Page, selector: string): Promise<string[]> {
  return page
    .locator(selector)
    .first()
    .locator("data")
    .evaluateAll((all) => all.map((one) => (one as HTMLDataElement).value));
}

/** Whether something was drawn there. */
function drawn(page: Page, selector: string): Promise<boolean> {
  return page
    .locator(`${selector} canvas`)
    .first()
    .evaluate((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const { data } = (canvas as HTMLCanvasElement)
        .getContext("2d")
        ?.getImageData(0, 0, width, height) ?? { data: [] };
      return data.some((value) => value > 0);
    });
}
