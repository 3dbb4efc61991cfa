import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readBounded } from "../../lib/base/bounded_file.ts";
import { temporaryFolder } from "../support/folder.ts";
import { KEY, runShell, toolkitFolder, useToolkit } from "../support/run_ask.ts";

useToolkit();

const env = { SILICONFLOW_API_KEY: KEY };
const onUnix = test.concurrent.skipIf(process.platform === "win32");

function script(name: string): string {
  return `"${process.execPath}" "${join(toolkitFolder(), "scripts", name)}"`;
}

/** A pipe `p` that never ends, as a shell's `<(yes)` is one. */
const PIPE = "mkfifo p; yes > p & ";

const endless: Readonly<Record<string, readonly [line: () => string, says: string]>> = {
  "the standard input of a question": [
    () => "cat /dev/zero | ask --dry-run -",
    "Cannot read stdin: it has more than 64 MiB\n",
  ],
  "the standard input of a question, in Chinese": [
    () => "cat /dev/zero | ask --dry-run --lang zh -",
    "无法读取标准输入：超过 64 MiB\n",
  ],
  "a text from a pipe": [
    () => `${PIPE}ask --dry-run --file p Hi`,
    'Cannot attach "p": it has more than 4 MiB\n',
  ],
  "a picture from a pipe": [
    () => `${PIPE}ask --dry-run --image p Hi`,
    'Cannot attach "p": it has more than 20 MiB\n',
  ],
  "a schema from a pipe": [
    () => `${PIPE}ask --dry-run --schema p Hi`,
    'Cannot attach "p": it has more than 4 MiB\n',
  ],
  "prompts from a pipe": [
    () => `${PIPE}${script("bench.ts")} --prompts p`,
    'Cannot read "p": it has more than 256 MiB\n',
  ],
  "prompts from a device, in Chinese": [
    () => `${script("bench.ts")} --lang zh --prompts /dev/zero`,
    '无法读取 "/dev/zero"：超过 256 MiB\n',
  ],
};
for (const [what, [line, says]] of Object.entries(endless)) {
  onUnix(`${what} that never ends is given up with a sentence`, async () => {
    expect(await runShell(line(), { env })).toEqual({ exitCode: 2, stdout: "", stderr: says });
  });
}

test.concurrent(
  "question from stdin may be UTF-16, and is refused when it is no text",
  async () => {
    const files = {
      "utf16.txt": Buffer.from("\uFEFF你好\r\n", "utf16le"),
      "gbk.txt": Uint8Array.of(0xc4, 0xe3, 0xba, 0xc3),
    };
    const [utf16, gbk, chinese] = await Promise.all([
      runShell("ask --dry-run - < utf16.txt", { env, files }),
      runShell("ask --dry-run - < gbk.txt", { env, files }),
      runShell("ask --dry-run --lang zh - < gbk.txt", { env, files }),
    ]);
    expect(utf16.stdout).toContain('"content": "你好\\r\\n"');
    expect(gbk).toEqual({
      exitCode: 2,
      stdout: "",
      stderr:
        "Cannot read stdin: it is no text in UTF-8 or UTF-16\nIf it is a text, save it as UTF-8 in an editor\n",
    });
    expect(chinese.stderr).toBe(
      "无法读取标准输入：不是 UTF-8 或 UTF-16 文本\n如果是文本文件（如 GBK 编码），请用编辑器另存为 UTF-8\n",
    );
  },
);

test("file is read later as at once, and what cannot be read is the system's error", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "a.txt");
  writeFileSync(path, "x".repeat(600_000));
  expect((await readBounded(path, { largest: 600_000 })).length).toBe(600_000);
  expect(readBounded(path, { largest: 599_999 })).rejects.toThrow(
    `Cannot read "${path}": it has more than 599999 bytes`,
  );
  mkdirSync(join(folder.path, "b"));
  expect(readBounded(join(folder.path, "b"), { largest: 1 })).rejects.toMatchObject({
    code: "EISDIR",
  });
});
