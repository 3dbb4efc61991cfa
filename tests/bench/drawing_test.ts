import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../support/folder.ts";
import { useToolkit } from "../support/run_ask.ts";
import { runBench } from "../support/run_bench.ts";

useToolkit();

const DEMO = ["--demo", "--lang", "en"];

test.concurrent("bench draws streams and the run, and a sweep its curve", async () => {
  const load = ["--sweep", "1,2", "--requests", "4", "--max-tokens", "20", "--slo", "ttft=200ms"];
  const { exitCode, stdout } = await runBench([...DEMO, ...load], { env: { LANG: "C.UTF-8" } });
  expect(exitCode).toBe(0);
  expect(stdout.match(/^streams \(· waiting, ▁█ gaps up to \S+ ms\)$/gm)?.length).toBe(2);
  expect(stdout.match(/^ {2}median {3}\s*\S+ m?s {2}·+[▁▂▃▄▅▆▇█]+$/gm)?.length).toBe(2);
  expect(stdout.match(/^output tokens\/s over the run$/gm)?.length).toBe(2);
  const lines = stdout.trimEnd().split("\n").slice(-3);
  expect(lines[0]).toMatch(/^concurrency {2}token\/s +TTFT p50 +TPOT p50$/);
  // The service level stands across the bars of TTFT.
  expect(lines[1]).toMatch(/^ +1 .*█.*│/);
  expect(lines[2]).toMatch(/^ +2 .*█.*│/);
});

test.concurrent("bench draws in ASCII where the locale has nothing else", async () => {
  const { exitCode, stdout } = await runBench([...DEMO, "--requests", "4", "--max-tokens", "20"]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^streams \(\. waiting, _# gaps up to \S+ ms\)$/m);
  expect(stdout).not.toMatch(/[▁-█▏-▒]/);
});

test.concurrent("bench that is stopped still writes its page", async () => {
  using folder = temporaryFolder();
  const load = ["--duration", "1m", "--max-tokens", "4", "--drain", "1s", "--html", "a.html"];
  const { exitCode, stderr } = await runBench(
    [...DEMO, ...load, "--warmup", "1", "--out", "a.json"],
    {
      cwd: folder.path,
      onStart(process) {
        const look = setInterval(() => {
          // It is written as the run goes on.
          if (!existsSync(join(folder.path, "a.json"))) return;
          clearInterval(look);
          process.kill("SIGINT");
        }, 20);
      },
    },
  );
  expect(exitCode).toBe(130);
  expect(stderr).toContain("Wrote a.html");
  expect(existsSync(join(folder.path, "a.html"))).toBe(true);
});
