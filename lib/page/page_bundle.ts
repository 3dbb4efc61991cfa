import { fileURLToPath } from "node:url";

/** The page's own script and style, each as one text. */
export interface PageBundle {
  readonly script: string;
  readonly style: string;
}

/**
 * Bundles what a page brings along. In a checkout this happens as it is needed, with what is installed for developing; the
 * package and the program in one file have it made.
 *
 * @throws {AggregateError} when something in `browser/` cannot be bundled.
 */
export async function pageBundle(): Promise<PageBundle> {
  const { outputs } = await Bun.build({
    entrypoints: [fileURLToPath(new URL("./browser/page.html", import.meta.url))],
    target: "browser",
    minify: true,
    compile: true,
  });
  const page = (await outputs[0]?.text()) ?? "";
  const [, style = ""] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? [];
  const [, script = ""] = /<script type="module">([\s\S]*?)<\/script>/.exec(page) ?? [];
  // It goes wherever the code goes.
  const license = await Bun.file(new URL(import.meta.resolve("uplot/LICENSE"))).text();
  return { script: `/* uPlot\n\n${license.trim()}\n*/\n${script}`, style };
}
