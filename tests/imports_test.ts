import { expect, test } from "bun:test";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

/** From the bottom up: a file may import from its own layer and from those before it. */
const layers = [
  "wire",
  "measure",
  "transcript",
  "chat",
  "report",
  "server",
  "load",
  "cli",
  "doctor",
  "scripts",
];

/** Which files may meet which part of the outside. */
const doors: Readonly<Record<string, RegExp>> = {
  "node:fs":
    /^lib\/(bounded_file|cli\/(script|stdin|system_environment|prompt_source|attachments|recording|bench_\w+)|doctor\/(gather_facts|hook)|load\/(result_file|run_file|record_\w+)|transcript\/record(_folder)?)\.ts$/,
  "node:fs/promises": /^lib\/(bounded_file|transcript\/(replay|file_source))\.ts$/,
  "node:dns/promises": /^lib\/doctor\/connection\.ts$/,
  "node:tls": /^lib\/doctor\/connection\.ts$/,
  "node:net": /^lib\/(doctor|server)\//,
  "node:http": /^lib\/server\//,
  "node:https": /^lib\/server\//,
};

const files = [...new Bun.Glob("{lib,scripts}/**/*.ts").scanSync(root)].toSorted();
const transpiler = new Bun.Transpiler({ loader: "ts" });

/** Also type imports: a type from above is a tie to it, too. */
async function importsOf(file: string): Promise<string[]> {
  const text = await Bun.file(join(root, file)).text();
  expect(() => transpiler.scanImports(text)).not.toThrow();
  return [...text.matchAll(/^(?:import|export)\s[^"';]*?from\s+"([^"]+)"/gm)].map(
    ([, specifier = ""]) => specifier,
  );
}

function layerOf(file: string): string | null {
  const [top = "", folder = ""] = file.split("/");
  if (top === "scripts") return "scripts";
  return layers.includes(folder) ? folder : null;
}

test("imports go down only", async () => {
  const wrong: string[] = [];
  for (const file of files) {
    const layer = layerOf(file);
    if (layer === null) continue;
    for (const specifier of await importsOf(file)) {
      if (!specifier.startsWith(".")) continue;
      const target = relative(root, join(root, dirname(file), specifier));
      const below = layerOf(target);
      if (below !== null && layers.indexOf(below) > layers.indexOf(layer)) {
        wrong.push(`${file} imports ${target}`);
      }
    }
  }
  expect(files.length).toBeGreaterThan(50);
  expect(wrong).toEqual([]);
});

test("files and servers are met at one door each", async () => {
  const wrong: string[] = [];
  for (const file of files) {
    for (const specifier of await importsOf(file)) {
      const allowed = doors[specifier];
      if (allowed !== undefined && !allowed.test(file)) wrong.push(`${file}: ${specifier}`);
    }
  }
  expect(wrong).toEqual([]);
});

test("the core knows no clock, no environment, no file and no network", async () => {
  const outside = /\bprocess\b|\bBun\.|Date\.now|performance\.|\bfetch\(|setTimeout|Math\.random/;
  const wrong: string[] = [];
  for (const file of files.filter((file) =>
    /^lib\/measure\/|^lib\/wire\/sse|^lib\/transcript\/(?!replay|record|file_source)/.test(file),
  )) {
    const text = await Bun.file(join(root, file)).text();
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    if (outside.test(code)) wrong.push(file);
  }
  expect(wrong).toEqual([]);
});
