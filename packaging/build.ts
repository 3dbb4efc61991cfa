/**
 * Builds `dist/`, what the package has in the place of `lib`: the same files as JavaScript with their types, and the files
 * that are imported as text.
 *
 * @module
 */

import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { madeBundle } from "./made_bundle.ts";
import manifest from "../package.json" with { type: "json" };

const root = fileURLToPath(new URL("../", import.meta.url));
const dist = join(root, "dist");
const emitted = join(root, "build", "package");

/** Modules that have a name of their own here, and none in the package. */
const named = { "@std/dotenv": "settings/dotenv/mod.js" } as const;

/** The specifier of an import, in its quotes. Not in the examples of doc comments. */
const SPECIFIER = /(?<=^(?:import|export)\b[^;"]*\bfrom |^import |\bimport\()"(?<name>[^"]+)"/gm;

for (const folder of [dist, emitted]) rmSync(folder, { recursive: true, force: true });
const compiler = Bun.spawnSync(
  [process.execPath, join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"],
  { cwd: root, stdio: ["ignore", "inherit", "inherit"] },
);
if (compiler.exitCode !== 0) process.exit(1);
// The manifest is part of the program, so it is emitted, too, beside `lib`; the package has its own.
renameSync(join(emitted, "lib"), dist);
rmSync(emitted, { recursive: true });
for (const asset of new Bun.Glob("**/*.{sse,sh}").scanSync(join(root, "lib"))) {
  cpSync(join(root, "lib", asset), join(dist, asset));
}
writeFileSync(join(dist, "page", "page_bundle.js"), await madeBundle());
for (const file of new Bun.Glob("**/*.{js,d.ts}").scanSync(dist)) nameModules(file);
removeUnreachedTypes();

/**
 * Puts paths in the place of names, and refuses imports that an installed package could not follow. The compiler leaves the
 * names of sources in the types.
 */
function nameModules(file: string): void {
  const path = join(dist, file);
  const text = readFileSync(path, "utf8").replaceAll(SPECIFIER, (quoted, name: string) => {
    // Words of a message that look like an import.
    if (name.includes("${")) return quoted;
    if (name in named) return JSON.stringify(pathTo(named[name as keyof typeof named], file));
    if (name.startsWith(".")) return quoted.replace(/\.ts"$/, '.js"');
    // The program runs on Bun; what a door reaches is held to Node by tsconfig.portable.json.
    if (/^(?:node|bun):/.test(name) || isPackage(name)) return quoted;
    throw new Error(`Cannot build ${file}: the package has no "${name}"`);
  });
  writeFileSync(path, text);
}

/** The optional ones are looked for when they are wanted. */
function isPackage(name: string): boolean {
  return name in manifest.dependencies || name in manifest.peerDependencies;
}

function pathTo(module: string, file: string): string {
  const path = relative(dirname(file), module).replaceAll("\\", "/");
  return path.startsWith(".") ? path : `./${path}`;
}

/** Types of what no door leads to are of no use to anybody. */
function removeUnreachedTypes(): void {
  const reached = new Set<string>();
  const follow = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const { groups } of readFileSync(join(dist, file), "utf8").matchAll(SPECIFIER)) {
      const name = groups?.["name"] ?? "";
      if (name.startsWith(".")) follow(join(dirname(file), name.replace(/\.js$/, ".d.ts")));
    }
  };
  for (const { types } of Object.values(manifest.exports)) follow(relative("dist", types));
  for (const file of new Bun.Glob("**/*.d.ts").scanSync(dist)) {
    if (!reached.has(file)) rmSync(join(dist, file));
  }
}
