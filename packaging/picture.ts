/**
 * Takes `docs/report.png`, the picture in the README: a page about a run against a simulated model with faults, in the
 * Chromium that is there.
 *
 * @module
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startLocalEndpoint } from "../lib/server/http/local_endpoint.ts";
import { withFaults } from "../lib/server/reply/fault.ts";
import { SimulatedSource } from "../lib/server/reply/simulated_source.ts";
import { readFault, readSimulation } from "../lib/server/values.ts";
import { chromiumPath, openFile, startBrowser } from "../tests/support/browser.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const picture = join(root, "docs", "report.png");
const chromium = chromiumPath();
if (chromium === null) throw new Error("Cannot take the picture: there is no Chromium");

const { model } = readSimulation({
  flag: "--simulate",
  text: "ttft=250ms,tps=90,tokens=120,reasoning=40,jitter=0.5",
});
const faults = ["cut:after=60%:share=6%:seed=3", "stall:after=70%:for=700ms:share=8%:seed=4"];
const source = withFaults(
  new SimulatedSource(model, { seed: 1 }),
  faults.map((text) => readFault({ flag: "--fault", text })),
);
const folder = mkdtempSync(join(tmpdir(), "streamgauge-picture-"));
const endpoint = await startLocalEndpoint({ source });
const page = join(folder, "page.html");
const line = [
  `--base-url ${endpoint.baseUrl} --model simulated --plan-seed 1 --lang en`,
  "--rate 7 --arrival poisson --requests 46 --slo ttft=1s,tpot=20ms",
].flatMap((words) => words.split(" "));
const script = join(root, "scripts", "bench.ts");
const bench = Bun.spawn(
  [process.execPath, script].concat(line, "--record", join(folder, "kept"), "--html", page),
  { stdout: "ignore", stderr: "inherit" },
);
await bench.exited;
await endpoint.close();
const browser = await startBrowser(chromium);
const opened = await openFile(browser, page, { viewport: { width: 1080, height: 1000 } });
const chart = opened.page.locator(".rows");
const box = await chart.boundingBox();
await opened.page.screenshot({
  path: picture,
  fullPage: true,
  clip: { x: 0, y: 0, width: 1080, height: (box?.y ?? 0) + (box?.height ?? 0) + 16 },
});
await browser.close();
rmSync(folder, { recursive: true });
console.log(picture);
