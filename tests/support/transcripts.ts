import * as fc from "fast-check";
import type { Transcript, TranscriptHeader } from "../../lib/transcript/format.ts";
import type { TimedText } from "../../lib/wire/piece.ts";

export const HEADER: TranscriptHeader = {
  version: 1,
  recorded_at: "2026-01-01T00:00:00Z",
  request: { method: "POST", url: "http://127.0.0.1/v1", headers: {}, body: { stream: true } },
  response: { status: 200, headers: { "content-type": "text/event-stream" }, at_ms: 1.5 },
};

/** What a body is made of here: everything that a line of a transcript or of an event stream could trip over. */
const TOKENS = [
  "data: 你好\n\n",
  'data: {"a":1}\r\n\r\n',
  "data: x\r\r",
  "data: 😀",
  "id: 7\n",
  "retry: 5",
  "event: e\r",
  ":@",
  ":@x\n",
  ":@@",
  ":@transcript {}\n",
  ":@end 5\n",
  ":@ 1.000 3\n",
  "\n:@",
  ":",
  "@",
  "\r\n",
  "\r",
  "\n",
  "\uFEFF",
  "\uFFFD",
  "\0",
  "é",
] as const;

/** Any body: also an empty one, one with CR alone, one with a BOM first. */
export const bodies: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.constantFrom(...TOKENS), { maxLength: 8 }).map((tokens) => tokens.join("")),
  fc.array(fc.constantFrom("data: 你好", "\r", ":@"), { maxLength: 8 }).map((t) => t.join("")),
  fc.array(fc.constantFrom(...TOKENS), { maxLength: 5 }).map((t) => `\uFEFF${t.join("")}`),
);

/** A body in pieces that are cut anywhere between characters, at times that never go back. */
export const pieces: fc.Arbitrary<TimedText[]> = bodies.chain((body) => {
  const characters = Array.from(body);
  const place = fc.nat({ max: characters.length });
  return fc
    .tuple(
      fc.array(place, { maxLength: 8 }),
      fc.array(fc.nat({ max: 5_000_000 }), { minLength: 9, maxLength: 9 }),
    )
    .map(([places, times]) => {
      const cuts = [0, ...new Set(places.toSorted((a, b) => a - b)), characters.length];
      const sorted = times.toSorted((a, b) => a - b);
      return cuts
        .slice(1)
        .map((end, index) => ({
          text: characters.slice(cuts[index], end).join(""),
          at: sorted[Math.min(index, 8)] ?? 0,
        }))
        .filter(({ text }) => text !== "");
    });
});

export const notes: fc.Arbitrary<string[]> = fc.array(
  fc.constantFrom("", " x ", "3 bytes were not UTF-8", "注", ":@end 5", "# "),
  { maxLength: 3 },
);

/** Transcripts that were recorded to their end. */
export const transcripts: fc.Arbitrary<Transcript> = fc
  .record({
    pieces,
    notes,
    extra: fc.constantFrom<object>(
      {},
      { tool: "摘要\r\n", replacement_characters: 3 },
      { response: null },
    ),
    last: fc.nat({ max: 1000 }),
    failed: fc.boolean(),
  })
  .map(({ pieces, notes, extra, last, failed }) => {
    const at = (pieces.at(-1)?.at ?? 0) + last;
    const error = { code: "ECONNRESET", message: "the socket\nwas closed\r" };
    return {
      header: { ...HEADER, ...extra },
      pieces,
      notes,
      closing: failed ? { kind: "failed", at, error } : { kind: "end", at },
    };
  });
