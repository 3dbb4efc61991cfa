import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { utf8Text, withoutCutCharacter } from "../../lib/transcript/utf8.ts";
import { runs } from "../support/runs.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

test("of a text that was cut anywhere all but its cut character is left", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.nat(), (text, place) => {
      const bytes = encode(text);
      const cut = bytes.subarray(0, place % (bytes.length + 1));
      const left = withoutCutCharacter(cut);
      const found = utf8Text(left);
      expect(found === null ? null : text.startsWith(found)).toBe(true);
      expect(cut.length - left.length).toBeLessThanOrEqual(3);
      if (utf8Text(cut) !== null) expect(left).toBe(cut);
    }),
    { numRuns: runs(300) },
  );
});

test("bytes that are no beginning of a character at the end stay, to be told", () => {
  for (const bytes of [
    [],
    [0x80],
    [0xe4, 0x41],
    [0xe4, 0xbd, 0x41],
    [0x80, 0x80, 0x80, 0x80],
    [0xe4, 0xbd, 0xa0, 0x80],
  ]) {
    expect([...withoutCutCharacter(Uint8Array.from(bytes))]).toEqual(bytes);
  }
  expect([...withoutCutCharacter(Uint8Array.of(0x41, 0xe4, 0xbd))]).toEqual([0x41]);
  expect([...withoutCutCharacter(Uint8Array.of(0x41, 0xdf))]).toEqual([0x41]);
  expect([...withoutCutCharacter(Uint8Array.of(0xf0, 0x9f, 0x98))]).toEqual([]);
});
