import { expect, test } from "bun:test";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { cleanEnvironment } from "../../support/clean_environment.ts";
import { root } from "../../support/doc_examples.ts";
import { temporaryFolder } from "../../support/folder.ts";

test.each([
  [["bullmq", "ioredis"], "connect ECONNREFUSED 127.0.0.1:1"],
  [["bullmq"], "A fleet runs on BullMQ and Redis, and their packages are not installed here"],
  [[], "Install both: npm install bullmq@6.7.0 ioredis@6.0.0"],
])("with %p installed a worker says so in a sentence, and ends", async (packages, said) => {
  using folder = temporaryFolder();
  const modules = join(folder.path, "node_modules");
  mkdirSync(modules);
  for (const name of ["package.json", "tsconfig.json"]) {
    cpSync(join(root, name), join(folder.path, name));
  }
  cpSync(join(root, "lib"), join(folder.path, "lib"), { recursive: true });
  for (const name of ["citty", "picocolors", "cephes", ...packages]) {
    symlinkSync(join(root, "node_modules", name), join(modules, name));
  }
  const main = join(folder.path, "lib", "main.ts");
  const flags = ["--fleet", "redis://127.0.0.1:1", "--streams", "1", "--lang", "en"];
  const child = Bun.spawn([process.execPath, main, "worker", ...flags], {
    cwd: folder.path,
    env: cleanEnvironment(folder.path),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stderr, exitCode] = await Promise.all([new Response(child.stderr).text(), child.exited]);
  expect(stderr).toContain(said);
  expect([exitCode, stderr.split("\n").length]).toEqual([packages.length === 2 ? 5 : 2, 3]);
});
