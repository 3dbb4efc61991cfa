import { expect, test } from "bun:test";
import { join } from "node:path";
import { rawArguments } from "../../lib/command/raw_arguments.ts";

function cmdline(...words: string[]): string {
  return words.map((word) => `${word}\0`).join("");
}

test("raw arguments have the -- that Bun took away", () => {
  const typed = cmdline("bun", "ask.ts", "--", "--help", "me");
  expect(rawArguments(["--help", "me"], typed)).toEqual(["--", "--help", "me"]);
  expect(rawArguments([], cmdline("bun", "ask.ts", "--"))).toEqual(["--"]);
  expect(rawArguments(["", ""], cmdline("bun", "ask.ts", "--", "", ""))).toEqual(["--", "", ""]);
  expect(rawArguments(["--"], cmdline("bun", "ask.ts", "--", "--"))).toEqual(["--", "--"]);
});

test("raw arguments gain nothing where nothing was taken", () => {
  expect(rawArguments(["a"], null)).toEqual(["a"]);
  expect(rawArguments(["a"], "")).toEqual(["a"]);
  expect(rawArguments([], "")).toEqual([]);
  expect(rawArguments(["a"], cmdline("bun", "ask.ts", "a"))).toEqual(["a"]);
  const later = ["a", "--", "b"];
  expect(rawArguments(later, cmdline("bun", "ask.ts", "a", "--", "b"))).toEqual(later);
  expect(rawArguments(["a"], cmdline("bun", "--", "ask.ts", "a"))).toEqual(["a"]);
  expect(rawArguments(["a"], cmdline("other", "--", "b"))).toEqual(["a"]);
});

test.skipIf(process.platform !== "linux")("raw arguments are what Bun was really given", () => {
  const script = join(import.meta.dir, "..", "support", "print_raw_arguments.ts");
  const printed = (before: readonly string[], after: readonly string[]): unknown => {
    const { stdout } = Bun.spawnSync([process.execPath, ...before, script, ...after]);
    return JSON.parse(stdout.toString());
  };
  const lines = [
    ["--", "--help", "me"],
    ["--"],
    ["--", "--", "你好 世界"],
    ["a", "--", "-b"],
    ["", "--"],
    ["--", ""],
    [script, "--", "a"],
    [],
  ];
  for (const line of lines) {
    expect(printed([], line)).toEqual(line);
    expect(printed(["run", "--smol"], line)).toEqual(line);
  }
  expect(printed(["--"], ["a"])).toEqual(["a"]);
});
