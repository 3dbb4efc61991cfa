import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PROVIDERS } from "../lib/settings/providers.ts";
import { askCommand as ask } from "../lib/ask/command.ts";
import { benchCommand as bench } from "../lib/bench/command.ts";
import { compareCommand as compare } from "../lib/compare/command.ts";
import { doctorCommand as doctor } from "../lib/doctor/command.ts";
import { replayCommand as replay } from "../lib/replay/command.ts";
import { reportCommand as report } from "../lib/results/command.ts";
import { serveCommand as serve } from "../lib/serve/command.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
/** Pages in two languages, each with how many commands it has at least. */
const PAIRS = [
  ["README.md", "README.zh-CN.md", 30],
  ["docs/benching.md", "docs/benching.zh-CN.md", 15],
  ["docs/serving.md", "docs/serving.zh-CN.md", 2],
  ["docs/library.md", "docs/library.zh-CN.md", 0],
  ["docs/protocols.md", "docs/protocols.zh-CN.md", 4],
] as const;
const scripts: Readonly<Record<string, { readonly flags: object }>> = {
  ask,
  bench,
  compare,
  doctor,
  replay,
  report,
  serve,
};

function read(name: string): string {
  return readFileSync(join(root, name), "utf8");
}

interface Block {
  readonly language: string;
  readonly lines: readonly string[];
}

function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = "", text = ""]) => ({
    language,
    lines: text.trimEnd().split("\n"),
  }));
}

function withoutBlocks(page: string): string {
  return page.replaceAll(/^```\w*\n[\s\S]*?^```$/gm, "");
}

