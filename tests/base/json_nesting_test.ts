import { expect, test } from "bun:test";
import fc from "fast-check";
import { DEEPEST_JSON, isTooDeep, parseJson } from "../../lib/base/json.ts";
import { JsonNesting } from "../../lib/base/json_nesting.ts";
import { pieces } from "../support/cuts.ts";

function nested(levels: number, inner = ""): string {
  return "[".repeat(levels) + inner + "]".repeat(levels);
}

function objects(levels: number): string {
  return '{"a":'.repeat(levels) + "1" + "}".repeat(levels);
}

test("JSON is parsed up to 512 levels deep, and is none beyond", () => {
  expect(DEEPEST_JSON).toBe(512);
  expect(parseJson(nested(512, "1"))).toBeDefined();
  expect(parseJson(nested(513, "1"))).toBeUndefined();
  expect(parseJson(objects(512))).toBeDefined();
  expect(parseJson(objects(513))).toBeUndefined();
  for (const deep of [nested(100_000), "[".repeat(100_000), objects(100_000)]) {
    expect(parseJson(deep)).toBeUndefined();
    expect(isTooDeep(deep)).toBe(true);
  }
});

test("brackets in strings are no levels of JSON", () => {
  const text = JSON.stringify([`${'"[{\\'.repeat(2000)}`]);
  expect(isTooDeep(text)).toBe(false);
  expect(parseJson(text)).toBeDefined();
  expect(parseJson(`[${"[],".repeat(2000)}1]`)).toHaveLength(2001);
});

test("nesting tells where the first value ends, and finds the same however the text is cut", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue())),
      fc.integer({ min: 1, max: 20 }),
      (value, length) => {
        const text = JSON.stringify(value);
        const whole = new JsonNesting();
        expect(whole.push(`${text} {`)).toBe(text.length);
        const cut = new JsonNesting();
        const parts = pieces(text, length);
        const ends = parts.map((part) => cut.push(part));
        expect(ends.slice(0, -1).every((end) => end === -1)).toBe(true);
        expect(ends.at(-1)).toBe(parts.at(-1)?.length);
        expect([cut.isClosed, cut.deepest]).toEqual([true, whole.deepest]);
      },
    ),
    { seed: 3 },
  );
});

test("nesting is not closed before anything is opened, nor inside a string", () => {
  const nesting = new JsonNesting();
  expect(nesting.push("}] ")).toBe(-1);
  expect(nesting.isClosed).toBe(false);
  nesting.push('{"a}\\"}');
  expect(nesting.isClosed).toBe(false);
  expect(nesting.push('"}')).toBe(2);
  expect(nesting.isClosed).toBe(true);
});
