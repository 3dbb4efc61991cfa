import { expect, test } from "bun:test";
import fc from "fast-check";
import { promptTokens } from "../../../lib/server/reply/prompt_tokens.ts";
import { runs } from "../../support/runs.ts";

/** The definition: a character of Chinese, Japanese or Korean; a word; any other sign. */
const TOKEN =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]|[[\p{L}\p{M}\p{N}]--[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]]+|[^\s\p{L}\p{M}\p{N}]/gv;

function defined(text: string): number {
  return text.match(TOKEN)?.length ?? 0;
}

function counted(text: string): number {
  return promptTokens([{ role: "user", content: text }]) - 4;
}

test("every character of Unicode counts as it is defined, alone and between letters", () => {
  const characters = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code));
  for (const between of ["", "a", " ", "世", "!"]) {
    const text = characters.join(between);
    expect(counted(text)).toBe(defined(text));
  }
  const wrong = characters.filter(
    (character) => counted(`a${character}b`) !== defined(`a${character}b`),
  );
  expect(wrong).toEqual([]);
});

test("any mixture of texts counts as it is defined", () => {
  const unit = fc.oneof(
    fc.constantFrom(
      ..."aZ9_ é\u0301\t\n\u00a0\u3000世界あア한々ー〇、。！😀👩🏽\u200d\ufeff\u2028٣ไทย",
    ),
    fc.constantFrom("\ud83d", "\ude00", "\ud800", "\udfff"),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  );
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 200 }), (units) => {
      const text = units.join("");
      expect(counted(text)).toBe(defined(text));
      const middle = Math.floor(text.length / 2);
      const parts = [text.slice(0, middle), text.slice(middle)];
      expect(promptTokens([{ role: "user", content: parts.map((text) => ({ text })) }])).toBe(
        4 + parts.reduce((sum, part) => sum + defined(part), 0),
      );
    }),
    { numRuns: runs(300) },
  );
});
