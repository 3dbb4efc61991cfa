/**
 * Breaks the code of each promise in SECURITY.md, in a copy of the tree, and looks whether its test fails:
 *
 *     bun run promises [PART OF A TEST'S NAME]
 *
 * It takes some minutes. Exits with 1 when a test passes all the same, or fails unbroken.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../support/doc_examples.ts";
import { Workplace } from "./mutants/workplace.ts";
import { BREAKS } from "./promises/breaks.ts";
import { promisesIn } from "./promises/promises.ts";

// The copies go whatever happens.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

const [part = ""] = process.argv.slice(2);
const promises = promisesIn(readFileSync(join(root, "SECURITY.md"), "utf8"));
using workplace = new Workplace(root);
let tried = 0;
for (const { file, name } of promises.filter((one) => one.name.includes(part))) {
  const found = BREAKS[name];
  if (found === undefined) throw new Error(`nobody knows how to break: ${name}`);
  const tests = [`./${file}`, "--test-name-pattern", `^${RegExp.escape(name)}$`];
  const isHeld = await workplace.passes(tests);
  const { before, after } = found;
  const start = readFileSync(join(root, found.file), "utf8").indexOf(before);
  const change = { file: found.file, start, end: start + before.length, after };
  const isNoticed = !(await workplace.changed(change, () => workplace.passes(tests)));
  tried++;
  const verdict = isHeld && isNoticed ? "held" : isHeld ? "NOT NOTICED" : "FAILS UNBROKEN";
  process.stdout.write(`${verdict}  ${file}: ${name}\n`);
  if (verdict !== "held") process.exitCode = 1;
}
process.stdout.write(`${tried} promises\n`);
