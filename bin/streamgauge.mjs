#!/usr/bin/env node
// `streamgauge` from Node: finds Bun, which the program is written for, and runs it there. Bun comes with the package; where
// it was left out (`--omit=optional`) or there is none for this machine, one on the path does, too.

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bunIn, completeBun, runBun, versionOf } from "./bun.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const bun = fromPackage() ?? others().find(isNewEnough);
if (bun === undefined) {
  console.error(
    `Cannot run streamgauge: Bun ${engines.bun} is missing; install it with npm install bun@${engines.bun} ` +
      `/ 无法运行 streamgauge：缺少 Bun ${engines.bun}，请用 npm install bun@${engines.bun} 安装`,
  );
  process.exit(1);
}
// A checkout has the source, and the package what was built of it.
const source = join(root, "lib", "main.ts");
const main = existsSync(source) ? source : join(root, "dist", "main.js");
const config = `--config=${join(here, "bunfig.toml")}`;
// It ends with this process, also where that is killed.
runBun(bun, [config, "--no-orphans", main, ...process.argv.slice(2)]);

function fromPackage() {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve("bun/package.json"));
    if (completeBun(folder)) return bunIn(folder);
  } catch {
    // It is not installed.
  }
}

/** The one that runs this file, if it is Bun, and that on the path. */
function others() {
  return process.versions.bun === undefined ? ["bun"] : [process.execPath, "bun"];
}

function isNewEnough(program) {
  const [found, wanted] = [versionOf(program) ?? "0", engines.bun].map((version) =>
    version.split(".").map((part) => Number.parseInt(part, 10)),
  );
  const difference = wanted.findIndex((part, index) => part !== found[index]);
  return difference === -1 || found[difference] > wanted[difference];
}
