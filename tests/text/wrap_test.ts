import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { wrapColumns } from "../../lib/text/wrap.ts";

test("wrap cuts at spaces", () => {
  expect(wrapColumns("the first token", 9)).toEqual(["the first", "token"]);
  expect(wrapColumns("  the \n first  token ", 80)).toEqual(["the first token"]);
  expect(wrapColumns("", 80)).toEqual([]);
});

test("wrap leaves a word that is too wide whole", () => {
  const address = "https://example.com/a/b";
  expect(wrapColumns(`see ${address} ok`, 8)).toEqual(["see", address, "ok"]);
});

test("wrap cuts between Chinese characters, two columns each", () => {
  expect(wrapColumns("首个词元到达", 5)).toEqual(["首个", "词元", "到达"]);
  expect(wrapColumns("用300ms或2s", 7)).toEqual(["用300ms", "或2s"]);
});

test("wrap begins no line with a closing mark and ends none with an opening one", () => {
  expect(wrapColumns("首个词元，之后", 8)).toEqual(["首个词", "元，之后"]);
  expect(wrapColumns("首个（词元）", 6)).toEqual(["首个", "（词", "元）"]);
});

test("wrap loses nothing but spaces", () => {
  const text = fc.string({ unit: fc.constantFrom(..."ab你（，。） “”é😀-\n") });
  fc.assert(
    fc.property(text, fc.integer({ min: 2, max: 20 }), (text, width) => {
      const lines = wrapColumns(text, width);
      expect(lines.join("").replace(/\s/g, "")).toBe(text.replace(/\s/g, ""));
      expect(lines).not.toContain("");
    }),
  );
});
