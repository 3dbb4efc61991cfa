import { expect, test } from "bun:test";
import fc from "fast-check";
import { WholeCharacters } from "../../lib/wire/whole_characters.ts";
import { everyCut } from "../support/cuts.ts";

function through(parts: readonly string[]): string[] {
  const characters = new WholeCharacters();
  return [...parts.map((part) => characters.push(part)), characters.end()];
}

test("whole characters hold half a character back until its other half comes", () => {
  expect(through(["hi \ud83d", "\ude0a!"])).toEqual(["hi ", "😊!", ""]);
  expect(through(["\ud83d", "", "\ude0a"])).toEqual(["", "", "😊", ""]);
});

test("whole characters put U+FFFD in the place of a half that stays alone", () => {
  expect(through(["a\ud83d"])).toEqual(["a", "\uFFFD"]);
  expect(through(["a\ud83d", "b"])).toEqual(["a", "\uFFFDb", ""]);
  expect(through(["\ude0aa"])).toEqual(["\uFFFDa", ""]);
  expect(through(["\ud83d\ud83d", "\ude0a"])).toEqual(["\uFFFD", "😊", ""]);
});

test("whole characters give the same text however it is cut", () => {
  const unit = fc.constantFrom("a", "你", "😊", "\ud83d", "\ude0a", "👩‍👧");
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 8 }), (units) => {
      const text = units.join("");
      for (const parts of everyCut(text)) expect(through(parts).join("")).toBe(text.toWellFormed());
    }),
    { seed: 5 },
  );
});
