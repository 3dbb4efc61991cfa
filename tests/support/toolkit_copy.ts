import { cpSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const toolkit = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Copies the toolkit into a folder of its own and returns its path. The scripts that tests start are run from a copy,
 * so that no test reads the `.env` of whoever works here, and a test may write one.
 *
 * The packages are links: what a test writes into `node_modules` stays in the copy.
 */
export function copyToolkit(): string {
  const copy = mkdtempSync(join(tmpdir(), "streamgauge toolkit-"));
  for (const part of ["bin", "scripts", "lib", "package.json", "tsconfig.json", "bun.lock"]) {
    cpSync(join(toolkit, part), join(copy, part), { recursive: true });
  }
  mkdirSync(join(copy, "node_modules"));
  for (const name of readdirSync(join(toolkit, "node_modules"))) {
    if (name.startsWith(".")) continue;
    symlinkSync(join(toolkit, "node_modules", name), join(copy, "node_modules", name), "junction");
  }
  return copy;
}
