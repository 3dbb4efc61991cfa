import { expect, test } from "bun:test";
import * as fc from "fast-check";
import {
  KeyMask,
  keptHeaders,
  masked,
  maskedJson,
  redactedUrl,
  textToMask,
} from "../lib/transcript/redact.ts";
import { Secret } from "../lib/wire/secret.ts";
import type { TimedText } from "../lib/wire/text.ts";
import { everyCut } from "./support/cuts.ts";

const KEY = "sk-streamgauge4f9Zk2Q7";

/** Of few letters, so that keys overlap themselves and their beginnings are everywhere. */
const letters = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom("a", "b", "*", "好"), minLength, maxLength });

/** A text that holds the key, or parts of it, and a cut into pieces with times. */
const keyAndPieces: fc.Arbitrary<{ key: string; pieces: TimedText[] }> = letters(1, 6).chain(
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

test("key mask gives the masked text, in pieces of the same lengths and times", () => {
  fc.assert(
    fc.property(keyAndPieces, ({ key, pieces }) => {
      const mask = new KeyMask(key);
      const shown = [...pieces.flatMap((piece) => mask.push(piece)), ...mask.end()];
      expect(textOf(shown)).toBe(maskedSlowly(textOf(pieces), key));
      expect(shown.map(({ text, at }) => [text.length, at])).toEqual(
        pieces.map(({ text, at }) => [text.length, at]),
      );
      expect(masked(textOf(pieces), key)).toBe(textOf(shown));
    }),
    { numRuns: 3000 },
  );
});

test("key mask never lets out the beginning of a key before it knows that it is none", () => {
  fc.assert(
    fc.property(keyAndPieces, ({ key, pieces }) => {
      const mask = new KeyMask(key);
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

test("key mask masks a key at every cut", () => {
  const text = `data: {"content":"no ${KEY}${KEY}, sk-stream, ${KEY.slice(0, -1)}"}\n\n`;
  const expected = maskedSlowly(text, KEY);
  expect(expected).not.toContain(KEY);
  for (const parts of everyCut(text)) {
    const mask = new KeyMask(KEY);
    const shown = parts.flatMap((part, at) => mask.push({ text: part, at }));
    expect(textOf([...shown, ...mask.end()])).toBe(expected);
  }
});

test("key mask holds back only what may begin the key", () => {
  const mask = new KeyMask("sk-abcdef12");
  expect(mask.push({ text: "one\n", at: 1 })).toEqual([{ text: "one\n", at: 1 }]);
  expect(mask.push({ text: "two sk-ab", at: 2 })).toEqual([]);
  expect(mask.push({ text: "x sk", at: 3 })).toEqual([{ text: "two sk-ab", at: 2 }]);
  expect(mask.push({ text: "y\n", at: 4 })).toEqual([
    { text: "x sk", at: 3 },
    { text: "y\n", at: 4 },
  ]);
  expect(mask.end()).toEqual([]);
});

test("key mask does not hold back a stream that begins the key again and again", () => {
  const mask = new KeyMask("aaaaaaab");
  let held = 0;
  for (let at = 0; at < 10_000; at++) {
    held += 1 - mask.push({ text: "a", at }).length;
    expect(held).toBeLessThan(8);
  }
});

test("key mask without a key gives the pieces as they are", () => {
  const piece = { text: "s", at: 1 };
  for (const key of [null, ""]) {
    const mask = new KeyMask(key);
    expect(mask.push(piece)).toEqual([piece]);
    expect(mask.end()).toEqual([]);
  }
  expect(masked("text", "")).toBe("text");
});

test("a word as local servers take it for a key is not masked: it stands anywhere", () => {
  expect(textToMask(null)).toBeNull();
  for (const word of ["", "1", "data", "null", "none"]) {
    expect(textToMask(new Secret(word))).toBeNull();
  }
  expect(textToMask(new Secret("sk-12"))).toBe("sk-12");
});

test("JSON is masked in its texts and names, and nowhere else", () => {
  const value = { [`x-${KEY}`]: [KEY, `a ${KEY}`, 17633500], deep: { key: null, on: true } };
  const stars = "*".repeat(KEY.length);
  expect(maskedJson(value, KEY)).toEqual({
    [`x-${stars}`]: [stars, `a ${stars}`, 17633500],
    deep: { key: null, on: true },
  });
  // Masked in the JSON as text, this would be no JSON any more.
  expect(maskedJson({ created: 17633500 }, "17633500")).toEqual({ created: 17633500 });
  expect(maskedJson({ content: 'a"b\\c"de' }, 'a"b\\c"de')).toEqual({ content: "********" });
  expect(maskedJson(value, null)).toEqual(value);
});

test("headers are kept by name", () => {
  const headers = new Headers({
    Authorization: `Bearer ${KEY}`,
    "Api-Key": KEY,
    Cookie: "a=b",
    "Set-Cookie": "a=b",
    "X-Unknown": "1",
    "Content-Type": "text/event-stream",
    "Retry-After": "2",
    "X-RateLimit-Remaining-Tokens": "7",
    "x-siliconcloud-trace-id": "ti_1",
    Location: "https://login.example.com/?token=abc&next=1",
  });
  expect(keptHeaders(headers)).toEqual({
    "content-type": "text/event-stream",
    location: "https://login.example.com/?token=***&next=1",
    "retry-after": "2",
    "x-ratelimit-remaining-tokens": "7",
    "x-siliconcloud-trace-id": "ti_1",
  });
});

const urls: readonly (readonly [url: string, shown: string])[] = [
  ["https://h/v1/chat?api-version=1", "https://h/v1/chat?api-version=1"],
  ["https://h/v1?key=AIzaSy&alt=sse", "https://h/v1?key=******&alt=sse"],
  [
    "https://h/v1?x=1&Access_Token=t#token=u",
    // Fragments are not sent.
    "https://h/v1?x=1&Access_Token=*#token=u",
  ],
  ["https://h/?X-Amz-Signature=0a&sig=b&key=", "https://h/?X-Amz-Signature=**&sig=*&key="],
  ["https://user:pass@h/v1", "https://*********@h/v1"],
  ["https://h/v1/a@b?next=c@d", "https://h/v1/a@b?next=c@d"],
];

for (const [url, shown] of urls) {
  test(`URL is redacted: ${url}`, () => {
    expect(redactedUrl(url)).toBe(shown);
  });
}
