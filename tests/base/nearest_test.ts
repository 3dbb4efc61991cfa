import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { editDistance, nearest } from "../../lib/base/nearest.ts";

const flags = ["temperature", "top-p", "timeout", "json", "key-env", "seed"];

test("nearest finds a mistyped word", () => {
  expect(nearest("tempratur", flags)).toBe("temperature");
  expect(nearest("jsno", flags)).toBe("json");
  expect(nearest("TOP_P", flags)).toBe("top-p");
  expect(nearest("Qwen/Qwen2.5-7b-instruct", ["Qwen/Qwen2.5-7B-Instruct"])).toBe(
    "Qwen/Qwen2.5-7B-Instruct",
  );
});

test("nearest takes the only candidate that a word begins", () => {
  expect(nearest("temp", flags)).toBe("temperature");
  expect(nearest("key", flags)).toBe("key-env");
  expect(nearest("tem", ["temper", "temperature"])).toBeNull();
  expect(nearest("te", flags)).toBeNull();
});

test("nearest prefers the least distance, then the first", () => {
  expect(nearest("seeds", ["sends", "seed"])).toBe("sends");
  expect(nearest("seed", ["seeds", "seed"])).toBe("seed");
});

test("nearest finds nothing far away", () => {
  expect(nearest("frobnicate", flags)).toBeNull();
  expect(nearest("", flags)).toBeNull();
  expect(nearest("abc", [])).toBeNull();
});

test("edit distance counts a swap of neighbours once", () => {
  expect(editDistance("json", "jsno")).toBe(1);
  expect(editDistance("kitten", "sitting")).toBe(3); // two substitutions, one insertion
  expect(editDistance("ca", "abc")).toBe(3); // no part is edited twice; unrestricted it were 2
  expect(editDistance("", "abc")).toBe(3);
});

test("edit distance is symmetric and zero for equal texts only", () => {
  const word = fc.string({ maxLength: 12, unit: fc.constantFrom("a", "b", "c") });
  fc.assert(
    fc.property(word, word, (left, right) => {
      const distance = editDistance(left, right);
      expect(distance).toBe(editDistance(right, left));
      expect(distance === 0).toBe(left === right);
      expect(distance).toBeGreaterThanOrEqual(Math.abs(left.length - right.length));
      expect(distance).toBeLessThanOrEqual(Math.max(left.length, right.length));
    }),
  );
});
