import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { readAssignments, showableName, swallowedLine } from "../../lib/settings/assignment.ts";
import { resolveEndpoint } from "../../lib/settings/endpoint.ts";
import { type Environment, readEnvironment } from "../../lib/settings/environment.ts";
import { renderMessage, UserError } from "../../lib/base/message.ts";

const KEY = "sk-abcdefghijklmnopqrstuvwx";

function environmentOf(text: string): Environment {
  return readEnvironment({
    exported: {},
    currentFolder: "/here",
    toolkitFolder: "/kit",
    readFile: (path) => (path === "/here/.env" ? new TextEncoder().encode(text) : null),
  });
}

/** What is said before anything is sent: the error, else the warnings. Checks that no part of the key is in it. */
function said(text: string, flags: object = {}): { en: string; zh: string } {
  const shown = (language: "en" | "zh"): string => {
    try {
      const { warnings } = resolveEndpoint(flags, environmentOf(text));
      return warnings.map((message) => renderMessage(message, language)).join("\n");
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return `exit ${error.exitCode}: ${renderMessage(error.userMessage, language)}`;
    }
  };
  const both = { en: shown("en"), zh: shown("zh") };
  expect(both.en + both.zh).not.toMatch(/sk-|abcd|uvwx/);
  return both;
}

test("key whose quote never closes is refused with its line", () => {
  for (const quote of ['"', "'"]) {
    for (const end of ["\n", "\r\n", "\r"]) {
      const text = `# mine${end}SILICONFLOW_API_KEY=${quote}${KEY}${end}OTHER=1${end}`;
      expect(said(text)).toEqual({
        en:
          "exit 2: Cannot use line 2 of /here/.env: the value of SILICONFLOW_API_KEY begins or ends with a quote that has no partner\n" +
          "Write the whole value on one line, in two equal quotes or in none",
        zh:
          "exit 2: 无法使用 /here/.env 第 2 行：SILICONFLOW_API_KEY 的值开头或结尾的引号没有配对\n" +
          "请把整个值写在一行内，两端用相同的引号，或都不用",
      });
    }
  }
});

test("key over several lines in quotes is refused with its first line", () => {
  expect(said(`A=1\nSILICONFLOW_API_KEY="sk-abcdefghijkl\nmnopqrstuvwx"\n`)).toEqual({
    en:
      "exit 2: Cannot use line 2 of /here/.env: the value of SILICONFLOW_API_KEY is in quotes that are closed on a later line\n" +
      "Write the whole value on one line, and close the quote at its end",
    zh:
      "exit 2: 无法使用 /here/.env 第 2 行：SILICONFLOW_API_KEY 的值的引号到后面的行才结束\n" +
      "请把整个值写在一行内，并在末尾补上引号",
  });
});

test("key whose quote closes too early, or that goes on after it, is refused", () => {
  for (const value of ['"sk-a"bcdefgh"', "'sk-abcdef'ghij", `"${KEY}" and more`, `"${KEY}"'`]) {
    expect(said(`SILICONFLOW_API_KEY=${value}\n`)).toEqual({
      en:
        "exit 2: Cannot use line 1 of /here/.env: the value of SILICONFLOW_API_KEY goes on after the closing quote\n" +
        "Put the whole value between the quotes; if it holds a quote itself, use single quotes",
      zh:
        "exit 2: 无法使用 /here/.env 第 1 行：SILICONFLOW_API_KEY 的值在结束引号之后还有内容\n" +
        "请把整个值放在引号之间；如果值中含有双引号，请改用单引号",
    });
  }
});

test("key with one typographic quote, or quotes of two kinds, is refused", () => {
  for (const value of [
    `“${KEY}`,
    `${KEY}”`,
    `‘${KEY}`,
    `"${KEY}”`,
    `${KEY}"`,
    `${KEY}'`,
    `"${KEY}'`,
  ]) {
    expect([value, said(`SILICONFLOW_API_KEY=${value}\n`).en]).toEqual([
      value,
      expect.stringContaining("begins or ends with a quote that has no partner"),
    ]);
  }
  expect(said(`SILICONFLOW_API_KEY=“${KEY}“\n`).en).toContain("holds a character that no key has");
});

