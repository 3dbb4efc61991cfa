import { afterEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LARGEST_ENV_FILE, load, loadSync, parse } from "@std/dotenv";
import { FileTooLargeError, readBoundedSync } from "../../lib/base/bounded_file.ts";
import { readAssignments, unsetName } from "../../lib/settings/assignment.ts";
import { readBaseUrl } from "../../lib/settings/base_url.ts";
import { readEnvironment } from "../../lib/settings/environment.ts";
import { exportedEnvironment } from "../../lib/settings/exported_environment.ts";
import { inspectKey } from "../../lib/settings/key.ts";
import { describeEnvFile } from "../../lib/doctor/env_text.ts";
import { bareEnvironment } from "../support/clean_environment.ts";
import { collect } from "../support/collect.ts";
import { runShell, toolkitFolder, useToolkit } from "../support/run_ask.ts";

useToolkit();

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function file(content: string | Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), "env bounds-"));
  folders.push(folder);
  const path = join(folder, ".env");
  writeFileSync(path, content);
  return path;
}

const doubling = [...Array(40).keys()]
  .map((n) => (n === 0 ? "A0=x" : `A${n}=$A${n - 1}$A${n - 1}`))
  .join("\n");

const onUnix = test.skipIf(process.platform === "win32");

/** Runs `doctor` on a file. */
async function doctor(path: string, lang: string): Promise<{ code: number; out: string }> {
  const child = Bun.spawn(
    [
      process.execPath,
      join(toolkitFolder(), "scripts", "doctor.ts"),
      "--env-file",
      path,
      "--lang",
      lang,
    ],
    { env: bareEnvironment, stdin: "ignore", stdout: "pipe", stderr: "pipe" },
  );
  const out = await collect(child.stdout);
  return { code: await child.exited, out };
}

test("file is read up to its limit, and one byte past it is too much", () => {
  const path = file("");
  for (const length of [0, 1, 64 * 1024, 200_000]) {
    truncateSync(path, length);
    expect(readBoundedSync(path, { largest: length })).toEqual(new Uint8Array(length));
    const more = (): unknown => readBoundedSync(path, { largest: length - 1 });
    if (length > 0) expect(more).toThrow(FileTooLargeError);
  }
  expect(() => readBoundedSync(join(path, "none"), { largest: 1 })).toThrow("ENOTDIR");
});

onUnix("device that never ends is too large for a .env", async () => {
  const message = `Cannot read "/dev/zero": it has more than ${LARGEST_ENV_FILE} bytes`;
  expect(() => loadSync({ envPath: "/dev/zero" })).toThrow(message);
  expect(load({ envPath: "/dev/zero" })).rejects.toThrow(message);
});

onUnix("ask says that an env file which never ends is none", async () => {
  const zero = await runShell("ask --env-file /dev/zero --dry-run Hi");
  expect(zero).toEqual({
    exitCode: 2,
    stdout: "",
    stderr:
      'Cannot read "/dev/zero": it has more than 256 KiB, so it is no .env file\n' +
      "Keep only lines like NAME=value in it\n",
  });
  const pipe = await runShell("mkfifo p; yes > p & ask --env-file p --dry-run --lang zh Hi");
  expect(pipe).toEqual({
    exitCode: 2,
    stdout: "",
    stderr: '无法读取 "p"：超过 256 KiB，不会是 .env 文件\n其中只应保留“变量名=值”这样的行\n',
  });
});

test("ask names the line whose references grow without measure", async () => {
  // Bun reads a `.env` of the current folder by itself, before any script runs, unless this tells it not to.
  const files = { ".env": doubling, "bunfig.toml": "env = false\n" };
  const [english, chinese] = await Promise.all([
    runShell("ask --dry-run Hi", { files }),
    runShell("ask --dry-run --lang zh Hi", { files }),
  ]);
  expect(english.exitCode).toBe(2);
  expect(english.stderr).toMatch(
    /^Cannot read .*\/\.env: the references of line 20 \(A19\) bring in more than 1,000,000 characters\nWrite the value out; if its \$ means itself, put the value in single quotes\n$/,
  );
  expect(chinese.exitCode).toBe(2);
  expect(chinese.stderr).toMatch(
    /^无法读取 .*\/\.env：第 20 行（A19）的引用会带入超过 1,000,000 个字符\n请直接写出该值；如果其中的 \$ 就是字符本身，请用单引号括起该值\n$/,
  );
});

