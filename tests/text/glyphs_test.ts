import { expect, test } from "bun:test";
import { ASCII, barOf, BLOCKS, glyphsFor } from "../../lib/text/glyphs.ts";

function drawnWith(
  environment: Readonly<Record<string, string>>,
  { isTTY = true, platform = "linux" } = {},
): string {
  return glyphsFor({ environment, isTTY, platform }) === BLOCKS ? "blocks" : "ascii";
}

test("blocks are drawn where the locale is UTF-8, on a terminal and into a pipe", () => {
  expect(drawnWith({ LANG: "de_DE.UTF-8" })).toBe("blocks");
  expect(drawnWith({ LANG: "zh_CN.utf8" }, { isTTY: false })).toBe("blocks");
  expect(drawnWith({ LC_CTYPE: "UTF-8", LANG: "C" }, { platform: "darwin" })).toBe("blocks");
  expect(drawnWith({ LC_ALL: "C.UTF-8", LANG: "C" })).toBe("blocks");
});

test("ASCII is drawn without such a locale, and on terminals without blocks", () => {
  expect(drawnWith({})).toBe("ascii");
  expect(drawnWith({ LANG: "zh_CN.GBK" })).toBe("ascii");
  expect(drawnWith({ LC_ALL: "C", LANG: "de_DE.UTF-8" })).toBe("ascii");
  expect(drawnWith({ LC_ALL: "", LANG: "C" })).toBe("ascii");
  expect(drawnWith({ LANG: "C.UTF-8", TERM: "linux" })).toBe("ascii");
  expect(drawnWith({ LANG: "C.UTF-8", TERM: "dumb" })).toBe("ascii");
  // The terminal has no say in what goes into a pipe.
  expect(drawnWith({ LANG: "C.UTF-8", TERM: "dumb" }, { isTTY: false })).toBe("blocks");
});

test("Windows, which has no locale variables, draws blocks", () => {
  expect(drawnWith({}, { platform: "win32" })).toBe("blocks");
  expect(drawnWith({ LANG: "C" }, { platform: "win32" })).toBe("ascii");
});

test("bars have the length they are given, and something is never nothing", () => {
  expect(barOf(2.5, BLOCKS)).toBe("██▌");
  expect(barOf(0.01, BLOCKS)).toBe("▏");
  expect(barOf(0, BLOCKS)).toBe("");
  expect(barOf(2.4, ASCII)).toBe("##");
  expect(barOf(0.01, ASCII)).toBe("#");
});

test("every glyph is one column wide", () => {
  for (const { levels, full, empty, waiting, stall, cut, limit } of [BLOCKS, ASCII]) {
    for (const glyph of [...levels, full, empty, waiting, stall, cut, limit]) {
      expect(Bun.stringWidth(glyph)).toBe(1);
    }
  }
});
