import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { EQUIVALENT } from "./long/mutants/equivalent.ts";
import { findMutants } from "./long/mutants/find.ts";
import { testsFor } from "./long/mutants/workplace.ts";
import { growth } from "./long/soak/vitals.ts";
import { root } from "./support/doc_examples.ts";

const LEAST = "tests/fixtures/mutants/least.ts";

test("mutants are operators, booleans and early returns, each at its place, and nothing in types or texts", async () => {
  const mutants = await findMutants(root, { files: [LEAST] });
  expect(
    mutants.map(({ line, column, before, after }) => `${line}:${column} ${before} → ${after}`),
  ).toEqual([
    "2:61 true → false",
    "3:7 values.length === 0 → false",
    "3:21 === → !==",
    "4:25 ?? → &&",
    "5:29 < → <=",
    "5:51 ++ → --",
    "6:33 ?? → &&",
    "7:17 || → &&",
    "7:9 ! → ",
    "7:30 <= → <",
    "7:26 + → -",
    "9:21 === → !==",
  ]);
  const text = readFileSync(join(root, LEAST), "utf8");
  for (const { start, end, before } of mutants) expect(text.slice(start, end)).toBe(before);
});

test("a mutant is shown to the test that mirrors its file first, and then to others that reach it", () => {
  const [near, room = [], , importing = []] = testsFor("lib/wire/usage.ts", root);
  expect(near).toEqual(["./tests/wire/usage_test.ts"]);
  expect(room).toContain("./tests/wire/completion_test.ts");
  expect(importing).toContain("./tests/chat/completion_reader_test.ts");
  // It is a program of its own: no test imports it.
  const [, beside] = testsFor("lib/load/workers/simulated.ts", root);
  expect(beside).toContain("./tests/load/workers/simulated_process_test.ts");
});

test("what is explained about mutants is about lines that there are", () => {
  for (const { file, code, before } of EQUIVALENT) {
    expect(existsSync(join(root, file)), file).toBe(true);
    const lines = readFileSync(join(root, file), "utf8").split("\n");
    expect(
      lines.map((line) => line.trim()),
      file,
    ).toContain(code);
    expect(code).toContain(before);
  }
});

test("the growth of a series is that of its trend", () => {
  expect(growth([1, 2, 3, 4])).toBeCloseTo(3);
  expect(growth([5, 5, 5])).toBe(0);
  expect(growth([1, 9, 1, 9, 1, 9, 1])).toBeCloseTo(0);
  expect(growth([])).toBe(0);
});
