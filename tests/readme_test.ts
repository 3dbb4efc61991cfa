import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PROVIDERS } from "../lib/settings/providers.ts";
import { askCommand as ask } from "../lib/ask/command.ts";
import { benchCommand as bench } from "../lib/bench/command.ts";
import { compareCommand as compare } from "../lib/compare/command.ts";
import { doctorCommand as doctor } from "../lib/doctor/command.ts";
import { replayCommand as replay } from "../lib/replay/command.ts";
import { reportCommand as report } from "../lib/results/command.ts";
import { serveCommand as serve } from "../lib/serve/command.ts";
import { workerCommand as worker } from "../lib/worker/command.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const names = ["README.md", "README.zh-CN.md"] as const;
const [english, chinese] = names.map(read) as [string, string];
const scripts: Readonly<Record<string, { readonly flags: object }>> = {
  ask,
  bench,
  compare,
  doctor,
  replay,
  report,
  serve,
  worker,
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
    return typed.map((line) => line.replace(/\s+#.*$/, "").trim()).filter((line) => line !== "");
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

test("the READMEs have the same sections", () => {
  expect(levelsOf(english).length).toBeGreaterThan(10);
  expect(levelsOf(chinese)).toEqual(levelsOf(english));
});

test("the READMEs have the same commands in the same order", () => {
  const commands = commandsOf(english).map(withoutTexts);
  expect(commands.length).toBeGreaterThan(30);
  expect(commandsOf(chinese).map(withoutTexts)).toEqual(commands);
});

test("the READMEs have the same programs but for comments", () => {
  expect(programsOf(english)).not.toBeEmpty();
  expect(programsOf(chinese)).toEqual(programsOf(english));
});

for (const name of names) {
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
    expect(flags.length).toBeGreaterThan(50);
    const unknown = flags.filter(
      (flag) => !Object.keys(scripts).some((script) => declares(script, flag)),
    );
    expect(unknown).toEqual([]);
  });

  test(`each file linked in ${name} exists`, () => {
    const links = [...page.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = ""]) => path);
    expect(links.length).toBeGreaterThan(4);
    const missing = links.filter((path) => !existsSync(join(dirname(join(root, name)), path)));
    expect(missing).toEqual([]);
  });

  test(`${name} has every provider with its variable and default model`, () => {
    for (const provider of PROVIDERS) {
      const rows = cellsOf(page, provider.name).filter((cells) => cells.length === 4);
      expect(rows.map(([, , variable, model]) => ({ variable, model }))).toEqual([
        { variable: code(provider.keyVariable), model: code(provider.defaultModel) },
      ]);
    }
  });

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

test("the READMEs link to each other in the first line under the title", () => {
  expect(english.split("\n")[2]).toContain("(README.zh-CN.md)");
  expect(chinese.split("\n")[2]).toContain("(README.md)");
});
