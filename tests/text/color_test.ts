import { expect, test } from "bun:test";
import { colorDecision } from "../../lib/text/color.ts";

function decide(environment: Record<string, string>, isTTY: boolean): boolean {
  return colorDecision({ environment, isTTY });
}

test("color follows the terminal when nothing is said", () => {
  expect(decide({}, true)).toBe(true);
  expect(decide({}, false)).toBe(false);
  expect(decide({ NO_COLOR: "", FORCE_COLOR: "" }, true)).toBe(true);
  expect(decide({ NO_COLOR: "", FORCE_COLOR: "" }, false)).toBe(false);
});

test("color flag wins over the environment", () => {
  expect(colorDecision({ flag: true, environment: { NO_COLOR: "1" }, isTTY: false })).toBe(true);
  expect(colorDecision({ flag: false, environment: { FORCE_COLOR: "1" }, isTTY: true })).toBe(
    false,
  );
});

test("NO_COLOR turns color off, whatever it holds", () => {
  expect(decide({ NO_COLOR: "1" }, true)).toBe(false);
  expect(decide({ NO_COLOR: "0", FORCE_COLOR: "1" }, true)).toBe(false);
});

test("FORCE_COLOR colors a pipe, and with 0 or false turns color off", () => {
  expect(decide({ FORCE_COLOR: "1" }, false)).toBe(true);
  expect(decide({ FORCE_COLOR: "true", TERM: "dumb" }, false)).toBe(true);
  expect(decide({ FORCE_COLOR: "0" }, true)).toBe(false);
  expect(decide({ FORCE_COLOR: "FALSE" }, true)).toBe(false);
});

test("a dumb terminal and a pipe in CI stay plain", () => {
  expect(decide({ TERM: "dumb" }, true)).toBe(false);
  expect(decide({ CI: "1" }, false)).toBe(false);
});
