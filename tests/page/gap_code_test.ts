import { expect, test } from "bun:test";
import fc from "fast-check";
import { decodeGaps, encodeGaps } from "../../lib/page/gap_code.ts";
import { runs } from "../support/runs.ts";

test("gaps come back as they went in, up to days", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(20_000), fc.nat(2 ** 40))), (gaps) => {
      expect([...decodeGaps(encodeGaps(gaps))]).toEqual(gaps);
    }),
    { numRuns: runs(200) },
  );
});

test("gaps of many streams one after the other are those of each", () => {
  const [one, other] = [
    [0, 127, 128],
    [16_383, 16_384, 2_000_000],
  ];
  expect([...decodeGaps(encodeGaps([...one, ...other]))]).toEqual([...one, ...other]);
});

test("a gap of 12 ms takes two bytes, and a million of them 2.7 MB of text", () => {
  // Two bytes each; base64 has four characters for three bytes.
  expect(encodeGaps(Array.from({ length: 30_000 }, () => 12_345)).length).toBe(80_000);
});
