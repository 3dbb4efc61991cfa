import { expect, test } from "bun:test";
import { stagedKeys } from "../../lib/doctor/staged_keys.ts";
import { random } from "../support/key_shapes.ts";

const key = `sk-${random}`;

test("files with a key in an added line are named, in whatever place of the diff", () => {
  const diff = [
    "diff --git a/a.txt b/a.txt",
    "--- a/a.txt",
    "+++ b/a.txt",
    "@@ -1 +1,2 @@",
    `-old ${key}`,
    "+new",
    "+more",
    "diff --git a/my 文件.py b/my 文件.py",
    "--- /dev/null",
    "+++ b/my 文件.py\t",
    "@@ -0,0 +1,2 @@",
    "+++ b/not a file",
    `+key = "${key}"`,
    "\\ No newline at end of file",
  ].join("\n");
  expect(stagedKeys(diff)).toEqual(["my 文件.py"]);
});

test("key in a UTF-16 file is found", () => {
  const wide = Buffer.from(`${key}\n`, "utf16le").toString("latin1");
  expect(stagedKeys(`+++ b/key.txt\n@@ -0,0 +1 @@\n+${wide}`)).toEqual(["key.txt"]);
});

test("removed key and key in a file's name are none", () => {
  expect(stagedKeys(`+++ b/${key}\n@@ -1 +0,0 @@\n-${key}\n`)).toEqual([]);
});

test("lines are counted, so that what looks like another part of the diff is none", () => {
  const diff = [
    "+++ b/one.sql",
    "@@ -1 +1 @@",
    "--- removed: a comment of SQL",
    "+new",
    "+++ b/two.txt",
    "@@ -0,0 +1 @@",
    `+${key}`,
  ].join("\n");
  expect(stagedKeys(diff)).toEqual(["two.txt"]);
  // What follows the last line of a hunk is not of it, whatever it begins with.
  expect(stagedKeys(`+++ b/a\n@@ -1 +0,0 @@\n-old\n+${key}\n`)).toEqual([]);
});
