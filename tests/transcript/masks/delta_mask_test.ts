import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { CompletionReader } from "../../../lib/chat/completion_reader.ts";
import { DeltaMask } from "../../../lib/transcript/masks/delta_mask.ts";
import { ResponseMask } from "../../../lib/transcript/masks/response_mask.ts";
import { SecretMask } from "../../../lib/base/secret_mask.ts";
import type { TimedText } from "../../../lib/wire/piece.ts";
import { runs } from "../../support/runs.ts";
import { everyCut } from "../../support/cuts.ts";
import { answerOf, chunkOf, lesson, streamOf } from "../../support/stream.ts";

const KEY = "sk-streamgauge4f9Zk2Q7";
const STARS = "*".repeat(KEY.length);

/** What comes out of the mask, after each part and at the end. */
function maskedPieces(parts: readonly string[]): { pieces: TimedText[]; released: number[] } {
  const mask = new ResponseMask(new SecretMask([KEY]));
  const released: number[] = [];
  const pieces = parts.flatMap((text, at) => {
    const safe = mask.push({ text, at });
    released.push(safe.length);
    return safe;
  });
  return { pieces: [...pieces, ...mask.end()], released };
}

function textOf(pieces: readonly TimedText[]): string {
  return pieces.map(({ text }) => text).join("");
}

function contentOf(body: string): string {
  const reader = new CompletionReader();
  reader.push({ text: body, at: 1 });
  reader.end(1);
  return reader.result().choices[0]?.content ?? "";
}

function callOf(text: string): object {
  return { tool_calls: [{ index: 0, function: { arguments: text } }] };
}

function choiceOf(index: number, delta: object): object {
  return { choices: [{ index, delta }] };
}

/** As JSON may write it: each character by its code. */
function escaped(text: string): string {
  return text.replaceAll(/./g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** An event whose text stands in its JSON as it is given. */
function eventOf(text: string): string {
  return `data: {"choices":[{"index":0,"delta":{"content":"${text}"}}]}\n\n`;
}

test("a key in two deltas is masked in both of them, cut anywhere", () => {
  const half = KEY.length / 2;
  const stream = streamOf(
    answerOf(`my key is ${KEY.slice(0, half)}`),
    answerOf(`${KEY.slice(half)}, keep it`),
    answerOf("", { finish: "stop" }),
    "[DONE]",
  );
  for (const parts of everyCut(stream)) {
    const { pieces } = maskedPieces(parts);
    expect(contentOf(textOf(pieces))).toBe(`my key is ${STARS}, keep it`);
    expect(pieces.map(({ text, at }) => [text.length, at])).toEqual(
      parts.map((text, at) => [text.length, at]),
    );
  }
});

test("a key in deltas of any lengths is never shown whole, and at most its first 8 characters are", () => {
  const cuts = fc.uniqueArray(fc.integer({ min: 1, max: KEY.length - 1 }), { maxLength: 21 });
  fc.assert(
    fc.property(cuts, fc.nat({ max: 2 }), (places, between) => {
      const ends = [...places.toSorted((a, b) => a - b), KEY.length];
      const parts = ends.map((end, index) => KEY.slice(ends[index - 1] ?? 0, end));
      const heartbeats = Array.from({ length: between }, () => chunkOf({ role: "assistant" }));
      const stream = parts.map((part) => streamOf(answerOf(part), ...heartbeats));
      const { pieces } = maskedPieces([...stream, streamOf(answerOf(" end"), "[DONE]")]);
      const content = contentOf(textOf(pieces));
      expect(content).toHaveLength(KEY.length + 4);
      expect(content).toEndWith(`${"*".repeat(KEY.length - 7)} end`);
    }),
  );
});

test("a key in deltas of any lengths is masked wherever the stream is cut, and nothing else is changed", () => {
  const cuts = fc.uniqueArray(fc.integer({ min: 1, max: KEY.length - 1 }), { maxLength: 4 });
  const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });
  fc.assert(
    fc.property(cuts, places, fc.nat({ max: 3 }), fc.boolean(), (halves, at, before, isEscaped) => {
      const ends = [...halves.toSorted((a, b) => a - b), KEY.length];
      const parts = ends.map((end, index) => KEY.slice(ends[index - 1] ?? 0, end));
      const stream = [
        ...Array.from({ length: before }, () => streamOf(answerOf("so"))),
        ...parts.map((part) => eventOf(isEscaped ? escaped(part) : part)),
        streamOf(answerOf(" end"), "[DONE]"),
      ].join("");
      const cut = at.map((share) => Math.round(share * stream.length)).toSorted((a, b) => a - b);
      const texts = [...cut, stream.length].map((end, index) =>
        stream.slice(cut[index - 1] ?? 0, end),
      );
      const { pieces } = maskedPieces(texts.filter((text) => text !== ""));
      const content = contentOf(textOf(pieces));
      expect(content).toStartWith("so".repeat(before));
      // Each character keeps the length that it is written in.
      if (!isEscaped) expect(content).toHaveLength(before * 2 + KEY.length + 4);
      expect(content).toEndWith(`${"*".repeat(KEY.length - 7)} end`);
      expect(content.replaceAll(/so|\*| end/g, "").length).toBeLessThan(8);
    }),
    { numRuns: runs(1000) },
  );
});

