import { expect, test } from "bun:test";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

/** From the bottom up: a file may import from its own room and from those before it. */
const rooms = [
  "base",
  "text",
  "settings",
  "command",
  "wire",
  "protocols",
  "measure",
  "transcript",
  "chat",
  "report",
  "page",
  "server",
  "load",
  "target",
  "bench",
  "compare",
  "replay",
  "results",
  "serve",
  "worker",
  "ask",
  "doctor",
  "scripts",
];

/** Which files may meet which part of the outside. */
const doors: Readonly<Record<string, RegExp>> = {
  "node:fs":
    /^lib\/(base\/bounded_file|settings\/(dotenv\/mod|env_file_reader|really_exported|system_environment)|command\/(reader_watch|script|stdin)|ask\/saved_stream|target\/attached_file|bench\/\w+|compare\/read_results|doctor\/(gather_facts|hook)|load\/(result_file|run_file|run_folder|fleet\/journal)|transcript\/(recorder|recording_folder))\.ts$/,
  "node:fs/promises":
    /^lib\/(base\/bounded_file|settings\/dotenv\/mod|results\/folder_contents|transcript\/(transcript_file|file_source))\.ts$/,
  ioredis: /^lib\/load\/fleet\//,
  bullmq: /^lib\/load\/fleet\//,
  "node:dns/promises": /^lib\/doctor\/connection\.ts$/,
  "node:tls": /^lib\/doctor\/connection\.ts$/,
  "node:net": /^lib\/(doctor|server\/http)\//,
  "node:http": /^lib\/server\/http\//,
  "node:https": /^lib\/server\/http\//,
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

function roomOf(file: string): string | null {
  const [top = "", folder = ""] = file.split("/");
  if (top === "scripts") return "scripts";
  return rooms.includes(folder) ? folder : null;
}

test("imports go down only", async () => {
  const wrong: string[] = [];
  for (const file of files) {
    const room = roomOf(file);
    if (room === null) continue;
    for (const specifier of await importsOf(file)) {
      if (!specifier.startsWith(".")) continue;
      const target = relative(root, join(root, dirname(file), specifier));
      const below = roomOf(target);
      if (below !== null && rooms.indexOf(below) > rooms.indexOf(room)) {
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
