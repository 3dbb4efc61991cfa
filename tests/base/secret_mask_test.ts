import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { PieceMask } from "../../lib/transcript/masks/piece_mask.ts";
import { SecretMask } from "../../lib/base/secret_mask.ts";
import { Secret } from "../../lib/base/secret.ts";
import type { TimedText } from "../../lib/wire/piece.ts";
import { everyCut } from "../support/cuts.ts";
import { runs } from "../support/runs.ts";

const KEY = "sk-streamgauge4f9Zk2Q7";

/** Of few letters, so that keys overlap themselves and their beginnings are everywhere. */
const letters = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom("a", "b", "*", "好"), minLength, maxLength });

/** A text that holds the key, or parts of it, and a cut into pieces with times. */
const keyAndPieces: fc.Arbitrary<{ key: string; pieces: TimedText[] }> = letters(5, 8).chain(
  (key) => {
    const part = fc.nat({ max: key.length }).map((length) => key.slice(0, length));
    const piece = fc
      .array(fc.oneof(fc.constant(key), part, letters(0, 4)), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join(""));
    return fc.array(piece, { maxLength: 8 }).map((texts) => ({
      key,
      pieces: texts.map((text, index) => ({ text, at: index === 7 ? null : index })),
    }));
  },
);

/** The text with every character that is part of a key replaced, found the slow way. */
function maskedSlowly(text: string, key: string): string {
  const isKey = Array.from({ length: text.length }, () => false);
  for (let at = 0; at + key.length <= text.length; at++) {
    if (text.slice(at, at + key.length) === key) isKey.fill(true, at, at + key.length);
  }
  return text
    .split("")
    .map((character, at) => (isKey[at] ? "*" : character))
    .join("");
}

function textOf(pieces: readonly TimedText[]): string {
  return pieces.map(({ text }) => text).join("");
}

test("piece mask gives the masked text, in pieces of the same lengths and times", () => {
  fc.assert(
    fc.property(keyAndPieces, ({ key, pieces }) => {
      const mask = new PieceMask(new SecretMask([key]));
      const shown = [...pieces.flatMap((piece) => mask.push(piece)), ...mask.end()];
      expect(textOf(shown)).toBe(maskedSlowly(textOf(pieces), key));
      expect(shown.map(({ text, at }) => [text.length, at])).toEqual(
        pieces.map(({ text, at }) => [text.length, at]),
      );
      expect(new SecretMask([key]).text(textOf(pieces))).toBe(textOf(shown));
    }),
    { numRuns: runs(600) },
  );
});

test("piece mask never lets out the beginning of a key before it knows that it is none", () => {
  fc.assert(
    fc.property(keyAndPieces, ({ key, pieces }) => {
      const mask = new PieceMask(new SecretMask([key]));
      let arrived = "";
      let shown = "";
      for (const piece of pieces) {
        arrived += piece.text;
        shown += textOf(mask.push(piece));
        // Whatever comes next, even the rest of a key: what is out stays right.
        for (let length = 1; length < key.length; length++) {
          if (!arrived.endsWith(key.slice(0, length))) continue;
          const whole = maskedSlowly(arrived + key.slice(length), key);
          expect(whole.startsWith(shown)).toBe(true);
        }
      }
    }),
  );
});

test("piece mask masks a key at every cut", () => {
  const text = `data: {"content":"no ${KEY}${KEY}, sk-stream, ${KEY.slice(0, -1)}"}\n\n`;
  const expected = maskedSlowly(text, KEY);
  expect(expected).not.toContain(KEY);
  for (const parts of everyCut(text)) {
    const mask = new PieceMask(new SecretMask([KEY]));
    const shown = parts.flatMap((part, at) => mask.push({ text: part, at }));
    expect(textOf([...shown, ...mask.end()])).toBe(expected);
  }
});

test("piece mask holds back only what may begin the key", () => {
  const mask = new PieceMask(new SecretMask(["sk-abcdef12"]));
  expect(mask.push({ text: "one\n", at: 1 })).toEqual([{ text: "one\n", at: 1 }]);
  expect(mask.push({ text: "two sk-ab", at: 2 })).toEqual([]);
  expect(mask.push({ text: "x sk", at: 3 })).toEqual([{ text: "two sk-ab", at: 2 }]);
  expect(mask.push({ text: "y\n", at: 4 })).toEqual([
    { text: "x sk", at: 3 },
    { text: "y\n", at: 4 },
  ]);
  expect(mask.end()).toEqual([]);
});

