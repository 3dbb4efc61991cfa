/**
 * The tests with random input, with 20 times as many of it as in the gate: `bun run properties`, or `bun run properties 100`. It takes
 * minutes, so it is not in the gate. Exits as `bun test` does.
 */
import { fileURLToPath } from "node:url";
import { Glob } from "bun";

const [times = "20"] = process.argv.slice(2);
if (!/^[1-9]\d*$/.test(times)) throw new Error(`how many times more? ${times} is no whole number`);

const root = fileURLToPath(new URL("../../", import.meta.url));
const files: string[] = [];
for (const file of new Glob("tests/**/*_test.ts").scanSync(root)) {
  const text = await Bun.file(`${root}${file}`).text();
  if (/from "(?:fast-check|.*\/support\/runs\.ts)"/.test(text)) files.push(`./${file}`);
}
const flags = ["--parallel", "--timeout=3600000"];
const child = Bun.spawn([process.execPath, "test", ...flags, ...files.toSorted()], {
  cwd: root,
  env: { ...process.env, FUZZ: times },
  stdio: ["ignore", "inherit", "inherit"],
});
process.exitCode = await child.exited;
