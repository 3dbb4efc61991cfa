/**
 * Builds `build/streamgauge`: the whole program in one file, with Bun in it, for the machine at hand.
 *
 * @module
 */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { madeBundle } from "./made_bundle.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const outfile = join(root, "build", "streamgauge");
const bundle = await madeBundle();

await Bun.build({
  entrypoints: [join(root, "lib", "main.ts")],
  compile: {
    outfile,
    // What a folder has in its .env or bunfig.toml has no say in the program that runs there.
    autoloadDotenv: false,
    autoloadBunfig: false,
  },
  plugins: [
    {
      name: "the page's script and style, made",
      setup(build) {
        build.onLoad({ filter: /[\\/]page[\\/]page_bundle\.ts$/ }, () => ({
          contents: bundle,
          loader: "js",
        }));
      },
    },
  ],
});
console.log(outfile);
