import { expect, test } from "bun:test";
import { inflateSync } from "node:zlib";
import { type ImageSource, withImage } from "../../lib/load/images.ts";
import { syntheticPng } from "../../lib/load/png.ts";

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

/** The chunks of a PNG, whose checksums are checked. */
function chunksOf(bytes: Uint8Array): Chunk[] {
  const png = Buffer.from(bytes);
  expect(png.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
  const chunks: Chunk[] = [];
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const named = png.subarray(at + 4, at + 8 + length);
    expect(png.readUInt32BE(at + 8 + length)).toBe(Bun.hash.crc32(named));
    chunks.push({ type: named.toString("latin1", 0, 4), data: named.subarray(4) });
    at += 12 + length;
  }
  return chunks;
}

test.each([
  [512, 512],
  [1, 1],
  [33, 7],
])("a made-up picture of %p × %p pixels is a whole PNG", (width, height) => {
  const chunks = chunksOf(syntheticPng({ width, height }, 3));
  expect(chunks.map(({ type }) => type)).toEqual(["IHDR", "PLTE", "IDAT", "IEND"]);
  const [header, palette, data] = chunks.map((chunk) => chunk.data);
  expect([header?.readUInt32BE(0), header?.readUInt32BE(4)]).toEqual([width, height]);
  expect([...(header?.subarray(8) ?? [])]).toEqual([8, 3, 0, 0, 0]);
  expect(palette).toHaveLength(768);
  const lines = inflateSync(data ?? Buffer.alloc(0));
  expect(lines).toHaveLength((width + 1) * height);
  // No line is filtered.
  for (let y = 0; y < height; y++) expect(lines[y * (width + 1)]).toBe(0);
});

test("made-up pictures are seeded, and small to send", () => {
  const size = { width: 512, height: 512 };
  expect(syntheticPng(size, 1)).toEqual(syntheticPng(size, 1));
  expect(syntheticPng(size, 1)).not.toEqual(syntheticPng(size, 2));
  expect(syntheticPng(size, 1).length).toBeLessThan(20_000);
});

const FILES: ImageSource = { kind: "files", urls: ["data:a", "data:b"] };

test("a picture stands behind the text of the last message of the user", () => {
  const messages = [
    { role: "user", content: "Hi" },
    { role: "assistant", content: "Hello" },
    { role: "user", content: "What is it?" },
    { role: "assistant", content: "It is" },
  ] as const;
  const shown = withImage(messages, FILES, { index: 3, seed: 1 });
  expect(shown[2]).toEqual({
    role: "user",
    content: [
      { type: "text", text: "What is it?" },
      { type: "image_url", image_url: { url: "data:b" } },
    ],
  });
  expect([shown[0], shown[1], shown[3]]).toEqual([messages[0], messages[1], messages[3]]);
  expect(withImage([], FILES, { index: 0, seed: 1 })).toEqual([]);
});
