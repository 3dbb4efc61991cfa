/**
 * Builds `build/streamgauge`: the whole program in one file, with Bun in it, for the machine at hand.
 *
 * @module
 */

import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const outfile = join(root, "build", "streamgauge");

const { exitCode } = Bun.spawnSync(
  [
    process.execPath,
    "build",
    "--compile",
    // What a folder has in its .env or bunfig.toml has no say in the program that runs there.
    "--no-compile-autoload-dotenv",
    "--no-compile-autoload-bunfig",
    `--outfile=${outfile}`,
    join(root, "lib", "main.ts"),
  ],
  { cwd: root, stdio: ["ignore", "ignore", "inherit"] },
);
if (exitCode !== 0) process.exit(1);
console.log(outfile);
