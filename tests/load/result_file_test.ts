import { afterAll, beforeAll, expect, test } from "bun:test";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkRecordFolder, makeRecordFolder, missingStreams } from "../../lib/load/run_folder.ts";
import { ResultFile } from "../../lib/load/result_file.ts";

let root = "";
beforeAll(() => void (root = mkdtempSync(join(tmpdir(), "streamgauge-results-"))));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A folder of its own for one test. */
function folder(): string {
  return mkdtempSync(join(root, "test-"));
}

test("a result file is made by the first saving, and each replaces the whole", () => {
  const path = join(folder(), "a.json");
  const file = new ResultFile(path, { overwrite: false });
  expect(readdirSync(join(path, ".."))).toEqual([]);
  file.save("a longer text");
  file.save("short");
  expect(readFileSync(path, "utf8")).toBe("short");
  expect(readdirSync(join(path, ".."))).toEqual(["a.json"]);
});

test("a result file that is there is refused, or keeps its content until the first saving", () => {
  const path = join(folder(), "a.json");
  writeFileSync(path, "before");
  expect(() => new ResultFile(path, { overwrite: false })).toThrow(
    expect.objectContaining({ code: "EEXIST" }),
  );
  const file = new ResultFile(path, { overwrite: true });
  expect(readFileSync(path, "utf8")).toBe("before");
  file.save("after");
  expect(readFileSync(path, "utf8")).toBe("after");
});

test("a result file through a link leaves the link", () => {
  const at = folder();
  writeFileSync(join(at, "real.json"), "");
  symlinkSync("real.json", join(at, "link.json"));
  new ResultFile(join(at, "link.json"), { overwrite: true }).save("x");
  expect(readFileSync(join(at, "real.json"), "utf8")).toBe("x");
  expect(readdirSync(at, { withFileTypes: true }).map((entry) => entry.isSymbolicLink())).toEqual([
    true,
    false,
  ]);
});

test("a saving that fails leaves the last good result, and nothing beside it", () => {
  const at = folder();
  const file = new ResultFile(join(at, "a.json"), { overwrite: false });
  file.save("good");
  // A folder in its place is one reason why it cannot be replaced.
  rmSync(join(at, "a.json"));
  mkdirSync(join(at, "a.json"));
  expect(() => file.save("new")).toThrow();
  expect(readdirSync(at)).toEqual(["a.json"]);
});

test("a device is written to, and not replaced", () => {
  new ResultFile("/dev/null", { overwrite: false }).save("x");
  expect(() => readFileSync("/dev/null", "utf8")).not.toThrow();
  expect(Bun.file("/dev/null").size).not.toBe(1);
});

test("what cannot be written is found before anything is sent", () => {
  const at = folder();
  mkdirSync(join(at, "folder"));
  const open = (name: string) => () => new ResultFile(join(at, name), { overwrite: true });
  expect(open("folder")).toThrow(expect.objectContaining({ code: "EISDIR" }));
  expect(open("missing/a.json")).toThrow(expect.objectContaining({ code: "ENOENT" }));
  expect(readdirSync(at)).toEqual(["folder"]);
});

test("checking a folder for recordings leaves nothing behind", () => {
  const at = folder();
  checkRecordFolder(join(at, "a", "b"), { overwrite: false });
  expect(readdirSync(at)).toEqual([]);
  mkdirSync(join(at, "empty"));
  checkRecordFolder(join(at, "empty"), { overwrite: false });
  expect(readdirSync(join(at, "empty"))).toEqual([]);
});

test("a folder with something in it is for recordings only when it is to be overwritten", () => {
  const at = folder();
  writeFileSync(join(at, "000000.sse"), "");
  expect(() => checkRecordFolder(at, { overwrite: false })).toThrow(
    expect.objectContaining({ code: "ENOTEMPTY" }),
  );
  expect(() => checkRecordFolder(at, { overwrite: true })).not.toThrow();
  expect(() => checkRecordFolder(join(at, "000000.sse"), { overwrite: true })).toThrow(
    expect.objectContaining({ code: "ENOTDIR" }),
  );
});

test("the streams that are no longer in a run's folder are named", () => {
  const at = folder();
  writeFileSync(join(at, "000001.sse"), "");
  const records = [{ file: "000000.sse" }, { file: "000001.sse" }, { file: null }];
  expect(missingStreams(at, records)).toEqual(["000000.sse"]);
  expect(missingStreams(join(at, "gone"), records)).toEqual(["000000.sse", "000001.sse"]);
});

test("a run's folder loses an earlier run, and nothing else", () => {
  const at = folder();
  for (const name of ["000000.sse", "1000000.sse", "run.json", "notes.txt", "hello.sse"]) {
    writeFileSync(join(at, name), "");
  }
  makeRecordFolder(at);
  expect(readdirSync(at).toSorted()).toEqual(["hello.sse", "notes.txt"]);
});