test("an event that has begun behind the first characters of a key waits for its end, cut anywhere", () => {
  for (const half of [1, 3, 9]) {
    const [first, second] = [KEY.slice(0, half), KEY.slice(half)];
    const stream = eventOf(`so ${first}`) + eventOf(second) + eventOf("!");
    for (let at = 1; at < stream.length; at++) {
      for (let next = at; next < stream.length; next += 9) {
        const parts = [stream.slice(0, at), stream.slice(at, next), stream.slice(next)];
        const [head = "", ...tail] = parts;
        // Behind pieces that have passed, and in one with an event before it.
        for (const begin of [[eventOf("o"), head], [eventOf("o") + head]]) {
          const given = [eventOf("o"), ...begin, ...tail].filter((part) => part !== "");
          const content = contentOf(textOf(maskedPieces(given).pieces));
          expect(content).toEndWith(`${STARS.slice(7)}!`);
          expect(content).toHaveLength("ooso !".length + KEY.length);
        }
      }
    }
  }
});

test("a key is masked in reasoning, in tool calls and in each of several choices", () => {
  const [first, second] = [KEY.slice(0, 12), KEY.slice(12)];
  const interleaved = [
    [chunkOf({ reasoning_content: first }), chunkOf({ reasoning_content: second })],
    [chunkOf(callOf(first)), chunkOf(callOf(second))],
    [
      choiceOf(0, { content: first }),
      choiceOf(1, { content: "other" }),
      choiceOf(0, { content: second }),
      choiceOf(1, { content: "text" }),
    ],
    // As other protocols have it.
    [
      { type: "response.output_text.delta", delta: first },
      { type: "response.output_text.delta", delta: second },
    ],
    [
      { delta: { type: "text_delta", text: first } },
      { delta: { type: "text_delta", text: second } },
    ],
  ];
  for (const chunks of interleaved) {
    const { pieces } = maskedPieces(chunks.map((chunk) => streamOf(chunk)));
    const shown = textOf(pieces);
    expect(shown).not.toContain(first);
    expect(shown).not.toContain(second);
    expect(shown).toHaveLength(streamOf(...chunks).length);
  }
});

test("halves that are spelt in JSON's escapes are masked, and keep their lengths", () => {
  const [first, second] = [KEY.slice(0, 12), KEY.slice(12)];
  const given = [eventOf(`a ${escaped(first)}`), eventOf(`${escaped(second)} b`)];
  const { pieces } = maskedPieces(given);
  expect(pieces.map(({ text }) => text)).toEqual([
    eventOf(`a ${"*".repeat(6 * first.length)}`),
    eventOf(`${"*".repeat(6 * second.length)} b`),
  ]);
});

test("ordinary streams pass as they come: no event waits for the next one", () => {
  const texts = ["this", " is", " sk", "-", "streams", "s", " thanks"];
  const parts = texts.map((text) => streamOf(answerOf(text)));
  const { pieces, released } = maskedPieces([...parts, streamOf("[DONE]")]);
  expect(released).toEqual([...parts.map(() => 1), 1]);
  expect(textOf(pieces)).toBe([...parts, streamOf("[DONE]")].join(""));
  expect(maskedPieces([lesson.stream]).pieces).toEqual([{ text: lesson.stream, at: 0 }]);
});

test("what waits for the rest of a key comes out with [DONE], and at the end of the body", () => {
  const begin = streamOf(answerOf(KEY.slice(0, 12)));
  expect(maskedPieces([begin, streamOf("[DONE]")]).released).toEqual([0, 2]);
  const { pieces, released } = maskedPieces([begin]);
  expect(released).toEqual([0]);
  expect(textOf(pieces)).toBe(begin);
});

test("a document passes piece by piece, with keys masked in it", () => {
  const parts = ['\n{"error":{"message":"no ', `such key ${KEY.slice(0, 9)}`, `${KEY.slice(9)}"}}`];
  const { pieces, released } = maskedPieces(parts);
  expect(released).toEqual([1, 0, 2]);
  expect(textOf(pieces)).toBe(parts.join("").replace(KEY, STARS));
});

test("a head is masked in the values of its headers, and an ending in its words", () => {
  const mask = new ResponseMask(new SecretMask([KEY]));
  const headers = new Headers({ "x-request-id": `r-${KEY}`, "retry-after": "2" });
  const head = mask.head({ status: 401, headers, at: 7 });
  expect([...head.headers]).toEqual([
    ["retry-after", "2"],
    ["x-request-id", `r-${STARS}`],
  ]);
  const ending = { kind: "no_response", code: null, message: `bad ${KEY}` } as const;
  expect(mask.ending(ending)).toEqual({ ...ending, message: `bad ${STARS}` });
});

test("a body that begins like a document has no deltas: what looks like some stays", () => {
  const halves = [KEY.slice(0, 12), KEY.slice(12)].map((half) => streamOf(answerOf(half)));
  const document = ['{"looks":"so"}\n\n', ...halves];
  const mask = new DeltaMask(new SecretMask([KEY]));
  const out = document.map((text, at) => textOf(mask.push([{ text, at }])));
  expect(out).toEqual(document);
  expect(mask.end()).toEqual([]);
});