/** What is typed: in a console what follows the prompt, in a shell every line; without comments. */
function commandsOf(page: string): string[] {
  return blocksOf(page).flatMap(({ language, lines }) => {
    const typed =
      language === "console"
        ? lines.filter((line) => line.startsWith("$ ")).map((line) => line.slice(2))
        : language === "sh"
          ? lines
          : [];
    return typed
      .map((line) => line.replace(/(?:^|\s+)#.*$/, "").trim())
      .filter((line) => line !== "");
  });
}

/** Without the comments at the ends of lines. */
function programsOf(page: string): string[][] {
  return blocksOf(page)
    .filter(({ language }) => language === "ts" || language === "python")
    .map(({ lines }) => lines.map((line) => line.replace(/\s+(?:\/\/|#) .*$/, "")));
}

/** Questions are asked in the language of the page. */
function withoutTexts(command: string): string {
  return command.replaceAll(/"[^"]*"/g, '""');
}

/** The levels of the headings, in their order. */
function levelsOf(page: string): string[] {
  return [...withoutBlocks(page).matchAll(/^(#{1,3}) /gm)].map(([, level = ""]) => level);
}

/** As GitHub makes them of headings. */
function anchorsOf(page: string): string[] {
  return [...withoutBlocks(page).matchAll(/^#{1,3} (.*)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function declares(script: string, flag: string): boolean {
  const { flags = {} } = scripts[script] ?? {};
  return Object.hasOwn(flags, flag) || Object.hasOwn(flags, flag.replace(/^no-/, ""));
}

function flagsIn(text: string): string[] {
  return [...text.matchAll(/(?<![\w-])--([a-z][a-z-]*)/g)].map(([, flag = ""]) => flag);
}

/** The code in running text and tables that names flags of the scripts: that of other programs is left out. */
function codeOf(page: string): string[] {
  return [...withoutBlocks(page).matchAll(/`([^`\n]+)`/g)]
    .map(([, code = ""]) => code)
    .filter((code) => !/^(?:npm|git|curl) /.test(code));
}

/** As it stands in a table. */
function code(text: string | null): string {
  return text === null ? "–" : `\`${text}\``;
}

/** The table rows that begin with this name. */
function cellsOf(page: string, first: string): string[][] {
  return page
    .split("\n")
    .filter((line) => line.startsWith(`| \`${first}\` `))
    .map((line) =>
      line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim()),
    );
}

for (const [name, chineseName, fewest] of PAIRS) {
  const [english, chinese] = [read(name), read(chineseName)];

  test(`${name} and ${chineseName} have the same sections`, () => {
    expect(levelsOf(english).length).toBeGreaterThan(0);
    expect(levelsOf(chinese)).toEqual(levelsOf(english));
  });

  test(`${name} and ${chineseName} have the same commands in the same order`, () => {
    const commands = commandsOf(english).map(withoutTexts);
    expect(commands.length).toBeGreaterThanOrEqual(fewest);
    expect(commandsOf(chinese).map(withoutTexts)).toEqual(commands);
  });

  test(`${name} and ${chineseName} have the same programs but for comments`, () => {
    expect(programsOf(chinese)).toEqual(programsOf(english));
  });

  test(`${name} and ${chineseName} link to each other in the first line under the title`, () => {
    expect(english.split("\n")[2]).toContain(`(${basename(chineseName)})`);
    expect(chinese.split("\n")[2]).toContain(`(${basename(name)})`);
  });
}

test("the pages have programs", () => {
  expect(programsOf(read("docs/library.md")).length).toBeGreaterThan(4);
});

test("a README is no longer than is read", () => {
  for (const name of ["README.md", "README.zh-CN.md"]) {
    expect(read(name).split("\n").length).toBeLessThan(600);
  }
});

for (const name of PAIRS.flatMap(([english, chinese]) => [english, chinese])) {
  const page = read(name);

  test(`each flag in a command of ${name} is one of that script`, () => {
    const wrong = commandsOf(page).flatMap((command) => {
      const [, script] = /\bbun scripts\/(\w+)\.ts/.exec(command) ?? [];
      if (script === undefined) return [];
      const [typed = ""] = withoutTexts(command).split(" -- ");
      const unknown = flagsIn(typed).filter((flag) => !declares(script, flag));
      return unknown.map((flag) => `${script} --${flag}`);
    });
    expect(wrong).toEqual([]);
  });

  test(`each flag in the text of ${name} is one of a script`, () => {
    const flags = codeOf(page).flatMap(flagsIn);
    const unknown = flags.filter(
      (flag) => !Object.keys(scripts).some((script) => declares(script, flag)),
    );
    expect(unknown).toEqual([]);
  });

  test(`each file linked in ${name} exists`, () => {
    const links = [...page.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = ""]) => path);
    expect(links.length).toBeGreaterThan(0);
    const missing = links.filter((path) => !existsSync(join(dirname(join(root, name)), path)));
    expect(missing).toEqual([]);
  });

  test(`each section linked in ${name} exists`, () => {
    const links = [...page.matchAll(/\]\(([^)#:]*)#([^)]+)\)/g)].map(
      ([, path = "", anchor = ""]) => ({
        path: path === "" ? name : join(dirname(name), path),
        anchor,
      }),
    );
    const missing = links.filter(({ path, anchor }) => !anchorsOf(read(path)).includes(anchor));
    expect(missing).toEqual([]);
  });
}

for (const name of ["README.md", "README.zh-CN.md"]) {
  const page = read(name);

  test(`${name} has every provider with its variable and default model`, () => {
    for (const provider of PROVIDERS) {
      const rows = cellsOf(page, provider.name).filter((cells) => cells.length === 4);
      expect(rows.map(([, , variable, model]) => ({ variable, model }))).toEqual([
        { variable: code(provider.keyVariable), model: code(provider.defaultModel) },
      ]);
    }
  });
}

for (const name of ["docs/protocols.md", "docs/protocols.zh-CN.md"]) {
  const page = read(name);

  test(`${name} says of every provider which protocols it has`, () => {
    for (const provider of PROVIDERS) {
      const rows = cellsOf(page, provider.name).filter((cells) => cells.length === 5);
      const marks = (["chat", "responses", "messages", "completions"] as const).map((api) => {
        const served = provider.apis[api];
        return served === undefined ? "" : served === false ? "–" : "✓";
      });
      expect(rows).toEqual([[code(provider.name), ...marks]]);
    }
  });
}
