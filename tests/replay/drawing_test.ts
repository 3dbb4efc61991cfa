import { expect, test } from "bun:test";
import { cleanEnvironment } from "../support/clean_environment.ts";
import { temporaryFolder } from "../support/folder.ts";
import { toolkitFolder, useToolkit } from "../support/run_ask.ts";
import { runLines } from "../support/run_lines.ts";
import { corpusFile } from "../support/serving.ts";

useToolkit();

/** The line that draws a stream, in this locale. */
async function drawn(
  file: string,
  { LANG, lang = "en" }: { readonly LANG: string; readonly lang?: "en" | "zh" },
): Promise<string | undefined> {
  using folder = temporaryFolder();
  const [report] = await runLines(
    [["replay", "--report", corpusFile(file), "--lang", lang, "--stall", "100ms"]],
    { toolkit: toolkitFolder(), cwd: folder.path, env: cleanEnvironment(folder.path, { LANG }) },
  );
  return report.stdout.split("\n").find((line) => /^(?:gaps over time|间隔变化)/.test(line));
}

test.concurrent(
  "replay draws a stream in blocks where the locale has them, else in ASCII",
  async () => {
    const file = "reasoning-content-deepseek.sse";
    const [blocks, ascii, chinese] = await Promise.all([
      drawn(file, { LANG: "C.UTF-8" }),
      drawn(file, { LANG: "C" }),
      drawn(file, { LANG: "C.UTF-8", lang: "zh" }),
    ]);
    expect(blocks).toMatch(/^gaps over time +·+[▁▂▃▄▅▆▇█▒]+$/);
    expect(ascii).toMatch(/^gaps over time +\.+[_=*#!-]+$/);
    expect(chinese).toMatch(/^间隔变化 +·+[▁▂▃▄▅▆▇█▒]+$/);
  },
);

test.concurrent("replay marks where a stream was cut", async () => {
  expect(await drawn("cut-mid-sentence.sse", { LANG: "C.UTF-8" })).toEndWith("✕");
  expect(await drawn("cut-mid-sentence.sse", { LANG: "" })).toEndWith("x");
});