test("piece mask does not hold back a stream that begins the key again and again", () => {
  const mask = new PieceMask(new SecretMask(["aaaaaaab"]));
  let held = 0;
  for (let at = 0; at < 10_000; at++) {
    held += 1 - mask.push({ text: "a", at }).length;
    expect(held).toBeLessThan(8);
  }
});

test("piece mask without a secret gives the pieces as they are", () => {
  const piece = { text: "s", at: 1 };
  for (const secrets of [[], [""], ["none"]]) {
    const mask = new PieceMask(new SecretMask(secrets));
    expect(mask.push(piece)).toEqual([piece]);
    expect(mask.end()).toEqual([]);
  }
});

test("a word as local servers take it for a key is not masked: it stands anywhere", () => {
  for (const word of ["", "1", "data", "null", "none", "model", "content", "token", "usage"]) {
    expect(SecretMask.of(new Secret(word)).isEmpty, word).toBe(true);
  }
  expect(SecretMask.of(null).isEmpty).toBe(true);
  expect(SecretMask.of(new Secret("sk-12")).text("a sk-12.")).toBe("a *****.");
});

/** How a character of a secret may be written, in JSON, in JSON inside JSON, and in URLs. */
const spelt = (character: string): fc.Arbitrary<string> => {
  const code = character.charCodeAt(0).toString(16);
  return fc.constantFrom(
    character,
    `\\u${code.padStart(4, "0")}`,
    `\\\\u${code.toUpperCase().padStart(4, "0")}`,
    `%${code.padStart(2, "0")}`,
    `%25${code.toUpperCase().padStart(2, "0")}`,
    ...('/"'.includes(character) ? [`\\${character}`] : []),
  );
};

const speltKey = fc
  .string({ unit: fc.constantFrom(...'sk-9aZ/+_="'), minLength: 5, maxLength: 12 })
  .chain((key) => fc.tuple(...key.split("").map(spelt)).map((parts) => [key, parts.join("")]));

test("a secret is found in every mixture of spellings, whole and cut anywhere", () => {
  fc.assert(
    fc.property(speltKey, fc.nat(), fc.nat(), ([key = "", written = ""], one, other) => {
      const mask = new SecretMask([key]);
      const text = `{"a":"x ${written} y"}\n`;
      const shown = mask.text(text);
      expect(shown).toHaveLength(text.length);
      expect(shown).toContain("*".repeat(written.length));
      const [first = 0, second = 0] = [one, other]
        .map((at) => at % text.length)
        .toSorted((a, b) => a - b);
      const pieces = new PieceMask(mask);
      const parts = [text.slice(0, first), text.slice(first, second), text.slice(second)];
      const safe = parts.flatMap((part, at) => pieces.push({ text: part, at }));
      expect(textOf([...safe, ...pieces.end()])).toBe(shown);
    }),
    { numRuns: runs(600) },
  );
});

test("a secret is found in base64, wherever in it it stands, and in both alphabets", () => {
  const mask = SecretMask.of(new Secret(KEY));
  for (const before of ["", "a", "ab", "Bearer ", "user:", "你"]) {
    const base64 = Buffer.from(`${before}${KEY} and more`).toString("base64");
    for (const text of [base64, base64.replaceAll("+", "-").replaceAll("/", "_")]) {
      const shown = mask.text(`x ${text} y`);
      // Whatever is left of the key's own characters gives less than one of them away at either end.
      const left = Buffer.from(shown.slice(2, -2).replaceAll("*", "A"), "base64").toString();
      expect(left).not.toContain(KEY.slice(0, 3));
      expect(left).not.toContain(KEY.slice(-3));
    }
  }
});

test("ordinary text is given back as it is", () => {
  const mask = new SecretMask([KEY, "sk-other/1+2"]);
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(mask.text(text)).toBe(text);
    }),
  );
  const text = "100% of \\u0073k- and sk- streams, \\ \\u00";
  expect(mask.text(text)).toBe(text);
});

test("JSON is masked in its texts, its names and its numbers, and nowhere else", () => {
  const mask = new SecretMask([KEY, "17633500"]);
  const value = { [`x-${KEY}`]: [KEY, `a ${KEY}`, 17633500], deep: { key: null, on: true, n: 7 } };
  const stars = "*".repeat(KEY.length);
  expect(mask.json(value)).toEqual({
    [`x-${stars}`]: [stars, `a ${stars}`, "********"],
    deep: { key: null, on: true, n: 7 },
  });
  expect(new SecretMask(['a"b\\c"de']).json({ content: 'a"b\\c"de' })).toEqual({
    content: "********",
  });
  expect(new SecretMask([]).json(value)).toBe(value);
});
