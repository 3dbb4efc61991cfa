/**
 * Opens pages of real runs in a real Chromium. No part of `bun test`, since a browser takes its time: `bun run check:page`.
 *
 * @module
 */

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import type { JsonObject } from "../../lib/base/json.ts";
import { startLocalEndpoint } from "../../lib/server/http/local_endpoint.ts";
import { withFaults } from "../../lib/server/reply/fault.ts";
import { SimulatedSource } from "../../lib/server/reply/simulated_source.ts";
import { readFault } from "../../lib/server/values.ts";
import { chromiumPath, openFile, startBrowser } from "../support/browser.ts";
import { toolkitFolder, useToolkit } from "../support/run_ask.ts";
import { cleanEnvironment } from "../support/clean_environment.ts";
import { type Line, type LineRun, runLines } from "../support/run_lines.ts";
import { CORPUS, fileOf, transcriptOf } from "../support/serving.ts";

const chromium = chromiumPath();
if (chromium === null) {
  process.stderr.write(
    "There is no Chromium here, so no page is opened in a browser: apt-get install chromium\n",
  );
}

useToolkit();
setDefaultTimeout(40_000);

const HOSTILE = [
  "</script><script>globalThis.stolen = 1</script>",
  "<!--<script>",
  "<img src=http://127.0.0.1:9/x onerror=globalThis.stolen=2>",
  "<style>body{display:none}</style>",
  "\u2028globalThis.stolen=3//",
  "\u202etxet desrever",
  "\u001b]0;title\u0007\u001b[2J",
  "data:text/html,<script>parent.stolen=4</script>",
  "<a href=javascript:stolen=5>x</a>",
].join("\n");