test("reference inside a key in double quotes is questioned with its line", () => {
  expect(said(`\nSILICONFLOW_API_KEY="sk-abcd$efgh-ijkl"\n`)).toEqual({
    en:
      'Line 2 of /here/.env (SILICONFLOW_API_KEY) holds a "$", which is read as a reference to another variable\n' +
      "If the key itself holds it, put the key in single quotes",
    zh:
      '/here/.env 第 2 行（SILICONFLOW_API_KEY）含有 "$"，会被当作对其他变量的引用\n' +
      "如果密钥本身含有该字符，请用单引号括起密钥",
  });
});

test("base URL whose quotes are wrong is refused with its line", () => {
  const text = `OPENAI_API_KEY='${KEY}'\nOPENAI_BASE_URL="https://gateway.example/v1\n`;
  expect(said(text).en).toContain(
    "Cannot use line 2 of /here/.env: the value of OPENAI_BASE_URL begins or ends with a quote",
  );
});

test("line of a key inside the quotes of the value above is found", () => {
  for (const name of ["NOTE", "SILICONFLOW_API_KEY", "OPENAI_BASE_URL"]) {
    expect(said(`A=1\n${name}="x\nB=2\nexport OPENAI_API_KEY="${KEY}"\n`)).toEqual({
      en:
        "exit 2: Cannot read /here/.env: line 4 (OPENAI_API_KEY) stands inside the quotes that line 2 opens\n" +
        "Close the quote at the end of line 2",
      zh:
        "exit 2: 无法读取 /here/.env：第 4 行（OPENAI_API_KEY）位于第 2 行开始的引号之内\n" +
        "请在第 2 行末尾补上引号",
    });
  }
});

test("dry run says what is wrong with the quotes and goes on without a key", () => {
  const { en } = said(`SILICONFLOW_API_KEY="${KEY}\n`, { dryRun: true });
  expect(en).toStartWith("Cannot use line 1 of /here/.env: the value of SILICONFLOW_API_KEY");
});

test("good values have no fault", () => {
  for (const value of [
    KEY,
    `"${KEY}"`,
    `'${KEY}'`,
    `“${KEY}”`,
    `"${KEY}" # mine`,
    `'${KEY}'   `,
    `"${KEY}";`,
    `"sk-a\\"bc"`,
    '"$OTHER"',
    `"sk-a$5bc"`,
    "",
    '""',
  ]) {
    expect([value, readAssignments(`A=${value}\nB=2`).get("A")]).toEqual([
      value,
      { line: 1, cutAtHash: false, holdsDollar: false, quoteFault: null },
    ]);
  }
  expect(swallowedLine("A='\nB=1\n'\nKEY=2", ["KEY"])).toBeNull();
});

test("lines are counted over quoted values of several lines, whatever ends them", () => {
  const value = fc.constantFrom("1", "'a\nb'", '"\n\n"', "", "'x' # y");
  const end = fc.constantFrom("\n", "\r\n", "\r");
  fc.assert(
    fc.property(fc.array(value, { maxLength: 9 }), end, (values, end) => {
      const lines = values.map((value, index) => `A${index}=${value}\n`);
      const assignments = readAssignments(lines.join("").replaceAll("\n", end));
      for (const index of values.keys()) {
        const before = lines.slice(0, index).join("").split("\n").length;
        expect(assignments.get(`A${index}`)?.line).toBe(before);
      }
    }),
  );
});

test("name that may be a key is not shown", () => {
  const names = ["SILICONFLOW_API_KEY", "A19", "my_key", "gsk_9Qw3eR5tY7uI", "abcdef0123456789"];
  expect(names.map(showableName)).toEqual(["SILICONFLOW_API_KEY", "A19", "my_key", null, null]);
});
