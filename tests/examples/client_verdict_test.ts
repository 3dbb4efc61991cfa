import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "bun:test";
import { cleanEnvironment } from "../support/clean_environment.ts";
import { collect } from "../support/collect.ts";
import { temporaryFolder } from "../support/folder.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

test("client-verdict.yml fails for a client that notices nothing, and keeps the verdict", async () => {
  using folder = temporaryFolder();
  const text = await Bun.file(join(root, "examples/ci/client-verdict.yml")).text();
  const { jobs } = Bun.YAML.parse(text) as {
    jobs: { verdict: { steps: { name?: string; run?: string }[] } };
  };
  const step = jobs.verdict.steps.find(({ name }) => name === "Verdict")?.run ?? "";
  const serve = `"${process.execPath}" "${root}scripts/serve.ts"`;
  const line = step
    .replace("npx streamgauge serve", serve)
    .replace("--patience 30s", "--patience 30s --fault early-end --fault status:500")
    .replace("node client.js", `"${process.execPath}" client.mjs`);
  copyFileSync(
    join(root, "tests/fixtures/clients/plain_fetch.mjs"),
    join(folder.path, "client.mjs"),
  );
  const child = Bun.spawn(["sh", "-c", line], {
    cwd: folder.path,
    env: cleanEnvironment(folder.path, { LANG: "en_US.UTF-8" }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  expect(await collect(child.stdout)).toEndWith("\nnoticed 0, did not notice 2, cannot tell 0\n");
  expect(await child.exited).toBe(7);
  const written: unknown = await Bun.file(join(folder.path, "verdict.json")).json();
  expect(written).toMatchObject({ schema: "streamgauge.verdict/1", counts: { not_noticed: 2 } });
});
