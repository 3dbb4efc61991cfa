import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { reachOf } from "../support/reach.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const doors = ["lib/mod.ts", "lib/settings/dotenv/mod.ts"].concat(
  readdirSync(join(root, "lib/doors")).map((name) => `lib/doors/${name}`),
);

/** What Node and Deno have under `node:` and Bun has as a global, too. */
const globals = ["Buffer", "process", "setImmediate"];

function codeOf(file: string): string {
  return readFileSync(file, "utf8").replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
}

test("what the doors reach needs nothing but web standards and node: modules", () => {
  const { files, modules } = reachOf(doors.map((door) => join(root, door)));
  expect(files.size).toBeGreaterThan(100);
  expect([...modules].filter((module) => !module.startsWith("node:"))).toEqual([]);
  const wrong = [...files].flatMap((file) => {
    const code = codeOf(file);
    const used = globals.filter(
      (name) =>
        new RegExp(String.raw`(?<![\w.])${name}[.(]`).test(code) &&
        !new RegExp(String.raw`import [^;]*\b${name}\b[^;]* from "node:`).test(code),
    );
    return used.map((name) => `${relative(root, file)}: ${name}`);
  });
  expect(wrong).toEqual([]);
});

test("the event splitter and the metrics need no node: module either", () => {
  const pure = ["lib/doors/sse.ts", "lib/doors/measure.ts"].map((door) => join(root, door));
  expect([...reachOf(pure).modules]).toEqual([]);
});

test("the type check for Node 20 reaches every door", () => {
  const { files } = Bun.JSONC.parse(readFileSync(join(root, "tsconfig.portable.json"), "utf8")) as {
    files: string[];
  };
  const checked = reachOf(files.map((file) => join(root, file))).files;
  expect(doors.filter((door) => !checked.has(join(root, door)))).toEqual([]);
});
