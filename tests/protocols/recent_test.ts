import { expect, test } from "bun:test";
import { placeIn, Recent } from "../../lib/protocols/recent.ts";

test("the last 4096 entries are remembered, the oldest is forgotten first", () => {
  const recent = new Recent<number, string>();
  for (let key = 0; key < 4098; key++) recent.set(key, `${key}`);
  expect([0, 1, 2, 4097].map((key) => recent.get(key))).toEqual([
    undefined,
    undefined,
    "2",
    "4097",
  ]);
  recent.set(2, "again");
  recent.delete(3);
  recent.set(-1, "new");
  expect([2, 3, 4, -1].map((key) => recent.get(key))).toEqual(["again", undefined, "4", "new"]);
});

test("a place is a number or a text, and of a long text its beginning", () => {
  expect([0, 3, "a", "", null, undefined, true, {}, []].map((value) => placeIn(value))).toEqual([
    0,
    3,
    "a",
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
  expect(placeIn("x".repeat(1000))).toBe("x".repeat(200));
});
