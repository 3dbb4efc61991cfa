import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** Where Chromium is; `null` where there is none. `CHROMIUM` names one elsewhere. */
export function chromiumPath(): string | null {
  const places = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser"];
  return places.find((place) => place !== undefined && existsSync(place)) ?? null;
}

/** A headless Chromium. */
export function startBrowser(executablePath: string): Promise<Browser> {
  // In a container there is neither a sandbox to be had, nor much shared memory.
  const args = ["--no-sandbox", "--disable-dev-shm-usage"];
  return chromium.launch({ executablePath, args });
}

/** A page that is open, and what it did beside being shown. */
export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  /** What its console said, and errors that nobody caught. */
  readonly complaints: readonly string[];
  /** Requests for anything but the page itself. */
  readonly requests: readonly string[];
  /** Serious violations that axe finds, each with what it is about. */
  violations(): Promise<string[]>;
}

/** Opens a file from disk, and waits until its scripts have run. */
export async function openFile(
  browser: Browser,
  path: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({
    viewport: { width: 1200, height: 900 },
    bypassCSP: false,
    ...options,
  });
  const page = await context.newPage();
  const url = pathToFileURL(path).href;
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (request.url() !== url) requests.push(request.url());
  });
  await page.goto(url);
  await page.locator("html[data-ready]").waitFor({ state: "attached" });
  return {
    page,
    complaints,
    requests,
    violations: () => violationsOn(page),
    [Symbol.asyncDispose]: () => context.close(),
  };
}

async function violationsOn(page: Page): Promise<string[]> {
  // The page's own policy would not let it in: this goes past it, as the developer tools do.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
      resultTypes: ["violations"],
    }),
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
}
