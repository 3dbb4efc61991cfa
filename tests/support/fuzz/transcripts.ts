import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { decodeTranscript, TranscriptDecoder } from "../../../lib/transcript/decode.ts";
import { encodeTranscript } from "../../../lib/transcript/encode.ts";
import { TranscriptError } from "../../../lib/transcript/format.ts";
import { readTranscript } from "../../../lib/transcript/transcript_file.ts";
import { bodies, transcripts } from "../transcripts.ts";
import { asyncProperty, cutAt, cuts, type OpenTarget, outcomeOf, same, target } from "./target.ts";

const encoder = new TextEncoder();
const NAME = { name: "made-up.sse" };

/** A place in a file, and what is put there for so many bytes. */
const damage = fc.array(
  fc.tuple(
    fc.nat({ max: 100_000 }),
    fc.nat({ max: 4 }),
    fc.constantFrom("", "\n", ":@", ":@ 1.000 3\n", ":@end 5\n", "9", "\xff", "\uFEFF", "{", "é"),
  ),
  { maxLength: 3 },
);

function damaged(bytes: Uint8Array, places: readonly (readonly [number, number, string])[]) {
  let result = bytes;
  for (const [place, length, text] of places) {
    const at = place % (result.length + 1);
    // As Latin-1, so that a file need not be UTF-8.
    const put = Buffer.from(text, text === "\xff" ? "latin1" : "utf8");
    result = Buffer.concat([result.subarray(0, at), put, result.subarray(at + length)]);
  }
  return result;
}

function decodeInPieces(parts: readonly Uint8Array[]) {
  const decoder = new TranscriptDecoder(NAME);
  const pieces = [...parts.flatMap((bytes) => decoder.push(bytes)), ...decoder.end()];
  const { header, notes, closing } = decoder;
  // Text without a time may come in other parts.
  const text = pieces.map(({ text }) => text).join("");
  const timed = pieces.filter(({ at }) => at !== null);
  return { header, notes, closing, text, timed };
}

/** What is encoded is decoded again; a damaged file is read or refused, alike wherever it is cut. */
export function openTranscripts(): OpenTarget {
  return target(fc.tuple(transcripts, damage, cuts), ([transcript, places, cutPlaces]) => {
    const bytes = encoder.encode(encodeTranscript(transcript));
    const again = encodeTranscript(decodeTranscript(bytes, NAME));
    same(
      again,
      new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes),
      "encoded twice and once",
    );
    const file = damaged(bytes, places);
    same(
      outcomeOf(() => decodeInPieces(cutAt(file, cutPlaces)), TranscriptError),
      outcomeOf(() => decodeInPieces([file]), TranscriptError),
      "a file in pieces and whole",
    );
  });
}

const chunks = fc.array(
  fc.oneof(fc.json({ maxDepth: 2 }), fc.constant('{"choices":[{"delta":{"content":"你好"}}]}')),
  { maxLength: 4 },
);
const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx: 1\r\n\r\n";

/** How people have a stream who did not record it with this toolkit. */
const forms: fc.Arbitrary<Uint8Array> = fc
  .oneof(
    bodies,
    bodies.map((body) => HEAD + body),
    chunks.map((all) => all.join("\n")),
    chunks.map((all) => `[${all.join(",\n")}]`),
    chunks.map((all) => all.map((one) => `data: ${one.replaceAll(",", ",\n  ")}\n\n`).join("")),
    transcripts.map(encodeTranscript),
  )
  .chain((text) =>
    fc.oneof(
      fc.constant(encoder.encode(text)),
      fc.constant(Buffer.from(`\uFEFF${text}`, "utf16le")),
      fc.constant(Buffer.from(`\uFEFF${text}`, "utf16le").swap16()),
      damage.map((places) => damaged(encoder.encode(text), places)),
    ),
  );

/** Every form of a file is read, or refused in words. */
export function openFiles(): OpenTarget {
  const folder = mkdtempSync(join(tmpdir(), "streamgauge-fuzz-"));
  const path = join(folder, NAME.name);
  const property = asyncProperty(forms, async (bytes) => {
    writeFileSync(path, bytes);
    await readTranscript(path).catch((error: unknown) => {
      if (!(error instanceof TranscriptError)) throw error;
    });
  });
  return { property, finish: async () => rmSync(folder, { recursive: true }) };
}
