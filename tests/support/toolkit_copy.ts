import { cpSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const toolkit = fileURLToPath(new URL("../../", import.meta.url));

const PARTS = ["bin", "scripts", "lib", "package.json", "tsconfig.json", "bun.lock"];

/**
 * Copies the toolkit into a folder of its own and returns its path. The scripts that tests start are run from a copy,
 * so that no test reads the `.env` of whoever works here, and a test may write one.
 *
 * It has the parts that run, or those that are named; the folder's name has a blank in it, unless it is given.
 * The packages are links: what a test writes into `node_modules` stays in the copy.
 */
export function copyToolkit({ name = "streamgauge toolkit-", parts = PARTS } = {}): string {
  const copy = mkdtempSync(join(tmpdir(), name));
  for (const part of parts) {
    cpSync(join(toolkit, part), join(copy, part), { recursive: true });
  }
  mkdirSync(join(copy, "node_modules"));
  for (const name of readdirSync(join(toolkit, "node_modules"))) {
    if (name.startsWith(".")) continue;
    symlinkSync(join(toolkit, "node_modules", name), join(copy, "node_modules", name), "junction");
  }
  return copy;
}
