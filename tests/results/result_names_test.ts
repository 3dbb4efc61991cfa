import { expect, test } from "bun:test";
import fc from "fast-check";
import { namesOf } from "../../lib/results/result_names.ts";

test("a name has as many folders as tell it from the others", () => {
  const without = ".json";
  expect(namesOf(["a.json", "b.json"], { without })).toEqual(["a", "b"]);
  expect(namesOf(["old/a.json", "new/a.json", "b.json"], { without })).toEqual([
    "old/a",
    "new/a",
    "b",
  ]);
  expect(namesOf(["x/old/run", "y/old/run", "z/new/run"])).toEqual([
    "x/old/run",
    "y/old/run",
    "new/run",
  ]);
});

test("what is given twice has a number, also by another path", () => {
  expect(namesOf(["a.sse", "./a.sse"])).toEqual(["a.sse", "a.sse #2"]);
});

test("no two names are the same", () => {
  const path = fc.array(fc.constantFrom("a", "b"), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(path), (paths) => {
      const names = namesOf(paths.map((parts) => parts.join("/")));
      expect(new Set(names).size).toBe(paths.length);
    }),
  );
});