describe.skipIf(chromium === null)("a page in a browser", () => {
  let folder = "";
  let browser: Browser;

  const at = (name: string): string => join(folder, name);
  const run = (lines: readonly Line[]): Promise<readonly LineRun[]> =>
    runLines(lines, { toolkit: toolkitFolder(), cwd: folder, env: cleanEnvironment(folder) });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "streamgauge-page-"));
    const model = { ttft: 20_000, tps: 1000, tokens: 20, reasoning: 6, chunk: 1, jitter: 0.2 };
    const faults = [
      "status:429:share=10%:seed=2",
      "cut:after=50%:share=10%:seed=3",
      "stall:after=50%:for=60ms:share=10%:seed=4",
    ];
    const source = withFaults(
      new SimulatedSource(model, { seed: 1 }),
      faults.map((text) => readFault({ flag: "--fault", text })),
    );
    const endpoint = await startLocalEndpoint({ source });
    const bench = [
      "bench",
      "--base-url",
      endpoint.baseUrl,
      "--model",
      "m",
      "--stall",
      "50ms",
      // A warm-up that a fault hits would end it.
      "--cold",
    ] as const;
    writeFileSync(at("hostile.sse"), hostileTranscript());
    const level = ["--slo", "ttft=100ms,tpot=20ms"];
    const started = startBrowser(chromium ?? "");
    const runs = await run([
      [
        ...bench,
        "--requests",
        "60",
        "--concurrency",
        "6",
        ...level,
        "--out",
        "a.json",
        "--record",
        "a",
      ],
      [...bench, "--rate", "60", "--requests", "30", "--out", "b.json"],
      [...bench, "--sweep", "1,2,4", "--requests", "12", ...level, "--out", "sweep.json"],
      ["report", "a", "--html", "a.html", "--lang", "en"],
      ["report", "a.json", "b.json", "--html", "ab.html", "--lang", "en"],
      ["report", "sweep.json", "--html", "sweep.html", "--lang", "zh"],
      ["report", "sweep.json", "a.json", "--html", "mixed.html", "--lang", "en"],
      ["report", CORPUS, "--html", "corpus.html", "--lang", "en"],
      ["report", "hostile.sse", "--html", "hostile.html", "--lang", "en"],
    ]);
    await endpoint.close();
    for (const { exitCode, stderr } of runs.slice(3)) {
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    }
    browser = await started;
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const resultOf = (name: string): Record<string, any> =>
    JSON.parse(readFileSync(at(name), "utf8")) as Record<string, any>;

  test("the numbers on a page are those of the result", async () => {
    await using opened = await openFile(browser, at("a.html"));
    const { page } = opened;
    const { summary, requests } = resultOf("a.json") as {
      summary: Record<string, any>;
      requests: JsonObject[];
    };
    const card = async (name: string): Promise<number> =>
      Number(await page.locator(`[data-card="${name}"] data`).getAttribute("value"));
    expect(await card("ttft")).toBe(summary["ttft_ms"].p50);
    expect(await card("itl")).toBe(summary["itl_ms"].p50);
    expect(await card("tpot")).toBe(summary["tpot_ms"].p50);
    expect(await card("e2e")).toBe(summary["e2e_ms"].p50);
    expect(await card("output")).toBe(summary["output_tokens_per_second"]);
    expect(await card("requests")).toBe(summary["requests_per_second"]);
    expect(await card("complete")).toBe(summary["outcomes"].complete);
    expect(await card("goodput")).toBe(summary["goodput"].requests_per_second);
    const cells = await page
      .locator("section[aria-labelledby=run-0-spreads] table")
      .first()
      .locator("data")
      .evaluateAll((all) => all.map((one) => (one as HTMLDataElement).value));
    const rows = ["ttft_ms", "itl_ms", "tpot_ms", "e2e_ms", "request_output_tokens_per_second"];
    const statistics = ["count", "min", "mean", "p50", "p90", "p95", "p99", "max"];
    expect(cells).toEqual(
      rows.flatMap((row) => statistics.map((name) => String(summary[row][name] ?? ""))),
    );
    await page.locator(".requests > summary").click();
    const names = await page.locator(".requests tbody button").allTextContents();
    expect(names.length).toBe(50);
    expect(await page.locator(".pager span").textContent()).toBe(`1–50 of ${requests.length}`);
    await page.locator(".pager button").last().click();
    expect(await page.locator(".requests tbody tr").count()).toBe(10);
    expect(opened.complaints).toEqual([]);
    expect(opened.requests).toEqual([]);
  });

  test("rows are sorted, filtered and opened by mouse", async () => {
    await using opened = await openFile(browser, at("a.html"));
    const { page } = opened;
    const { requests } = resultOf("a.json") as { requests: Record<string, any>[] };
    await page.locator(".requests > summary").click();
    const rows = async (): Promise<number[]> =>
      (await page.locator(".requests tbody button").allTextContents()).map(Number);
    await page.locator("[data-control=order]").selectOption("ttft");
    const slowest = requests.toSorted((a, b) => (b["ttft_ms"] ?? -1) - (a["ttft_ms"] ?? -1));
    expect((await rows())[0]).toBe(slowest[0]?.["index"]);
    await page.locator("[data-control=filter]").selectOption("not_complete");
    const failed = requests.filter(({ outcome }) => outcome !== "complete");
    expect(failed.length).toBeGreaterThan(0);
    expect((await rows()).toSorted((a, b) => a - b)).toEqual(failed.map(({ index }) => index));
    await page.locator("[data-control=filter]").selectOption("stalls");
    const stalled = requests.filter(({ stalls }) => stalls.count > 0);
    expect((await rows()).length).toBe(stalled.length);
    await page.locator(".rows").click({ position: { x: 300, y: 32 } });
    const shown = (await rows())[0];
    expect(await page.locator(".detail").getAttribute("data-request")).toBe(String(shown));
    expect(await page.locator(".detail").textContent()).toContain("Gaps between deltas");
    await page.locator("[data-action=close]").click();
    expect(await page.locator(".detail").count()).toBe(0);
    expect(opened.complaints).toEqual([]);
  });

  test("the chart is worked with keys alone: rows, zoom, a request opened and closed", async () => {
    await using opened = await openFile(browser, at("a.html"));
    const { page } = opened;
    const focused = (): Promise<string> =>
      page.evaluate(() => document.activeElement?.className ?? "");
    for (let tabs = 0; tabs < 60 && (await focused()) !== "rows"; tabs++)
      await page.keyboard.press("Tab");
    expect(await focused()).toBe("rows");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect(await page.locator(".status").textContent()).toStartWith("request 1 · ");
    await page.keyboard.press("+");
    const window = (): Promise<number[]> =>
      page
        .locator(".rows")
        .evaluate((rows) => (rows as HTMLElement).dataset["window"]?.split("-").map(Number) ?? []);
    const [from = 0, to = 0] = await window();
    expect(from).toBeGreaterThan(0);
    await page.keyboard.press("ArrowRight");
    const [moved = 0, end = 0] = await window();
    expect(moved).toBeGreaterThan(from);
    expect(end - moved).toBeCloseTo(to - from, -1);
    await page.keyboard.press("0");
    expect((await window())[0]).toBe(0);
    await page.keyboard.press("End");
    expect(await page.locator(".status").textContent()).toStartWith("request 59 · ");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("H4");
    await page.keyboard.press("Escape");
    expect(await focused()).toBe("rows");
    expect(opened.complaints).toEqual([]);
  });

  test("a request that was recorded shows its text and what each delta is", async () => {
    await using opened = await openFile(browser, at("a.html"));
    const { page } = opened;
    expect(await page.locator(".legend li").allTextContents()).toEqual([
      "waiting",
      "reasoning",
      "answer",
      "stall",
      "cut or failed",
    ]);
    await page.locator("[data-control=filter]").selectOption("complete");
    await page.locator(".rows").click({ position: { x: 300, y: 30 } });
    expect(await page.locator(".detail h5").allTextContents()).toEqual([
      "Gaps between deltas",
      "reasoning",
      "answer",
    ]);
    expect(
      (await page.locator(".detail pre").last().textContent())?.split(" ").length,
    ).toBeGreaterThan(5);
    expect(await page.locator(".detail canvas").count()).toBe(1);
  });

  test("dragging over a time zooms into it, and opens nothing", async () => {
    await using opened = await openFile(browser, at("a.html"));
    const { page } = opened;
    await page.locator(".rows").scrollIntoViewIfNeeded();
    const box = await page.locator(".rows").boundingBox();
    const [x, y] = [(box?.x ?? 0) + 200, (box?.y ?? 0) + 60];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 200, y, { steps: 4 });
    await page.mouse.up();
    const zoomed = await page.locator(".rows").getAttribute("data-window");
    expect(Number(zoomed?.split("-")[0])).toBeGreaterThan(0);
    // A drag is no click.
    expect(await page.locator(".detail").count()).toBe(0);
    await page.locator("[data-action=whole]").click();
    expect(await page.locator(".rows").getAttribute("data-window")).toStartWith("0-");
    expect(opened.complaints).toEqual([]);
  });

  test("of several results each can be shown, and they lie side by side", async () => {
    await using opened = await openFile(browser, at("ab.html"));
    const { page } = opened;
    expect(await page.locator("#overview .wide tbody th").allTextContents()).toEqual(["a", "b"]);
    expect(await page.locator("section.run:visible").count()).toBe(1);
    await page.locator("#picker").selectOption("1");
    expect(await page.locator("section.run:visible").getAttribute("data-run")).toBe("1");
    expect(await drawn(page, "#run-1 [data-chart=scheduled]")).toBe(true);
    expect(opened.complaints).toEqual([]);
  });

  test("a sweep has its curve, in Chinese as well", async () => {
    await using opened = await openFile(browser, at("sweep.html"));
    const { page } = opened;
    const { runs } = resultOf("sweep.json") as { runs: Record<string, any>[] };
    const rates = await page
      .locator("#load tbody tr data")
      .evaluateAll((all) => all.map((one) => (one as HTMLDataElement).value));
    // Each row has nine numbers: the load, how many were good, the output, and three percentiles of TTFT and TPOT.
    expect(rates.filter((_, index) => index % 9 === 2)).toEqual(
      runs.map(({ summary }) => String(summary.output_tokens_per_second)),
    );
    expect(await drawn(page, "#load [data-metric=ttft]")).toBe(true);
    expect(await page.locator("#load h2").textContent()).toBe("吞吐与延迟");
    expect(opened.complaints).toEqual([]);
  });

  test("a result beside a sweep is a point of its own, and the steps say whose they are", async () => {
    await using opened = await openFile(browser, at("mixed.html"));
    const { page } = opened;
    const names = await page.locator("#load .wide tbody th").allTextContents();
    expect(names.map((name) => name.split(":")[0])).toEqual(["sweep", "sweep", "sweep", "a"]);
    expect(await page.locator("#load .pair .u-legend").first().innerText()).toMatch(/sweep\s*a/);
    expect(await drawn(page, "#load [data-metric=ttft]")).toBe(true);
    expect(await drawn(page, "#load [data-metric=tpot]")).toBe(true);
    expect(opened.complaints).toEqual([]);
  });

  test("what a hostile stream says is shown, and does nothing", async () => {
    await using opened = await openFile(browser, at("hostile.html"));
    const { page } = opened;
    await page.locator(".rows").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    const texts = await page.locator(".detail pre").allTextContents();
    expect(texts.length).toBe(3);
    for (const text of texts) {
      expect(text).toContain("</script><script>globalThis.stolen = 1</script>");
      expect(text).toContain("<U+202E>txet desrever");
      expect(text).toContain("␛]0;title␇␛[2J");
    }
    expect(await page.evaluate(() => "stolen" in globalThis)).toBe(false);
    expect(await page.locator("img, a, iframe, body style").count()).toBe(0);
    expect(await page.locator("script").count()).toBe(2);
    // Also when asked to: the policy lets nothing in or out.
    await page.evaluate(() => fetch("http://127.0.0.1:9/").catch(() => {}));
    expect(opened.requests.filter((url) => !url.startsWith("http://127.0.0.1:9/"))).toEqual([]);
    expect(opened.complaints.join("\n")).toContain("Content Security Policy");
  });

  for (const [name, files, options] of [
    ["light", ["a.html", "sweep.html", "corpus.html"], { colorScheme: "light" }],
    ["dark", ["a.html", "sweep.html"], { colorScheme: "dark" }],
    ["narrow", ["ab.html", "corpus.html"], { viewport: { width: 375, height: 800 } }],
  ] as const) {
    test(`axe finds no serious violation: ${name}`, async () => {
      for (const file of files) {
        await using opened = await openFile(browser, at(file), options);
        const { page } = opened;
        await page.locator(".rows:visible").focus();
        await page.keyboard.press("ArrowDown");
        await page.keyboard.press("Enter");
        expect(await opened.violations()).toEqual([]);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(width).toBeLessThanOrEqual(page.viewportSize()?.width ?? 0);
        expect(opened.complaints).toEqual([]);
        expect(opened.requests).toEqual([]);
      }
    });
  }

  test("a page prints in black on white, also when it is dark", async () => {
    await using opened = await openFile(browser, at("a.html"), { colorScheme: "dark" });
    const { page } = opened;
    await page.emulateMedia({ media: "print" });
    const color = await page.evaluate(() => getComputedStyle(document.body).color);
    expect(color).toBe("rgb(0, 0, 0)");
    expect(await page.locator(".controls").first().isVisible()).toBe(false);
    expect((await page.pdf()).length).toBeGreaterThan(10_000);
  });
});

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

function hostileTranscript(): string {
  const chunk = (delta: object): string =>
    `data: ${JSON.stringify({ id: HOSTILE, model: HOSTILE, choices: [{ index: 0, delta }] })}\n\n`;
  return fileOf(
    transcriptOf(
      [
        chunk({ reasoning_content: HOSTILE }),
        chunk({ content: HOSTILE }),
        chunk({
          tool_calls: [{ index: 0, id: "1", function: { name: HOSTILE, arguments: HOSTILE } }],
        }),
        `data: ${JSON.stringify({ error: { message: HOSTILE, code: HOSTILE } })}\n\n`,
      ],
      { request: { stream: true, messages: [{ role: "user", content: HOSTILE }] } },
    ),
  );
}
