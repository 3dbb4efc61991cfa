import { expect, test } from "bun:test";
import fc from "fast-check";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { asObject, type JsonObject } from "../../lib/base/json.ts";
import { ChunkReader } from "../../lib/chat/chunk_reader.ts";
import { readTranscript } from "../../lib/transcript/transcript_file.ts";
import { completionChunkFrom, decodeEvent } from "../../lib/wire/completion.ts";
import { isPlainChunk } from "../../lib/wire/plain_chunk.ts";
import { SseSplitter } from "../../lib/wire/sse.ts";
import { chunk as hostileChunk } from "../support/hostile_chunks.ts";
import { runs } from "../support/runs.ts";

const CORPUS = fileURLToPath(new URL("../fixtures/corpus", import.meta.url));

type Reader = (chunks: ChunkReader, value: JsonObject, at: number) => object;

/** The way of the stream: plain chunks the short way, the others the long one. */
const either: Reader = (chunks, value, at) => {
  if (!isPlainChunk(value)) return long(chunks, value, at);
  const { parts, deltas, tokens } = chunks.readPlain(value, { at, data: "" });
  return { parts, deltas, tokens };
};

const long: Reader = (chunks, value, at) => chunks.read(completionChunkFrom(value), { at });

/** What each chunk brings, and all that is known after the last. */
function read(values: readonly JsonObject[], reader: Reader, parts = true): object {
  const chunks = new ChunkReader({ keepText: true, parts });
  const news = values.map((value, index) => reader(chunks, value, index + 1));
  const { id, models, fingerprints, choices, error, media, oddUsage, repeatedTexts } = chunks;
  const { chunks: counts, unreadContents, unplacedChoices } = chunks;
  return {
    news,
    end: chunks.end(99),
    timeline: chunks.timeline.build({ closedAt: 99, streamed: true }),
    names: { id, models, fingerprints },
    odd: { error, media, oddUsage, repeatedTexts, unreadContents, unplacedChoices },
    choices,
    counts,
  };
}

function expectAlike(values: readonly JsonObject[]): void {
  expect(read(values, either)).toEqual(read(values, long));
}

function withoutParts(from: object): unknown {
  return JSON.parse(JSON.stringify(from), (key, value) => (key === "parts" ? [] : value));
}

const text = fc.oneof(
  fc.constantFrom("你好", "<think>", "hm</think>", "<", "\ud83d", "\ude0a!", "Hello, how are you?"),
  fc.string({ maxLength: 20 }),
);
const anything = fc.oneof(
  fc.constantFrom<unknown>(null, false, true, 0, 3, -1, 1.5, "", "3", "stop", "error", "None"),
  fc.constantFrom<unknown>([], {}, [{ text: "a" }], { text: "a" }, { data: "UklG" }, { code: 1 }),
  fc.constantFrom<unknown>({ message: "x" }, { usage: { completion_tokens: 7 } }, ["a"]),
  fc.constantFrom<unknown>({ status_code: 7 }, { reasoning_tokens: -1 }, { cached_tokens: 2 }),
  fc.constant([{ index: 0, function: { name: "f", arguments: "{}" } }]),
  text,
);

/** Every field of a chunk that has a meaning, by where it stands. */
const FIELDS = {
  chunk: "id model system_fingerprint choices usage x_groq error base_resp object created code",
  choice: "index delta message text finish_reason native_finish_reason usage error logprobs",
  delta:
    "content refusal role reasoning_content reasoning reasoning_details reasoning_text " +
    "reasoning_summary thinking thought tool_calls function_call audio images error finish_reason",
  usage:
    "prompt_tokens completion_tokens total_tokens input_tokens output_tokens reasoning_tokens " +
    "cached_tokens prompt_cache_hit_tokens completion_tokens_details prompt_tokens_details " +
    "output_tokens_details input_tokens_details cache_read_input_tokens " +
    "cache_creation_input_tokens",
};
const oddField = fc
  .constantFrom(...Object.entries(FIELDS))
  .chain(([place, names]) =>
    fc.tuple(fc.constant(place), fc.constantFrom(...names.split(" ")), anything),
  );

/** A plain chunk, of which up to three fields are anything. */
const nearlyPlain = fc
  .record({
    content: text,
    index: fc.constantFrom(0, 0, 0, 1),
    counted: fc.option(fc.nat({ max: 9 })),
    odd: fc.array(oddField, { maxLength: 3 }),
  })
  .map(({ content, index, counted, odd }): JsonObject => {
    const delta: Record<string, unknown> = { role: "assistant", content };
    const choice: Record<string, unknown> = { index, delta, finish_reason: null };
    const usage: Record<string, unknown> = { prompt_tokens: 3, completion_tokens: counted };
    const chunk: Record<string, unknown> = { id: "a", choices: [choice] };
    if (counted !== null || odd.some(([place]) => place === "usage")) chunk["usage"] = usage;
    const places: Readonly<Record<string, typeof chunk>> = { chunk, choice, delta, usage };
    for (const [place, name, value] of odd) (places[place] ?? {})[name] = value;
    return chunk;
  });
const streams = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: nearlyPlain },
    { weight: 1, arbitrary: hostileChunk.map((value) => asObject(value) ?? {}) },
  ),
  { maxLength: 6 },
);

test("a plain chunk read the short way gives what the full reader gives, among any others", () => {
  fc.assert(fc.property(streams, expectAlike), { numRuns: runs(3000) });
});

test("without parts all else is as with them", () => {
  fc.assert(
    fc.property(streams, (values) => {
      const bare = { ...read(values, either, false), end: [] };
      expect(withoutParts(bare)).toEqual(withoutParts({ ...read(values, either), end: [] }));
    }),
    { numRuns: runs(500) },
  );
});

test("most chunks of the corpus are plain, and both ways of reading give the same for every file", async () => {
  const names = readdirSync(CORPUS).filter((name) => name.endsWith(".sse"));
  let plain = 0;
  for (const name of names) {
    const { pieces } = await readTranscript(join(CORPUS, name));
    const splitter = new SseSplitter();
    const values: JsonObject[] = [];
    for (const { text } of pieces) {
      for (const { data } of splitter.push(text)) {
        const decoded = decodeEvent(data);
        if (decoded.kind === "object") values.push(decoded.value);
      }
    }
    expectAlike(values);
    plain += values.filter(isPlainChunk).length;
  }
  expect(plain).toBeGreaterThan(100);
});

test("a chunk is plain with text for one choice alone, whatever of no meaning stands beside it", () => {
  const choice = { index: 0, delta: { content: "你好" } };
  const beside = { id: "a", object: "chat.completion.chunk", created: 1, provider: { name: "p" } };
  expect(isPlainChunk({ choices: [choice], usage: null, ...beside })).toBe(true);
  expect(isPlainChunk({ choices: [choice], usage: { completion_tokens: 1 } })).toBe(true);
  for (const other of [
    { choices: [choice, choice] },
    { choices: [] },
    { choices: [{ ...choice, finish_reason: "stop" }] },
    { choices: [{ delta: choice.delta }] },
    { choices: [{ index: 0, delta: { content: "" } }] },
    { choices: [{ index: 0, delta: { content: "a", reasoning: "b" } }] },
    { choices: [choice], usage: { completion_tokens: -1 } },
    { choices: [choice], error: { message: "gone" } },
  ]) {
    expect(isPlainChunk(other)).toBe(false);
  }
});