test("doctor reports references without measure, nested defaults and an open quote as checks", async () => {
  const nested = `A=${"${B:-".repeat(10_000)}x${"}".repeat(10_000)}`;
  const [grown, deep, open] = [file(doubling), file(nested), file('A=1\nNOTE="x\nB=2\n')];
  const [first, second, third] = await Promise.all([
    doctor(grown, "en"),
    doctor(deep, "zh"),
    doctor(open, "en"),
  ]);
  expect(first.code).toBe(2);
  expect(first.out).toContain(
    `✗ .env        Cannot read ${grown}: the references of line 20 (A19) bring in more than 1,000,000 characters`,
  );
  expect(second.code).toBe(2);
  expect(second.out).toContain(`无法读取 ${deep}：第 1 行（A）的引用的默认值嵌套超过 100 层`);
  expect(third.out).toContain(
    `! .env        Cannot use line 2 of ${open}: the value of NOTE begins or ends with a quote that has no partner`,
  );
});

test("doctor says that a file is too large", async () => {
  const path = file(`A=${"x".repeat(LARGEST_ENV_FILE)}`);
  const { code, out } = await doctor(path, "en");
  expect(code).toBe(2);
  expect(out).toContain(`✗ .env        Cannot read "${path}": it has more than 256 KiB`);
});

// Were one of these not one pass, it would take minutes.

const LENGTH = 250_000;
const blanks = " ".repeat(LENGTH);

const hard: Readonly<Record<string, string>> = {
  "12,000 lines": [...Array(12_000).keys()].map((n) => `A${n}='value ${n}' # c`).join("\n"),
  "12,000 lines that refer to one variable": [...Array(12_000).keys()]
    .map((n) => `A${n}=$A0-${n}`)
    .join("\n"),
  "blanks inside a value": `A=x${blanks}x`,
  "blanks and a line separator": `A=x${blanks}\u2028x`,
  "a name without end": `${"A".repeat(LENGTH)}\u2028`,
  "an open quote full of escapes": `A="${"\\n".repeat(LENGTH / 2)}`,
  "quotes in quotes": `SILICONFLOW_API_KEY=${"`".repeat(LENGTH)}`,
  "nothing but Bearer": `SILICONFLOW_API_KEY=${"bearer ".repeat(LENGTH / 7)}`,
  "the word my": `SILICONFLOW_API_KEY=${"my".repeat(LENGTH / 2)}`,
  "one name again and again": "a:".repeat(LENGTH / 2),
  "keys in a row": `A=${"sk-".repeat(LENGTH / 3)}`,
};
for (const [what, text] of Object.entries(hard)) {
  test(`${what}: read in one pass, by each that reads it`, () => {
    const bytes = new TextEncoder().encode(text);
    const count = Object.keys(parse(text)).length;
    expect(readAssignments(text).size).toBe(count);
    expect(unsetName(text, ["OPENAI_BASE_URL"])).toBeNull();
    expect(describeEnvFile(bytes).unexpandable).toBeNull();
    const options = { exported: {}, currentFolder: "/here", toolkitFolder: "/kit" };
    const readFile = (path: string): Uint8Array | null => (path === "/here/.env" ? bytes : null);
    expect(readEnvironment({ ...options, readFile }).files[0]?.found).toBe(true);
    for (const value of Object.values(parse(text)).slice(0, 3)) inspectKey(value);
    const processEnv = { A: "1", a: "2", HOME: "/home/me" };
    expect(
      exportedEnvironment({ processEnv, procEnviron: null, bunLoaded: [text] }),
    ).toHaveProperty("HOME");
  });
}

test("long runs of slashes, dots and doubled ends in a base URL are read in one pass", () => {
  const part = "/".repeat(LENGTH);
  expect(readBaseUrl(`https://example.org/v1${part}x`, "x").text).toEndWith("/x");
  expect(
    readBaseUrl(`https://example.org/a${"/chat/completions".repeat(9_000)}${part}`, "x").text,
  ).toBe("https://example.org/a");
  expect(readBaseUrl(`https://example.org${"/v1".repeat(50_000)}`, "x").text).toBe(
    "https://example.org/v1",
  );
  expect(readBaseUrl(`https://example.org${"/v1".repeat(50_000)}/x`, "x").text).toEndWith("/v1/x");
});

test("without /proc nothing counts as exported beside a file that is too long to be looked through", () => {
  const processEnv = { A: "1" };
  expect(exportedEnvironment({ processEnv, procEnviron: null, bunLoaded: [null] })).toEqual({});
});
